//! What an answer rests on, for its person alone to read: every piece of evidence with its weight, and the tasks
//! that were weighed with their share.
//!
//! Unlike the reason of an attribution this never goes into the timesheet, so it may speak of titles and addresses.

use dayloom_domain::{TaskId, day::AnsweredBy};
use serde::{Deserialize, Serialize};

/// What kind of evidence something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A person's review of this very time.
    Review,
    /// A rule that catches it.
    Rule,
    /// A task key in sight, or the task's own page.
    Key,
    /// What the person said of time like this.
    Learned,
    /// Words that the task's title shares with what was in sight.
    Words,
    /// What stands before and after it.
    Neighbours,
    /// A language model's answer.
    Model,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceItem {
    /// Its kind.
    pub kind: EvidenceKind,
    /// In words.
    pub text: String,
    /// How much it speaks for the answer, as a log-odds: 0 says nothing, below 0 speaks against, 3 makes one in
    /// twenty of the doubt that was there. A review and a rule decide; their weight is [`DECIDES`].
    pub weight: f64,
}

/// The weight of what a person decided: beyond anything that evidence adds up to.
pub const DECIDES: f64 = 100.0;

/// Why a span has the answer it has (`contract/tracker.md` §9.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The reason of the attribution.
    pub reason: String,
    /// Who answered.
    pub answered_by: AnsweredBy,
    /// The confidence of the attribution, from 0 to 1.
    pub confidence: f64,
    /// What was weighed, the weightiest first.
    pub evidence: Vec<EvidenceItem>,
    /// The tasks that were weighed and the share each got, the most probable first. What is missing to 1 went to
    /// work without a task, personal time and nobody.
    pub candidates: Vec<(TaskId, f64)>,
}
