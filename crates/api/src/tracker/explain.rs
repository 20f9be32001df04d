//! Why a span has its answer, on the wire (`contract/tracker.md` §9.3).

use dayloom_domain::TaskId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a span has its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpanExplained {
    /// The reason of its attribution.
    pub reason: String,
    /// `review`, `rule`, `key`, `neighbours`, `nobody` or another source of evidence.
    pub answered_by: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// What was weighed, the weightiest first.
    pub evidence: Vec<EvidenceRow>,
    /// The tasks that were weighed, the most probable first.
    pub candidates: Vec<CandidateRow>,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceRow {
    /// Its kind.
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
