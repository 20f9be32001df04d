//! What an event can change, and what evidence a day needs: the two bounds that let days be derived one by one.
//!
//! The longest interval is 600 s and the longest threshold 3,600 s (`contract/tracker.md` §2.2, §2.3), the longest
//! `idle_s` 86,400 s (§9.1). Adding an event `e` changes
//!
//! 1. its own stretch, and the end of the one it cuts: within `[ts, ts + 600 s)`;
//! 2. what it takes back itself: from `ts − idle_s`;
//! 3. what the event before it takes back, as `e` may be the one that follows it within one and a half intervals.
//!    That event lies at most 900 s before `e`, and reaches back at most its threshold: had it been idle for
//!    longer than that, it would take back with or without `e`. So from `ts − 900 s − 3,600 s`;
//! 4. attention of other devices: only at those same instants, as no other stretch or last input changes;
//! 5. spans: where a gap opens or closes inside a date, that date has attention on both sides of these instants,
//!    so it is a date of one of them in the zone of that attention;
//! 6. the device's line: on the date of `ts`.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::Offset};

use crate::Zone;

/// The longest interval, in seconds.
const INTERVAL: i64 = 600;

/// One and a half of them, within which an event follows another.
const FOLLOWS: i64 = 900;

/// The longest idle threshold, in seconds.
const THRESHOLD: i64 = 3_600;

/// The longest `idle_s`.
const IDLE: i64 = 86_400;

/// The instants an event can change, from the first to before the second.
pub fn touched(ts: Timestamp, idle_s: Option<u32>) -> (Timestamp, Timestamp) {
    let back = idle_s.map_or(0, i64::from).max(FOLLOWS + THRESHOLD);
    (shift(ts, -back), shift(ts, INTERVAL))
}

/// The local dates of `[from, to)` in any of the zones: for a developer, every zone ever stored with an event.
pub fn dates<'z>(
    from: Timestamp,
    to: Timestamp,
    zones: impl IntoIterator<Item = &'z Zone>,
) -> BTreeSet<Date> {
    let mut dates = BTreeSet::new();
    for zone in zones {
        let last = zone.date_of(to);
        let mut date = zone.date_of(from);
        dates.insert(date);
        while date < last {
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            dates.insert(date);
        }
    }
    dates
}

/// The instants whose events suffice to derive a local date in any zone, from the first to before the second:
/// the date from UTC+14 to UTC−12, an interval before it, and the longest pause after it. (What an event takes back
/// may hang on one that follows it by 900 s, but only within the threshold, so that both are well inside.)
pub fn evidence_window(date: Date) -> (Timestamp, Timestamp) {
    let begins = |date: Date, hours: i8| {
        Offset::constant(hours)
            .to_timestamp(date.at(0, 0, 0, 0))
            .unwrap_or(Timestamp::MIN)
    };
    widen(begins(date, 14), begins(date.saturating_add(1.day()), -12))
}

/// The same for a developer all of whose events are stored with one of these zones.
pub fn evidence_window_in<'z>(
    date: Date,
    zones: impl IntoIterator<Item = &'z Zone>,
) -> (Timestamp, Timestamp) {
    let next = date.saturating_add(1.day());
    zones
        .into_iter()
        .map(|zone| {
            // A clock set back over midnight lets the date come in two parts: an hour either way covers both.
            let hour = SignedDuration::from_hours(1);
            let begins = zone.start_of(date).saturating_sub(hour).unwrap_or(Timestamp::MIN);
            let ends = zone.start_of(next).saturating_add(hour).unwrap_or(Timestamp::MAX);
            widen(begins, ends)
        })
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        .unwrap_or_else(|| evidence_window(date))
}

fn widen(begins: Timestamp, ends: Timestamp) -> (Timestamp, Timestamp) {
    (shift(begins, -INTERVAL), shift(ends, IDLE))
}

fn shift(at: Timestamp, seconds: i64) -> Timestamp {
    let limit = if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    at.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_of_a_date_holds_every_zone_and_the_longest_pause() {
        let (from, to) = evidence_window("2026-11-21".parse().expect("a date"));
        assert_eq!(from.to_string(), "2026-11-20T09:50:00Z");
        assert_eq!(to.to_string(), "2026-11-23T12:00:00Z");
    }

    #[test]
    fn the_window_in_one_zone_is_narrower_and_inside() {
        let date = "2026-11-21".parse().expect("a date");
        let berlin = Zone::parse("Europe/Berlin").expect("a zone");
        let (from, to) = evidence_window_in(date, [&berlin]);
        assert_eq!(from.to_string(), "2026-11-20T21:50:00Z");
        assert_eq!(to.to_string(), "2026-11-23T00:00:00Z");
        assert_eq!(evidence_window_in(date, []), evidence_window(date));
    }

    #[test]
    fn an_event_touches_the_dates_of_all_zones() {
        let zones = [Zone::utc(), Zone::parse("Asia/Kolkata").expect("a zone")];
        let (from, to) = touched("2026-11-21T18:25:00Z".parse().expect("an instant"), Some(90_000));
        let dates: Vec<String> = dates(from, to, &zones).iter().map(Date::to_string).collect();
        assert_eq!(dates, ["2026-11-20", "2026-11-21", "2026-11-22"]);
    }
}
