//! One connection to an X server and what is asked through it.

use std::time::Duration;

use dayloom_domain::event::InputCadence;
use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::randr::{self, ConnectionExt as _};
use x11rb::protocol::screensaver::{self, ConnectionExt as _};
use x11rb::protocol::xinput::{self, ConnectionExt as _, Device, EventMask, XIEventMask};
use x11rb::protocol::xproto::{self, ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

use crate::system::hostname;

x11rb::atom_manager! {
    /// Names of properties, asked for once.
    pub Atoms: AtomsCookie {
        _NET_ACTIVE_WINDOW,
        _NET_WM_NAME,
        _NET_WM_PID,
        UTF8_STRING,
    }
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The connection broke or could not be made.
    #[error("the connection to the X server ended")]
    Gone,
    /// The server said that there is no such thing (any more), mostly a window that just closed.
    #[error("the X server has no such thing")]
    Missing,
}

impl From<ConnectionError> for Fault {
    fn from(_: ConnectionError) -> Self {
        Fault::Gone
    }
}

impl From<ConnectError> for Fault {
    fn from(_: ConnectError) -> Self {
        Fault::Gone
    }
}

impl From<ReplyError> for Fault {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(_) => Fault::Gone,
            ReplyError::X11Error(_) => Fault::Missing,
        }
    }
}

impl From<ReplyOrIdError> for Fault {
    fn from(_: ReplyOrIdError) -> Self {
        Fault::Gone
    }
}

/// Type of the event that carries an extension's events (X protocol, GenericEvent).
const GENERIC_EVENT: u8 = 35;

/// A connection.
pub struct Session {
    pub(super) connection: RustConnection,
    pub(super) root: Window,
    pub(super) atoms: Atoms,
    pub(super) host: String,
    pub(super) tells_clients: bool,
    counting: Option<Counting>,
}

/// State of the counting of input.
struct Counting {
    opcode: u8,
    counts: InputCadence,
    pointer: (i16, i16),
}

impl Session {
    /// Connects to a display.
    pub fn open(display: Option<&str>) -> Result<Self, Fault> {
        let (connection, screen) = RustConnection::connect(display)?;
        let root = connection.setup().roots.get(screen).ok_or(Fault::Gone)?.root;
        let atoms = Atoms::new(&connection)?.reply()?;
        let tells_clients = Self::knows_clients(&connection)?;
        Ok(Self {
            connection,
            root,
            atoms,
            host: hostname(),
            tells_clients,
            counting: None,
        })
    }

    /// Whether the server can tell the process behind a window (X-Resource 1.2).
    fn knows_clients(connection: &RustConnection) -> Result<bool, Fault> {
        use x11rb::protocol::res::{ConnectionExt as _, X11_EXTENSION_NAME};
        if connection.extension_information(X11_EXTENSION_NAME)?.is_none() {
            return Ok(false);
        }
        let version = connection.res_query_version(1, 2)?.reply()?;
        Ok((version.server_major, version.server_minor) >= (1, 2))
    }

    /// Whether the server only stands in for X11 inside a Wayland session.
    pub fn is_xwayland(&self) -> Result<bool, Fault> {
        if self.connection.query_extension(b"XWAYLAND")?.reply()?.present {
            return Ok(true);
        }
        if self
            .connection
            .extension_information(randr::X11_EXTENSION_NAME)?
            .is_none()
        {
            return Ok(false);
        }
        let resources = self
            .connection
            .randr_get_screen_resources_current(self.root)?
            .reply()?;
        let Some(output) = resources.outputs.first() else {
            return Ok(false);
        };
        let info = self
            .connection
            .randr_get_output_info(*output, resources.config_timestamp)?
            .reply()?;
        Ok(info.name.starts_with(b"XWAYLAND"))
    }

    /// Whether idle time can be asked for.
    pub fn start_idle(&self) -> Result<bool, Fault> {
        Ok(self
            .connection
            .extension_information(screensaver::X11_EXTENSION_NAME)?
            .is_some())
    }

    /// Time since the last input.
    pub fn idle(&self) -> Result<Duration, Fault> {
        let info = self.connection.screensaver_query_info(self.root)?.reply()?;
        Ok(Duration::from_millis(u64::from(info.ms_since_user_input)))
    }

    /// Number of monitors.
    pub fn displays(&self) -> Result<u32, Fault> {
        let roots = u32::try_from(self.connection.setup().roots.len()).unwrap_or(u32::MAX);
        if self
            .connection
            .extension_information(randr::X11_EXTENSION_NAME)?
            .is_none()
        {
            return Ok(roots);
        }
        let version = self.connection.randr_query_version(1, 5)?.reply()?;
        if (version.major_version, version.minor_version) < (1, 5) {
            return Ok(roots);
        }
        let monitors = self
            .connection
            .randr_get_monitors(self.root, true)?
            .reply()?
            .monitors
            .len();
        Ok(u32::try_from(monitors).unwrap_or(u32::MAX))
    }

    /// Asks the server to queue an event for every key and button pressed anywhere, without regard to grabs.
    /// Movements are not asked for: there would be hundreds a second. `false` where the server cannot.
    pub fn start_counting(&mut self) -> Result<bool, Fault> {
        if self.counting.is_some() {
            return Ok(true);
        }
        let Some(extension) = self
            .connection
            .extension_information(xinput::X11_EXTENSION_NAME)?
        else {
            return Ok(false);
        };
        let version = match self.connection.xinput_xi_query_version(2, 2)?.reply() {
            Ok(version) => version,
            Err(ReplyError::X11Error(_)) => return Ok(false),
            Err(ReplyError::ConnectionError(_)) => return Err(Fault::Gone),
        };
        if version.major_version < 2 {
            return Ok(false);
        }
        let mask = XIEventMask::RAW_KEY_PRESS | XIEventMask::RAW_BUTTON_PRESS;
        let mask = EventMask {
            deviceid: Device::ALL_MASTER.into(),
            mask: vec![mask],
        };
        self.connection
            .xinput_xi_select_events(self.root, &[mask])?
            .check()?;
        let pointer = self.pointer()?;
        self.counting = Some(Counting {
            opcode: extension.major_opcode,
            counts: InputCadence::default(),
            pointer,
        });
        Ok(true)
    }

    /// Whether events are being queued.
    pub fn is_counting(&self) -> bool {
        self.counting.is_some()
    }

    /// Fetches queued events and counts them by their type, the one thing about them that is read.
    pub fn fetch(&mut self) -> Result<(), Fault> {
        // Without a request nothing would make the connection notice that the server has gone.
        self.connection.get_input_focus()?.reply()?;
        while let Some(event) = self.connection.poll_for_raw_event()? {
            let Some(counting) = &mut self.counting else {
                continue;
            };
            let is_ours =
                event.len() >= 10 && event[0] & 0x7f == GENERIC_EVENT && event[1] == counting.opcode;
            if !is_ours {
                continue;
            }
            match u16::from_ne_bytes([event[8], event[9]]) {
                xinput::RAW_KEY_PRESS_EVENT => counting.counts.key_events += 1,
                xinput::RAW_BUTTON_PRESS_EVENT => counting.counts.mouse_events += 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// Counts since the last call; a pointer that is elsewhere than then is one movement.
    pub fn take_counts(&mut self) -> Result<InputCadence, Fault> {
        if !self.start_counting()? {
            return Err(Fault::Missing);
        }
        self.fetch()?;
        let pointer = self.pointer()?;
        let Some(counting) = &mut self.counting else {
            return Err(Fault::Missing);
        };
        let mut counts = std::mem::take(&mut counting.counts);
        if std::mem::replace(&mut counting.pointer, pointer) != pointer {
            counts.mouse_events += 1;
        }
        Ok(counts)
    }

    fn pointer(&self) -> Result<(i16, i16), Fault> {
        let at: xproto::QueryPointerReply = self.connection.query_pointer(self.root)?.reply()?;
        Ok((at.root_x, at.root_y))
    }
}
