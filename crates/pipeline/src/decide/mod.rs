//! Asking a language model about signals nobody could answer for: each once, many in one call, one person at a time.
//!
//! Deriving a day notes what is unknown on it ([`Stages::note_unknown`]); asking happens apart from deriving
//! ([`Stages::keep_asking`]) and only ever ends in decisions, which are evidence like any other: the days they touch are
//! marked and derived again. So a model that fails, lies or hangs costs no time and holds up nobody. What it did not
//! answer stays noted and is asked again, later and later.

mod due;
mod guard;
mod prompt;
mod steer;
mod turn;
mod unknown;
mod verdict;

use std::{sync::Arc, time::Duration};

use dayloom_domain::{DeveloperId, day::Day};
use dayloom_llm::Prompt;
use dayloom_storage::StorageError;
use jiff::{Timestamp, ToSpan, civil::Date};
use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{Stages, Wake};

pub use due::{QUIET, TAIL};
pub use prompt::{Shown, prompt_about};
pub use turn::{AT_ONCE, TurnOutcome};
pub use unknown::{LEAST_MICROS, is_open};

/// People asked for at the same time: waiting for a model costs nothing, but a local one serves few at once.
const PARALLEL: usize = 4;
/// How long a turn stays taken if its asker vanishes; it is renewed while the model thinks.
const LEASE: Duration = Duration::from_secs(60);
/// How often is looked whether somebody's turn has come.
const POLL: Duration = Duration::from_secs(1);
/// How many derived days back are noted when a model is there for the first time.
const SWEEP_DAYS: i32 = 7;

/// What would be sent about a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The prompts exactly as they would be sent, one call each.
    pub prompts: Vec<Prompt>,
    /// Signals in them.
    pub signals: usize,
    /// Signals left out because their project does not allow the model.
    pub forbidden: usize,
}

impl Stages {
    /// Notes what is unknown on a day that was just derived, and when a model is to be asked about it. Without a model it
    /// does nothing.
    pub async fn note_unknown(&self, developer: DeveloperId, day: &Day) -> Result<(), StorageError> {
        if self.models().is_none() {
            return Ok(());
        }
        due::note(self, developer, day, due::After::Deriving).await
    }

    /// Asks for everybody whose turn has come until `stop` is cancelled. `wake` is told when days are to be derived again.
    /// Turns under way when it stops are given back; what they were answered by then is kept.
    pub async fn keep_asking(&self, wake: Wake, stop: CancellationToken) {
        if self.models().is_none() {
            return stop.cancelled().await;
        }
        self.sweep_unknown().await;
        let room = Arc::new(Semaphore::new(PARALLEL));
        let mut under_way = JoinSet::new();
        while !stop.is_cancelled() {
            while under_way.try_join_next().is_some() {}
            let limit = u32::try_from(room.available_permits()).unwrap_or(1);
            let turns = match self.take_turns(limit).await {
                Ok(turns) => turns,
                Err(StorageError::Closed) => break,
                Err(error) => {
                    tracing::warn!(%error, "it is not known whom to ask for; trying again");
                    Vec::new()
                }
            };
            for turn in turns {
                let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
                    return;
                };
                let (stages, wake, stop) = (self.clone(), wake.clone(), stop.clone());
                under_way.spawn(async move {
                    let decided = stages.ask_or_give_back(&turn, &stop).await > 0;
                    if decided {
                        wake.notify();
                    }
                    drop(permit);
                });
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Asks for everybody whose turn has come, until nobody's has. Returns how many turns that were.
    pub async fn ask_due(&self) -> Result<u64, StorageError> {
        self.ask_due_until(&CancellationToken::new()).await
    }

    /// The same, ending early when `stop` is cancelled: turns under way are given back then. Any number of askers, on
    /// any number of machines, share the people between them.
    pub async fn ask_due_until(&self, stop: &CancellationToken) -> Result<u64, StorageError> {
        let mut asked = 0;
        let mut under_way = JoinSet::new();
        while !self.models().is_none() && !stop.is_cancelled() {
            let free = PARALLEL.saturating_sub(under_way.len());
            for turn in self.take_turns(u32::try_from(free).unwrap_or(1)).await? {
                let (stages, stop) = (self.clone(), stop.clone());
                under_way.spawn(async move { stages.ask_or_give_back(&turn, &stop).await });
                asked += 1;
            }
            if under_way.join_next().await.is_none() {
                break;
            }
        }
        while under_way.join_next().await.is_some() {}
        Ok(asked)
    }

    /// When somebody's turn comes, if that is within `soon`; never without a model.
    pub async fn next_ask(&self, soon: Duration) -> Result<Option<Timestamp>, StorageError> {
        if self.models().is_none() {
            return Ok(None);
        }
        let by = self.now().saturating_add(soon).unwrap_or(Timestamp::MAX);
        self.store().decisions().next_turn(by).await
    }

    /// How many signals were decided.
    async fn ask_or_give_back(&self, turn: &dayloom_storage::Turn, stop: &CancellationToken) -> usize {
        tokio::select! {
            outcome = self.ask(turn, LEASE) => outcome.decided(),
            () = stop.cancelled() => {
                self.give_back(turn).await;
                0
            }
        }
    }

    /// Notes days derived while there was no model, and forgets old ones that need none.
    pub async fn sweep_unknown(&self) {
        if self.models().is_none() {
            return;
        }
        let now = self.now();
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let from = today.saturating_sub(SWEEP_DAYS.days());
        if let Err(error) = self.store().decisions().sweep(from, now).await {
            tracing::warn!(%error, "days derived before could not be noted for the language model");
        }
    }

    /// What would be sent about a stored day, without sending anything; with `again` also what was asked before. Where
    /// there is no model, it shows what a hosted one would get.
    pub async fn preview(
        &self,
        developer: DeveloperId,
        date: Date,
        again: bool,
    ) -> Result<Preview, StorageError> {
        let stored = self.store().days().read(developer, date).await?;
        let days: Vec<Day> = stored.into_iter().map(|stored| stored.day).collect();
        let found = unknown::find(self, developer, &days, again).await?;
        let batches = turn::batches(found.groups, 0, Timestamp::MAX);
        Ok(Preview {
            signals: batches.iter().map(|batch| batch.questions.len()).sum(),
            prompts: batches.iter().map(|batch| batch.prompt().redacted()).collect(),
            forbidden: found.forbidden,
        })
    }

    async fn take_turns(&self, limit: u32) -> Result<Vec<dayloom_storage::Turn>, StorageError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.store()
            .decisions()
            .take_turns(self.now(), LEASE, limit)
            .await
    }

    async fn give_back(&self, turn: &dayloom_storage::Turn) {
        let (failed, now) = (false, self.now());
        if let Err(error) = self.store().decisions().end_turn(turn, failed, now).await {
            tracing::warn!(%error, "a turn could not be given back; its lease runs out instead");
        }
    }
}
