//! Steps 3 and 4: spans. Neighbouring pieces of attention of one device, project and signal, with no gap longer
//! than one and a half intervals, cut at local midnight in the zone stored with the event.
//!
//! ```text
//! pieces  │code──│ │code──│mail│code──│
//! spans   │code───────────│mail│code──│     the gap is inside start and end, never in the seconds
//! ```
//!
//! A piece of another date (two devices in two zones) stands between its neighbours like any other.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::civil::Date;

use super::{
    Woven,
    attention::{self, Piece},
    calendar::Calendar,
    instant,
    seen::Seen,
    stretch::{self, SECOND, Stretch},
};
use crate::{
    DeviceId, Zone,
    day::{DeviceDay, Signal, Span},
};

/// The days the events have anything for, or `wanted` alone. Events name their zones and signals by place.
pub(super) fn days(
    events: &[Seen],
    zones: &[Zone],
    signals: &[Arc<Signal>],
    wanted: Option<Date>,
    fallback: &Zone,
) -> BTreeMap<Date, Woven> {
    let order = stretch::in_order(events);
    let stretches = stretch::prove(events, &order);
    let ts = |at: &usize| events[*at].ts;
    let (Some(from), Some(to)) = (order.iter().map(ts).min(), order.iter().map(ts).max()) else {
        return BTreeMap::new();
    };
    // 600 s: the longest interval of `contract/tracker.md` §2.3.
    let mut days = Days {
        events,
        zones,
        signals,
        wanted,
        fallback,
        calendar: Calendar::new(from, to + 600 * SECOND),
        days: BTreeMap::new(),
    };
    let counts = days.count_devices(&order, &stretches);
    drop(order);
    days.weave(&attention::divide(stretches));
    days.finish(counts)
}

/// What one device did on one date, while counting.
#[derive(Default)]
struct Count {
    first: Option<i64>,
    events: i64,
    proven: i64,
}

struct Days<'e> {
    events: &'e [Seen],
    zones: &'e [Zone],
    signals: &'e [Arc<Signal>],
    wanted: Option<Date>,
    fallback: &'e Zone,
    calendar: Calendar<'e>,
    days: BTreeMap<Date, Woven>,
}

/// The span being built, with the event that came last into it.
struct Open {
    span: Span,
    date: Date,
    last: Seen,
    end: i64,
}

impl<'e> Days<'e> {
    fn is_wanted(&self, date: Date) -> bool {
        self.wanted.is_none_or(|wanted| wanted == date)
    }

    fn day(&mut self, date: Date) -> &mut Woven {
        self.days
            .entry(date)
            .or_insert_with(|| Woven::empty(date, self.fallback))
    }

    fn count_devices(&mut self, order: &[usize], stretches: &[Stretch]) -> HashMap<(Date, DeviceId), Count> {
        let mut counts: HashMap<(Date, DeviceId), Count> = HashMap::new();
        for &at in order {
            let event = &self.events[at];
            let (date, _) = self.calendar.at(&self.zones[event.zone], event.ts);
            if self.is_wanted(date) {
                let count = counts.entry((date, event.device)).or_default();
                count.first.get_or_insert(event.ts);
                count.events += 1;
            }
        }
        for stretch in stretches {
            let zone = &self.zones[self.events[stretch.event].zone];
            let mut now = stretch.start;
            while now < stretch.end {
                let (date, until) = self.calendar.at(zone, now);
                let until = until.min(stretch.end);
                if self.is_wanted(date) {
                    counts.entry((date, stretch.device)).or_default().proven += until - now;
                }
                now = until;
            }
        }
        counts
    }

    fn weave(&mut self, pieces: &[Piece]) {
        let mut open: Option<Open> = None;
        for piece in pieces {
            let event = self.events[piece.event];
            let zone = &self.zones[event.zone];
            let mut now = piece.start;
            while now < piece.end {
                let (date, until) = self.calendar.at(zone, now);
                let part = Piece {
                    event: piece.event,
                    start: now,
                    end: until.min(piece.end),
                };
                now = part.end;
                if !self.is_wanted(date) {
                    self.close(open.take());
                    continue;
                }
                let (own_date, _) = self.calendar.at(zone, event.ts);
                if own_date != date {
                    self.day(date).carried.insert(event.id);
                }
                match &mut open {
                    Some(open) if open.takes(&event, date, part) => open.join(&event, part, zone),
                    _ => {
                        let signal = Arc::clone(&self.signals[event.signal]);
                        let begun = Open::begin(event, date, part, zone.clone(), signal);
                        let done = open.replace(begun);
                        self.close(done);
                    }
                }
            }
        }
        self.close(open);
    }

    fn close(&mut self, open: Option<Open>) {
        if let Some(Open { span, date, .. }) = open {
            self.day(date).spans.push(span);
        }
    }

    fn finish(mut self, counts: HashMap<(Date, DeviceId), Count>) -> BTreeMap<Date, Woven> {
        let mut listed: Vec<(Date, i64, DeviceId, Count)> = counts
            .into_iter()
            .filter_map(|((date, device), count)| Some((date, count.first?, device, count)))
            .collect();
        listed.sort_unstable_by_key(|&(date, first, device, _)| (date, first, device));
        for (date, _, device_id, count) in listed {
            let day = self.day(date);
            let attention_micros = day
                .spans
                .iter()
                .filter(|s| s.device_id == device_id)
                .map(|s| s.micros)
                .sum();
            day.devices.push(DeviceDay {
                device_id,
                events: count.events,
                attention_micros,
                shadowed_micros: count.proven - attention_micros,
            });
        }
        self.days
    }
}

impl Open {
    fn begin(event: Seen, date: Date, part: Piece, zone: Zone, signal: Arc<Signal>) -> Self {
        let span = Span {
            start: instant(part.start),
            end: instant(part.end),
            micros: part.end - part.start,
            pieces: vec![(instant(part.start), instant(part.end))],
            zone,
            device_id: event.device,
            project_id: event.project,
            signal,
            in_call: event.in_call,
            event_ids: vec![event.id],
        };
        Self {
            span,
            date,
            last: event,
            end: part.end,
        }
    }

    /// Whether the part goes on with this span.
    fn takes(&self, event: &Seen, date: Date, part: Piece) -> bool {
        let gap = part.start - self.end;
        self.date == date
            && self.last.device == event.device
            && self.last.project == event.project
            && self.last.signal == event.signal
            && gap <= i64::from(self.last.interval_s) * SECOND * 3 / 2
    }

    fn join(&mut self, event: &Seen, part: Piece, zone: &Zone) {
        let span = &mut self.span;
        span.end = instant(part.end);
        span.micros += part.end - part.start;
        span.pieces.push((instant(part.start), instant(part.end)));
        span.event_ids.push(event.id);
        span.in_call |= event.in_call;
        if self.last.zone != event.zone {
            span.zone = zone.clone();
        }
        self.last = *event;
        self.end = part.end;
    }
}
