//! What went wrong, in one sentence, and what to do, in another; with the exit code scripts rely on.
//!
//! Must not know any command: commands turn their own errors into a [`Failure`].

use std::fmt;

/// Exit codes of `contract/command-line.md`; 0 is success and has no failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It did not work.
    Failed = 1,
    /// The command, a flag or a setting was wrong.
    Usage = 2,
    /// Another Dayloom of this home runs already.
    Running = 3,
    /// Not signed in, or refused.
    Refused = 4,
    /// Server or database not reachable.
    Unreachable = 5,
}

/// An error a person reads.
#[derive(Debug)]
pub struct Failure {
    /// What the process answers to its caller.
    pub exit: Exit,
    /// What happened, one sentence without its full stop.
    pub what: String,
    /// What to do, one sentence without its full stop.
    pub todo: String,
}

/// The result of everything in this crate that can fail in front of a person.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure with its exit code, what happened and what to do.
    pub fn new(exit: Exit, what: impl fmt::Display, todo: impl fmt::Display) -> Self {
        Self {
            exit,
            what: what.to_string(),
            todo: todo.to_string(),
        }
    }

    /// Exit code 1.
    pub fn failed(what: impl fmt::Display, todo: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, what, todo)
    }

    /// Exit code 2.
    pub fn usage(what: impl fmt::Display, todo: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, what, todo)
    }

    /// Exit code 4.
    pub fn refused(what: impl fmt::Display, todo: impl fmt::Display) -> Self {
        Self::new(Exit::Refused, what, todo)
    }

    /// Exit code 5.
    pub fn unreachable(what: impl fmt::Display, todo: impl fmt::Display) -> Self {
        Self::new(Exit::Unreachable, what, todo)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}. {}.",
            self.what.trim_end_matches('.'),
            self.todo.trim_end_matches('.')
        )
    }
}
