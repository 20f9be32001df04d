//! From stored events to stored days: one stage per file ([`Stages`]), and the embedded durable engine that drives them
//! ([`Runner`]).
//!
//! The queue of dirty days is a table. Ingest marks a day in the transaction that stores its events; an engine takes it
//! under a lease, derives it whole ([`derive_day`]) and writes the difference. Losing the process at any moment loses
//! nothing: the mark stands, the lease runs out, the day is derived again and comes out the same. This crate must not
//! know HTTP or SQL.

mod backoff;
pub mod decide;
mod derive;
pub mod evidence;
mod explain;
mod grounds;
pub mod insights;
pub mod journal;
pub mod learn;
mod lessons;
pub mod models;
mod phrase;
pub mod question;
mod replay;
mod runner;
mod similar;
mod stages;
mod sweeps;
mod wake;
mod work;

pub use backoff::retry_after;
pub use derive::{DeriveError, compute_day, derive_day};
pub use explain::explain;
pub use lessons::Lessons;
pub use models::{Budget, Models};
pub use replay::{BlockChange, BlockState, Replayed, Sums};
pub use runner::{Runner, RunnerSettings};
pub use similar::{Similar, similar};
pub use stages::{Outcome, Reach, Stages};
pub use sweeps::Sweep;
pub use wake::Wake;
pub use work::{Pace, Progress};
