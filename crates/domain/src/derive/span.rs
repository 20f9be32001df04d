//! Steps 3 and 4: spans. Neighbouring pieces of attention of one device, project and signal, with no gap longer
//! than one and a half intervals, cut at local midnight in the zone stored with the event.
//!
//! ```text
//! pieces  │code──│ │code──│mail│code──│
//! spans   │code───────────│mail│code──│     the gap is inside start and end, never in the seconds
//! ```
//!
//! A piece of another date (two devices in two zones) stands between its neighbours like any other.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::{
    Woven,
    attention::{self, Piece},
    calendar::Calendar,
    instant,
    stretch::{self, SECOND, Stretch},
};
use crate::{
    DeviceId, Zone,
    day::{DeviceDay, Signal, Span},
    event::Event,
    signal,
};

/// The days the events have anything for, or `wanted` alone.
pub(super) fn days(events: &[Event], wanted: Option<Date>, fallback: &Zone) -> BTreeMap<Date, Woven> {
    let order = stretch::in_order(events);
    let stretches = stretch::prove(events, &order);
    let ts = |at: &usize| events[*at].ts.as_microsecond();
    let (Some(from), Some(to)) = (order.iter().map(ts).min(), order.iter().map(ts).max()) else {
        return BTreeMap::new();
    };
    // 600 s: the longest interval of `contract/tracker.md` §2.3.
    let mut days = Days {
        events,
        wanted,
        fallback,
        calendar: Calendar::new(from, to + 600 * SECOND),
        reader: signal::Reader::default(),
        days: BTreeMap::new(),
    };
    let counts = days.count_devices(&order, &stretches);
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
    events: &'e [Event],
    wanted: Option<Date>,
    fallback: &'e Zone,
    calendar: Calendar<'e>,
    reader: signal::Reader<'e>,
    days: BTreeMap<Date, Woven>,
}

/// The span being built, with the event that came last into it.
struct Open<'e> {
    span: Span,
    date: Date,
    last: &'e Event,
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
            let micros = event.ts.as_microsecond();
            let (date, _) = self.calendar.at(&event.tz, micros);
            if self.is_wanted(date) {
                let count = counts.entry((date, event.device_id)).or_default();
                count.first.get_or_insert(micros);
                count.events += 1;
            }
        }
        for stretch in stretches {
            let zone = &self.events[stretch.event].tz;
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
        let events = self.events;
        let mut open: Option<Open<'e>> = None;
        for piece in pieces {
            let event = &events[piece.event];
            let mut now = piece.start;
            while now < piece.end {
                let (date, until) = self.calendar.at(&event.tz, now);
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
                let (own_date, _) = self.calendar.at(&event.tz, event.ts.as_microsecond());
                if own_date != date {
                    self.day(date).carried.insert(event.id);
                }
                open = Some(match open.take() {
                    Some(open) => match open.join(event, date, part, &mut self.reader) {
                        Ok(open) => open,
                        Err((done, signal)) => {
                            self.close(Some(done));
                            Open::begin(event, date, part, signal)
                        }
                    },
                    None => Open::begin(event, date, part, self.reader.of(event)),
                });
            }
        }
        self.close(open);
    }

    fn close(&mut self, open: Option<Open<'e>>) {
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

impl<'e> Open<'e> {
    fn begin(event: &'e Event, date: Date, part: Piece, signal: Signal) -> Self {
        let span = Span {
            start: instant(part.start),
            end: instant(part.end),
            micros: part.end - part.start,
            pieces: vec![(instant(part.start), instant(part.end))],
            zone: event.tz.clone(),
            device_id: event.device_id,
            project_id: event.project_id,
            signal,
            in_call: event.in_call(),
            event_ids: vec![event.id],
        };
        Self {
            span,
            date,
            last: event,
            end: part.end,
        }
    }

    /// Takes the part in, or gives the span back with the signal of the next one.
    #[expect(
        clippy::result_large_err,
        reason = "the error is the finished span, moved once"
    )]
    fn join(
        mut self,
        event: &'e Event,
        date: Date,
        part: Piece,
        reader: &mut signal::Reader<'e>,
    ) -> Result<Self, (Self, Signal)> {
        let same_looks = self.last.active_app == event.active_app
            && self.last.file_context == event.file_context
            && self.last.dev_context == event.dev_context
            && self.last.browser == event.browser;
        let signal = if same_looks { None } else { Some(reader.of(event)) };
        let gap = part.start - self.end;
        let neighbours = self.date == date
            && self.span.device_id == event.device_id
            && self.span.project_id == event.project_id
            && gap <= i64::from(self.last.interval_s) * SECOND * 3 / 2;
        if !neighbours || signal.as_ref().is_some_and(|signal| *signal != self.span.signal) {
            let signal = signal.unwrap_or_else(|| self.span.signal.clone());
            return Err((self, signal));
        }
        let span = &mut self.span;
        span.end = instant(part.end);
        span.micros += part.end - part.start;
        span.pieces.push((instant(part.start), instant(part.end)));
        span.event_ids.push(event.id);
        span.in_call |= event.in_call();
        if span.zone != event.tz {
            span.zone = event.tz.clone();
        }
        self.last = event;
        self.end = part.end;
        Ok(self)
    }
}
