//! The opt-in shell hook: the script a shell runs, the note it leaves, and the reading of it.
//!
//! A note is one small file per shell, named by its process, readable by its owner only. The shell writes it with
//! its own builtins (no process is started per prompt) and ends it with a mark, so that a half-written note is
//! told from a whole one. Commands are redacted as they are read, before anything else sees them.

mod init;
mod note;

pub use dayloom_domain::redact::command as redact;
pub use init::{Shell, UnknownShell, init_script};
pub use note::ShellNotes;

use std::path::{Path, PathBuf};

/// Where the hook leaves its notes under Dayloom's home.
pub fn notes_dir(home: &Path) -> PathBuf {
    home.join("shell")
}
