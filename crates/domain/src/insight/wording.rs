//! Insights in words: what was measured, against what, and nothing else (`design/pages.md`, Words).

use jiff::civil::Date;

use super::{Hours, Insight, Kind};
use crate::facts::text::{day_name, duration};

/// Title and body of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Its title.
    pub title: &'static str,
    /// Its body.
    pub body: String,
}

/// Says an insight about a day. `today` only decides whether the year is named.
pub fn wording(insight: &Insight, hours: Hours, date: Date, today: Date) -> Wording {
    let m = &insight.metrics;
    let day = day_name(date, today);
    let usual = |text: fn(f64) -> String| {
        insight
            .usual
            .map_or_else(String::new, |usual| format!(" Your usual is {}.", text(usual)))
    };
    let time: fn(f64) -> String = |minutes| duration(whole(minutes));
    let (title, body) = match insight.kind {
        Kind::ContextSwitching => (
            "Many changes of application",
            format!(
                "{day}: {} changes of application an hour.{}",
                whole(m.switches_per_hour),
                usual(|n| whole(n).to_string())
            ),
        ),
        Kind::MeetingOverload => (
            "Much of the day in calls",
            format!(
                "{day}: {} in calls, {} % of the time.{}",
                time(m.meeting_minutes),
                whole(100.0 * m.meeting_minutes / m.active_minutes.max(1.0)),
                usual(time)
            ),
        ),
        Kind::AfterHours => (
            "Work outside of your hours",
            format!(
                "{day}: {} of work outside of {}.{}",
                time(m.after_hours_productive),
                hours.text(),
                usual(time)
            ),
        ),
        Kind::FragmentedFocus => (
            "No long stretch",
            format!(
                "{day}: {} of work, the longest stretch {}.{}",
                time(m.productive_minutes),
                time(m.longest_productive_min),
                usual(time)
            ),
        ),
    };
    Wording { title, body }
}

#[expect(clippy::cast_possible_truncation, reason = "minutes and counts of a day")]
fn whole(value: f64) -> i64 {
    (value + 0.5).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::Metrics;

    #[test]
    fn insights_say_what_was_measured_and_against_what() {
        let metrics = Metrics {
            active_minutes: 400.0,
            productive_minutes: 250.0,
            meeting_minutes: 210.0,
            after_hours_productive: 95.0,
            switches_per_hour: 17.6,
            longest_productive_min: 22.0,
        };
        let (date, today) = (Date::constant(2026, 11, 19), Date::constant(2026, 11, 20));
        let lines: Vec<String> = Kind::ALL
            .into_iter()
            .zip([Some(9.2), None, Some(10.0), Some(48.0)])
            .map(|(kind, usual)| wording(&Insight { kind, metrics, usual }, Hours::default(), date, today))
            .map(|said| format!("{}: {}", said.title, said.body))
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        Many changes of application: Thursday 19 November: 18 changes of application an hour. Your usual is 9.
        Much of the day in calls: Thursday 19 November: 3h 30m in calls, 53 % of the time.
        Work outside of your hours: Thursday 19 November: 1h 35m of work outside of 08:00 to 20:00. Your usual is 10m.
        No long stretch: Thursday 19 November: 4h 10m of work, the longest stretch 22m. Your usual is 48m.
        ");
        assert!(lines.iter().all(|line| !line.contains('!')));
    }
}
