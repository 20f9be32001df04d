//! Local dates of many instants in several zones, looked up once per zone and day instead of once per instant.
//!
//! The date is that of the wall clock, so a day has 23 or 25 hours where the clock changes, begins where the clock
//! says so, and may come in two parts where a change sets the clock back over midnight.

use jiff::civil::Date;

use super::instant;
use crate::Zone;

/// Microseconds of a day of 24 hours.
pub(super) const DAY: i64 = 86_400 * super::stretch::SECOND;

/// An uninterrupted run of instants with one local date.
#[derive(Clone, Copy, Debug)]
struct Run {
    end: i64,
    date: Date,
}

/// The dates of `[from, to]` in each zone asked for.
pub(super) struct Calendar<'e> {
    from: i64,
    to: i64,
    zones: Vec<(&'e Zone, Vec<Run>)>,
}

impl<'e> Calendar<'e> {
    /// A calendar for the instants from `from` to `to`, both included.
    pub fn new(from: i64, to: i64) -> Self {
        Self {
            from,
            to,
            zones: Vec::new(),
        }
    }

    /// The date of an instant and the first microsecond after its run.
    pub fn at(&mut self, zone: &'e Zone, micros: i64) -> (Date, i64) {
        let place = match self.zones.iter().position(|(known, _)| *known == zone) {
            Some(place) => place,
            None => {
                self.zones.push((zone, runs(zone, self.from, self.to)));
                self.zones.len() - 1
            }
        };
        let runs = &self.zones[place].1;
        let run = runs[runs.partition_point(|run| run.end <= micros).min(runs.len() - 1)];
        (run.date, run.end)
    }
}

/// Between two changes of the clock midnight comes every 24 hours.
fn runs(zone: &Zone, from: i64, to: i64) -> Vec<Run> {
    let rules = zone.rules();
    let mut runs: Vec<Run> = Vec::new();
    let mut now = from;
    let mut change = i64::MIN;
    while now <= to {
        if change <= now {
            change = rules
                .following(instant(now))
                .next()
                .map_or(i64::MAX, |t| t.timestamp().as_microsecond());
            if change <= now {
                change = i64::MAX;
            }
        }
        let offset = i64::from(rules.to_offset(instant(now)).seconds()) * super::stretch::SECOND;
        let midnight = ((now + offset).div_euclid(DAY) + 1) * DAY - offset;
        let end = midnight.min(change);
        let date = rules.to_datetime(instant(now)).date();
        match runs.last_mut() {
            Some(last) if last.date == date => last.end = end,
            _ => runs.push(Run { end, date }),
        }
        now = end;
    }
    runs
}
