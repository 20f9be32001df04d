//! Asking a language model about signals nobody could answer for: each once, many in one call, one person at a time.
//!
//! Deriving a day notes what is unknown on it ([`Stages::note_unknown`]); asking happens apart from deriving
//! ([`Stages::keep_asking`], [`Stages::ask_for_a_while`]) and only ever ends in decisions, which are evidence like any
//! other: the days they touch are marked with them and derived again. So a model that fails, lies or hangs costs no time
//! and holds up nobody. What it did not answer stays noted and is asked again, later and later.

mod asking;
mod due;
mod guard;
mod probe;
mod prompt;
mod steer;
mod turn;
mod unknown;
mod verdict;

use dayloom_domain::{DeveloperId, day::Day};
use dayloom_llm::Prompt;
use dayloom_storage::StorageError;
use jiff::{Timestamp, ToSpan, civil::Date};

use crate::Stages;

pub use asking::{AskPace, AskedFor};
pub use due::{QUIET, TAIL};
pub use probe::{answers_probe, probe};
pub use prompt::{Shown, prompt_about};
pub use turn::{AT_ONCE, TurnOutcome};
pub use unknown::{LEAST_MICROS, is_open};

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
}
