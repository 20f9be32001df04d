//! The derived day: spans, attribution, blocks and totals, as `contract/tracker.md` §9 shows them.
//!
//! These are plain values. How they come about is in the derivation modules beside this one.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{DeviceId, EntryId, EventId, ProjectId, RuleId, TaskId, Zone, review::EntryStatus};

/// What kind of time a span is. Neutral without a task counts as unattributed; personal is never in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Work.
    Productive,
    /// Not known to be either.
    #[default]
    Neutral,
    /// Private; shown as a total, never attributed.
    Personal,
}

/// Who answered for a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// A person's review.
    Review,
    /// A rule.
    Rule(RuleId),
    /// A task key in branch, title or address.
    Key,
    /// What was learned from this person's reviews.
    Learned,
    /// A language model.
    Model,
    /// Taken over from the spans around it.
    Neighbours,
    /// Nobody.
    Nobody,
}

/// The answer for one span: category, task or none, how sure, and why in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// Kind of time.
    pub category: Category,
    /// The task, or none.
    pub task_id: Option<TaskId>,
    /// The project a rule filed it under, where it said so.
    pub project_id: Option<ProjectId>,
    /// Calibrated confidence from 0 to 1.
    pub confidence: f64,
    /// Why, for a person to read.
    pub reason: String,
    /// Who said so.
    pub answered_by: AnsweredBy,
}

impl Attribution {
    /// Nobody knows: neutral, no task, confidence 0, with the reason given.
    pub fn nobody(reason: impl Into<String>) -> Self {
        Self {
            category: Category::Neutral,
            task_id: None,
            project_id: None,
            confidence: 0.0,
            reason: reason.into(),
            answered_by: AnsweredBy::Nobody,
        }
    }
}

/// What the person was on, normalised so that two equal signals are the same thing to the eye.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signal {
    /// Application, by its name; by its bundle id where it has none.
    pub app: String,
    /// Bundle id of the application, or the platform's like (WM_CLASS on X11).
    pub bundle_id: Option<String>,
    /// Title without its noise.
    pub title: Option<String>,
    /// Repository.
    pub repo: Option<String>,
    /// Branch.
    pub branch: Option<String>,
    /// File in front; in a terminal, its directory.
    pub path: Option<String>,
    /// Host of the page.
    pub host: Option<String>,
    /// Path of the page, without its query.
    pub url_path: Option<String>,
}

/// A run of attention with one signal, before anyone answered for it. Spans never overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// First instant.
    pub start: Timestamp,
    /// First instant after the last attention in it.
    pub end: Timestamp,
    /// Attention inside, in microseconds; gaps between start and end are not in it.
    pub micros: i64,
    /// The pieces of attention themselves, in order, disjoint; their lengths add up to `micros`. The piece at
    /// place `n` is proven by the event at place `n` of `event_ids`. An entry made by hand has one piece and no
    /// event; one without a place in the day begins and ends with it, and is as long as `micros` says.
    pub pieces: Vec<(Timestamp, Timestamp)>,
    /// The zone stored with its last event.
    pub zone: Zone,
    /// The device that saw it; nil where nobody did, as the person entered it by hand.
    pub device_id: DeviceId,
    /// The project of its first event.
    pub project_id: ProjectId,
    /// What was in front; spans of one signal share it.
    #[serde(with = "shared")]
    pub signal: Arc<Signal>,
    /// Whether in a call.
    pub in_call: bool,
    /// The events it rests on, one for each piece, in order.
    pub event_ids: Vec<EventId>,
}

/// A shared signal is written like any other.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Signal;

    pub fn serialize<S: Serializer>(signal: &Arc<Signal>, to: S) -> Result<S::Ok, S::Error> {
        signal.as_ref().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Signal>, D::Error> {
        Signal::deserialize(from).map(Arc::new)
    }
}

/// A span with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributedSpan {
    /// The span.
    pub span: Span,
    /// Its answer.
    pub attribution: Attribution,
}

/// What the timesheet shows: neighbouring spans of one task, or of none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// The entry's id where it already has one (a pinned block).
    pub entry_id: Option<EntryId>,
    /// Dedupe key: `tracker:<first event id>` (`contract/tracker.md` §3), with `@` and the microsecond it begins
    /// at where that event already begins another block; `manual:<id>` of an entry made by hand. At most 100
    /// characters.
    pub external_ref: String,
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// Attention inside, in microseconds.
    pub micros: i64,
    /// Whole minutes by largest remainder: the minutes of a day add up to the rounded sum of its seconds.
    pub minutes: i64,
    /// The project whose workspace the entry belongs to.
    pub project_id: ProjectId,
    /// Task, or none.
    pub task_id: Option<TaskId>,
    /// Kind of time; never personal.
    pub category: Category,
    /// Confidence from 0 to 1: that of its spans, weighted by their time.
    pub confidence: f64,
    /// Reason of the span that weighs most.
    pub reason: String,
    /// Inferred, or what the person said.
    pub status: EntryStatus,
    /// The events it rests on.
    pub event_ids: Vec<EventId>,
}

/// What one device added to a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceDay {
    /// The device.
    pub device_id: DeviceId,
    /// Events of that local date, shadowed ones included.
    pub events: i64,
    /// Attention it gave, in microseconds.
    pub attention_micros: i64,
    /// Time it proved that another device's attention covered, in microseconds.
    pub shadowed_micros: i64,
}

/// A derived day. All lengths in microseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// The local date.
    pub date: Date,
    /// Zone of the last span; without one the person's.
    pub timezone: Zone,
    /// Σ spans = attributed + unattributed + personal.
    pub attention_micros: i64,
    /// Σ spans with a task = Σ blocks with one.
    pub attributed_micros: i64,
    /// Σ blocks without a task.
    pub unattributed_micros: i64,
    /// Σ personal spans.
    pub personal_micros: i64,
    /// Spans by start; never overlapping. Dismissed time is not among them.
    pub spans: Vec<AttributedSpan>,
    /// Blocks by start. Dismissed ones are not among them.
    pub blocks: Vec<Block>,
    /// Devices in the order of their first event.
    pub devices: Vec<DeviceDay>,
}
