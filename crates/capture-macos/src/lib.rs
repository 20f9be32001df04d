//! Sources of macOS: time since the last input, and the processes of this person. They give raw facts and never decide.
//!
//! Empty on every other system.
#![cfg(target_os = "macos")]

mod idle;
mod processes;

pub use idle::idle;
pub use processes::OwnProcesses;

/// This machine's name, as the kernel has it.
pub fn hostname() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
