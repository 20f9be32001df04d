//! Sources of Windows: time since the last input, and the processes of this person. They give raw facts and never decide.
//!
//! Empty on every other system.
#![cfg(windows)]

mod idle;
mod processes;

pub use idle::idle;
pub use processes::OwnProcesses;

/// This machine's name.
pub fn hostname() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}
