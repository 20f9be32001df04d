//! What a person said of a piece of time, and what was seen then: what everything learned is learned from.

use dayloom_domain::{
    ProjectId, TaskId,
    day::{Category, Span},
    people::Task,
    review::{EntryStatus, Pin},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    features::Features,
    keys::{Keys, Place},
};

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
