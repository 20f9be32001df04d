//! When a model is asked about a day: soon at first, then only once enough has come together and the day can afford it,
//! so that a day is a few calls and not one for every upload.

use std::collections::BTreeSet;

use dayloom_domain::{DeveloperId, WorkspaceId, day::Day, decision::SignalDigest};
use dayloom_storage::StorageError;
use jiff::{SignedDuration, Timestamp, ToSpan};
use sha2::{Digest as _, Sha256};

use super::{
    turn::AT_ONCE,
    unknown::{self, Unknown},
};
use crate::Stages;

/// How long nothing unknown may have come before a model is asked: uploads that follow each other are one question.
pub const QUIET: SignedDuration = SignedDuration::from_secs(5);
/// How long at most what is too little to ask about waits for more: then the person has gone.
pub const TAIL: SignedDuration = SignedDuration::from_hours(2);
/// Minutes of unknown time it takes to ask about a day that goes on, by the calls made about it so far; the last figure
/// holds from there on.
const NEEDED_MIN: [i64; 3] = [0, 10, 60];
/// Calls about the signals of a day with [`SAMPLES`], however different they all are; its journal is the fifth.
const CALLS_A_DAY: i64 = 4;
/// Samples of such a day: eight hours, one a minute.
const SAMPLES: i64 = 480;

const MINUTE_MICROS: i64 = 60_000_000;

/// What a note comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The day was derived.
    Deriving,
    /// It was asked about.
    Asking,
    /// Asking about it failed: what is left is due at once, and the person's turn waits.
    Failing,
}

/// Notes what is unknown on a day.
pub(super) async fn note(
    stages: &Stages,
    developer: DeveloperId,
    day: &Day,
    after: After,
) -> Result<(), StorageError> {
    let unknown = unknown::find(stages, developer, std::slice::from_ref(day), false).await?;
    let decisions = stages.store().decisions();
    let noted = decisions.waiting_day(developer, day.date).await?;
    let waiting = digest(&unknown);
    if noted.is_none() && waiting.is_none() {
        return Ok(());
    }
    // What was noted before is not put off by deriving the same again.
    let same =
        noted.is_some_and(|noted| noted.waiting == waiting && noted.due_at.is_some() == waiting.is_some());
    if same && after == After::Deriving {
        return Ok(());
    }
    let now = stages.now();
    let spaces = match waiting {
        Some(_) => spaces(stages, developer, &unknown).await?,
        None => 1,
    };
    let course = Course::of(day, noted.map_or(0, |noted| noted.asks), spaces, now);
    let due = when(&unknown, &course).map(|due| match after {
        After::Failing => due.min(now),
        After::Deriving | After::Asking => due,
    });
    decisions.note(developer, day.date, waiting, due, now).await
}

/// Stands for the set of signals waiting; none if nothing waits.
fn digest(unknown: &Unknown) -> Option<SignalDigest> {
    let mut parts: Vec<(uuid::Uuid, uuid::Uuid)> = unknown
        .groups
        .iter()
        .flat_map(|group| group.questions.iter().map(|q| (q.digest.0, group.candidates.0)))
        .collect();
    if parts.is_empty() {
        return None;
    }
    parts.sort_unstable();
    let mut hash = Sha256::new();
    for (signal, candidates) in parts {
        hash.update(signal.as_bytes());
        hash.update(candidates.as_bytes());
    }
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    Some(SignalDigest(uuid::Uuid::from_bytes(bytes)))
}

/// How many workspaces a person's time may be of: signals of each are asked about apart.
async fn spaces(stages: &Stages, developer: DeveloperId, unknown: &Unknown) -> Result<usize, StorageError> {
    let projects = stages.store().projects().tracker_projects_for(developer).await?;
    let all: BTreeSet<WorkspaceId> = projects.iter().map(|project| project.workspace_id).collect();
    Ok(all.len().max(unknown.groups.len()).max(1))
}

/// How far a day has come, and what it has cost.
struct Course {
    now: Timestamp,
    /// The first instant after it.
    end: Timestamp,
    /// Calls made about it.
    calls: i64,
    /// Samples that may still come.
    to_come: i64,
    /// Workspaces its time may be of.
    spaces: i64,
}

impl Course {
    fn of(day: &Day, calls: i64, spaces: usize, now: Timestamp) -> Self {
        Self {
            now,
            end: end_of(day),
            calls,
            to_come: (SAMPLES - day.attention_micros / MINUTE_MICROS).max(0),
            spaces: i64::try_from(spaces).unwrap_or(i64::MAX),
        }
    }

    /// Whether one more call now leaves enough for whatever may come: in the worst case every sample is a signal of its
    /// own, and they spread over the workspaces so as to cost most.
    fn affords(&self, unknown: &Unknown) -> bool {
        let counts = unknown.groups.iter().map(|group| group.questions.len());
        let asked = unknown
            .groups
            .first()
            .map_or(0, |g| g.questions.len().min(AT_ONCE));
        let left = i64::try_from(counts.sum::<usize>() - asked).unwrap_or(i64::MAX);
        self.calls + 1 + most_calls(left.saturating_add(self.to_come), self.spaces) <= CALLS_A_DAY
    }
}

/// The most calls that so many signals of so many workspaces can take.
fn most_calls(signals: i64, spaces: i64) -> i64 {
    let at_once = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    let apart = signals.min(spaces);
    apart + (signals - apart) / at_once
}

/// The first instant after a day, by its own clock.
pub(super) fn end_of(day: &Day) -> Timestamp {
    day.timezone.start_of(day.date.saturating_add(1.day()))
}

/// When this is to be asked; none if nothing waits. What cannot be afforded while the day goes on is asked when it is
/// over.
fn when(unknown: &Unknown, course: &Course) -> Option<Timestamp> {
    let questions = || unknown.groups.iter().flat_map(|group| &group.questions);
    let fresh: i64 = questions()
        .filter(|q| q.not_before.is_none())
        .map(|q| q.micros)
        .sum();
    let after = |wait: SignedDuration| course.now.saturating_add(wait).unwrap_or(Timestamp::MAX);
    let (soon, over) = (after(QUIET), course.end.max(after(QUIET)));
    let fresh = (fresh > 0).then(|| {
        if course.now >= course.end {
            soon
        } else if !course.affords(unknown) {
            over
        } else if fresh >= needed(course.calls) {
            soon
        } else {
            after(TAIL).min(over)
        }
    });
    let missed = questions().filter_map(|q| q.not_before).min();
    fresh.into_iter().chain(missed).min()
}

/// Microseconds of unknown time it takes after so many calls.
fn needed(calls: i64) -> i64 {
    let place = usize::try_from(calls).unwrap_or(0).min(NEEDED_MIN.len() - 1);
    NEEDED_MIN[place] * MINUTE_MICROS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_of_several_workspaces_cost_most_where_they_are_spread() {
        let at_once = i64::try_from(AT_ONCE).expect("a small number");
        assert_eq!(most_calls(0, 1), 0);
        assert_eq!(most_calls(1, 3), 1);
        for spaces in 1..4 {
            assert_eq!(most_calls(at_once + spaces - 1, spaces), spaces);
            assert_eq!(most_calls(at_once + spaces, spaces), spaces + 1);
        }
    }
}
