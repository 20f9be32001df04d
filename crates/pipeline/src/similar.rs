//! Which other entries a correction would move: what a person would teach by it is learned, and the days it reaches are
//! answered for again, all in memory. Nothing is stored or marked, and no language model is asked.
//!
//! It comes out as if the correction were made and the queue worked off, as long as nothing else changes meanwhile. Only
//! in a workspace of more open tasks than are weighed may it differ: which of them are depends on what was worked on.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use dayloom_attribution::{Attributor, DAYS_BEFORE, Taught};
use dayloom_domain::{
    DeveloperId, EntryId, TaskId,
    day::{AnsweredBy, AttributedSpan, Block, Category, Day},
    derive::{self, Woven, evidence_window},
    review::{Change, EntryStatus, Pin},
};
use dayloom_storage::Store;
use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{DeriveError, Lessons, evidence, learn, lessons};

/// An entry that a correction would move.
#[derive(Clone, Debug, PartialEq)]
pub struct Similar {
    /// The entry.
    pub entry: EntryId,
    /// Its local date.
    pub date: Date,
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// Whole minutes.
    pub minutes: i64,
    /// The task it has now.
    pub task_id: Option<TaskId>,
    /// How sure that is.
    pub confidence: f64,
}

/// Where corrections put time: a task, or the kind of time that has none.
type Target = (Option<TaskId>, Category);

/// A day as it stands and as it would be answered for.
struct Reached {
    date: Date,
    /// Entries nobody reviewed.
    open: Vec<Block>,
    woven: Woven,
    pins: Vec<Pin>,
}

/// Entries that nobody reviewed and that would go where these corrections put others, by date and start: of the days of
/// the corrected entries, and of the last [`REACHES_BACK`](learn::REACHES_BACK).
///
/// An entry goes there if more than half of its attention does: weighed again, a day may be cut into other entries.
/// Corrections that cannot be made move nothing; other wishes are taught from, and name no place to go.
pub async fn similar(
    store: &Store,
    developer: DeveloperId,
    wishes: &[(EntryId, Change)],
    now: Timestamp,
) -> Result<Vec<Similar>, DeriveError> {
    let targets: Vec<Target> = wishes.iter().filter_map(|(_, change)| target(change)).collect();
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let said = store.reviews().foresee(developer, wishes).await?;
    let mut corrected = Vec::with_capacity(said.len());
    for (date, pins) in &said {
        let woven = evidence::woven(store, developer, *date).await?;
        corrected.push((woven, pins.as_slice()));
    }
    if corrected.is_empty() {
        return Ok(Vec::new());
    }
    let learned = learn::foresee(store, developer, &corrected).await?;
    drop(corrected);
    let dates = dates(store, developer, &said, now).await?;
    let corrected: HashSet<EntryId> = wishes.iter().map(|(entry, _)| *entry).collect();
    let is_open = |block: &Block| {
        block.status == EntryStatus::Inferred
            && block.entry_id.is_some_and(|id| !corrected.contains(&id))
            && targets.iter().any(|target| !is_at(block, *target))
    };
    let mut found = Vec::new();
    // Each day teaches those after it, so they are gone through in order.
    let mut lessons = Lessons::default();
    for date in dates {
        let Some(day) = reach(store, developer, date, &said, &is_open).await? else {
            continue;
        };
        let attributor = evidence::attributor_with(store, developer, &day.woven, &lessons, learned.clone())
            .await?
            .with_reviewed(lessons::reviewed(date, &day.pins));
        let targets = targets.clone();
        let moved = tokio::task::spawn_blocking(move || moved(&attributor, day, &targets));
        let (moved, taught) = moved.await.map_err(|_| DeriveError::Broken)?;
        found.extend(moved);
        lessons.take_in(date, taught);
    }
    Ok(found)
}

/// The stored days that corrections of these dates may move, in order.
async fn dates(
    store: &Store,
    developer: DeveloperId,
    said: &BTreeMap<Date, Vec<Pin>>,
    now: Timestamp,
) -> Result<BTreeSet<Date>, DeriveError> {
    let mut dates: BTreeSet<Date> = said.keys().copied().collect();
    let taught = said
        .keys()
        .map(|date| (*date, date.saturating_add(DAYS_BEFORE.days())));
    for (from, to) in taught.chain(std::iter::once(learn::reached(now))) {
        let known = store.days().known(Some(developer), from, to).await?;
        dates.extend(known.into_iter().map(|(_, date)| date));
    }
    Ok(dates)
}

fn target(change: &Change) -> Option<Target> {
    match change {
        Change::Correct { task_id, category } => Some((*task_id, *category)),
        Change::Edit { answer, .. } => *answer,
        Change::Confirm | Change::Dismiss | Change::Split { .. } | Change::Merge { .. } => None,
    }
}

fn is_at(block: &Block, (task, category): Target) -> bool {
    block.task_id == task && (task.is_some() || block.category == category)
}

/// A stored day and those of its entries that may move; `None` if it was never derived.
async fn reach(
    store: &Store,
    developer: DeveloperId,
    date: Date,
    said: &BTreeMap<Date, Vec<Pin>>,
    is_open: &impl Fn(&Block) -> bool,
) -> Result<Option<Reached>, DeriveError> {
    let Some(stored) = store.days().read(developer, date).await? else {
        return Ok(None);
    };
    let open: Vec<Block> = stored.day.blocks.into_iter().filter(is_open).collect();
    let woven = evidence::woven(store, developer, date).await?;
    let (from, to) = evidence_window(date);
    let mut pins = store.days().pins(developer, from, to).await?;
    pins.retain(|pin| !said.contains_key(&pin.date));
    pins.extend(said.values().flatten().cloned());
    Ok(Some(Reached {
        date,
        open,
        woven,
        pins,
    }))
}

/// The entries of a day that would go to one of the targets, and what the day would teach.
fn moved(attributor: &Attributor, day: Reached, targets: &[Target]) -> (Vec<Similar>, Taught) {
    let Reached {
        date,
        open,
        woven,
        pins,
    } = day;
    let (answers, taught) = attributor.attribute_and_teach(&woven.spans);
    let would_be = derive::assemble(woven, answers, &pins);
    let goes = |block: &Block| {
        targets
            .iter()
            .any(|target| !is_at(block, *target) && 2 * micros_at(&would_be, block, *target) > block.micros)
    };
    let shown = |block: Block| {
        Some(Similar {
            entry: block.entry_id?,
            date,
            start: block.start,
            end: block.end,
            minutes: block.minutes,
            task_id: block.task_id,
            confidence: block.confidence,
        })
    };
    let moved = open.into_iter().filter(goes).filter_map(shown).collect();
    (moved, taught)
}

/// Attention of a block that is answered for by a target, other than by a review.
fn micros_at(day: &Day, block: &Block, (task, category): Target) -> i64 {
    let (start, end) = (block.start.as_microsecond(), block.end.as_microsecond());
    let at = |span: &&AttributedSpan| {
        let answer = &span.attribution;
        answer.task_id == task
            && (task.is_some() || answer.category == category)
            && answer.answered_by != AnsweredBy::Review
    };
    let pieces = day.spans.iter().filter(at).flat_map(|span| &span.span.pieces);
    pieces
        .map(|(from, to)| (to.as_microsecond().min(end) - from.as_microsecond().max(start)).max(0))
        .sum()
}
