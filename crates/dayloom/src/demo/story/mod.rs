//! What the invented developer did: a day as scenes, and the samples a device would have taken of them.
//!
//! Pure: the same date and seed give the same day.

mod samples;
mod scenes;

use dayloom_domain::Zone;
use dayloom_storage::NewEvent;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Weekday},
};

pub use scenes::Machine;

use self::{
    samples::samples,
    scenes::{Scene, on_call_hour, workday},
};
use super::chance::Chance;

/// A sample and the device that took it.
pub type Sampled = (Machine, NewEvent);

/// Seconds between samples.
const TICK: i64 = 60;
/// Idle threshold of both devices, the default of `contract/tracker.md` §2.2.
const IDLE: i64 = 300;

/// Samples of one local date up to `now`, in the order they were taken.
pub fn day(date: Date, today: Date, now: Timestamp, zone: &Zone, seed: u64) -> Vec<Sampled> {
    let mut chance =
        Chance::new(seed ^ (u64::from(date.day().unsigned_abs()) << 32) ^ days_since_epoch(date));
    let Some((start, scenes)) = plan(date, today, now, zone, &mut chance) else {
        return Vec::new();
    };
    samples(start, &scenes, now, zone, &mut chance)
}

fn days_since_epoch(date: Date) -> u64 {
    let days = date.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
    days.unsigned_abs()
}

/// When the day begins and what happens on it; none on most days of a weekend.
fn plan(
    date: Date,
    today: Date,
    now: Timestamp,
    zone: &Zone,
    chance: &mut Chance,
) -> Option<(Timestamp, Vec<Scene>)> {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let usual = zone.start_of(date) + SignedDuration::from_mins(chance.between(8 * 60 + 25, 9 * 60 + 20));
    if date == today {
        // Whoever looks at the demonstration early or on a Sunday shall see a day that has begun.
        let earliest = zone.start_of(date) + SignedDuration::from_secs(30);
        let begun = now - SignedDuration::from_mins(280);
        return Some((usual.min(begun).max(earliest), workday(date, chance)));
    }
    if !weekend {
        return Some((usual, workday(date, chance)));
    }
    if chance.percent(35) {
        return Some((usual + SignedDuration::from_hours(2), on_call_hour(chance)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month() -> (Zone, Date, Timestamp) {
        let zone = Zone::parse("Europe/Berlin").expect("known");
        let today = jiff::civil::date(2026, 11, 20);
        (
            zone.clone(),
            today,
            zone.start_of(today) + SignedDuration::from_hours(15),
        )
    }

    #[test]
    fn a_month_is_believable_and_repeats() {
        let (zone, today, now) = month();
        let mut events = 0;
        for back in 0..30 {
            let date = today - jiff::Span::new().days(back);
            let once = day(date, today, now, &zone, 1);
            assert_eq!(once, day(date, today, now, &zone, 1), "{date}");
            let workday = !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            assert!(!workday || once.len() > 200, "{date} has {} samples", once.len());
            assert!(
                once.iter()
                    .all(|(_, e)| zone.date_of(e.ts) == date && e.ts <= now),
                "{date}"
            );
            assert!(
                once.iter()
                    .all(|(_, e)| e.idle_s.is_some_and(|s| i64::from(s) <= IDLE))
            );
            events += once.len();
        }
        assert!((6_000..15_000).contains(&events), "{events} samples");
    }

    #[test]
    fn today_has_begun_at_any_hour() {
        let (zone, _, _) = month();
        for hour in [1, 5, 9, 13, 23] {
            let sunday = jiff::civil::date(2026, 11, 22);
            let now = zone.start_of(sunday) + SignedDuration::from_hours(hour);
            assert!(
                day(sunday, sunday, now, &zone, 1).len() >= 30,
                "at {hour} o'clock"
            );
        }
    }

    #[test]
    fn two_devices_see_one_moment() {
        let (zone, today, now) = month();
        let all: Vec<_> = (0..30)
            .flat_map(|b| day(today - jiff::Span::new().days(b), today, now, &zone, 1))
            .collect();
        let both = all
            .windows(2)
            .filter(|w| w[0].0 != w[1].0 && w[0].1.ts == w[1].1.ts)
            .count();
        assert!(both > 5, "{both}");
    }
}
