//! ActivityWatch as a source, where one runs on this machine: window, idle time, counts of input, browser tab; and
//! what a tick of team minutes asks it.
//!
//! Only buckets of this host are read, only the newest events of the four kinds needed, and nothing is ever
//! written. A server that is slow, restarts or answers with something else loses the source, never the sample.

mod client;
pub mod program;
mod sources;
mod tick;

pub use client::ActivityWatch;
pub use sources::{browser, idle, input, window};
pub use tick::FrontWindow;

#[cfg(test)]
mod tests;
