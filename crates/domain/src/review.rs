//! What a person decided about time: the only evidence that outranks every rule and model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{EntryId, TaskId, day::Category};

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
    /// First instant claimed.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// Confirmed, corrected or dismissed (never inferred).
    pub status: EntryStatus,
    /// The task the person gave, if any.
    pub task_id: Option<TaskId>,
    /// The category the person gave.
    pub category: Category,
}
