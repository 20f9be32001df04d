//! X11 as a source: window in focus, idle time, counts of input, displays.
//!
//! One thread owns the connection and sleeps unless it is asked something. Input is not followed as it happens: the
//! server queues the events that were asked for, and the thread counts them when a sample is taken. So typing costs
//! nothing here, and a key's code, though it lies in the event, is never looked at.

mod session;
mod thread;
mod window;

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use async_trait::async_trait;
use dayloom_capture::{
    Candidate, IdleSource, InputCounter, Lost, Unavailable, Window as SeenWindow, WindowSource,
};
use dayloom_domain::event::InputCadence;
use jiff::Timestamp;
use tokio::sync::oneshot;

use thread::{Need, Request, serve};

/// Name of the source in reports.
const NAME: &str = "x11";
/// A server that does not answer for this long is lost.
const PATIENCE: Duration = Duration::from_secs(3);
/// Requests that may wait for the thread.
const QUEUE: usize = 4;
/// The thread holds one connection and calls nothing deep.
const STACK: usize = 256 * 1024;

/// A handle to the display. Clones share one connection, made when first needed and again when it was lost.
#[derive(Clone)]
pub struct X11 {
    display: Option<String>,
    is_wayland: bool,
    requests: Arc<Mutex<Option<mpsc::SyncSender<Request>>>>,
}

impl X11 {
    /// For a display such as `:0`. `is_wayland` says that the session names a Wayland display too.
    pub fn new(display: Option<String>, is_wayland: bool) -> Self {
        Self {
            display,
            is_wayland,
            requests: Arc::new(Mutex::new(None)),
        }
    }

    /// Number of displays in use.
    pub async fn displays(&self) -> Result<u32, Lost> {
        if self.display.is_none() {
            return Err(Lost("there is no display".to_owned()));
        }
        self.ask(Request::Displays).await?
    }

    async fn check(&self, need: Need) -> Result<(), Unavailable> {
        if self.display.is_none() && self.is_wayland {
            return Err(wayland());
        }
        if self.display.is_none() {
            return Err(Unavailable::new(
                "There is no X11 display: DISPLAY is not set.",
                "Start Dayloom inside your desktop session, or set DISPLAY to its display.",
            ));
        }
        let asked = self.ask(|answer| Request::Check(need, answer)).await;
        asked.unwrap_or_else(|_| {
            Err(Unavailable::new(
                "The X server does not answer.",
                "It is tried again by itself every minute.",
            ))
        })
    }

    async fn ask<T: Send + 'static>(
        &self,
        request: impl FnOnce(oneshot::Sender<T>) -> Request,
    ) -> Result<T, Lost> {
        let (answer, answered) = oneshot::channel();
        let sender = self.sender()?;
        sender
            .try_send(request(answer))
            .map_err(|_| Lost("the X server does not answer".to_owned()))?;
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(_)) => Err(Lost("the connection to the X server ended".to_owned())),
            Err(_) => Err(Lost("the X server does not answer".to_owned())),
        }
    }

    /// The way to the thread, which is started with the first request.
    fn sender(&self) -> Result<mpsc::SyncSender<Request>, Lost> {
        let mut slot = self
            .requests
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(sender) = slot.as_ref() {
            return Ok(sender.clone());
        }
        let (sender, requests) = mpsc::sync_channel(QUEUE);
        let display = self.display.clone();
        std::thread::Builder::new()
            .name("x11".to_owned())
            .stack_size(STACK)
            .spawn(move || serve(display.as_deref(), &requests))
            .map_err(|_| Lost("no thread could be started".to_owned()))?;
        *slot = Some(sender.clone());
        Ok(sender)
    }
}

/// Why X11 does not serve in a Wayland session.
fn wayland() -> Unavailable {
    Unavailable::new(
        "This is a Wayland session: through X11 only some programs' windows and input could be seen.",
        "Sign in to an X11 (Xorg) session, or run ActivityWatch with aw-awatcher, which Dayloom then reads.",
    )
}

macro_rules! candidate {
    ($(#[$doc:meta])* $name:ident, $trait:ident, $need:ident) => {
        $(#[$doc])*
        pub fn $name(x11: &X11) -> Candidate<dyn $trait> {
            let x11 = x11.clone();
            Candidate::new(NAME, move || {
                let x11 = x11.clone();
                async move {
                    x11.check(Need::$need).await?;
                    Ok(Box::new(x11) as Box<dyn $trait>)
                }
            })
        }
    };
}

candidate!(
    /// The window in focus.
    window, WindowSource, Window
);
candidate!(
    /// Time since the last input, by the screen saver extension.
    idle, IdleSource, Idle
);
candidate!(
    /// Counts of keys, clicks and movements, by the input extension.
    input, InputCounter, Input
);

#[async_trait]
impl WindowSource for X11 {
    async fn window(&mut self, _now: Timestamp) -> Result<Option<SeenWindow>, Lost> {
        self.ask(Request::Window).await?
    }
}

#[async_trait]
impl IdleSource for X11 {
    async fn idle(&mut self, _now: Timestamp) -> Result<Duration, Lost> {
        self.ask(Request::Idle).await?
    }
}

#[async_trait]
impl InputCounter for X11 {
    async fn take(&mut self, _now: Timestamp) -> Result<InputCadence, Lost> {
        self.ask(Request::Input).await?
    }
}
