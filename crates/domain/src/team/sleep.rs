//! The sleep window: a stretch of local time in which every tick is idle, whatever else holds.

use jiff::civil::Time;

/// `HH:MM-HH:MM` in local time: the start belongs to it, the end does not; it wraps midnight where the end is earlier,
/// and equal ends mean the whole day (`contract/team.md` §1 rule 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SleepWindow {
    start: Time,
    end: Time,
}

/// The text is no sleep window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no sleep window; write two times as HH:MM-HH:MM, such as 23:00-07:00, or nothing")]
pub struct BadSleepWindow(pub String);

impl SleepWindow {
    /// Reads a window; empty text means that there is none.
    pub fn parse(text: &str) -> Result<Option<Self>, BadSleepWindow> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let bad = || BadSleepWindow(text.to_owned());
        let (start, end) = text.split_once('-').ok_or_else(bad)?;
        let window = clock_time(start).zip(clock_time(end)).ok_or_else(bad)?;
        Ok(Some(Self {
            start: window.0,
            end: window.1,
        }))
    }

    /// Whether a local time lies inside.
    pub fn contains(self, local: Time) -> bool {
        if self.start < self.end {
            self.start <= local && local < self.end
        } else {
            self.start <= local || local < self.end
        }
    }
}

/// A time of day written as `HH:MM`.
pub fn clock_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use proptest::prelude::*;

    use super::*;

    fn window(text: &str) -> SleepWindow {
        SleepWindow::parse(text).expect("a window").expect("not empty")
    }

    #[test]
    fn the_start_is_inside_and_the_end_is_not() {
        let night = window("23:00-07:00");
        assert!(night.contains(time(23, 0, 0, 0)) && night.contains(time(6, 59, 59, 0)));
        assert!(!night.contains(time(7, 0, 0, 0)) && !night.contains(time(22, 59, 59, 0)));
        let noon = window("12:00-13:00");
        assert!(noon.contains(time(12, 0, 0, 0)) && !noon.contains(time(13, 0, 0, 0)));
    }

    #[test]
    fn rubbish_is_refused_and_nothing_is_no_window() {
        assert_eq!(SleepWindow::parse(" "), Ok(None));
        for text in [
            "23-7",
            "24:00-07:00",
            "23:00",
            "23:00-07:60",
            "2:00-07:00",
            "a:b-c:d",
            "23:00-07:00-08:00",
        ] {
            assert!(SleepWindow::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn swapped_ends_are_the_rest_of_the_day(start in 0i8..24, end in 0i8..24, hour in 0i8..24, minute in 0i8..60) {
            prop_assume!(start != end);
            let one = window(&format!("{start:02}:00-{end:02}:00"));
            let other = window(&format!("{end:02}:00-{start:02}:00"));
            let at = time(hour, minute, 0, 0);
            prop_assert_ne!(one.contains(at), other.contains(at));
        }

        #[test]
        fn equal_ends_are_the_whole_day(end in 0i8..24, hour in 0i8..24, minute in 0i8..60) {
            let whole = window(&format!("{end:02}:00-{end:02}:00"));
            prop_assert!(whole.contains(time(hour, minute, 0, 0)));
        }
    }
}
