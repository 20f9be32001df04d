//! What the answers of a day were computed from, as it is kept beside the day: written by whoever derives it, read by
//! explanations. It is a function of the day's evidence like the day itself, and short: texts and tasks stand in it once.
//!
//! It may speak of titles and addresses, so it is for its person alone and never goes into a log or an error.

use std::{collections::HashMap, hash::Hash};

use dayloom_attribution::{Answered, EvidenceItem, EvidenceKind, Explanation, Grounds};
use dayloom_domain::{
    EventId, TaskId,
    day::{AnsweredBy, Attribution, Category, Day},
    derive::{self, Woven},
    review::{EntryStatus, Pin},
};
use serde::{Deserialize, Serialize};

/// What is kept of a day.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    texts: Vec<String>,
    tasks: Vec<TaskId>,
    grounds: Vec<Ground>,
    /// Spans as they were answered for, before reviews cut them: the first microsecond of each and the place of its
    /// grounds, in the order of time.
    spans: Vec<(i64, usize)>,
    /// Time that is not in the day any more, as the person said.
    away: Vec<Away>,
}

/// Evidence as its kind, the place of its text and its weight; candidates as the place of the task and its share.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Ground(Vec<(EvidenceKind, usize, f64)>, Vec<(usize, f64)>);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Away {
    begins: i64,
    by: By,
    events: Vec<EventId>,
}

/// What took time off the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    /// It was dismissed.
    Dismissal,
    /// Time entered by hand stands there.
    Hand,
}

/// Values in the order they first came, each once.
struct Once<T> {
    places: HashMap<T, usize>,
    all: Vec<T>,
}

impl<T: Clone + Eq + Hash> Once<T> {
    fn new() -> Self {
        Self {
            places: HashMap::new(),
            all: Vec::new(),
        }
    }

    fn place(&mut self, value: &T) -> usize {
        if let Some(place) = self.places.get(value) {
            return *place;
        }
        self.places.insert(value.clone(), self.all.len());
        self.all.push(value.clone());
        self.all.len() - 1
    }
}

impl Kept {
    /// Of a day that was answered for, and reviewed by these pins.
    pub fn of(woven: &Woven, answered: &Answered, pins: &[Pin]) -> Self {
        let (mut texts, mut tasks) = (Once::new(), Once::new());
        let grounds = answered.grounds.iter().map(|grounds| {
            let evidence = grounds.evidence.iter();
            let candidates = grounds.candidates.iter();
            Ground(
                evidence
                    .map(|item| (item.kind, texts.place(&item.text), item.weight))
                    .collect(),
                candidates
                    .map(|(task, share)| (tasks.place(task), *share))
                    .collect(),
            )
        });
        let spans = woven.spans.iter().zip(&answered.of);
        Self {
            grounds: grounds.collect(),
            spans: spans
                .map(|(span, at)| (span.start.as_microsecond(), *at))
                .collect(),
            away: away(woven, pins),
            texts: texts.all,
            tasks: tasks.all,
        }
    }

    /// Why the span of an event has the answer it has in the day; `None` if no time rests on that event.
    pub fn explain(&self, day: &Day, event: EventId) -> Option<Explanation> {
        if let Some(shown) = day
            .spans
            .iter()
            .find(|shown| shown.span.event_ids.contains(&event))
        {
            let grounds = self.grounds(shown.span.start.as_microsecond());
            return Some(Explanation::of(&shown.attribution, grounds));
        }
        let away = self.away.iter().find(|away| away.events.contains(&event))?;
        let said = Attribution {
            category: Category::Neutral,
            task_id: None,
            project_id: None,
            confidence: 1.0,
            reason: match away.by {
                By::Dismissal => "you dismissed this",
                By::Hand => "you entered this time by hand",
            }
            .to_owned(),
            answered_by: AnsweredBy::Review,
        };
        Some(Explanation::of(&said, self.grounds(away.begins)))
    }

    /// The grounds of the span that an instant is in, or was before reviews cut it.
    fn grounds(&self, micros: i64) -> Grounds {
        let after = self.spans.partition_point(|(start, _)| *start <= micros);
        let at = after.checked_sub(1).map(|at| self.spans[at].1);
        let Some(Ground(evidence, candidates)) = at.and_then(|at| self.grounds.get(at)) else {
            return Grounds::default();
        };
        let item = |&(kind, text, weight): &(EvidenceKind, usize, f64)| {
            let text = self.texts.get(text)?.clone();
            Some(EvidenceItem { kind, text, weight })
        };
        let share = |&(task, share): &(usize, f64)| Some((*self.tasks.get(task)?, share));
        Grounds {
            evidence: evidence.iter().filter_map(item).collect(),
            candidates: candidates.iter().filter_map(share).collect(),
        }
    }
}

fn away(woven: &Woven, pins: &[Pin]) -> Vec<Away> {
    let by = |pin: &Pin| match pin.status {
        _ if pin.is_by_hand() => Some(By::Hand),
        EntryStatus::Dismissed => Some(By::Dismissal),
        EntryStatus::Inferred | EntryStatus::Confirmed | EntryStatus::Corrected => None,
    };
    // Most days have none, and cutting spans costs.
    if !pins.iter().any(|pin| pin.date == woven.date && by(pin).is_some()) {
        return Vec::new();
    }
    derive::reviewed(&woven.spans, woven.date, pins)
        .into_iter()
        .filter_map(|(span, pin)| {
            Some(Away {
                begins: span.start.as_microsecond(),
                by: by(pin)?,
                events: span.event_ids,
            })
        })
        .collect()
}
