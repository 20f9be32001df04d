//! Working hours: set by the person, learned from their last weeks until then, the contract's 08 to 20 without either.

use super::{DayMetrics, Metrics};
use crate::Locale;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60;

/// Days with work it takes to learn hours from.
pub const LEARN_DAYS: usize = 5;

/// Learned hours are never narrower than a common working day, in minutes: a part-time week is no reason to call an
/// afternoon late.
const NARROWEST: i64 = 8 * 60;

/// Learned hours begin and end on half hours.
const STEP: i64 = 30;

/// A share of days, in per cent, whose beginnings and ends lie outside of what is learned: the odd early or late one.
const ODD: usize = 10;

/// A day counts as one of work from so many productive minutes on.
const WORKED: f64 = 60.0;

/// Working hours of a day, in minutes after local midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    start: i64,
    end: i64,
}

/// The texts are no working hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("working hours are two times of day such as 09:00 and 17:30")]
pub struct UnreadableHours;

impl Default for Hours {
    /// 08:00 to 20:00 (`contract/tracker.md` §4.5).
    fn default() -> Self {
        Self {
            start: 8 * 60,
            end: 20 * 60,
        }
    }
}

impl Hours {
    /// Reads `HH:MM` twice; an end before the start is on the next day.
    pub fn read(start: &str, end: &str) -> Result<Self, UnreadableHours> {
        let minute = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            let (hour, minute) = (hour.parse::<i64>().ok()?, minute.parse::<i64>().ok()?);
            ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
        };
        let (start, end) = minute(start).zip(minute(end)).ok_or(UnreadableHours)?;
        Ok(Self { start, end })
    }

    /// Start and end as `09:00` and `17:30`.
    pub fn ends(self) -> (String, String) {
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        (clock(self.start), clock(self.end))
    }

    /// As `09:00 to 17:30`.
    pub fn text(self) -> String {
        self.text_in(Locale::En)
    }

    /// The same in a language.
    pub fn text_in(self, locale: Locale) -> String {
        let (start, end) = self.ends();
        match locale {
            Locale::En => format!("{start} to {end}"),
            Locale::Hi => format!("{start} से {end}"),
        }
    }

    /// Reads what [`Hours::text`] wrote.
    pub fn parse(text: &str) -> Result<Self, UnreadableHours> {
        let (start, end) = text.split_once(" to ").ok_or(UnreadableHours)?;
        Self::read(start, end)
    }

    /// The intervals of a day they cover, in microseconds since midnight, with what spills over from the day before and
    /// into the day after. Equal times mean all day.
    pub(super) fn spans(self) -> Vec<(i64, i64)> {
        let length = match self.end - self.start {
            0 => DAY,
            length if length > 0 => length,
            over => over + DAY,
        };
        [-1, 0, 1]
            .map(|day| {
                let start = (self.start + day * DAY) * MINUTE;
                (start, start + length * MINUTE)
            })
            .to_vec()
    }
}

/// The hours within which nearly all of a person's work lay, if enough days are known. Outward to half hours.
pub fn learned(days: &[DayMetrics]) -> Option<Hours> {
    let worked = days.iter().filter(|day| {
        let Metrics {
            productive_minutes, ..
        } = day.under(Hours::default());
        productive_minutes >= WORKED
    });
    let (mut starts, mut ends): (Vec<i64>, Vec<i64>) = worked.filter_map(DayMetrics::bounds).unzip();
    if starts.len() < LEARN_DAYS {
        return None;
    }
    starts.sort_unstable();
    ends.sort_unstable();
    let odd = starts.len() * ODD / 100;
    let start = (starts[odd] / MINUTE).div_euclid(STEP) * STEP;
    let end = -(-ends[ends.len() - 1 - odd]).div_euclid(STEP * MINUTE) * STEP;
    let start = start.clamp(0, DAY - STEP);
    let end = end.max(start + NARROWEST).min(DAY);
    // Midnight as an end is 00:00 of the next day.
    Some(Hours {
        start,
        end: end % DAY,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(start: i64, end: i64) -> DayMetrics {
        let length = (end - start) * MINUTE;
        DayMetrics {
            productive: length,
            productive_at: vec![(start * MINUTE, end * MINUTE)],
            ..DayMetrics::default()
        }
    }

    #[test]
    fn hours_are_read_or_refused() {
        assert_eq!(Hours::read("09:00", "17:30").unwrap().text(), "09:00 to 17:30");
        for (start, end) in [("9", "17:00"), ("24:00", "01:00"), ("09:60", "10:00"), ("", "")] {
            assert_eq!(Hours::read(start, end), Err(UnreadableHours));
        }
        let hours = Hours::read("09:00", "17:30").unwrap();
        assert_eq!(Hours::parse(&hours.text()), Ok(hours));
        assert_eq!(Hours::parse("09:00-17:30"), Err(UnreadableHours));
        assert_eq!(hours.text_in(Locale::Hi), "09:00 से 17:30");
    }

    #[test]
    fn hours_are_learned_from_five_days_outward() {
        let usual = day(9 * 60 + 10, 18 * 60 + 20);
        assert_eq!(learned(&vec![usual.clone(); 4]), None);
        assert_eq!(learned(&vec![usual.clone(); 5]).unwrap().text(), "09:00 to 18:30");
        // One late night in ten changes nothing.
        let mut days = vec![usual; 10];
        days.push(day(10 * 60, 23 * 60 + 50));
        assert_eq!(learned(&days).unwrap().text(), "09:00 to 18:30");
    }

    #[test]
    fn a_short_day_is_no_narrow_one_and_a_brief_look_no_day() {
        assert_eq!(
            learned(&vec![day(9 * 60, 13 * 60); 6]).unwrap().text(),
            "09:00 to 17:00"
        );
        assert_eq!(learned(&vec![day(9 * 60, 9 * 60 + 59); 6]), None);
        assert_eq!(
            learned(&vec![day(14 * 60, 23 * 60 + 59); 6]).unwrap().text(),
            "14:00 to 00:00"
        );
    }
}
