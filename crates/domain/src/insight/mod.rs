//! Insights: what is worth saying about a day (`contract/tracker.md` §4.5), measured against fixed thresholds and
//! against what is usual for this very person. Pure: a derived day becomes [`DayMetrics`], metrics and [`Hours`]
//! become [`Insight`]s.
//!
//! Personal time, nights, breaks and changes of device count as nothing here, and nobody is compared with anybody.

mod hours;
mod metrics;
mod usual;
mod wording;

use serde::{Deserialize, Serialize};

pub use hours::{Hours, LEARN_DAYS, UnreadableHours, learned};
pub use metrics::{DayMetrics, Metrics};
pub use usual::{BASELINE_DAYS, Usual};
pub use wording::{Wording, wording};

/// Switches an hour from which the day is told to be broken.
pub const SWITCHES_PER_HOUR: f64 = 15.0;

/// Minutes in calls from which …
pub const MEETING_MINUTES: f64 = 180.0;

/// … if they are at least this share of the active time …
pub const MEETING_SHARE: f64 = 0.5;

/// Productive minutes outside of working hours.
pub const AFTER_HOURS_MINUTES: f64 = 90.0;

/// Productive minutes from which …
pub const FRAGMENTED_MINUTES: f64 = 120.0;

/// … a longest stretch below so many minutes is told.
pub const FRAGMENTED_LONGEST: f64 = 25.0;

/// How far from a person's usual value a day must be to be worth a word: a quarter of it.
const UNUSUAL: f64 = 0.25;

/// The kinds of insight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Many changes of application.
    ContextSwitching,
    /// Half of the day in calls.
    MeetingOverload,
    /// Work outside of working hours.
    AfterHours,
    /// No long stretch.
    FragmentedFocus,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [
        Self::ContextSwitching,
        Self::MeetingOverload,
        Self::AfterHours,
        Self::FragmentedFocus,
    ];

    /// Its `event_type`, `tracker.insight.{type}`.
    pub fn event_type(self) -> &'static str {
        match self {
            Self::ContextSwitching => "tracker.insight.context_switching",
            Self::MeetingOverload => "tracker.insight.meeting_overload",
            Self::AfterHours => "tracker.insight.after_hours",
            Self::FragmentedFocus => "tracker.insight.fragmented_focus",
        }
    }

    /// The kind of an `event_type`.
    pub fn of(event_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.event_type() == event_type)
    }
}

/// Something worth saying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Insight {
    /// Of what kind.
    pub kind: Kind,
    /// What was measured.
    pub metrics: Metrics,
    /// The person's usual value of what the kind measures, if it is known.
    pub usual: Option<f64>,
}

/// What is worth saying about a day: the thresholds of §4.5 are met, and the day is unusual for this person, or too
/// little is known of them to say so.
pub fn judge(metrics: Metrics, usual: &Usual) -> Vec<Insight> {
    Kind::ALL
        .into_iter()
        .filter(|kind| fires(*kind, &metrics))
        .filter_map(|kind| {
            let value = value(kind, &metrics);
            let usual = usual.of(kind);
            let unusual = usual.is_none_or(|usual| match kind {
                // Here less is worth a word.
                Kind::FragmentedFocus => value <= usual * (1.0 - UNUSUAL),
                _ => value >= usual * (1.0 + UNUSUAL),
            });
            unusual.then_some(Insight { kind, metrics, usual })
        })
        .collect()
}

/// The thresholds of `contract/tracker.md` §4.5, exactly.
fn fires(kind: Kind, m: &Metrics) -> bool {
    match kind {
        Kind::ContextSwitching => m.switches_per_hour >= SWITCHES_PER_HOUR,
        Kind::MeetingOverload => {
            m.meeting_minutes >= MEETING_MINUTES && m.meeting_minutes >= MEETING_SHARE * m.active_minutes
        }
        Kind::AfterHours => m.after_hours_productive >= AFTER_HOURS_MINUTES,
        Kind::FragmentedFocus => {
            m.productive_minutes >= FRAGMENTED_MINUTES && m.longest_productive_min < FRAGMENTED_LONGEST
        }
    }
}

/// What a kind measures.
fn value(kind: Kind, m: &Metrics) -> f64 {
    match kind {
        Kind::ContextSwitching => m.switches_per_hour,
        Kind::MeetingOverload => m.meeting_minutes,
        Kind::AfterHours => m.after_hours_productive,
        Kind::FragmentedFocus => m.longest_productive_min,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet() -> Metrics {
        Metrics {
            active_minutes: 480.0,
            productive_minutes: 400.0,
            meeting_minutes: 0.0,
            after_hours_productive: 0.0,
            switches_per_hour: 4.0,
            longest_productive_min: 90.0,
        }
    }

    fn kinds(metrics: Metrics) -> Vec<Kind> {
        judge(metrics, &Usual::default())
            .into_iter()
            .map(|insight| insight.kind)
            .collect()
    }

    #[test]
    fn each_kind_fires_at_its_limit_and_not_below() {
        assert_eq!(kinds(quiet()), []);
        let at = |change: fn(&mut Metrics)| {
            let mut metrics = quiet();
            change(&mut metrics);
            kinds(metrics)
        };
        assert_eq!(at(|m| m.switches_per_hour = 15.0), [Kind::ContextSwitching]);
        assert_eq!(at(|m| m.switches_per_hour = 14.999), []);
        assert_eq!(
            at(|m| (m.meeting_minutes, m.active_minutes) = (180.0, 360.0)),
            [Kind::MeetingOverload]
        );
        assert_eq!(
            at(|m| (m.meeting_minutes, m.active_minutes) = (179.99, 300.0)),
            []
        );
        assert_eq!(
            at(|m| (m.meeting_minutes, m.active_minutes) = (180.0, 360.01)),
            []
        );
        assert_eq!(at(|m| m.after_hours_productive = 90.0), [Kind::AfterHours]);
        assert_eq!(at(|m| m.after_hours_productive = 89.99), []);
        assert_eq!(
            at(|m| (m.productive_minutes, m.longest_productive_min) = (120.0, 24.99)),
            [Kind::FragmentedFocus]
        );
        assert_eq!(
            at(|m| (m.productive_minutes, m.longest_productive_min) = (119.99, 10.0)),
            []
        );
        assert_eq!(
            at(|m| (m.productive_minutes, m.longest_productive_min) = (120.0, 25.0)),
            []
        );
    }

    #[test]
    fn what_is_usual_for_a_person_is_no_news() {
        let busy = Metrics {
            switches_per_hour: 20.0,
            ..quiet()
        };
        let days = vec![busy; BASELINE_DAYS];
        let usual = Usual::of_days(&days);
        assert_eq!(judge(busy, &usual), []);
        let busier = Metrics {
            switches_per_hour: 25.0,
            ..quiet()
        };
        let told = judge(busier, &usual);
        assert_eq!(
            (told[0].kind, told[0].usual),
            (Kind::ContextSwitching, Some(20.0))
        );
        // Too few days to know what is usual: the thresholds alone decide.
        assert_eq!(judge(busy, &Usual::of_days(&days[1..])).len(), 1);
    }

    #[test]
    fn a_kind_is_found_by_its_type() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.event_type()), Some(kind));
        }
        assert_eq!(Kind::of("tracker.insight.mood"), None);
    }
}
