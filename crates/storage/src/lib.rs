//! Where everything is kept: the only crate that knows SQL. Domain types go in and come out.
//!
//! One file per repository, one text for SQLite and Postgres; the few hot paths (ingest, taking dirty days,
//! reading a window of events) carry one text per dialect, side by side. This crate must not know HTTP, a clock or
//! how a day is derived: the instant "now" is always a parameter.

mod config;
pub mod days;
mod db;
pub mod decisions;
pub mod devices;
pub mod dyes;
pub mod error;
pub mod events;
pub mod ingest;
pub mod insights;
pub mod journals;
pub mod learned;
pub mod notifications;
mod pauses;
pub mod people;
pub mod projects;
pub mod reviews;
pub mod rules;
mod schema;
pub mod sessions;
pub mod settings;
mod slug;
mod store;
pub mod target_hours;
pub mod task_import;
pub mod tasks;
pub mod team;
pub mod tokens;
pub mod usage;
pub mod workspaces;

pub use days::{
    Derived, EvidencedDay, Lesson, REST, StoredDay, StoredDays, Taken, TaskLabel, TimesheetRow, Written,
};
pub use decisions::{Asked, Standing, Turn, WaitingDay};
pub use devices::{DevicePatch, Enroll, EnrollError};
pub use error::StorageError;
pub use ingest::{Batch, IngestError, IngestOutcome, NewEvent, RejectReason, Submitted};
pub use insights::{DueDay, MeasuredDay};
pub use journals::{Journal, NewJournal};
pub use learned::{LearnedModel, LearnedStanding};
pub use notifications::{NewNotification, Notification, Preference, PreferencePatch};
pub use people::{DeveloperPatch, Glance};
pub use projects::{NewProject, ProjectError, ProjectMember, ProjectOverview};
pub use reviews::{NewEntry, ReviewError, Reviewed};
pub use rules::{NewRule, RuleError, RulePatch, RuleReader};
pub use store::{Dialect, Migrate, Store};
pub use target_hours::{Target, TargetError, TargetLevel};
pub use task_import::{ImportOutcome, ImportRow};
pub use tasks::{CandidateFilter, NewTask, TaskCursor, TaskError, TaskFilter, TaskPage, TaskPatch};
pub use tokens::{ApiToken, NewToken};
pub use usage::{UsageAdded, UsageRow};
pub use workspaces::{Member, MemberError, MemberPatch, NewWorkspace, WorkspaceError};
