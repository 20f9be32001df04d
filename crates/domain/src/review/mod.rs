//! What a person decided about time: the only evidence that outranks every rule and model.
//!
//! A [`Review`] is never changed, only added or taken back; what is in force on a day is [`in_force`], a function of
//! its reviews. [`plan`] says what a wish of the person means on the day as it stands. Nothing here knows a database
//! or how a day is derived.

mod change;
mod fold;

#[cfg(test)]
mod examples;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{EntryId, ProjectId, ReviewId, TaskId, day::Category};

pub use change::{Change, ChangeError, Planned, plan};
pub use fold::in_force;

/// Where an entry stands (`contract/tracker.md` §3): `inferred` until a person acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// Derived, not reviewed.
    Inferred,
    /// The person agreed.
    Confirmed,
    /// The person changed it.
    Corrected,
    /// The person removed it from all totals.
    Dismissed,
}

/// A reviewed entry. It claims its interval; deriving again flows around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pin {
    /// The entry that was reviewed.
    pub entry_id: EntryId,
    /// Its `external_task_ref`, kept as long as the review stands.
    pub external_ref: String,
    /// The local date of the entry. It claims spans of this date only: where two devices stand in different
    /// zones, another date's time may lie within the same hour.
    pub date: Date,
    /// First instant claimed.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// The project the entry was filed under, kept where no evidence is left inside.
    pub project_id: ProjectId,
    /// Confirmed, corrected or dismissed; inferred only where a [`Review`] tells how an entry stood before it.
    pub status: EntryStatus,
    /// The task the person gave, if any.
    pub task_id: Option<TaskId>,
    /// The category the person gave.
    pub category: Category,
    /// The person's own words, shown in place of a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Of an entry made by hand, the microseconds it stands for. It needs no evidence, and where it has an interval
    /// the inferred time inside leaves the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand: Option<i64>,
}

impl Pin {
    /// Whether the person made the entry by hand.
    pub fn is_by_hand(&self) -> bool {
        self.hand.is_some()
    }

    /// Whether it claims an instant at all; one made by hand may be a length alone.
    pub fn claims(&self) -> bool {
        self.start < self.end
    }

    /// Whether it overlaps `[from, to)`, or claims nothing and stands at an instant of it.
    pub fn meets(&self, from: Timestamp, to: Timestamp) -> bool {
        self.start < to && (self.end > from || (!self.claims() && self.start >= from))
    }
}

/// What a person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewAction {
    /// Agreed.
    Confirm,
    /// Gave another task, or none, or called it personal.
    Correct,
    /// Removed it from all totals.
    Dismiss,
    /// Moved its borders or put it in words.
    Edit,
    /// Cut it in pieces.
    Split,
    /// Made neighbours one.
    Merge,
    /// Entered time by hand.
    Enter,
}

/// One thing a person said about one day. Append-only: taking it back sets `undone_at` and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Id.
    pub id: ReviewId,
    /// Grows with every review of the person: the order in which they were said.
    pub seq: i64,
    /// The local date of the entries.
    pub date: Date,
    /// What was done.
    pub action: ReviewAction,
    /// The entries as they stood; one made by hand stood nowhere.
    pub before: Vec<Pin>,
    /// The entries as they stand by it.
    pub after: Vec<Pin>,
    /// When it was said.
    pub created_at: Timestamp,
    /// When it was taken back, if it was.
    pub undone_at: Option<Timestamp>,
}

/// The name of a piece of an entry: that of its first event, and the microsecond it begins at, as the derivation
/// names the second block of one event. `taken` are names that are not free.
fn piece_name(of: &str, begins: Timestamp, taken: impl Fn(&str) -> bool) -> String {
    let root = of.split_once('@').map_or(of, |(root, _)| root);
    let first = format!("{root}@{}", begins.as_microsecond());
    if !taken(&first) {
        return first;
    }
    (2_u32..)
        .map(|n| format!("{first}.{n}"))
        .find(|name| !taken(name))
        .unwrap_or(first)
}
