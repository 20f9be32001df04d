//! The timesheet and the tasks time can go to, on the wire (`contract/tracker.md` §2.6).

use dayloom_domain::{EntryId, TaskId, review::EntryStatus};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    decode::{Decode, Fields},
    rules,
};

/// The range asked for; texts, because a bad date is a 400 of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TimesheetQuery {
    /// First date, `YYYY-MM-DD`; six days before the last without it.
    pub start: Option<String>,
    /// Last date, `YYYY-MM-DD`; today in UTC without it.
    pub end: Option<String>,
}

impl Decode for TimesheetQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let start = fields.optional("start", rules::text(usize::MAX));
        let end = fields.optional("end", rules::text(usize::MAX));
        Some(Self {
            start: start?,
            end: end?,
        })
    }
}

/// The days of a range that have anything on them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Timesheet {
    /// Days, ascending.
    pub days: Vec<TimesheetDay>,
    /// Minutes of all of them.
    pub total_minutes: i64,
    /// How many days.
    pub days_count: usize,
}

/// One day of a timesheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimesheetDay {
    /// Local date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Minutes of its entries.
    pub total_minutes: i64,
    /// Entries by start.
    pub entries: Vec<TimesheetEntry>,
    /// The day's journal, if one was written.
    pub journal: Option<String>,
}

/// One entry of a timesheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimesheetEntry {
    /// Id.
    #[schema(value_type = Uuid)]
    pub id: EntryId,
    /// Local date.
    #[schema(value_type = String, format = Date)]
    pub entry_date: Date,
    /// Minutes.
    pub duration_minutes: i64,
    /// Task, if known.
    #[schema(value_type = Option<Uuid>)]
    pub task_id: Option<TaskId>,
    /// Its title.
    pub task_title: Option<String>,
    /// Why it is there.
    pub description: Option<String>,
    /// From 0 to 1.
    pub confidence_score: Option<f64>,
    /// `inferred`, `confirmed` or `corrected`.
    #[schema(value_type = Option<String>)]
    pub attribution_status: Option<EntryStatus>,
}

/// An open task of the caller, as attribution uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CandidateTask {
    /// Id.
    #[schema(value_type = Uuid)]
    pub id: TaskId,
    /// Title.
    pub title: String,
    /// Status.
    pub status: String,
}
