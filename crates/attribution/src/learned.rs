//! What was learned from one person's reviews: how often each token stood in time they gave to each task, to work
//! without a task, to private time, or dismissed; and how far the weighing may be trusted for this person.
//!
//! A model is a function of the examples and tasks it was fitted to and of nothing else. It holds hashes and whole
//! numbers, so it reads back from text as it was written. Old reviews fade: half their weight in three weeks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dayloom_domain::{
    ProjectId, TaskId,
    day::{Category, Span},
    people::Task,
    review::{EntryStatus, Pin},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    calibrate::Calibration,
    features::{Features, GROUPS},
    keys::{Keys, Place},
    threads::Scope,
    weights::Weights,
};

/// Days after which a review weighs half: long enough for tasks of a month, short enough to let finished ones go.
const HALF_LIFE_DAYS: f64 = 21.0;

/// The most reviewed days a model is fitted to.
pub const DAYS_AT_MOST: usize = 60;

/// What a person said of a piece of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Work on this task.
    Task(TaskId),
    /// Work without a task.
    Work,
    /// Private.
    Personal,
    /// Not to be counted.
    Dismissed,
}

impl Label {
    /// What a review says; `None` if it says nothing about kind or task.
    pub fn of(pin: &Pin) -> Option<Self> {
        match (pin.status, pin.task_id, pin.category) {
            (EntryStatus::Inferred, ..) => None,
            (EntryStatus::Dismissed, ..) => Some(Label::Dismissed),
            (_, _, Category::Personal) => Some(Label::Personal),
            (_, Some(task), _) => Some(Label::Task(task)),
            (_, None, Category::Productive) => Some(Label::Work),
            (_, None, Category::Neutral) => None,
        }
    }
}

/// A reviewed span, as it is learned from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Example {
    /// The local date.
    pub date: Date,
    /// The review it comes from: spans of one review are one opinion.
    pub review: uuid::Uuid,
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// Attention inside, in whole seconds.
    pub seconds: i64,
    /// The project the time is of.
    pub project_id: ProjectId,
    /// What the person said.
    pub label: Label,
    /// Whether they changed what stood there, rather than agreed.
    pub moved: bool,
    /// What was seen.
    pub(crate) features: Features,
    /// Tasks whose keys were in sight.
    pub(crate) keys: Vec<(Place, TaskId)>,
}

/// Makes examples of reviewed spans: the tasks tell which keys are in sight.
pub struct Teacher {
    keys: Keys,
}

impl Teacher {
    /// With the tasks a key may name.
    pub fn new(tasks: &[Task]) -> Self {
        Self {
            keys: Keys::new(tasks),
        }
    }

    /// The example of a span that lies inside a review; `None` if the review teaches nothing.
    pub fn example(&self, date: Date, span: &Span, pin: &Pin) -> Option<Example> {
        Some(Example {
            date,
            review: pin.entry_id.0,
            start: span.start,
            end: span.end,
            seconds: span.micros / 1_000_000,
            project_id: span.project_id,
            label: Label::of(pin)?,
            moved: pin.status != EntryStatus::Confirmed,
            features: features_of(span),
            keys: self.keys.in_sight(span.project_id, &span.signal),
        })
    }
}

/// The tokens of a span.
pub(crate) fn features_of(span: &Span) -> Features {
    Features::of(&span.signal, span.in_call, span.zone.hour_of(span.start))
}

/// How often a token stood with each label.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    /// By place in the labels: weight, reviews, and those of them that changed something.
    pub by: BTreeMap<u16, Count>,
}

/// Weight and number of reviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Count {
    /// Faded weight, in thousandths.
    pub weight: u32,
    /// Reviews.
    pub reviews: u16,
    /// Reviews that changed what stood there.
    pub moved: u16,
}

/// The model of one person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Learned {
    pub(crate) labels: Vec<Label>,
    pub(crate) rows: HashMap<u32, Row>,
    /// Weight of each label in each group of tokens, in thousandths.
    pub(crate) totals: Vec<[u32; GROUPS]>,
    /// Seconds and reviews of each label, unfaded: how long things last with this person.
    pub(crate) lengths: Vec<(u64, u32)>,
    pub(crate) calibration: Calibration,
    reviews: u32,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    labels: Vec<Label>,
    rows: BTreeMap<u32, Vec<(u16, u32, u16, u16)>>,
    totals: Vec<[u32; GROUPS]>,
    lengths: Vec<(u64, u32)>,
    calibration: Calibration,
    reviews: u32,
}

impl From<Stored> for Learned {
    fn from(stored: Stored) -> Self {
        let row = |counts: Vec<(u16, u32, u16, u16)>| Row {
            by: counts
                .into_iter()
                .map(|(label, weight, reviews, moved)| {
                    (
                        label,
                        Count {
                            weight,
                            reviews,
                            moved,
                        },
                    )
                })
                .collect(),
        };
        Self {
            labels: stored.labels,
            rows: stored
                .rows
                .into_iter()
                .map(|(token, counts)| (token, row(counts)))
                .collect(),
            totals: stored.totals,
            lengths: stored.lengths,
            calibration: stored.calibration,
            reviews: stored.reviews,
        }
    }
}

impl From<Learned> for Stored {
    fn from(learned: Learned) -> Self {
        let counts = |row: Row| {
            row.by
                .into_iter()
                .map(|(l, c)| (l, c.weight, c.reviews, c.moved))
                .collect()
        };
        Self {
            labels: learned.labels,
            rows: learned
                .rows
                .into_iter()
                .map(|(token, row)| (token, counts(row)))
                .collect(),
            totals: learned.totals,
            lengths: learned.lengths,
            calibration: learned.calibration,
            reviews: learned.reviews,
        }
    }
}

impl Learned {
    /// Fits a model to the examples, in any order. Days beyond the newest [`DAYS_AT_MOST`] are left out. The tasks
    /// are those a key may name; with them the model finds out how far to trust itself.
    pub fn fit(examples: &[Example], tasks: &[Task], scope: &Scope, weights: &Weights) -> Self {
        let days: BTreeSet<Date> = examples.iter().map(|example| example.date).collect();
        let kept: BTreeSet<Date> = days.iter().rev().take(DAYS_AT_MOST).copied().collect();
        let mut examples: Vec<&Example> = examples.iter().filter(|e| kept.contains(&e.date)).collect();
        // In the order of time, and of all else where that is equal: the order they came in never shows.
        examples.sort_by(|a, b| {
            (a.date, a.start, a.end)
                .cmp(&(b.date, b.start, b.end))
                .then_with(|| a.cmp(b))
        });
        let mut learned = Self::count(&examples, kept.last().copied());
        learned.calibration = crate::trust::judge(&learned, &examples, tasks, scope, weights);
        learned
    }

    /// Counts tokens; without any examples, an empty model.
    pub(crate) fn count(examples: &[&Example], newest: Option<Date>) -> Self {
        let labels: BTreeSet<Label> = examples.iter().map(|example| example.label).collect();
        let labels: Vec<Label> = labels.into_iter().collect();
        let place: HashMap<Label, u16> = labels.iter().copied().zip(0..).collect();
        // Minutes of each token in each review: a review is one opinion, however long it went on.
        let mut minutes: BTreeMap<(u32, usize, u16, uuid::Uuid), Opinion> = BTreeMap::new();
        for example in examples {
            let tokens = example.features.single.iter().copied().zip(0..GROUPS);
            let words = example.features.words.iter().map(|&word| (word, GROUPS));
            for (token, group) in tokens.filter(|&(token, _)| token != 0).chain(words) {
                let opinion = minutes
                    .entry((token, group, place[&example.label], example.review))
                    .or_insert(Opinion {
                        seconds: 0,
                        fade: newest.map_or(1.0, |newest| fade(example.date, newest)),
                        moved: example.moved,
                    });
                opinion.seconds += example.seconds;
            }
        }
        let mut totals = vec![[0; GROUPS]; labels.len()];
        let mut rows: HashMap<u32, Row> = HashMap::new();
        for ((token, group, label, _), opinion) in &minutes {
            let count = rows.entry(*token).or_default().by.entry(*label).or_default();
            let weight = opinion.weight();
            count.weight += weight;
            count.reviews = count.reviews.saturating_add(1);
            count.moved = count.moved.saturating_add(u16::from(opinion.moved));
            if let Some(total) = totals[usize::from(*label)].get_mut(*group) {
                *total += weight;
            }
        }
        let mut seen: BTreeSet<(u16, uuid::Uuid)> = BTreeSet::new();
        let mut lengths = vec![(0, 0); labels.len()];
        for example in examples {
            let at = place[&example.label];
            let length = &mut lengths[usize::from(at)];
            length.0 += u64::try_from(example.seconds).unwrap_or(0);
            length.1 += u32::from(seen.insert((at, example.review)));
        }
        let reviews: BTreeSet<uuid::Uuid> = examples.iter().map(|example| example.review).collect();
        Self {
            labels,
            rows,
            totals,
            lengths,
            calibration: Calibration::default(),
            reviews: u32::try_from(reviews.len()).unwrap_or(u32::MAX),
        }
    }

    /// Whether nothing was reviewed yet.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How many reviews it was fitted to.
    pub fn reviews(&self) -> u32 {
        self.reviews
    }

    /// The tasks it knows.
    pub fn tasks(&self) -> impl Iterator<Item = TaskId> {
        self.labels.iter().filter_map(|label| match label {
            Label::Task(task) => Some(*task),
            _ => None,
        })
    }
}

/// What one review says of a token.
struct Opinion {
    seconds: i64,
    fade: f64,
    moved: bool,
}

impl Opinion {
    /// Grows with the minutes, ever slower, in thousandths.
    fn weight(&self) -> u32 {
        #[expect(clippy::cast_precision_loss, reason = "a day has 86,400 seconds")]
        let minutes = self.seconds as f64 / 60.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 8,000"
        )]
        let weight = ((0.5 + minutes.max(0.0).ln_1p()) * self.fade * 1_000.0).round() as u32;
        weight
    }
}

/// What is left of the weight of a review of this date.
fn fade(date: Date, newest: Date) -> f64 {
    let days = newest.since(date).map_or(0, |span| span.get_days());
    0.5_f64.powf(f64::from(days) / HALF_LIFE_DAYS)
}
