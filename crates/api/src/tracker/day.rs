//! The derived day on the wire (`contract/tracker.md` §9).

use dayloom_domain::{DeviceId, EntryId, EventId, TaskId, day::Category, review::EntryStatus};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::Stamp;

const MICROS: i64 = 1_000_000;

/// A length of time, kept in microseconds and written as a number of seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub i64);

impl Serialize for Seconds {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact to the microsecond for 285 years"
    )]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % MICROS == 0 {
            serializer.serialize_i64(self.0 / MICROS)
        } else {
            serializer.serialize_f64(self.0 as f64 / MICROS as f64)
        }
    }
}

impl<'de> Deserialize<'de> for Seconds {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "a length beyond 290,000 years is no length of time"
    )]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Ok(Self((seconds * MICROS as f64).round() as i64))
    }
}

impl PartialSchema for Seconds {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .minimum(Some(0))
            .into()
    }
}

impl ToSchema for Seconds {}

/// One local day of the caller: totals, spans, blocks and what each device added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DayAnswer {
    /// The local date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Zone of the day's last span; without one the person's.
    pub timezone: String,
    /// Grows only when the content changes.
    pub revision: i64,
    /// Evidence is stored that this answer does not yet contain.
    pub pending: bool,
    /// Attributed, unattributed and personal time together; also the sum of the spans.
    pub attention_s: Seconds,
    /// Time of spans with a task.
    pub attributed_s: Seconds,
    /// Time of blocks without a task.
    pub unattributed_s: Seconds,
    /// Personal time.
    pub personal_s: Seconds,
    /// By start, never overlapping.
    pub spans: Vec<SpanRow>,
    /// By start.
    pub blocks: Vec<BlockRow>,
    /// In the order of their first event.
    pub devices: Vec<DeviceRow>,
}

/// A run of attention on one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpanRow {
    /// First instant.
    pub start: Stamp,
    /// First instant after it.
    pub end: Stamp,
    /// Attention inside; gaps are not in it.
    pub seconds: Seconds,
    /// The device that saw it.
    #[schema(value_type = Uuid)]
    pub device_id: DeviceId,
    /// Application.
    pub app: String,
    /// What was in front, for a person to read.
    pub signal: String,
    /// `productive`, `neutral` or `personal`.
    #[schema(value_type = String)]
    pub category: Category,
    /// Task, if known.
    #[schema(value_type = Option<Uuid>)]
    pub task_id: Option<TaskId>,
    /// From 0 to 1.
    pub confidence: f64,
    /// Who answered: `review`, `rule`, `key`, `learned`, `model`, `neighbours` or `nobody`.
    #[serde(default)]
    pub answered_by: String,
    /// Why.
    pub reason: String,
    /// The events it rests on.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

/// A row of the timesheet, with its place in the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BlockRow {
    /// The entry.
    #[schema(value_type = Uuid)]
    pub entry_id: EntryId,
    /// First instant.
    pub start: Stamp,
    /// First instant after it.
    pub end: Stamp,
    /// Attention inside.
    pub seconds: Seconds,
    /// Whole minutes; a day's add up to the rounded sum of its seconds.
    pub minutes: i64,
    /// Task, if known.
    #[schema(value_type = Option<Uuid>)]
    pub task_id: Option<TaskId>,
    /// Its key.
    pub task_key: Option<String>,
    /// Its title.
    pub task_title: Option<String>,
    /// `productive` or `neutral`.
    #[schema(value_type = String)]
    pub category: Category,
    /// From 0 to 1.
    pub confidence: f64,
    /// Why.
    pub reason: String,
    /// `inferred`, `confirmed` or `corrected`.
    #[schema(value_type = String)]
    pub status: EntryStatus,
}

/// What one device added to a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceRow {
    /// The device.
    #[schema(value_type = Uuid)]
    pub device_id: DeviceId,
    /// Events of that local date, shadowed ones included.
    pub events: i64,
    /// Attention it gave.
    pub attention_s: Seconds,
    /// Time it proved while another device had the attention.
    pub shadowed_s: Seconds,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_whole_where_they_are_whole_and_exact_where_not() {
        let text =
            serde_json::to_string(&[Seconds(21_600_000_000), Seconds(1), Seconds(90_500_000)]).unwrap();
        assert_eq!(text, "[21600,1e-6,90.5]");
        let back: Vec<Seconds> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, [Seconds(21_600_000_000), Seconds(1), Seconds(90_500_000)]);
    }
}
