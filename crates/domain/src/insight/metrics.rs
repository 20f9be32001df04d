//! The metrics of a day (`contract/tracker.md` §4.5), from its spans and blocks.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::Hours;
use crate::day::{AttributedSpan, Category, Day};

const MINUTE: f64 = 60_000_000.0;

/// Microseconds of a day of 24 hours, by the wall clock.
const DAY: i64 = 86_400_000_000;

/// Two spans further apart than this have an absence between them: the default idle threshold (§2.2).
const ABSENCE: i64 = 300_000_000;

/// The least activity a rate is computed over, in hours (§4.5).
const LEAST_HOURS: f64 = 0.5;

/// What is kept of a day for its insights. Lengths in microseconds of attention; personal time is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayMetrics {
    /// All attention.
    pub active: i64,
    /// Productive attention.
    pub productive: i64,
    /// Attention in calls.
    pub meeting: i64,
    /// Changes of application between neighbours on one device without an absence between.
    pub switches: i64,
    /// The longest productive block.
    pub longest_productive: i64,
    /// When, by the wall clock, in microseconds since local midnight: pieces of productive attention as (start, end),
    /// those that touch joined.
    pub productive_at: Vec<(i64, i64)>,
}

/// The metrics as the contract names them, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Minutes of attention.
    pub active_minutes: f64,
    /// Productive minutes.
    pub productive_minutes: f64,
    /// Minutes in calls.
    pub meeting_minutes: f64,
    /// Productive minutes outside of working hours.
    pub after_hours_productive: f64,
    /// Changes of application per hour of activity, half an hour at least.
    pub switches_per_hour: f64,
    /// Minutes of the longest productive block.
    pub longest_productive_min: f64,
}

impl DayMetrics {
    /// Measures a derived day, in its own zone.
    pub fn of(day: &Day) -> Self {
        let spans: Vec<&AttributedSpan> = day.spans.iter().filter(|span| !is_personal(span)).collect();
        let micros = |keep: fn(&AttributedSpan) -> bool| {
            spans
                .iter()
                .filter(|span| keep(span))
                .map(|span| span.span.micros)
                .sum()
        };
        let productive_blocks = day
            .blocks
            .iter()
            .filter(|block| block.category == Category::Productive);
        Self {
            active: micros(|_| true),
            productive: micros(is_productive),
            meeting: micros(|span| span.span.in_call),
            switches: switches(&day.spans),
            longest_productive: productive_blocks.map(|block| block.micros).max().unwrap_or(0),
            productive_at: pieces(&spans, day.date, &day.timezone.rules()),
        }
    }

    /// The metrics of §4.5 under these working hours.
    pub fn under(&self, hours: Hours) -> Metrics {
        let active = minutes(self.active);
        let per_hour = (active / 60.0).max(LEAST_HOURS);
        #[expect(clippy::cast_precision_loss, reason = "switches of a day are far below 2^52")]
        let switches = self.switches as f64;
        let outside = self
            .productive_at
            .iter()
            .map(|&piece| outside(piece, hours))
            .sum();
        Metrics {
            active_minutes: active,
            productive_minutes: minutes(self.productive),
            meeting_minutes: minutes(self.meeting),
            after_hours_productive: minutes(outside),
            switches_per_hour: switches / per_hour,
            longest_productive_min: minutes(self.longest_productive),
        }
    }

    /// First and last productive instant of the day, by the wall clock in microseconds since midnight.
    pub(super) fn bounds(&self) -> Option<(i64, i64)> {
        Some((self.productive_at.first()?.0, self.productive_at.last()?.1))
    }
}

fn is_personal(span: &AttributedSpan) -> bool {
    span.attribution.category == Category::Personal && span.attribution.task_id.is_none()
}

/// Work by its category, or because it has a task.
fn is_productive(span: &AttributedSpan) -> bool {
    span.attribution.category == Category::Productive || span.attribution.task_id.is_some()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of a day are far below 2^52"
)]
fn minutes(micros: i64) -> f64 {
    micros as f64 / MINUTE
}

/// Personal time between two spans is an absence too.
fn switches(spans: &[AttributedSpan]) -> i64 {
    let changed = spans.windows(2).filter(|pair| {
        let (before, after) = (&pair[0], &pair[1]);
        let gap = after.span.start.as_microsecond() - before.span.end.as_microsecond();
        !is_personal(before)
            && !is_personal(after)
            && before.span.device_id == after.span.device_id
            && gap < ABSENCE
            && before.span.signal.app != after.span.signal.app
    });
    i64::try_from(changed.count()).unwrap_or(i64::MAX)
}

/// Productive attention by the wall clock. Where the clock is set back, an hour is told twice, as it was worked.
fn pieces(spans: &[&AttributedSpan], date: Date, zone: &TimeZone) -> Vec<(i64, i64)> {
    let mut pieces: Vec<(i64, i64)> = Vec::new();
    for span in spans.iter().filter(|span| is_productive(span)) {
        for &(start, end) in &span.span.pieces {
            let from = wall(start, date, zone);
            let length = end.as_microsecond() - start.as_microsecond();
            match pieces.last_mut() {
                Some(last) if from == last.1 => last.1 += length,
                _ => pieces.push((from, from + length)),
            }
        }
    }
    pieces.sort_unstable();
    pieces
}

fn wall(at: Timestamp, date: Date, zone: &TimeZone) -> i64 {
    let local = zone.to_datetime(at);
    let time = local.time();
    let of_day = ((i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second()))
        * 1_000_000
        + i64::from(time.subsec_nanosecond()) / 1_000;
    // A span seen in another zone may lie beside the date by this zone's clock.
    let days = local
        .date()
        .since(date)
        .map_or(0, |span| i64::from(span.get_days()));
    of_day + days * DAY
}

/// How much of a piece lies outside of working hours.
fn outside((from, to): (i64, i64), hours: Hours) -> i64 {
    let inside: i64 = hours
        .spans()
        .iter()
        .map(|&(start, end)| (to.min(end) - from.max(start)).max(0))
        .sum();
    (to - from - inside).max(0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        DeviceId, EventId, ProjectId, Zone,
        day::{Attribution, Block, Signal, Span},
        review::EntryStatus,
    };
    use uuid::Uuid;

    /// Minute it begins at, minutes, application, device.
    type Seen = (i64, i64, &'static str, u128);

    fn at(minute: i64) -> Timestamp {
        let zone = Zone::parse("America/New_York").unwrap();
        let midnight = zone.start_of(Date::constant(2026, 11, 19)).as_second();
        Timestamp::from_second(midnight + minute * 60).unwrap()
    }

    fn span(&(from, length, app, device): &Seen, category: Category, in_call: bool) -> AttributedSpan {
        let (start, end) = (at(from), at(from + length));
        AttributedSpan {
            span: Span {
                start,
                end,
                micros: length * 60_000_000,
                pieces: vec![(start, end)],
                zone: Zone::parse("America/New_York").unwrap(),
                device_id: DeviceId(Uuid::from_u128(device)),
                project_id: ProjectId(Uuid::from_u128(1)),
                signal: Arc::new(Signal {
                    app: app.to_owned(),
                    ..Signal::default()
                }),
                in_call,
                event_ids: vec![EventId(Uuid::from_u128(1))],
            },
            attribution: Attribution {
                category,
                ..Attribution::nobody("")
            },
        }
    }

    fn day(spans: Vec<AttributedSpan>) -> Day {
        let blocks = spans
            .iter()
            .map(|s| Block {
                entry_id: None,
                external_ref: String::new(),
                start: s.span.start,
                end: s.span.end,
                micros: s.span.micros,
                minutes: s.span.micros / 60_000_000,
                project_id: s.span.project_id,
                task_id: None,
                category: s.attribution.category,
                confidence: 0.0,
                reason: String::new(),
                status: EntryStatus::Inferred,
                event_ids: Vec::new(),
            })
            .collect();
        Day {
            date: Date::constant(2026, 11, 19),
            timezone: Zone::parse("America/New_York").unwrap(),
            attention_micros: 0,
            attributed_micros: 0,
            unattributed_micros: 0,
            personal_micros: 0,
            spans,
            blocks,
            devices: Vec::new(),
        }
    }

    fn work(seen: &[Seen]) -> DayMetrics {
        let spans = seen.iter().map(|seen| span(seen, Category::Productive, false));
        DayMetrics::of(&day(spans.collect()))
    }

    #[test]
    fn nights_breaks_devices_and_personal_time_are_no_switches() {
        assert_eq!(
            work(&[(540, 10, "code", 1), (550, 10, "web", 1), (560, 10, "code", 1)]).switches,
            2
        );
        assert_eq!(
            work(&[(540, 10, "code", 1), (550, 10, "code", 1)]).switches,
            0,
            "same application"
        );
        assert_eq!(
            work(&[(540, 10, "code", 1), (555, 10, "web", 1)]).switches,
            0,
            "an absence between"
        );
        assert_eq!(
            work(&[(540, 10, "code", 1), (554, 10, "web", 1)]).switches,
            1,
            "no absence between"
        );
        assert_eq!(
            work(&[(540, 10, "code", 1), (550, 10, "web", 2)]).switches,
            0,
            "another device"
        );
        let private = day(vec![
            span(&(540, 10, "code", 1), Category::Productive, false),
            span(&(550, 10, "web", 1), Category::Personal, false),
            span(&(560, 10, "code", 1), Category::Productive, false),
        ]);
        let metrics = DayMetrics::of(&private);
        assert_eq!((metrics.switches, metrics.active), (0, 1_200_000_000));
    }

    #[test]
    fn rates_are_over_half_an_hour_at_least() {
        let brief = work(&[(540, 1, "a", 1), (541, 1, "b", 1), (542, 1, "a", 1)]);
        assert!((brief.under(Hours::default()).switches_per_hour - 4.0).abs() < 1e-9);
    }

    #[test]
    fn after_hours_follow_the_persons_clock_and_hours() {
        // 07:00–09:00 and 19:00–21:30 in New York, which is afternoon and night in UTC.
        let metrics = work(&[(420, 120, "code", 1), (1_140, 150, "code", 1)]);
        let outside = |hours: Hours| metrics.under(hours).after_hours_productive;
        assert!((outside(Hours::default()) - 150.0).abs() < 1e-9, "08:00 to 20:00");
        assert!((outside(Hours::read("07:00", "21:30").unwrap()) - 0.0).abs() < 1e-9);
        // Hours that pass midnight: 19:00 to 03:00.
        assert!((outside(Hours::read("19:00", "03:00").unwrap()) - 120.0).abs() < 1e-9);
    }

    #[test]
    fn calls_and_the_longest_block_are_measured() {
        let metrics = DayMetrics::of(&day(vec![
            span(&(540, 30, "code", 1), Category::Productive, false),
            span(&(570, 200, "meet", 1), Category::Neutral, true),
        ]))
        .under(Hours::default());
        assert!((metrics.meeting_minutes - 200.0).abs() < 1e-9);
        assert!((metrics.productive_minutes - 30.0).abs() < 1e-9);
        assert!((metrics.longest_productive_min - 30.0).abs() < 1e-9);
    }
}
