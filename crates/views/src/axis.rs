//! The time axis: whole hours over working hours and evidence, and where an instant stands on it in per cent.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The least length of an axis, in hours.
pub const LEAST_HOURS: i64 = 10;

/// From which whole hour to which, 0 to 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// First hour shown.
    pub from: i64,
    /// Hour at the end.
    pub to: i64,
}

impl Hours {
    /// Working hours and evidence together, at least ten hours, at most a day. Hours missing to ten are added in turn
    /// after and before.
    pub fn covering(working: (i64, i64), evidence: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let (mut from, mut to) = (working.0.clamp(0, 23), working.1.clamp(1, 24));
        for (first, last) in evidence {
            from = from.min(first.clamp(0, 23));
            to = to.max(last.clamp(1, 24));
        }
        let mut after = true;
        while to - from < LEAST_HOURS {
            if (after && to < 24) || from == 0 {
                to += 1
            } else {
                from -= 1
            }
            after = !after;
        }
        Self { from, to }
    }

    /// The whole hours of a local date that an interval touches.
    pub fn touched(date: Date, zone: &TimeZone, start: Timestamp, end: Timestamp) -> (i64, i64) {
        let (a, b) = (zone.to_datetime(start), zone.to_datetime(end));
        let from = if a.date() < date { 0 } else { i64::from(a.hour()) };
        let to = if b.date() > date {
            24
        } else {
            let past = b.minute() > 0 || b.second() > 0 || b.subsec_nanosecond() > 0;
            i64::from(b.hour()) + i64::from(past)
        };
        (from, to.max(from + 1))
    }
}

/// A mark of the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct HourMark {
    /// Per cent of the axis.
    pub x: f64,
    /// `HH:00`; `24:00` at the end of the day.
    pub text: String,
}

/// The axis of one local date.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The date.
    pub date: Date,
    zone: TimeZone,
    start: Timestamp,
    micros: i64,
}

impl Axis {
    /// The axis of a date over some hours. Where clocks change inside, it is an hour longer or shorter.
    pub fn new(date: Date, zone: TimeZone, hours: Hours) -> Self {
        let start = at_hour(date, &zone, hours.from);
        let end = at_hour(date, &zone, hours.to);
        Self {
            date,
            zone,
            start,
            micros: (end.as_microsecond() - start.as_microsecond()).max(1),
        }
    }

    /// First instant.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The instant at its end.
    pub fn end(&self) -> Timestamp {
        Timestamp::from_microsecond(self.start.as_microsecond() + self.micros).unwrap_or(self.start)
    }

    /// The zone of its times.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Length in minutes.
    pub fn minutes(&self) -> f64 {
        to_f64(self.micros) / 60e6
    }

    /// This axis stretched to another's length, so that a range shares one scale.
    pub fn with_length_of(mut self, other: &Axis) -> Self {
        self.micros = other.micros;
        self
    }

    /// Length in microseconds.
    pub fn micros(&self) -> i64 {
        self.micros
    }

    /// Where an instant stands, 0 to 100; what lies outside is drawn at the edge.
    pub fn x(&self, at: Timestamp) -> f64 {
        let past = at.as_microsecond().saturating_sub(self.start.as_microsecond());
        (to_f64(past) / to_f64(self.micros) * 100.0).clamp(0.0, 100.0)
    }

    /// Whether an instant lies on it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.start <= at && at <= self.end()
    }

    /// The part of an interval that lies on it, if any.
    pub fn clip(&self, start: Timestamp, end: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let (a, b) = (start.max(self.start), end.min(self.end()));
        (a < b).then_some((a, b))
    }

    /// A mark at each local whole hour; a doubled hour is marked twice, a skipped one not at all.
    pub fn marks(&self) -> Vec<HourMark> {
        // Zones change by whole quarters of an hour, so quarters meet every whole local hour.
        const QUARTER: i64 = 15 * 60_000_000;
        let mut marks = Vec::new();
        for n in 0..=self.micros / QUARTER {
            let Ok(at) = Timestamp::from_microsecond(self.start.as_microsecond() + n * QUARTER) else {
                break;
            };
            let local = self.zone.to_datetime(at);
            let over = local.date() > self.date;
            if local.minute() == 0 {
                let hour = if over { 24 } else { i64::from(local.hour()) };
                marks.push(HourMark {
                    x: self.x(at),
                    text: format!("{hour:02}:00"),
                });
            }
            // An axis may be longer than its day, to share the scale of a longer one.
            if over {
                break;
            }
        }
        marks
    }
}

/// The first instant at or after a whole local hour, 0 to 24.
fn at_hour(date: Date, zone: &TimeZone, hour: i64) -> Timestamp {
    let (date, hour) = if hour >= 24 {
        (crate::time::add_days(date, 1), 0)
    } else {
        (date, hour.max(0))
    };
    let hour = i8::try_from(hour).unwrap_or(0);
    zone.to_ambiguous_timestamp(date.at(hour, 0, 0, 0))
        .compatible()
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a day of microseconds is exact in an f64"
)]
fn to_f64(micros: i64) -> f64 {
    micros as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn an_axis_has_ten_hours_at_least_and_a_day_at_most() {
        assert_eq!(Hours::covering((9, 17), []), Hours { from: 8, to: 18 });
        assert_eq!(Hours::covering((22, 24), []), Hours { from: 14, to: 24 });
        assert_eq!(Hours::covering((0, 2), []), Hours { from: 0, to: 10 });
        assert_eq!(
            Hours::covering((9, 17), [(0, 3), (20, 24)]),
            Hours { from: 0, to: 24 }
        );
    }

    #[test]
    fn evidence_touches_whole_hours() {
        let at = |h, m| {
            date(2026, 11, 19)
                .at(h, m, 0, 0)
                .to_zoned(berlin())
                .unwrap()
                .timestamp()
        };
        let day = date(2026, 11, 19);
        assert_eq!(Hours::touched(day, &berlin(), at(8, 41), at(18, 0)), (8, 18));
        assert_eq!(Hours::touched(day, &berlin(), at(8, 41), at(18, 1)), (8, 19));
    }

    #[test]
    fn the_doubled_hour_stands_twice_and_the_skipped_one_not_at_all() {
        let day = |d| Axis::new(d, berlin(), Hours { from: 0, to: 24 });
        let texts = |axis: &Axis| axis.marks().into_iter().map(|m| m.text).collect::<Vec<_>>();
        let autumn = day(date(2026, 10, 25));
        assert!((autumn.minutes() - 25.0 * 60.0).abs() < 1e-9);
        assert_eq!(texts(&autumn).iter().filter(|t| *t == "02:00").count(), 2);
        assert_eq!(texts(&autumn).len(), 26);
        let spring = day(date(2026, 3, 29));
        assert!((spring.minutes() - 23.0 * 60.0).abs() < 1e-9);
        assert!(!texts(&spring).contains(&"02:00".to_owned()));
        assert_eq!(texts(&spring).last().unwrap(), "24:00");
    }

    #[test]
    fn zones_off_the_hour_are_marked_on_their_own_hours() {
        let kathmandu = TimeZone::get("Asia/Kathmandu").unwrap();
        let marks = Axis::new(date(2026, 11, 19), kathmandu, Hours { from: 8, to: 18 }).marks();
        assert_eq!(marks.len(), 11);
        assert!((marks[1].x - 10.0).abs() < 1e-9);
    }
}
