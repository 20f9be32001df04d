//! When a model is asked about a day: soon at first, then only once enough has come together, so that a day is a few
//! calls and not one for every upload.

use dayloom_domain::{DeveloperId, day::Day, decision::SignalDigest};
use dayloom_storage::{StorageError, WaitingDay};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::unknown::{self, Unknown};
use crate::Stages;

/// How long nothing unknown may have come before a model is asked: uploads that follow each other are one question.
pub const QUIET: SignedDuration = SignedDuration::from_secs(5);
/// How long at most what is too little to ask about waits for more: then the person has gone, or the day is over.
pub const TAIL: SignedDuration = SignedDuration::from_hours(2);
/// Minutes of unknown time it takes to ask about a day for the first time, the second time and so on; the last figure
/// holds from there on. A day of eight hours on which every sample is new is asked about five times.
pub const NEEDED_MIN: [i64; 5] = [0, 10, 120, 200, 240];

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
    let due = when(&unknown, noted, now).map(|due| match after {
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

/// When this is to be asked; none if nothing waits.
fn when(unknown: &Unknown, noted: Option<WaitingDay>, now: Timestamp) -> Option<Timestamp> {
    let questions = || unknown.groups.iter().flat_map(|group| &group.questions);
    let fresh: i64 = questions()
        .filter(|q| q.not_before.is_none())
        .map(|q| q.micros)
        .sum();
    let asks = noted.map_or(0, |noted| noted.asks);
    let after = |wait: SignedDuration| now.saturating_add(wait).unwrap_or(Timestamp::MAX);
    let fresh = (fresh > 0).then(|| {
        if fresh >= needed(asks) {
            after(QUIET)
        } else {
            after(TAIL)
        }
    });
    let missed = questions().filter_map(|q| q.not_before).min();
    fresh.into_iter().chain(missed).min()
}

/// Microseconds of unknown time it takes after so many asks.
fn needed(asks: i64) -> i64 {
    let place = usize::try_from(asks).unwrap_or(0).min(NEEDED_MIN.len() - 1);
    NEEDED_MIN[place] * MINUTE_MICROS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_nothing_but_new_signals_is_five_asks() {
        let (mut asks, mut waiting) = (0, 0);
        for _sample in 0..480 {
            waiting += MINUTE_MICROS;
            if waiting >= needed(asks) {
                asks += 1;
                waiting = 0;
            }
        }
        // What is left is asked when the person has gone.
        let rest = i64::from(waiting > 0);
        assert_eq!(asks + rest, 5);
    }
}
