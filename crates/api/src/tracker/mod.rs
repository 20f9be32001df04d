//! The tracker's wire types (`contract/tracker.md` §2 and §9): one file per resource.

pub mod batch;
pub mod day;
pub mod device;
pub mod event;
pub mod evidence;
pub mod journal;
pub mod qa;
pub mod timesheet;

pub use batch::{BatchAnswer, EventBatch, IncomingBatch, MAX_EVENTS, Rejection};
pub use day::{BlockRow, DayAnswer, DeviceRow, Seconds, SpanRow};
pub use device::{
    DeviceConfig, DeviceQuery, EnrollRequest, Enrolled, ScreenshotPolicy, SyncStatus, TrackerProject,
};
pub use event::{Event, IncomingEvent, Unreadable};
pub use evidence::{PresignRequest, Presigned};
pub use journal::{JournalChange, JournalOut, SentenceOut};
pub use qa::{QaAnswer, QaBasis, QaRequest};
pub use timesheet::{CandidateTask, Timesheet, TimesheetDay, TimesheetEntry, TimesheetQuery};
