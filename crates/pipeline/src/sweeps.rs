//! What is looked over every few minutes or hours (`contract/tracker.md` §4.6), whoever keeps the time.

use std::time::Duration;

use dayloom_storage::StorageError;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{Reach, Stages, insights, journal};

/// How much too early a sweep may be: those who keep the time are not exact.
const SLACK: SignedDuration = SignedDuration::from_secs(5);

/// A periodic look over everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sweep {
    /// Days whose evidence nobody marked, and the dirty days that wait.
    Days,
    /// Journals of all days.
    Journals,
    /// Journals of the days that go on, or have just ended.
    JournalsLately,
    /// What is worth saying about days.
    Insights,
}

impl Sweep {
    /// Every sweep.
    pub const ALL: &[Sweep] = &[
        Sweep::Days,
        Sweep::Journals,
        Sweep::JournalsLately,
        Sweep::Insights,
    ];

    /// Its published name.
    pub fn name(self) -> &'static str {
        match self {
            Sweep::Days => "tracker-enrich-sweep",
            Sweep::Journals => "tracker-journal-sweep",
            Sweep::JournalsLately => "tracker-journal-refresh",
            Sweep::Insights => "tracker-insights-sweep",
        }
    }

    /// The sweep of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|sweep| sweep.name() == name)
    }

    /// How often it is run.
    pub fn every(self) -> Duration {
        match self {
            Sweep::Days | Sweep::JournalsLately => Duration::from_secs(5 * 60),
            Sweep::Journals => Duration::from_secs(6 * 60 * 60),
            Sweep::Insights => Duration::from_secs(3 * 60 * 60),
        }
    }

    /// Whether it may leave days dirty, which are to be worked off after it.
    pub fn marks_days(self) -> bool {
        match self {
            Sweep::Days => true,
            Sweep::Journals | Sweep::JournalsLately | Sweep::Insights => false,
        }
    }
}

impl Stages {
    /// Whether it is time for a sweep and nobody else on this database has begun it: then it is the caller's. Engines
    /// that have a schedule of their own need not ask.
    pub async fn claim_sweep(&self, sweep: Sweep) -> Result<bool, StorageError> {
        let (settings, key) = (self.store().settings(), format!("sweep:{}", sweep.name()));
        let now = self.now();
        let last = settings
            .get_or_create(&key, &Timestamp::UNIX_EPOCH.to_string())
            .await?;
        let begun = last.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let passed = now.duration_since(begun);
        let every = SignedDuration::try_from(sweep.every()).unwrap_or(SignedDuration::MAX);
        // One that lies ahead is of a clock that has been set back since.
        if (SignedDuration::ZERO..every - SLACK).contains(&passed) {
            return Ok(false);
        }
        settings.replace(&key, &last, &now.to_string()).await
    }

    /// Runs a sweep; how many things it found to do. The first one after a start reaches further back. One that may
    /// take long ends early when `stop` is cancelled; the next one goes on where it left off.
    pub async fn run_sweep(
        &self,
        sweep: Sweep,
        reach: Reach,
        stop: &CancellationToken,
    ) -> Result<u64, StorageError> {
        let (store, models, now) = (self.store(), self.models(), self.now());
        match sweep {
            Sweep::Days => self.sweep(reach).await,
            Sweep::Journals => journal::sweep_until(store, models, now, stop).await,
            Sweep::JournalsLately => journal::refresh_until(store, models, now, stop).await,
            Sweep::Insights => insights::sweep_until(store, now, stop).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sweeps_are_found_by_their_names() {
        for &sweep in Sweep::ALL {
            assert_eq!(Sweep::named(sweep.name()), Some(sweep));
        }
        assert_eq!(Sweep::named("tracker"), None);
    }
}
