//! Why a span has its answer, on the wire (`contract/tracker.md` §9.3).

use dayloom_domain::TaskId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a span has its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpanExplained {
    /// The reason of its attribution.
    pub reason: String,
    /// `review`, `rule`, `key`, `learned`, `model`, `neighbours` or `nobody`.
    pub answered_by: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// What it was computed from when the day was derived: what decided, then what was weighed, the weightiest first. A
    /// handful, each at most 200 characters.
    pub evidence: Vec<EvidenceRow>,
    /// The tasks that were weighed, the most probable first; at most 8.
    pub candidates: Vec<CandidateRow>,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceRow {
    /// `review`, `rule`, `key`, `learned`, `words`, `neighbours` or `model`.
    pub kind: String,
    /// In words.
    pub text: String,
    /// How much it speaks for the answer, as a log-odds; below 0 it speaks against.
    pub weight: f64,
}

/// One task that was weighed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CandidateRow {
    /// The task.
    #[schema(value_type = Uuid)]
    pub task_id: TaskId,
    /// Its share, from 0 to 1.
    pub confidence: f64,
}
