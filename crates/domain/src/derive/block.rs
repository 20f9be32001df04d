//! Step 6: blocks. Neighbouring spans of one task, or of none, tolerating short interruptions.
//!
//! ```text
//! spans    │──A──│?│────A────│personal│───A───│     ? nobody answered for it, 40 s
//! blocks   │────────A────────│        │───A───│     ? carries A now, and its reason says so
//! ```
//!
//! A block never spans a review, personal time, another project, or an absence of more than
//! [`BLOCK_GAP_AT_MOST`]. Time that a rule or a person answered for is never absorbed.

use std::collections::BTreeMap;

use super::{pins::Part, stretch::SECOND};
use crate::{
    ProjectId, TaskId,
    day::{AnsweredBy, AttributedSpan, Attribution, Block, Category, Span},
    review::EntryStatus,
};

/// The longest interruption a block takes in, in microseconds of attention: two minutes. Short enough that a look
/// at a message does not cut an hour in three, long enough to answer one.
pub const ABSORBED_AT_MOST: i64 = 120 * SECOND;

/// The longest absence inside a block, in microseconds: a quarter of an hour, the length of a coffee break.
pub const BLOCK_GAP_AT_MOST: i64 = 900 * SECOND;

/// Confidence of absorbed time, unless the block's own is lower: its neighbours are evidence, but the only one.
pub const ABSORBED_CONFIDENCE: f64 = 0.6;

/// How many times as long the task must stand around an interruption that nobody answered for …
const AROUND_UNANSWERED: i64 = 2;

/// … and around one that a key gave to another task: a key is strong evidence, so only a glance is absorbed.
const AROUND_ANOTHER_TASK: i64 = 20;

/// A run of neighbouring parts with one task, or none, by its places in the list of parts.
#[derive(Clone, Copy)]
struct Run {
    from: usize,
    to: usize,
    task: Option<TaskId>,
    micros: i64,
}

/// The project whose workspace a span's entry belongs to.
pub(super) fn project_of(span: &AttributedSpan) -> ProjectId {
    span.attribution.project_id.unwrap_or(span.span.project_id)
}

/// Lets blocks absorb short interruptions, then gathers them. Parts stand in the order of time; those that are
/// claimed or personal are left out. The blocks come without name and minutes.
pub(super) fn gather(parts: &mut [Part]) -> Vec<Block> {
    let lanes: Vec<(usize, usize)> = lanes(parts);
    let mut blocks = Vec::new();
    for (from, to) in lanes {
        absorb(parts, &runs(parts, from, to));
        for run in runs(parts, from, to) {
            let spans: Vec<&AttributedSpan> = parts[run.from..run.to].iter().map(|part| &part.span).collect();
            blocks.push(whole(&spans, run.task));
        }
    }
    blocks
}

fn is_free(part: &Part) -> bool {
    part.standing.claim.is_none() && part.span.attribution.category != Category::Personal
}

/// Lanes: parts between which nothing stands that a block must not cross.
fn lanes(parts: &[Part]) -> Vec<(usize, usize)> {
    let mut lanes = Vec::new();
    let mut from = 0;
    for at in 0..=parts.len() {
        let goes_on = at > from && at < parts.len() && {
            let (before, here) = (&parts[at - 1], &parts[at]);
            let gap = here.span.span.start.as_microsecond() - before.span.span.end.as_microsecond();
            is_free(before)
                && is_free(here)
                && before.standing == here.standing
                && gap <= BLOCK_GAP_AT_MOST
                && project_of(&before.span) == project_of(&here.span)
        };
        if goes_on {
            continue;
        }
        if at > from && is_free(&parts[from]) {
            lanes.push((from, at));
        }
        from = at;
    }
    lanes
}

fn runs(parts: &[Part], from: usize, to: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, part) in parts.iter().enumerate().take(to).skip(from) {
        let (task, micros) = (part.span.attribution.task_id, part.span.span.micros);
        match runs.last_mut() {
            Some(run) if run.task == task => {
                run.to = at + 1;
                run.micros += micros;
            }
            _ => runs.push(Run {
                from: at,
                to: at + 1,
                task,
                micros,
            }),
        }
    }
    runs
}

/// From each run of a task to the next of the same task, if what lies between is short and may be absorbed.
fn absorb(parts: &mut [Part], runs: &[Run]) {
    let mut at = 0;
    while at < runs.len() {
        match interruption(parts, runs, at) {
            Some(next) => {
                let before = &parts[runs[at].to - 1].span.attribution;
                let after = &parts[runs[next].from].span.attribution;
                let confidence = ABSORBED_CONFIDENCE.min(before.confidence).min(after.confidence);
                let taken = Attribution {
                    confidence,
                    ..before.clone()
                };
                for part in &mut parts[runs[at].to..runs[next].from] {
                    let seconds = part.span.span.micros / SECOND;
                    part.span.attribution = Attribution {
                        reason: format!("a short interruption ({seconds} s) of the work before and after it"),
                        answered_by: AnsweredBy::Neighbours,
                        ..taken.clone()
                    };
                }
                at = next;
            }
            None => at += 1,
        }
    }
}

/// The next run of the same task, where all between the two is absorbed.
fn interruption(parts: &[Part], runs: &[Run], at: usize) -> Option<usize> {
    let task = runs[at].task?;
    let (mut between, mut factor) = (0, AROUND_UNANSWERED);
    for (next, run) in runs.iter().enumerate().skip(at + 1) {
        if run.task == Some(task) {
            let around = runs[at].micros + run.micros;
            return (around >= between * factor).then_some(next);
        }
        between += run.micros;
        let decided = parts[run.from..run.to].iter().any(|part| {
            matches!(
                part.span.attribution.answered_by,
                AnsweredBy::Rule(_) | AnsweredBy::Review
            )
        });
        if decided || between > ABSORBED_AT_MOST {
            return None;
        }
        if run.task.is_some() {
            factor = AROUND_ANOTHER_TASK;
        }
    }
    None
}

/// A block of these spans, which are not empty, still without name and minutes.
fn whole(spans: &[&AttributedSpan], task_id: Option<TaskId>) -> Block {
    let (first, last) = (&spans[0].span, &spans[spans.len() - 1].span);
    Block {
        entry_id: None,
        external_ref: String::new(),
        start: first.start,
        end: last.end,
        micros: spans.iter().map(|s| s.span.micros).sum(),
        minutes: 0,
        project_id: project_of(spans[0]),
        task_id,
        category: heaviest(spans, |s| s.attribution.category).unwrap_or_default(),
        confidence: confidence(spans),
        reason: reason(spans),
        status: EntryStatus::Inferred,
        event_ids: event_ids(spans.iter().map(|s| &s.span)),
    }
}

/// The events of spans in their order, each once where it stands beside itself.
pub(super) fn event_ids<'s>(spans: impl Iterator<Item = &'s Span>) -> Vec<crate::EventId> {
    let mut ids: Vec<_> = spans.flat_map(|span| span.event_ids.iter().copied()).collect();
    ids.dedup();
    ids
}

/// The reason that answers for most of the time; one of the task's own before one taken from the neighbours, as long as
/// there is one.
fn reason(spans: &[&AttributedSpan]) -> String {
    let own: Vec<&AttributedSpan> = spans
        .iter()
        .copied()
        .filter(|s| s.attribution.answered_by != AnsweredBy::Neighbours)
        .collect();
    let telling = if own.is_empty() { spans } else { &own };
    heaviest(telling, |s| s.attribution.reason.as_str())
        .unwrap_or_default()
        .to_owned()
}

/// The value with the most time; of equal ones the least.
fn heaviest<'s, K: Ord + Copy>(
    spans: &[&'s AttributedSpan],
    key: impl Fn(&'s AttributedSpan) -> K,
) -> Option<K> {
    let mut weights: BTreeMap<K, i64> = BTreeMap::new();
    for span in spans {
        *weights.entry(key(span)).or_default() += span.span.micros;
    }
    let most = weights.values().copied().max()?;
    weights
        .into_iter()
        .find(|&(_, weight)| weight == most)
        .map(|(key, _)| key)
}

/// The spans' confidence weighted by their time, to the thousandth, so that adding in floating point never shows.
fn confidence(spans: &[&AttributedSpan]) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a day has 2^37 microseconds, far below 2^52"
    )]
    let weight = |s: &&AttributedSpan| s.span.micros as f64;
    let all: f64 = spans.iter().map(weight).sum();
    if all <= 0.0 {
        return 0.0;
    }
    let sum: f64 = spans.iter().map(|s| weight(s) * s.attribution.confidence).sum();
    (sum / all * 1000.0).round() / 1000.0
}
