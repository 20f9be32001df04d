//! Time entered by hand, on the wire (`contract/tracker.md` §9.3, §5.7).

use dayloom_domain::{EntryId, ReviewId, TaskId};
use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

use super::review::{EntryRow, MAX_DESCRIPTION};
use crate::{
    Json, Stamp,
    decode::{Decode, Fault, Fields},
    rules, words,
};

/// Minutes of a day, the most an entry has (`contract/tracker.md` §5.7).
const MAX_MINUTES: i64 = 1_440;

/// When an entry begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At this instant.
    At(Timestamp),
    /// At this time of the clock, on the entry's date, where the person is.
    Clock(Time),
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Moment::At(at) => Stamp(*at).serialize(serializer),
            Moment::Clock(time) => serializer.serialize_str(&time.strftime("%H:%M").to_string()),
        }
    }
}

fn moment(value: &Json<'_>) -> Result<Moment, Fault> {
    if let Ok(text) = words::time_of_day(value)
        && let Ok(time) = format!("{text}:00").parse()
    {
        return Ok(Moment::Clock(time));
    }
    rules::instant(value).map(Moment::At)
}

/// A date of these centuries, as `YYYY-MM-DD`.
fn date(value: &Json<'_>) -> Result<Date, Fault> {
    let text = rules::text(10)(value)?;
    let parsed = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    parsed
        .filter(|date| (2000..2200).contains(&date.year()))
        .ok_or_else(|| {
            Fault::new(
                "date_parsing",
                "Input should be a date as YYYY-MM-DD, from the year 2000 on",
            )
        })
}

/// Body of `POST /tracker/timesheet/entries`: with two of `start`, `end` and `minutes`, or `minutes` alone for time
/// that has no place in the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewTimesheetEntry {
    /// Local date of the caller.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// First instant, or `HH:MM` where the caller is.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Moment>,
    /// First instant after it.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Moment>,
    /// 1 to 1440.
    #[schema(minimum = 1, maximum = 1440)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i64>,
    /// A task of the caller.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
    /// At most 1,000 characters.
    #[schema(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Decode for NewTimesheetEntry {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let date = fields.required("date", date);
        let start = fields.optional("start", moment);
        let end = fields.optional("end", moment);
        let minutes = fields.optional("minutes", rules::integer(1, MAX_MINUTES));
        let task_id = fields.optional("task_id", rules::id);
        let description = fields.optional("description", rules::text(MAX_DESCRIPTION));
        let (start, end, minutes) = (start?, end?, minutes?);
        match (start, end, minutes) {
            (Some(_), Some(_), Some(_)) => {
                let msg = "Give two of start, end and minutes, not all three";
                return fields.refuse("minutes", Fault::new("value_error", msg));
            }
            (Some(_), None, None) | (None, Some(_), None) | (None, None, None) => {
                let msg = "Give two of start, end and minutes, or minutes alone";
                return fields.refuse("minutes", Fault::new("missing", msg));
            }
            _ => {}
        }
        Some(Self {
            date: date?,
            start,
            end,
            minutes,
            task_id: task_id?,
            description: description?,
        })
    }
}

/// An entry made by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntryMade {
    /// The entry.
    #[serde(flatten)]
    pub entry: EntryRow,
    /// The review, to take it back with.
    #[schema(value_type = Uuid)]
    pub review_id: ReviewId,
}

/// Body of `POST /tracking/time`, as the published companion app sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrackedTime {
    /// 1 to 1440.
    #[schema(minimum = 1, maximum = 1440)]
    pub duration_minutes: i64,
    /// At most 1,000 characters.
    #[schema(max_length = 1000)]
    pub description: Option<String>,
    /// A task of the caller.
    #[schema(value_type = Option<Uuid>)]
    pub task_id: Option<TaskId>,
    /// Local date; today without it.
    #[schema(value_type = Option<String>, format = Date)]
    pub entry_date: Option<Date>,
    /// `web` or `api`.
    #[schema(value_type = Option<String>)]
    pub source: &'static str,
}

const SOURCES: &[(&str, &str)] = &[("web", "web"), ("api", "api")];

impl Decode for TrackedTime {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let minutes = fields.required("duration_minutes", rules::integer(1, MAX_MINUTES));
        let description = fields.optional("description", rules::text(MAX_DESCRIPTION));
        let task_id = fields.optional("task_id", rules::id);
        let entry_date = fields.optional("entry_date", date);
        let source = fields.optional("source", rules::one_of(SOURCES));
        Some(Self {
            duration_minutes: minutes?,
            description: description?,
            task_id: task_id?,
            entry_date: entry_date?,
            source: source?.unwrap_or("web"),
        })
    }
}

/// Query of `GET /tracking/time/me`; texts, because a bad date is a 400 of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TrackedQuery {
    /// First date, `YYYY-MM-DD`; six days before the last without it.
    pub start_date: Option<String>,
    /// Last date, `YYYY-MM-DD`; today in UTC without it.
    pub end_date: Option<String>,
}

impl Decode for TrackedQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let start = fields.optional("start_date", rules::text(usize::MAX));
        let end = fields.optional("end_date", rules::text(usize::MAX));
        Some(Self {
            start_date: start?,
            end_date: end?,
        })
    }
}

/// The caller's time, inferred and by hand, without what they dismissed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tracked {
    /// Latest date first.
    pub entries: Vec<TrackedEntry>,
    /// How many.
    pub total: usize,
    /// Minutes of all.
    pub total_minutes: i64,
}

/// One entry of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrackedEntry {
    /// The entry.
    #[schema(value_type = Uuid)]
    pub id: EntryId,
    /// Minutes.
    pub duration_minutes: i64,
    /// Words.
    pub description: Option<String>,
    /// Local date.
    #[schema(value_type = String, format = Date)]
    pub entry_date: Date,
    /// Task.
    #[schema(value_type = Option<Uuid>)]
    pub task_id: Option<TaskId>,
    /// The task's title.
    pub task_title: Option<String>,
    /// `inferred`, `web` or `api`.
    pub source: String,
}
