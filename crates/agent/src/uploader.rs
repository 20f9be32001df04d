//! Bringing what waits to the server: a state machine that decides, and a driver that does.
//!
//! The [`machine`] knows no clock, disk or network; the `driver` decides nothing.

mod answer;
pub mod backoff;

mod driver;
pub mod machine;
mod words;

pub use answer::{Counts, account_for};
pub(crate) use driver::Driver;
