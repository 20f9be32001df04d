//! The roles a source can play, the raw facts each gives, and how it says that it cannot.
//!
//! A source only reports. What is a file, a repository or private is decided elsewhere in this crate.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use dayloom_domain::event::{InputCadence, System};
use jiff::Timestamp;

/// What a source is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The window in focus.
    Window,
    /// Seconds since the last input.
    Idle,
    /// Counts of key and pointer events.
    Input,
    /// Displays, battery and network.
    System,
    /// The page in a browser.
    Browser,
    /// Directory and last command of a shell.
    Shell,
    /// Directories and arguments of processes.
    Process,
    /// Whether a call is going on.
    Call,
}

impl Role {
    /// A word for people and logs.
    pub fn name(self) -> &'static str {
        match self {
            Role::Window => "window",
            Role::Idle => "idle",
            Role::Input => "input",
            Role::System => "system",
            Role::Browser => "browser",
            Role::Shell => "shell",
            Role::Process => "process",
            Role::Call => "call",
        }
    }
}

/// Why a source does not work, and what would make it work. Both are sentences for people and never carry a title,
/// an address or a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} {mend}")]
pub struct Unavailable {
    /// What happened.
    pub reason: String,
    /// What to do.
    pub mend: String,
}

impl Unavailable {
    /// From the two sentences.
    pub fn new(reason: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            mend: mend.into(),
        }
    }
}

/// A source that had been working stopped; the slot starts it, or another candidate, again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source was lost: {0}")]
pub struct Lost(pub String);

/// Whether a source works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It answers.
    Working,
    /// It does not.
    Unavailable(Unavailable),
    /// A candidate before it in the order works, so it was not asked.
    NotNeeded,
}

/// One line of `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceReport {
    /// What it is for.
    pub role: Role,
    /// Its name, such as `x11`.
    pub name: &'static str,
    /// Whether it works.
    pub availability: Availability,
    /// Whether samples are taken from it.
    pub in_use: bool,
}

/// A window, as the system describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Class (second part of `WM_CLASS` on X11), a bundle id elsewhere. May be empty.
    pub class: String,
    /// Instance (first part of `WM_CLASS` on X11). May be empty.
    pub instance: String,
    /// Title.
    pub title: Option<String>,
    /// Process that made it, where known and on this machine.
    pub pid: Option<u32>,
}

/// A page in a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Address.
    pub url: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Whether the browser says that the window is private.
    pub private: bool,
}

/// A process, as the system describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Id.
    pub pid: u32,
    /// Short name of the program.
    pub name: String,
    /// Arguments, the program first.
    pub args: Vec<String>,
    /// Working directory, where it may be read.
    pub cwd: Option<PathBuf>,
    /// Whether it is in the foreground of its terminal.
    pub foreground: bool,
    /// The terminal it is attached to, as the system numbers it; 0 is none.
    pub tty: u64,
    /// When a person last typed into that terminal, where the system says.
    pub tty_input: Option<Timestamp>,
}

/// What the shell hook left of one interactive shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellState {
    /// Process of the shell.
    pub pid: u32,
    /// Its working directory.
    pub cwd: PathBuf,
    /// Its last command, secrets already redacted.
    pub last_command: Option<String>,
    /// When the shell last showed a prompt.
    pub at: Timestamp,
}

/// Tells the window in focus.
#[async_trait]
pub trait WindowSource: Send {
    /// The window in focus; `None` where nothing has the focus.
    async fn window(&mut self, now: Timestamp) -> Result<Option<Window>, Lost>;
}

/// Tells how long there has been no input.
#[async_trait]
pub trait IdleSource: Send {
    /// Time since the last input.
    async fn idle(&mut self, now: Timestamp) -> Result<Duration, Lost>;
}

/// Counts input events. It never learns which key or button it was.
#[async_trait]
pub trait InputCounter: Send {
    /// Events since the last call.
    async fn take(&mut self, now: Timestamp) -> Result<InputCadence, Lost>;
}

/// Tells the state of the machine.
#[async_trait]
pub trait SystemSource: Send {
    /// What is known; a member that is not known is `None`.
    async fn system(&mut self) -> Result<System, Lost>;
}

/// Tells the page in the browser in focus.
#[async_trait]
pub trait BrowserSource: Send {
    /// The page that the browser `app` (a name such as `Firefox`) shows in a window of this title at `now`, if the
    /// source can tell for sure.
    async fn page(&mut self, app: &str, title: Option<&str>, now: Timestamp) -> Result<Option<Page>, Lost>;
}

/// Tells what interactive shells last did.
#[async_trait]
pub trait ShellSource: Send {
    /// The living shells whose hook has reported, in no order.
    async fn shells(&mut self) -> Result<Vec<ShellState>, Lost>;
}

/// Tells about processes of this machine.
#[async_trait]
pub trait ProcessSource: Send {
    /// One process; `None` if it is gone.
    async fn process(&mut self, pid: u32) -> Result<Option<Process>, Lost>;
    /// The process and all that descend from it, itself first; empty if it is gone.
    async fn family(&mut self, pid: u32) -> Result<Vec<Process>, Lost>;
}

/// Tells whether the person is in a call.
#[async_trait]
pub trait CallSource: Send {
    /// The application that holds the call; `None` outside of calls.
    async fn call(&mut self) -> Result<Option<String>, Lost>;
}
