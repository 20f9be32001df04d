//! What a person decided about time: the only evidence that outranks every rule and model.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{EntryId, ProjectId, TaskId, day::Category};

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
    /// Confirmed, corrected or dismissed (never inferred).
    pub status: EntryStatus,
    /// The task the person gave, if any.
    pub task_id: Option<TaskId>,
    /// The category the person gave.
    pub category: Category,
}
