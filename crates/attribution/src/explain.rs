//! What an answer rests on, for its person alone to read: every piece of evidence with its weight, and the tasks
//! that were weighed with their share. Small, as it is kept with every day.
//!
//! Unlike the reason of an attribution this never goes into the timesheet, so it may speak of titles and addresses.

use dayloom_domain::{
    TaskId,
    day::{AnsweredBy, Attribution},
};
use serde::{Deserialize, Serialize};

use crate::Taught;

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

/// The most pieces of evidence that are kept of one answer, the weightiest first.
pub const EVIDENCE_AT_MOST: usize = 6;

/// The most tasks that are kept of one answer, the most probable first.
pub const SHARES_AT_MOST: usize = 8;

/// The most characters of a piece of evidence: a branch may have any name.
pub const TEXT_AT_MOST: usize = 200;

/// What one answer was computed from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grounds {
    /// What was weighed, the weightiest first; at most [`EVIDENCE_AT_MOST`].
    pub evidence: Vec<EvidenceItem>,
    /// The tasks that were weighed and their shares, the most probable first; at most [`SHARES_AT_MOST`].
    pub candidates: Vec<(TaskId, f64)>,
}

/// The answers for the spans of a day, each with what it was computed from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answered {
    /// One for each span, in their order.
    pub answers: Vec<Attribution>,
    /// What they were computed from. Spans that were answered for as one share theirs.
    pub grounds: Vec<Grounds>,
    /// For each span the place of its own among `grounds`.
    pub of: Vec<usize>,
    /// What the day teaches the days after it.
    pub taught: Taught,
}

impl Grounds {
    /// Bounded in number and length.
    pub(crate) fn new(mut evidence: Vec<EvidenceItem>, mut candidates: Vec<(TaskId, f64)>) -> Self {
        evidence.truncate(EVIDENCE_AT_MOST);
        for item in &mut evidence {
            item.text = cut(std::mem::take(&mut item.text));
        }
        candidates.truncate(SHARES_AT_MOST);
        Self { evidence, candidates }
    }
}

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

impl Explanation {
    /// Why a span has this answer, which rests on these grounds; but where none of them says what decided (a review,
    /// a short interruption given to the work around it), that stands before them.
    pub fn of(answer: &Attribution, grounds: Grounds) -> Self {
        let Grounds {
            mut evidence,
            candidates,
        } = grounds;
        let text = cut(answer.reason.clone());
        let kind = match answer.answered_by {
            AnsweredBy::Review => Some(EvidenceKind::Review),
            AnsweredBy::Rule(_) => Some(EvidenceKind::Rule),
            AnsweredBy::Neighbours => Some(EvidenceKind::Neighbours),
            AnsweredBy::Key | AnsweredBy::Learned | AnsweredBy::Model | AnsweredBy::Nobody => None,
        };
        if let Some(kind) = kind
            && !evidence.iter().any(|item| item.kind == kind && item.text == text)
        {
            let weight = DECIDES;
            evidence.insert(0, EvidenceItem { kind, text, weight });
        }
        Self {
            reason: answer.reason.clone(),
            answered_by: answer.answered_by,
            confidence: answer.confidence,
            evidence,
            candidates,
        }
    }
}

fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(TEXT_AT_MOST) {
        text.truncate(at);
    }
    text
}
