//! The domain of Dayloom: what an event is, what a day is, and the pure rules that turn one into the other.
//!
//! This crate must not know a clock, a disk, a network or an async runtime. Everything here takes values and
//! returns values; the instant "now" arrives through [`Clock`] or as a parameter.

pub mod clock;
pub mod day;
pub mod decision;
pub mod derive;
pub mod dye;
pub mod event;
pub mod facts;
pub mod ids;
pub mod insight;
pub mod journal;
pub mod locale;
pub mod people;
pub mod question;
pub mod redact;
pub mod remote;
pub mod review;
pub mod rule;
#[cfg(any(test, feature = "sample"))]
pub mod sample;
pub mod signal;
pub mod team;
pub mod zone;

pub use clock::Clock;
pub use ids::*;
pub use locale::Locale;
pub use zone::Zone;
