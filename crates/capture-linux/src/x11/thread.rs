//! The thread that owns the connection: waits for requests, connects when needed, drops what broke.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use dayloom_capture::{Lost, Unavailable, Window};
use dayloom_domain::event::InputCadence;
use tokio::sync::oneshot;

use super::session::{Fault, Session};

/// Queued input events are fetched at least this often, so that they never pile up at the server.
const FETCH_EVERY: Duration = Duration::from_secs(30);

/// What a source needs of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Window,
    Idle,
    Input,
}

/// Where an answer goes.
type Answer<T> = oneshot::Sender<T>;

/// A question to the thread.
pub enum Request {
    Check(Need, Answer<Result<(), Unavailable>>),
    Window(Answer<Result<Option<Window>, Lost>>),
    Idle(Answer<Result<Duration, Lost>>),
    Input(Answer<Result<InputCadence, Lost>>),
    Displays(Answer<Result<u32, Lost>>),
}

/// Answers until all handles are gone.
pub fn serve(display: Option<&str>, requests: &Receiver<Request>) {
    let mut server = Server {
        display,
        session: None,
    };
    loop {
        let is_counting = server.session.as_ref().is_some_and(Session::is_counting);
        let request = if is_counting {
            requests.recv_timeout(FETCH_EVERY)
        } else {
            requests.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match request {
            Ok(request) => server.answer(request),
            Err(RecvTimeoutError::Timeout) => server.fetch(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

struct Server<'a> {
    display: Option<&'a str>,
    session: Option<Session>,
}

impl Server<'_> {
    /// Answers one request. That nobody waits for the answer any more is no matter.
    fn answer(&mut self, request: Request) {
        match request {
            Request::Check(need, answer) => drop(answer.send(self.check(need))),
            Request::Window(answer) => drop(answer.send(self.with(Session::active_window))),
            Request::Idle(answer) => drop(answer.send(self.with(|s| s.idle()))),
            Request::Input(answer) => drop(answer.send(self.with(Session::take_counts))),
            Request::Displays(answer) => drop(answer.send(self.with(|s| s.displays()))),
        }
    }

    fn fetch(&mut self) {
        let _ = self.with(Session::fetch);
    }

    fn session(&mut self) -> Result<&mut Session, Fault> {
        if self.session.is_none() {
            self.session = Some(Session::open(self.display)?);
        }
        self.session.as_mut().ok_or(Fault::Gone)
    }

    /// Asks the session. A connection that broke is dropped, so that the next request makes a new one.
    fn with<T>(&mut self, ask: impl FnOnce(&mut Session) -> Result<T, Fault>) -> Result<T, Lost> {
        let answer = self.session().and_then(ask);
        answer.map_err(|fault| {
            if fault != Fault::Missing {
                self.session = None;
            }
            Lost(fault.to_string())
        })
    }

    fn check(&mut self, need: Need) -> Result<(), Unavailable> {
        let display = self.display.unwrap_or_default().to_owned();
        let checked = self.session().and_then(|session| {
            if session.is_xwayland()? {
                return Ok(Err(super::wayland()));
            }
            Ok(match need {
                Need::Window => Ok(()),
                Need::Idle => session
                    .start_idle()?
                    .then_some(())
                    .ok_or_else(|| missing("MIT-SCREEN-SAVER")),
                Need::Input => session
                    .start_counting()?
                    .then_some(())
                    .ok_or_else(|| missing("XInputExtension 2")),
            })
        });
        checked.unwrap_or_else(|_| {
            self.session = None;
            Err(Unavailable::new(
                format!("The X server at {display} does not run, or does not let Dayloom in."),
                "Check that DISPLAY and XAUTHORITY are those of your desktop session.",
            ))
        })
    }
}

fn missing(extension: &str) -> Unavailable {
    Unavailable::new(
        format!("The X server has no {extension}."),
        "Turn the extension on in the X server's configuration, or run ActivityWatch.",
    )
}
