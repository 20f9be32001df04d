//! The window in focus: which it is, and what its properties say. Windows close between two questions; that is no
//! error, it is a window less.

use dayloom_capture::Window as Seen;
use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, GetPropertyReply, Window};

use super::session::{Fault, Session};

/// Longest text asked for, in units of four bytes: 1,024 characters of at most four bytes (`contract/tracker.md`
/// §2.3).
const TEXT_UNITS: u32 = 1024;
/// Steps from a focused window up to the one that has a class.
const MAX_PARENTS: usize = 16;

impl Session {
    /// The window in focus; `None` where nothing has the focus, or it has just closed.
    pub fn active_window(&mut self) -> Result<Option<Seen>, Fault> {
        match self
            .find()
            .and_then(|found| found.map(|window| self.describe(window)).transpose())
        {
            Err(Fault::Missing) => Ok(None),
            answer => answer,
        }
    }

    fn find(&self) -> Result<Option<Window>, Fault> {
        let named = self
            .connection
            .get_property(
                false,
                self.root,
                self.atoms._NET_ACTIVE_WINDOW,
                AtomEnum::WINDOW,
                0,
                1,
            )?
            .reply()?;
        match named.value32().and_then(|mut values| values.next()) {
            Some(0) => Ok(None),
            Some(window) => Ok(Some(window)),
            // Without a window manager that says so, the focus itself tells.
            None => self.focused(),
        }
    }

    /// The focused window or the nearest above it that has a class: toolkits focus windows inside of windows.
    fn focused(&self) -> Result<Option<Window>, Fault> {
        let mut window = self.connection.get_input_focus()?.reply()?.focus;
        for _ in 0..MAX_PARENTS {
            // 0 is no window, 1 is wherever the pointer is.
            if window <= 1 || window == self.root {
                return Ok(None);
            }
            let class = self
                .connection
                .get_property(false, window, AtomEnum::WM_CLASS, AtomEnum::STRING, 0, 1)?
                .reply()?;
            if class.value_len > 0 {
                return Ok(Some(window));
            }
            window = self.connection.query_tree(window)?.reply()?.parent;
        }
        Ok(None)
    }

    fn describe(&self, window: Window) -> Result<Seen, Fault> {
        let ask = |property: u32, kind: u32, units: u32| {
            self.connection
                .get_property(false, window, property, kind, 0, units)
        };
        let any = u32::from(AtomEnum::ANY);
        let class = ask(AtomEnum::WM_CLASS.into(), AtomEnum::STRING.into(), TEXT_UNITS)?;
        let title = ask(self.atoms._NET_WM_NAME, self.atoms.UTF8_STRING, TEXT_UNITS)?;
        let old_title = ask(AtomEnum::WM_NAME.into(), any, TEXT_UNITS)?;
        let pid = ask(self.atoms._NET_WM_PID, AtomEnum::CARDINAL.into(), 1)?;
        let machine = ask(AtomEnum::WM_CLIENT_MACHINE.into(), any, TEXT_UNITS)?;
        let (instance, class) = split_class(&class.reply()?.value);
        let title = match self.text(&title.reply()?) {
            Some(title) => Some(title),
            None => self.text(&old_title.reply()?),
        };
        let named_pid = pid.reply()?.value32().and_then(|mut values| values.next());
        let is_here = self
            .text(&machine.reply()?)
            .is_none_or(|name| is_this_machine(&name, &self.host));
        let pid = if is_here {
            self.process(window)?.or(named_pid)
        } else {
            None
        };
        Ok(Seen {
            class,
            instance,
            title,
            pid: pid.filter(|p| *p > 0),
        })
    }

    /// The process the server itself sees at the other end: true also for programs in a sandbox, and for those that
    /// do not say.
    fn process(&self, window: Window) -> Result<Option<u32>, Fault> {
        if !self.tells_clients {
            return Ok(None);
        }
        let asked = ClientIdSpec {
            client: window,
            mask: ClientIdMask::LOCAL_CLIENT_PID,
        };
        let ids = self.connection.res_query_client_ids(&[asked])?.reply()?.ids;
        Ok(ids
            .iter()
            .find(|id| id.spec.mask == ClientIdMask::LOCAL_CLIENT_PID)
            .and_then(|id| id.value.first().copied()))
    }

    /// A text property: UTF-8 where it says so, else Latin-1, of which the plain letters of other encodings are part.
    fn text(&self, property: &GetPropertyReply) -> Option<String> {
        if property.format != 8 || property.value.is_empty() {
            return None;
        }
        let text = if property.type_ == self.atoms.UTF8_STRING {
            String::from_utf8_lossy(&property.value).into_owned()
        } else {
            match std::str::from_utf8(&property.value) {
                Ok(text) => text.to_owned(),
                Err(_) => property.value.iter().copied().map(char::from).collect(),
            }
        };
        let text = text.trim_end_matches('\0').to_owned();
        (!text.is_empty()).then_some(text)
    }
}

/// `WM_CLASS` is two texts, each ended by NUL: instance, class.
fn split_class(value: &[u8]) -> (String, String) {
    let mut parts = value
        .split(|b| *b == 0)
        .map(|part| String::from_utf8_lossy(part).into_owned());
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// Whether a window's machine is this one: its name, with or without a domain.
fn is_this_machine(name: &str, host: &str) -> bool {
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    name.eq_ignore_ascii_case("localhost") || short(name) == short(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_two_parts_however_it_is_ended() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(split_class(b"xterm\0XTerm\0"), pair("xterm", "XTerm"));
        assert_eq!(split_class(b"xterm\0XTerm"), pair("xterm", "XTerm"));
        assert_eq!(split_class(b"only"), pair("only", ""));
        assert_eq!(split_class(b""), pair("", ""));
    }

    #[test]
    fn another_machine_is_told_by_its_name() {
        assert!(is_this_machine("loom.example.com", "loom"));
        assert!(is_this_machine("LOOM", "loom.lan"));
        assert!(!is_this_machine("loom2", "loom"));
    }
}
