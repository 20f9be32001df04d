//! What is usual for a person: the middle value of each metric over their last weeks.

use super::{Kind, Metrics, value};

/// Days it takes to know what is usual.
pub const BASELINE_DAYS: usize = 5;

/// A day counts from so many active minutes on.
const ACTIVE: f64 = 60.0;

/// Middle values, where enough days are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usual(Option<[f64; 4]>);

impl Usual {
    /// The middle values of these days, without the one that is judged. Days with less than an hour are left out.
    pub fn of_days(days: &[Metrics]) -> Self {
        let days: Vec<&Metrics> = days.iter().filter(|day| day.active_minutes >= ACTIVE).collect();
        if days.len() < BASELINE_DAYS {
            return Self(None);
        }
        Self(Some(Kind::ALL.map(|kind| {
            median(days.iter().map(|day| value(kind, day)).collect())
        })))
    }

    /// The usual value of what a kind measures.
    pub fn of(&self, kind: Kind) -> Option<f64> {
        let at = Kind::ALL.iter().position(|one| *one == kind)?;
        self.0.map(|values| values[at])
    }
}

/// The lower of the two middle ones where there are two.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values
        .get((values.len().max(1) - 1) / 2)
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_value_is_not_moved_by_one_wild_day() {
        let day = |switches_per_hour: f64| Metrics {
            active_minutes: 400.0,
            productive_minutes: 300.0,
            meeting_minutes: 0.0,
            after_hours_productive: 0.0,
            switches_per_hour,
            longest_productive_min: 60.0,
        };
        let usual = Usual::of_days(&[5.0, 6.0, 7.0, 8.0, 90.0].map(day));
        assert_eq!(usual.of(Kind::ContextSwitching), Some(7.0));
        assert_eq!(
            Usual::of_days(&[5.0, 6.0, 7.0, 8.0].map(day)).of(Kind::AfterHours),
            None
        );
    }
}
