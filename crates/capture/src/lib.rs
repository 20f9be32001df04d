//! Capture: what a computer is asked about the moment, and what is kept of the answer.
//!
//! Everything here is the same on every operating system: the roles of sources, how one of several candidates is
//! chosen, which window is an editor, a terminal or a browser, what repository a path lies in, and the rules of
//! presence and privacy, which are applied before a [`Sample`] leaves this crate. It must not know X11, `/proc` or
//! any other system interface (the `capture-*` crates give raw facts), nor the spool or the server.

pub mod activitywatch;
pub mod exclude;
pub mod files;
pub mod outcome;
pub mod platform;
pub mod policy;
pub mod recognise;
pub mod repo;
pub mod sample;
pub mod sampler;
pub mod shell;
pub mod slot;
pub mod source;
pub mod terminal;
pub mod title;

pub use exclude::{BadPattern, Exclusions};
pub use outcome::{Outcome, Withheld, WithheldCounts};
pub use platform::Platform;
pub use policy::Policy;
pub use sample::Sample;
pub use sampler::Sampler;
pub use slot::{Candidate, Slot};
pub use source::{
    Availability, BrowserSource, CallSource, IdleSource, InputCounter, Lost, Page, Process, ProcessSource,
    Role, ShellSource, ShellState, SourceReport, SystemSource, Unavailable, Window, WindowSource,
};
