//! ActivityWatch as a source, where one runs on this machine: window, idle time, counts of input, browser tab.
//!
//! Only buckets of this host are read, only the newest events of the four kinds needed, and nothing is ever
//! written. A server that is slow, restarts or answers with something else loses the source, never the sample.

mod client;
mod sources;

pub use client::ActivityWatch;
pub use sources::{browser, idle, input, window};

#[cfg(test)]
mod tests;
