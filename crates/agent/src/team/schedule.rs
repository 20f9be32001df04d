//! When ticks are due: one for each UTC minute, in its last second (`contract/team.md` §1). Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The published time between ticks.
pub const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// How long before the end of its slot a tick is taken.
const LEAD: SignedDuration = SignedDuration::from_millis(900);

/// Longest sleep without a look at the clock: a machine that slept, or whose clock was set, is noticed this fast.
pub const LOOK: Duration = Duration::from_secs(5);

/// Plans one tick after another.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    period: SignedDuration,
    due: Timestamp,
}

impl Schedule {
    /// Begins at `now`; `period` is a minute, or shorter for tests.
    pub fn new(period: SignedDuration, now: Timestamp) -> Self {
        let period = period.clamp(SignedDuration::from_millis(10), MINUTE);
        Self {
            period,
            due: first_after(period, now),
        }
    }

    /// How long to sleep before looking again; nothing where the tick is due.
    ///
    /// A clock that was set back moves the next tick back with it.
    pub fn wait(&mut self, now: Timestamp) -> Option<Duration> {
        let left = self.due.duration_since(now);
        if left > self.period {
            self.due = first_after(self.period, now);
        }
        let left = Duration::try_from(self.due.duration_since(now))
            .ok()
            .filter(|left| !left.is_zero())?;
        Some(left.min(LOOK))
    }

    /// The tick was taken at `now`; the next comes in its own slot. Slots that were missed are not made up for.
    pub fn taken(&mut self, now: Timestamp) {
        self.due = first_after(self.period, now.max(self.due));
    }
}

/// The first moment after `now` that lies [`LEAD`] before the end of a slot; slots begin with the Unix epoch, so that a
/// period of a minute gives UTC minutes.
fn first_after(period: SignedDuration, now: Timestamp) -> Timestamp {
    let length = i64::try_from(period.as_micros()).unwrap_or(60_000_000);
    let lead = i64::try_from(LEAD.as_micros())
        .unwrap_or_default()
        .min(length / 2);
    let slot = (now.as_microsecond() + lead).div_euclid(length) + 1;
    Timestamp::from_microsecond(slot * length - lead).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_tick_is_taken_in_the_last_second_of_its_minute() {
        let mut schedule = Schedule::new(MINUTE, at("2026-11-21T10:00:20Z"));
        assert_eq!(schedule.wait(at("2026-11-21T10:00:20Z")), Some(LOOK));
        let last = at("2026-11-21T10:00:59.1Z");
        assert_eq!(schedule.wait(last), None);
        schedule.taken(last);
        assert_eq!(schedule.due, at("2026-11-21T10:01:59.1Z"));
    }

    #[test]
    fn after_sleep_one_tick_comes_late_and_the_gap_stays() {
        let mut schedule = Schedule::new(MINUTE, at("2026-11-21T10:00:20Z"));
        let late = at("2026-11-21T13:30:12Z");
        assert_eq!(schedule.wait(late), None);
        schedule.taken(late);
        assert_eq!(schedule.due, at("2026-11-21T13:30:59.1Z"));
    }

    #[test]
    fn a_clock_set_back_brings_the_next_tick_along() {
        let mut schedule = Schedule::new(MINUTE, at("2026-11-21T10:00:20Z"));
        let back = at("2026-11-21T08:00:20Z");
        assert_eq!(schedule.wait(back), Some(LOOK));
        assert_eq!(schedule.due, at("2026-11-21T08:00:59.1Z"));
    }

    proptest! {
        #[test]
        fn an_hour_of_ticks_is_sixty_minutes(start in 0i64..10_000_000_000, delays in prop::collection::vec(0i64..900_000, 60)) {
            // Up to 0.9 s late each: still the same minute, for any beginning.
            let begin = Timestamp::from_microsecond(start * 1_000).expect("an instant");
            let mut schedule = Schedule::new(MINUTE, begin);
            let mut minutes = std::collections::BTreeSet::new();
            for delay in delays {
                let taken = schedule.due.checked_add(SignedDuration::from_micros(delay)).expect("an instant");
                minutes.insert(taken.as_second().div_euclid(60));
                schedule.taken(taken);
            }
            prop_assert_eq!(minutes.len(), 60);
            let (first, last) = (minutes.first().expect("one"), minutes.last().expect("one"));
            prop_assert_eq!(last - first, 59);
        }
    }
}
