//! The tracker's wire types (`contract/tracker.md` §2 and §9): one file per resource.

pub mod batch;
pub mod day;
pub mod device;
pub mod entry;
pub mod event;
pub mod evidence;
pub mod explain;
pub mod journal;
pub mod qa;
pub mod review;
pub mod timesheet;

pub use batch::{BatchAnswer, EventBatch, IncomingBatch, MAX_EVENTS, Rejection};
pub use day::{BlockRow, DayAnswer, DeviceRow, Seconds, SpanRow};
pub use device::{
    DeviceConfig, DeviceQuery, EnrollRequest, Enrolled, ScreenshotPolicy, SyncStatus, TrackerProject,
};
pub use entry::{EntryMade, Moment, NewTimesheetEntry, Tracked, TrackedEntry, TrackedQuery, TrackedTime};
pub use event::{Event, IncomingEvent, Unreadable};
pub use evidence::{PresignRequest, Presigned};
pub use explain::{CandidateRow, EvidenceRow, SpanExplained};
pub use journal::{JournalChange, JournalOut, SentenceOut};
pub use qa::{QaAnswer, QaBasis, QaRequest};
pub use review::{
    EntriesMerged, EntriesReviewed, EntryAction, EntryChange, EntryConflict, EntryReviewed, EntryRow,
    ManyReviewed, ManyReviews, MergeEntries, OneReview, OneReviewed, ReviewOut, ReviewPage, ReviewState,
    ReviewUndone, ReviewsQuery, SimilarEntries, SimilarEntry, SimilarQuestion, SplitEntry,
};
pub use timesheet::{CandidateTask, Timesheet, TimesheetDay, TimesheetEntry, TimesheetQuery};
