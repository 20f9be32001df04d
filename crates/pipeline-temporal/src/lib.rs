//! Temporal as the engine: the stages of the pipeline as activities, workflows that only order them, and the sweeps as
//! schedules.
//!
//! The table of dirty days stays the truth. A workflow is a reminder to look into it; whoever works there takes days
//! under a lease through the same functions as the embedded engine. So both may run on one database, and either may take
//! over at any moment: nothing is lost with a workflow, and nothing done twice. This crate must not know HTTP or SQL,
//! nor decide anything about a day.

mod activities;
mod address;
mod bell;
mod health;
mod names;
mod orders;
mod schedules;
mod worker;
mod workflows;

pub use address::{Address, AddressError, TemporalError};
pub use bell::Bell;
pub use health::{Health, look};
pub use orders::Timing;
pub use worker::{Worker, WorkerSettings};

/// The task queue of our workflows and activities.
pub const QUEUE: &str = "dayloom";
