//! From stored events to stored days: one stage per file, and the embedded durable runner that drives them.
//!
//! The queue of dirty days is a table. Ingest marks a day in the transaction that stores its events; the
//! [`Runner`] takes it under a lease, derives it whole ([`derive_day`]) and writes the difference. Losing the
//! process at any moment loses nothing: the mark stands, the lease runs out, the day is derived again and comes out
//! the same. This crate must not know HTTP or SQL.

mod backoff;
mod derive;
pub mod evidence;
mod runner;
mod wake;

pub use backoff::retry_after;
pub use derive::{DeriveError, compute_day, derive_day};
pub use runner::{Runner, RunnerSettings};
pub use wake::Wake;
