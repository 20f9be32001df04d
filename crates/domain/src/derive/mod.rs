//! The derivation of a day: events and reviews in, one [`Day`](crate::day::Day) out, and nothing else.
//!
//! One file per step, in the order of the way: [`seen`] (what counts of an event), [`stretch`] (what each event proves), [`attention`] (each instant
//! to one device), [`span`] (runs of one signal, cut at local midnight), [`pins`] (what a person reviewed),
//! [`block`] (what the timesheet shows), [`apportion`] (whole minutes). Between `span` and `pins` stands the
//! attribution, which is not of this crate. [`touched`] says which days an event can change.
//!
//! Everything here is a function of its arguments alone: the same evidence in any order gives the same day.
//! Inside, instants are whole microseconds since 1970 as `i64`; nothing is rounded before the minutes.

mod apportion;
mod assemble;
mod attention;
mod block;
mod calendar;
mod pins;
mod seen;
mod span;
mod stretch;
mod touched;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reviewed;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};

use crate::{EventId, Zone, day::DeviceDay, day::Span, event::Event};

pub use assemble::assemble;
pub use block::{ABSORBED_AT_MOST, ABSORBED_CONFIDENCE, BLOCK_GAP_AT_MOST};
pub use pins::reviewed;
pub use seen::Evidence;
pub use touched::{dates, evidence_window, evidence_window_in, touched};

/// One local day before anyone answered for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Woven {
    /// The local date.
    pub date: Date,
    /// The person's zone, for a day without spans.
    pub fallback: Zone,
    /// Spans by start, never overlapping.
    pub spans: Vec<Span>,
    /// Devices with an event of this date, in the order of their first one.
    pub devices: Vec<DeviceDay>,
    /// Events whose time reaches into this date from the one before: they cannot name a block of both.
    pub carried: BTreeSet<EventId>,
}

impl Woven {
    fn empty(date: Date, fallback: &Zone) -> Self {
        Self {
            date,
            fallback: fallback.clone(),
            spans: Vec::new(),
            devices: Vec::new(),
            carried: BTreeSet::new(),
        }
    }
}

/// Weaves the spans of one local date out of one developer's events.
///
/// `events` may come in any order and with repetitions; those of [`evidence_window`] suffice, more change nothing.
/// The cost grows with their number as n log n.
pub fn weave(events: &[Event], date: Date, fallback: &Zone) -> Woven {
    taken(events).weave(date, fallback)
}

/// Weaves every local date that the events have anything for, in one pass. Each equals [`weave`] of its date; the
/// first and last dates are whole only if the events of their [`evidence_window`] are among those given.
pub fn weave_all(events: &[Event], fallback: &Zone) -> BTreeMap<Date, Woven> {
    taken(events).days(None, fallback)
}

fn taken(events: &[Event]) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.take_in(events);
    evidence
}

/// An instant out of whole microseconds; those of events are always in range.
fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
