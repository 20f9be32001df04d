//! Deriving stored days again with today's rules and what was learned since, and saying what comes out differently.
//! No language model is asked: what one said before stands as a decision.

use std::collections::BTreeMap;

use dayloom_domain::{
    DeveloperId, TaskId,
    day::{Block, Day},
};
use jiff::{Timestamp, civil::Date};

use crate::{DeriveError, Lessons, Stages, derive::compute};

/// A day that was derived again.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// Whose.
    pub developer: DeveloperId,
    /// Which local date.
    pub date: Date,
    /// What it came to before; none if it had never been derived.
    pub before: Option<Sums>,
    /// What it comes to.
    pub after: Sums,
    /// Whether anything at all differs.
    pub changed: bool,
    /// Blocks that differ, by start.
    pub blocks: Vec<BlockChange>,
}

/// Totals of a day in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// All attention.
    pub attention: i64,
    /// With a task.
    pub attributed: i64,
    /// Without one.
    pub unattributed: i64,
    /// Personal.
    pub personal: i64,
    /// How many blocks.
    pub blocks: usize,
}

impl Sums {
    fn of(day: &Day) -> Self {
        Self {
            attention: day.attention_micros,
            attributed: day.attributed_micros,
            unattributed: day.unattributed_micros,
            personal: day.personal_micros,
            blocks: day.blocks.len(),
        }
    }
}

/// How one block stood and stands; at least one of the two is there.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockChange {
    /// Before.
    pub before: Option<BlockState>,
    /// Now.
    pub after: Option<BlockState>,
}

/// What a replay shows of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockState {
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// Whole minutes.
    pub minutes: i64,
    /// Its task.
    pub task_id: Option<TaskId>,
}

impl BlockState {
    fn of(block: &Block) -> Self {
        Self {
            start: block.start,
            end: block.end,
            minutes: block.minutes,
            task_id: block.task_id,
        }
    }
}

impl Stages {
    /// Derives one day again and, unless it is a `dry` run, writes it where it differs or still waits to be derived. A day
    /// that shows the same, but was computed from something else or teaches something else, is no difference: it only keeps
    /// what it rests on.
    pub async fn replay(
        &self,
        developer: DeveloperId,
        date: Date,
        dry: bool,
    ) -> Result<Replayed, DeriveError> {
        let (replayed, due) = self.compare(developer, date, &mut Lessons::default()).await?;
        if !dry && due {
            // Through the queue, so that no engine writes an older answer over it.
            self.store().days().mark(developer, &[date], self.now()).await?;
            self.settle(developer, date).await?;
        }
        Ok(replayed)
    }

    /// A dry run over several days of a person, one after the other in the order of dates: each is taught what those before
    /// it would teach.
    pub async fn rehearse(
        &self,
        developer: DeveloperId,
        date: Date,
        lessons: &mut Lessons,
    ) -> Result<Replayed, DeriveError> {
        Ok(self.compare(developer, date, lessons).await?.0)
    }

    /// What is stored beside what comes out now, and whether anything of it is to be written.
    async fn compare(
        &self,
        developer: DeveloperId,
        date: Date,
        lessons: &mut Lessons,
    ) -> Result<(Replayed, bool), DeriveError> {
        let days = self.store().days();
        let pending = days.pending(developer, date).await?;
        let stored = days.evidenced(developer, date).await?;
        let (before, kept) = stored.map_or((None, None), |stored| {
            (Some(unnamed(stored.day)), stored.evidence)
        });
        let lesson = days
            .taught(developer, date, date)
            .await?
            .pop()
            .map(|(_, text)| text);
        let computed = compute(self.store(), developer, date, lessons).await?;
        let stale = kept.as_ref() != Some(&computed.text) || lesson != computed.lesson;
        lessons.take_in(date, computed.taught);
        let after = unnamed(computed.day);
        let replayed = Replayed {
            developer,
            date,
            before: before.as_ref().map(Sums::of),
            after: Sums::of(&after),
            changed: before.as_ref() != Some(&after),
            blocks: differences(before.as_ref(), &after),
        };
        let due = replayed.changed || pending || stale;
        Ok((replayed, due))
    }
}

/// A stored block has the id of its entry, a fresh one may not.
fn unnamed(mut day: Day) -> Day {
    for block in &mut day.blocks {
        block.entry_id = None;
    }
    day
}

fn differences(before: Option<&Day>, after: &Day) -> Vec<BlockChange> {
    let states = |day: &Day| -> BTreeMap<String, BlockState> {
        day.blocks
            .iter()
            .map(|block| (block.external_ref.clone(), BlockState::of(block)))
            .collect()
    };
    let mut before = before.map(states).unwrap_or_default();
    let mut changes = Vec::new();
    for (name, state) in states(after) {
        let old = before.remove(&name);
        if old.as_ref() != Some(&state) {
            changes.push(BlockChange {
                before: old,
                after: Some(state),
            });
        }
    }
    changes.extend(before.into_values().map(|old| BlockChange {
        before: Some(old),
        after: None,
    }));
    changes.sort_by_key(|change| {
        let state = change.after.as_ref().or(change.before.as_ref());
        state.map(|state| (state.start, state.end))
    });
    changes
}
