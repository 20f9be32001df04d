//! Working off the queue: days are taken a few at a time, which spares commits, and derived side by side.

use std::{collections::VecDeque, time::Duration};

use dayloom_domain::ProjectId;
use dayloom_storage::{REST, StorageError, Taken};
use jiff::Timestamp;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{Outcome, Stages, Wake};

/// While evidence comes in without a pause, so many times as long as a day took is left to it before the next day.
const SHARES_OF_UPLOADS: u32 = 3;

/// How the queue is worked off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Days derived at the same time.
    pub parallel: usize,
    /// Days taken at once; those that wait longer than half a lease are given back.
    pub ahead: u32,
    /// How long a day stays taken if whoever took it vanishes.
    pub lease: Duration,
    /// How often the queue is looked at again while days are under way.
    pub poll: Duration,
}

impl Default for Pace {
    /// Half of the cores derive, at least one: the others are for requests, and each day under way takes its memory.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            parallel: (cores / 2).max(1),
            ahead: 8,
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(1),
        }
    }
}

/// What working off the queue did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Days derived and written.
    pub derived: u64,
    /// Days somebody else had taken over.
    pub lost: u64,
    /// Days that failed.
    pub failed: u64,
    /// When the first of those is due again that failed, or rest because they were marked while they were derived.
    pub retry_at: Option<Timestamp>,
}

impl Progress {
    /// Days that were worked on.
    pub fn days(&self) -> u64 {
        self.derived + self.lost + self.failed
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Changed | Outcome::Unchanged => self.derived += 1,
            Outcome::LeaseLost => self.lost += 1,
            Outcome::Failed(retry_at) => {
                self.failed += 1;
                self.look_again(retry_at);
            }
        }
    }

    fn look_again(&mut self, at: Timestamp) {
        self.retry_at = Some(self.retry_at.map_or(at, |first| first.min(at)));
    }
}

/// Days taken and not yet begun.
#[derive(Default)]
struct Ahead {
    days: VecDeque<Taken>,
    since: Option<Instant>,
}

impl Ahead {
    /// The next day whose lease is still fresh. Stale ones are left in place for [`Ahead::give_back`].
    fn next(&mut self, lease: Duration) -> Option<Taken> {
        let fresh = self.since.is_some_and(|since| since.elapsed() < lease / 2);
        if fresh { self.days.pop_front() } else { None }
    }

    async fn give_back(&mut self, stages: &Stages) {
        for taken in self.days.drain(..) {
            if let Err(error) = stages.store().days().give_back(&taken).await {
                tracing::warn!(%error, "a day could not be given back; its lease runs out instead");
            }
        }
    }
}

/// Derives a day, and steps back where evidence of it came in meanwhile: whoever uploads faster than days are derived is
/// served first, and one derivation of the day after the last of it is enough. Without this, small batches of many
/// people at a time get half of the machine.
async fn derive(stages: Stages, taken: Taken, lease: Duration, stop: CancellationToken) -> Outcome {
    let started = Instant::now();
    let (outcome, marked_again) = stages.derive_hearing(&taken, lease).await;
    if marked_again {
        let _ = tokio::time::timeout(pause_after(started.elapsed()), stop.cancelled()).await;
    }
    outcome
}

/// How long uploads come first after a day that took so long: never longer than the day itself rests.
fn pause_after(took: Duration) -> Duration {
    took.saturating_mul(SHARES_OF_UPLOADS).min(REST)
}

impl Stages {
    /// Derives due days, of everyone or of the people of one project, until none is due or `stop` is cancelled; then
    /// waits for those under way. `wake` makes it look for more while it works; `step` hears of every day that is done.
    pub async fn work_off(
        &self,
        project: Option<ProjectId>,
        pace: Pace,
        wake: &Wake,
        stop: &CancellationToken,
        mut step: impl FnMut(&Progress),
    ) -> Result<Progress, StorageError> {
        let mut progress = Progress::default();
        let mut ahead = Ahead::default();
        let mut under_way = JoinSet::new();
        let mut failure = None;
        let mut look = true;
        loop {
            let going_on = !stop.is_cancelled() && failure.is_none();
            if going_on && look && ahead.days.is_empty() && under_way.len() < pace.parallel {
                match self.take(project, pace.lease, pace.ahead).await {
                    Ok(days) => {
                        look = !days.is_empty();
                        ahead.days.extend(days);
                        ahead.since = Some(Instant::now());
                    }
                    Err(error) => failure = Some(error),
                }
            }
            while going_on && under_way.len() < pace.parallel {
                let Some(taken) = ahead.next(pace.lease) else {
                    break;
                };
                under_way.spawn(derive(self.clone(), taken, pace.lease, stop.clone()));
            }
            if !going_on || under_way.len() < pace.parallel {
                ahead.give_back(self).await;
            }
            if under_way.is_empty() {
                if going_on && look {
                    continue;
                }
                break;
            }
            tokio::select! {
                Some(done) = under_way.join_next() => {
                    // A derivation that panicked keeps its lease until that runs out.
                    if let Ok(outcome) = done {
                        progress.count(outcome);
                        step(&progress);
                    }
                    look = true;
                }
                () = wake.notified(), if going_on => look = true,
                () = tokio::time::sleep(pace.poll), if going_on => look = true,
                () = stop.cancelled(), if going_on => {}
            }
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        // Whoever works for one project may have been called for a day that rests, and nobody else would look again.
        if (progress.days() > 0 || project.is_some())
            && let Some(due) = self.resting().await?
        {
            progress.look_again(due);
        }
        Ok(progress)
    }

    /// When the first day is due that rests after it was derived.
    async fn resting(&self) -> Result<Option<Timestamp>, StorageError> {
        let soon = self.now().saturating_add(REST).unwrap_or(Timestamp::MAX);
        let due = self.store().days().next_due().await?;
        Ok(due.filter(|due| *due <= soon))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_have_three_quarters_of_the_time_and_no_day_waits_longer_than_it_would_rest() {
        let ms = Duration::from_millis;
        assert_eq!(pause_after(ms(20)), ms(60));
        assert_eq!(pause_after(ms(5_000)), REST);
        assert_eq!(pause_after(Duration::MAX), REST);
    }
}
