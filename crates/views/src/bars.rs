//! Small numbers for drawings: per cent as text, and the seven bars of the week that are the date picker.

use jiff::civil::Date;

use crate::{
    facts::DayTotal,
    time::{add_days, duration, long_date, minutes_of, monday, weekday_short},
    urls,
    words::Words,
};

/// Per cent with three digits, enough for a hundredth of a px on any screen.
pub fn percent_text(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}%")
}

/// One bar of the week.
#[derive(Clone, Debug)]
pub struct WeekBar {
    /// The day's page.
    pub url: String,
    /// Weekday, short.
    pub weekday: &'static str,
    /// Day of the month.
    pub number: i8,
    /// Height in px, 1 to 28.
    pub height: i64,
    /// Top in px.
    pub top: i64,
    /// `Monday 16 November 2026, 8h 23m`.
    pub name: String,
    /// The day shown.
    pub current: bool,
    /// After today.
    pub later: bool,
}

/// Px of the tallest bar.
const TALL: i64 = 28;
/// A bar is full at eight hours, or at the week's longest day.
const FULL: i64 = 8 * 60;

/// The seven bars of the week that holds `shown`.
pub fn week(shown: Date, today: Date, totals: &[DayTotal], words: &Words) -> Vec<WeekBar> {
    let first = monday(shown);
    let minutes_on = |date: Date| {
        totals
            .iter()
            .find(|t| t.date == date)
            .map_or(0, |t| minutes_of(t.micros))
    };
    let full = (0..7)
        .map(|n| minutes_on(add_days(first, n)))
        .max()
        .unwrap_or(0)
        .max(FULL);
    (0..7)
        .map(|n| {
            let date = add_days(first, n);
            let minutes = minutes_on(date);
            let height = if minutes == 0 {
                1
            } else {
                (minutes * TALL / full).clamp(2, TALL)
            };
            WeekBar {
                url: urls::day(date),
                weekday: weekday_short(date, words),
                number: date.day(),
                height,
                top: TALL - height,
                name: format!("{}, {}", long_date(date, words), duration(minutes, words)),
                current: date == shown,
                later: date > today,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::EN;
    use jiff::civil::date;

    #[test]
    fn per_cent_carries_no_needless_digits() {
        assert_eq!(
            [0.0, 50.0, 33.333_333, 0.1].map(percent_text),
            ["0%", "50%", "33.333%", "0.1%"]
        );
    }

    #[test]
    fn the_week_has_seven_days_and_one_of_them_is_shown() {
        let totals = [DayTotal {
            date: date(2026, 11, 16),
            micros: 10 * 3_600_000_000,
        }];
        let bars = week(date(2026, 11, 19), date(2026, 11, 19), &totals, &EN);
        assert_eq!(bars.len(), 7);
        assert_eq!(bars[0].height, TALL);
        assert_eq!(bars[0].name, "Monday 16 November 2026, 10h");
        assert_eq!(
            bars.iter()
                .filter(|b| b.current)
                .map(|b| b.number)
                .collect::<Vec<_>>(),
            [19]
        );
        assert_eq!(bars.iter().filter(|b| b.later).count(), 3);
    }
}
