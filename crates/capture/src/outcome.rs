//! What comes of asking for a sample: a sample, or the reason why there is none, and how often each reason held.

use crate::Sample;

/// The answer of [`Sampler::sample`](crate::Sampler::sample).
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A sample, already cut to the contract's maxima and free of anything excluded.
    Taken(Box<Sample>),
    /// Nothing may or can be recorded. Nothing of the moment is in here.
    Withheld(Withheld),
}

/// Why there is no sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Withheld {
    /// No input for longer than the idle threshold, and no call.
    Idle,
    /// The application is excluded.
    ExcludedApp,
    /// A pattern excludes the title.
    ExcludedTitle,
    /// A private window of a browser.
    PrivateWindow,
    /// No source can tell whether a person is there, so no time is claimed.
    PresenceUnknown,
    /// There is no desktop, and no shell was used within the idle threshold.
    NothingSeen,
}

impl Withheld {
    /// A word for status, logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Withheld::Idle => "idle",
            Withheld::ExcludedApp => "excluded_app",
            Withheld::ExcludedTitle => "excluded_title",
            Withheld::PrivateWindow => "private_window",
            Withheld::PresenceUnknown => "presence_unknown",
            Withheld::NothingSeen => "nothing_seen",
        }
    }

    /// What happened and what to do, apart by a semicolon, for a person who asked for a sample.
    pub fn why(self) -> &'static str {
        match self {
            Withheld::Idle => {
                "there was no input for longer than the idle threshold; type or move the pointer, and try again"
            }
            Withheld::ExcludedApp => {
                "what is in front is excluded; put another application in front, and try again"
            }
            Withheld::ExcludedTitle => {
                "the title of what is in front is excluded; put another window in front, and try again"
            }
            Withheld::PrivateWindow => {
                "a private window is in front; put another one in front, and try again"
            }
            Withheld::PresenceUnknown => {
                "nothing tells whether you are there; `dayloom doctor` says how to mend it"
            }
            Withheld::NothingSeen => {
                "nothing tells which window is in front; `dayloom doctor` says how to mend it"
            }
        }
    }

    /// Every reason, in a fixed order.
    pub const ALL: [Withheld; 6] = [
        Withheld::Idle,
        Withheld::ExcludedApp,
        Withheld::ExcludedTitle,
        Withheld::PrivateWindow,
        Withheld::PresenceUnknown,
        Withheld::NothingSeen,
    ];
}

/// How often each reason held since the sampler was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WithheldCounts([u64; Withheld::ALL.len()]);

impl WithheldCounts {
    /// Times the reason held.
    pub fn of(&self, reason: Withheld) -> u64 {
        self.0[reason as usize]
    }

    pub(crate) fn add(&mut self, reason: Withheld) {
        self.0[reason as usize] += 1;
    }
}
