//! Wayland's `ext-idle-notify-v1`: the compositor says when input pauses and when it goes on. Spoken without libwayland.
//!
//! One thread owns the connection and sleeps until the compositor has something to say.

use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use dayloom_capture::{Candidate, IdleSource, Lost, Unavailable};
use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use wayland_client::backend::WaylandError;
use wayland_client::globals::{GlobalListContents, registry_queue_init};
use wayland_client::protocol::{wl_registry::WlRegistry, wl_seat::WlSeat};
use wayland_client::{Connection, Dispatch, EventQueue, QueueHandle, delegate_noop};
use wayland_protocols::ext::idle_notify::v1::client::{
    ext_idle_notification_v1::{Event, ExtIdleNotificationV1},
    ext_idle_notifier_v1::ExtIdleNotifierV1,
};

use super::wayland_state::{PAUSE, Seen};

/// Name of the source in reports.
const NAME: &str = "wayland";
/// A compositor that does not answer for this long is not waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// The thread looks this often whether anybody still wants to know.
const LOOK: Timespec = Timespec {
    tv_sec: 30,
    tv_nsec: 0,
};
/// Since this version of the protocol there is a notification that heeds input alone, not what keeps the screen awake.
const INPUT_ALONE: u32 = 2;

type Shared = Mutex<Result<Seen, ()>>;

/// The candidate for the compositor of `WAYLAND_DISPLAY`.
pub fn idle() -> Candidate<dyn IdleSource> {
    Candidate::new(NAME, || async {
        if std::env::var_os("WAYLAND_DISPLAY").is_none_or(|display| display.is_empty())
            && std::env::var_os("WAYLAND_SOCKET").is_none()
        {
            return Err(Unavailable::new(
                "This is no Wayland session: WAYLAND_DISPLAY is not set.",
                "Nothing needs to be done on X11; on Wayland start Dayloom inside your desktop session.",
            ));
        }
        start(Connection::connect_to_env)
            .await
            .map(|source| Box::new(source) as Box<dyn IdleSource>)
    })
}

/// Follows the compositor behind a connection.
async fn start<E>(
    connect: impl FnOnce() -> Result<Connection, E> + Send + 'static,
) -> Result<WaylandIdle, Unavailable> {
    let (ready, started) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("wayland".to_owned())
        .stack_size(512 * 1024)
        .spawn(move || {
            let opened = connect().map_err(|_| Fault::Gone).and_then(|c| Session::open(&c));
            match opened {
                Ok(mut session) => {
                    let shared = Arc::new(Mutex::new(Ok(session.state.seen)));
                    let weak = Arc::downgrade(&shared);
                    if ready.send(Ok(shared)).is_ok() {
                        drop(ready);
                        session.follow(&weak);
                    }
                }
                Err(fault) => drop(ready.send(Err(fault))),
            }
        })
        .map_err(|_| Fault::Gone.told())?;
    let waited = tokio::task::spawn_blocking(move || started.recv_timeout(PATIENCE)).await;
    match waited {
        Ok(Ok(Ok(seen))) => Ok(WaylandIdle { seen }),
        Ok(Ok(Err(fault))) => Err(fault.told()),
        _ => Err(Fault::Gone.told()),
    }
}

/// Why there is nothing to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Gone,
    NoProtocol,
    NoSeat,
}

impl Fault {
    fn told(self) -> Unavailable {
        match self {
            Fault::Gone => Unavailable::new(
                "The Wayland compositor does not answer.",
                "Check that WAYLAND_DISPLAY is that of your desktop session.",
            ),
            Fault::NoProtocol => Unavailable::new(
                "The Wayland compositor does not speak ext-idle-notify-v1.",
                "GNOME is asked over the session bus instead; elsewhere a newer compositor speaks it.",
            ),
            Fault::NoSeat => Unavailable::new(
                "The Wayland compositor has no seat, so nobody can type.",
                "It is tried again by itself every minute.",
            ),
        }
    }
}

struct WaylandIdle {
    seen: Arc<Shared>,
}

#[async_trait]
impl IdleSource for WaylandIdle {
    async fn idle(&mut self, _now: Timestamp) -> Result<Duration, Lost> {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.map(|seen| seen.idle(Instant::now()))
            .map_err(|()| Lost("the connection to the Wayland compositor ended".to_owned()))
    }
}

struct State {
    seen: Seen,
}

struct Session {
    queue: EventQueue<State>,
    state: State,
}

impl Session {
    fn open(connection: &Connection) -> Result<Self, Fault> {
        let (globals, queue) = registry_queue_init::<State>(connection).map_err(|_| Fault::Gone)?;
        let handle = queue.handle();
        let notifier: ExtIdleNotifierV1 = globals
            .bind(&handle, 1..=INPUT_ALONE, ())
            .map_err(|_| Fault::NoProtocol)?;
        let seat: WlSeat = globals.bind(&handle, 1..=1, ()).map_err(|_| Fault::NoSeat)?;
        let pause = u32::try_from(PAUSE.as_millis()).unwrap_or(u32::MAX);
        let is_input_alone = wayland_client::Proxy::version(&notifier) >= INPUT_ALONE;
        if is_input_alone {
            notifier.get_input_idle_notification(pause, &seat, &handle, ());
        } else {
            notifier.get_idle_notification(pause, &seat, &handle, ());
        }
        let mut session = Self {
            queue,
            state: State {
                seen: Seen::new(is_input_alone, Instant::now()),
            },
        };
        session
            .queue
            .roundtrip(&mut session.state)
            .map_err(|_| Fault::Gone)?;
        Ok(session)
    }

    /// Notes what the compositor says until the connection ends or nobody wants to know any more.
    fn follow(&mut self, shared: &Weak<Shared>) {
        let tell = |news| match shared.upgrade() {
            Some(shared) => {
                *shared.lock().unwrap_or_else(PoisonError::into_inner) = news;
                true
            }
            None => false,
        };
        loop {
            if !tell(Ok(self.state.seen)) {
                return;
            }
            if self.step().is_err() {
                tell(Err(()));
                return;
            }
        }
    }

    /// Waits for something to be said, or for [`LOOK`], and takes note of it.
    fn step(&mut self) -> Result<(), Fault> {
        let gone = |_| Fault::Gone;
        self.queue.flush().map_err(|_| Fault::Gone)?;
        if let Some(guard) = self.queue.prepare_read() {
            let fd = guard.connection_fd();
            let mut fds = [PollFd::new(&fd, PollFlags::IN)];
            let waited = poll(&mut fds, Some(&LOOK));
            let has_news = fds[0].revents() != PollFlags::empty();
            match waited {
                Ok(_) if has_news => match guard.read() {
                    Ok(_) => {}
                    Err(WaylandError::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(_) => return Err(Fault::Gone),
                },
                Ok(_) | Err(rustix::io::Errno::INTR) => drop(guard),
                Err(_) => return Err(Fault::Gone),
            }
        }
        self.queue
            .dispatch_pending(&mut self.state)
            .map(drop)
            .map_err(gone)
    }
}

impl Dispatch<ExtIdleNotificationV1, ()> for State {
    fn event(
        state: &mut Self,
        _: &ExtIdleNotificationV1,
        event: Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        match event {
            Event::Idled => state.seen.idled(Instant::now()),
            Event::Resumed => state.seen.resumed(Instant::now()),
            _ => {}
        }
    }
}

impl Dispatch<WlRegistry, GlobalListContents> for State {
    fn event(
        _: &mut Self,
        _: &WlRegistry,
        _: <WlRegistry as wayland_client::Proxy>::Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

delegate_noop!(State: ignore WlSeat);
delegate_noop!(State: ignore ExtIdleNotifierV1);

#[cfg(test)]
mod tests;
