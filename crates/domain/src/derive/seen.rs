//! What the derivation takes of events: their places in time and what was in front, each signal and zone once. It is a
//! fraction of the events themselves, so a long day is taken in piece by piece and its events are let go.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::civil::Date;

use super::{Woven, span};
use crate::{DeviceId, EventId, ProjectId, Zone, day::Signal, event::Event, signal};

/// What counts of one event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub id: EventId,
    pub project: ProjectId,
    pub device: DeviceId,
    pub client_seq: i64,
    /// Microseconds since 1970.
    pub ts: i64,
    pub interval_s: u32,
    pub idle_threshold_s: u32,
    pub idle_s: Option<u32>,
    pub in_call: bool,
    /// Place of its zone.
    pub zone: usize,
    /// Place of its signal: two events have one place exactly if their signals are equal.
    pub signal: usize,
}

/// One developer's events as the derivation takes them, in any order and with repetitions.
#[derive(Default)]
pub struct Evidence {
    seen: Vec<Seen>,
    zones: Vec<Zone>,
    signals: Vec<Arc<Signal>>,
    places: HashMap<Arc<Signal>, usize>,
}

impl Evidence {
    /// Takes events in; they can be let go afterwards.
    pub fn take_in(&mut self, events: &[Event]) {
        let mut reader = signal::Reader::default();
        // The event before of each device: most look like it.
        let mut before: Vec<(&Event, usize)> = Vec::new();
        self.seen.reserve(events.len());
        for event in events {
            let known = before
                .iter()
                .position(|(before, _)| before.device_id == event.device_id);
            let signal = match known.map(|at| before[at]) {
                Some((before, signal)) if looks_like(before, event) => signal,
                _ => self.signal(reader.of(event)),
            };
            match known {
                Some(at) => before[at] = (event, signal),
                None => before.push((event, signal)),
            }
            let zone = self.zone(&event.tz);
            self.seen.push(Seen {
                id: event.id,
                project: event.project_id,
                device: event.device_id,
                client_seq: event.client_seq,
                ts: event.ts.as_microsecond(),
                interval_s: event.interval_s,
                idle_threshold_s: event.idle_threshold_s,
                idle_s: event.idle_s,
                in_call: event.in_call(),
                zone,
                signal,
            });
        }
    }

    /// As [`weave`](super::weave) of the events taken in.
    pub fn weave(self, date: Date, fallback: &Zone) -> Woven {
        self.days(Some(date), fallback)
            .remove(&date)
            .unwrap_or_else(|| Woven::empty(date, fallback))
    }

    pub(super) fn days(self, wanted: Option<Date>, fallback: &Zone) -> BTreeMap<Date, Woven> {
        let Self {
            seen, zones, signals, ..
        } = self;
        span::days(&seen, &zones, &signals, wanted, fallback)
    }

    fn signal(&mut self, signal: Signal) -> usize {
        if let Some(place) = self.places.get(&signal) {
            return *place;
        }
        let signal = Arc::new(signal);
        self.places.insert(Arc::clone(&signal), self.signals.len());
        self.signals.push(signal);
        self.signals.len() - 1
    }

    fn zone(&mut self, zone: &Zone) -> usize {
        if let Some(place) = self.zones.iter().position(|known| known == zone) {
            return place;
        }
        self.zones.push(zone.clone());
        self.zones.len() - 1
    }
}

/// Whether two events show the same, before it is read what that is.
fn looks_like(one: &Event, other: &Event) -> bool {
    one.active_app == other.active_app
        && one.file_context == other.file_context
        && one.dev_context == other.dev_context
        && one.browser == other.browser
}
