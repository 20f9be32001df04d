//! Durations, times and dates as a person reads them. Zones arrive as parameters; no clock is read.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::words::Words;

/// Microseconds in a minute.
pub const MINUTE: i64 = 60_000_000;

/// A duration in whole minutes as the contract writes it: `0m`, `Nm`, `Nh`, `Nh Mm` (`contract/tracker.md` §6.1),
/// with the units of the language.
pub fn duration(minutes: i64, words: &Words) -> String {
    let parts = Parts::of(minutes);
    let mut text = String::new();
    if let Some(hours) = parts.hours {
        text.push_str(&format!("{hours}{}", words.unit_hour));
    }
    if let Some(rest) = parts.minutes {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("{rest}{}", words.unit_minute));
    }
    text
}

/// The same duration in its parts, so that a page can set the unit letters smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Hours, unless none.
    pub hours: Option<i64>,
    /// Minutes, unless none are left beside hours.
    pub minutes: Option<i64>,
}

impl Parts {
    /// Takes whole minutes apart; negative counts as none.
    pub fn of(minutes: i64) -> Self {
        let minutes = minutes.max(0);
        let (hours, rest) = (minutes / 60, minutes % 60);
        Self {
            hours: (hours > 0).then_some(hours),
            minutes: (rest > 0 || hours == 0).then_some(rest),
        }
    }
}

/// Whole minutes of microseconds; halves round up.
pub fn minutes_of(micros: i64) -> i64 {
    (micros + MINUTE / 2).div_euclid(MINUTE)
}

/// `HH:MM` in a zone, 24-hour.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let t = zone.to_datetime(at);
    format!("{:02}:{:02}", t.hour(), t.minute())
}

/// `HH:MM` of an end: midnight that closes `date` is written `24:00`.
pub fn clock_end(at: Timestamp, date: Date, zone: &TimeZone) -> String {
    let t = zone.to_datetime(at);
    if t.date() > date && t.hour() == 0 && t.minute() == 0 {
        "24:00".to_owned()
    } else {
        clock(at, zone)
    }
}

/// Name of the weekday, whole.
pub fn weekday(date: Date, words: &Words) -> &'static str {
    words.weekdays[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())]
}

/// Name of the weekday, short.
pub fn weekday_short(date: Date, words: &Words) -> &'static str {
    words.weekdays_short[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())]
}

/// Name of the month.
pub fn month(date: Date, words: &Words) -> &'static str {
    words.months[usize::from(date.month().unsigned_abs()) - 1]
}

/// `Thursday 19 November 2026`.
pub fn long_date(date: Date, words: &Words) -> String {
    format!(
        "{} {} {} {}",
        weekday(date, words),
        date.day(),
        month(date, words),
        date.year()
    )
}

/// Monday of the date's week.
pub fn monday(date: Date) -> Date {
    add_days(date, -i64::from(date.weekday().to_monday_zero_offset()))
}

/// ISO week number.
pub fn week(date: Date) -> i8 {
    date.iso_week_date().week()
}

/// The date so many days on, or the nearest the calendar has.
pub fn add_days(date: Date, days: i64) -> Date {
    date.saturating_add(jiff::Span::new().days(days.clamp(-40_000, 40_000)))
}

/// How long ago, in the largest whole unit: `14 s`, `3m`, `2h 5m`.
pub fn ago(at: Timestamp, now: Timestamp, words: &Words) -> String {
    let seconds = (now.as_second() - at.as_second()).max(0);
    if seconds < 60 {
        format!("{seconds} {}", words.unit_second)
    } else {
        duration(seconds / 60, words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{EN, HI};
    use jiff::civil::date;

    #[test]
    fn durations_are_written_as_the_contract_says() {
        for (minutes, text) in [
            (0, "0m"),
            (-3, "0m"),
            (1, "1m"),
            (59, "59m"),
            (60, "1h"),
            (523, "8h 43m"),
            (1440, "24h"),
        ] {
            assert_eq!(duration(minutes, &EN), text);
        }
        assert_eq!(duration(523, &HI), "8घं 43मि");
    }

    #[test]
    fn half_a_minute_rounds_up() {
        assert_eq!([29_999_999, 30_000_000, 89_999_999].map(minutes_of), [0, 1, 1]);
    }

    #[test]
    fn a_day_ends_at_24_and_not_at_0() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let end = date(2026, 11, 20).to_zoned(zone.clone()).unwrap().timestamp();
        assert_eq!(clock_end(end, date(2026, 11, 19), &zone), "24:00");
        assert_eq!(clock_end(end, date(2026, 11, 20), &zone), "00:00");
    }

    #[test]
    fn weeks_start_on_monday() {
        assert_eq!(monday(date(2026, 11, 19)), date(2026, 11, 16));
        assert_eq!(monday(date(2026, 11, 22)), date(2026, 11, 16));
        assert_eq!(week(date(2026, 11, 19)), 47);
    }
}
