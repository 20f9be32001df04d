//! What workflows hand to activities and hear back. It stands in Temporal's history: ids and counts, nothing private.

use std::time::Duration;

use dayloom_domain::ProjectId;
use serde::{Deserialize, Serialize};
use temporalio_common::RetryPolicy;
use temporalio_sdk::ActivityOptions;

/// Time-outs and retries of a stage, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// How long one attempt may take. It ends by itself before, and says that there is more to do.
    pub limit_s: u64,
    /// How long a worker may be silent before it counts as gone.
    pub heartbeat_s: u64,
    /// Attempts in all.
    pub attempts: u32,
    /// The wait before the second attempt, which doubles, up to ten minutes.
    pub first_wait_s: u64,
    /// How long a day stays taken if its worker vanishes.
    pub lease_s: u64,
}

impl Timing {
    /// Of deriving days after ingest (`contract/tracker.md` §4.6: 15 min, heartbeat 2 min, 6 tries from 30 s).
    pub const DERIVE: Timing = Timing {
        limit_s: 15 * 60,
        heartbeat_s: 2 * 60,
        attempts: 6,
        first_wait_s: 30,
        lease_s: 60,
    };

    /// Of the sweeps (§4.6: 4 tries from 60 s). The limit is that of the derivation, not the 5 minutes of the reference,
    /// which larger teams ran into.
    pub const SWEEP: Timing = Timing {
        attempts: 4,
        first_wait_s: 60,
        ..Timing::DERIVE
    };

    /// Of asking the language model: 15 min, of which it begins to ask during the first half minute alone, heartbeat 2 min,
    /// 3 tries from 30 s. Whom it could not ask for is asked for by the next one, a minute later.
    pub const ASK: Timing = Timing {
        attempts: 3,
        ..Timing::DERIVE
    };

    /// With workers that count as gone after so many seconds of silence. What a shorter one means for what they held is
    /// shortened with it: their days and the wait before the next attempt.
    #[must_use]
    pub fn with_heartbeat(self, seconds: u64) -> Timing {
        Timing {
            heartbeat_s: seconds,
            first_wait_s: self.first_wait_s.min(seconds),
            lease_s: self.lease_s.min(seconds),
            ..self
        }
    }

    pub(crate) fn options(self) -> ActivityOptions {
        let retries = RetryPolicy::builder()
            .initial_interval(Duration::from_secs(self.first_wait_s))
            .backoff_coefficient(2.0)
            .maximum_interval(Duration::from_secs(10 * 60))
            .maximum_attempts(self.attempts)
            .build();
        ActivityOptions::with_start_to_close_timeout(Duration::from_secs(self.limit_s))
            .heartbeat_timeout(Duration::from_secs(self.heartbeat_s))
            .retry_policy(retries)
            .build()
    }

    /// When an attempt ends by itself: well before its limit.
    pub(crate) fn enough(self) -> Duration {
        Duration::from_secs(self.limit_s) * 2 / 3
    }

    /// How often a heartbeat is sent.
    pub(crate) fn beat(self) -> Duration {
        Duration::from_secs(self.heartbeat_s.max(1)) / 4
    }
}

/// Deriving dirty days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Of the people of this project, or of everybody.
    pub project: Option<ProjectId>,
    /// Its time-outs.
    pub timing: Timing,
}

/// Asking the language model for everybody whose turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskOrder {
    /// Seconds to wait before.
    pub after_s: u64,
    /// Its time-outs.
    pub timing: Timing,
    /// Those of deriving what was answered.
    pub derive: Timing,
}

impl AskOrder {
    /// After so many seconds, with workers that count as gone after so many seconds of silence.
    pub fn new(after_s: u64, heartbeat_s: u64) -> Self {
        Self {
            after_s,
            timing: Timing::ASK.with_heartbeat(heartbeat_s),
            derive: Timing::DERIVE.with_heartbeat(heartbeat_s),
        }
    }
}

/// A sweep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepOrder {
    /// Its published name.
    pub name: String,
    /// Whether dirty days are worked off after it.
    pub days: bool,
    /// Over everything that may still be uploaded instead of the last days.
    pub everything: bool,
    /// Its time-outs.
    pub timing: Timing,
}

/// What working off dirty days did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Days derived and written.
    pub derived: u64,
    /// Days somebody else had taken over.
    pub lost: u64,
    /// Days that failed and are due again later.
    pub failed: u64,
    /// Seconds until the first of those is due.
    pub retry_in_s: Option<u64>,
    /// It ended before the queue was empty.
    pub cut_short: bool,
    /// Seconds until a language model is to be asked for somebody, if that is soon.
    #[serde(default)]
    pub ask_in_s: Option<u64>,
}

impl Report {
    /// The two in one.
    #[must_use]
    pub fn and(self, next: Report) -> Report {
        Report {
            derived: self.derived + next.derived,
            lost: self.lost + next.lost,
            failed: self.failed + next.failed,
            ..next
        }
    }
}

/// What asking came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskReport {
    /// People who were asked for.
    pub people: u64,
    /// Signals decided.
    pub decided: u64,
    /// Somebody's turn has come meanwhile, or comes within seconds.
    pub more: bool,
}

impl AskReport {
    /// The two in one.
    #[must_use]
    pub fn and(self, next: AskReport) -> AskReport {
        AskReport {
            people: self.people + next.people,
            decided: self.decided + next.decided,
            more: next.more,
        }
    }
}
