//! Insights in words: what was measured, against what, and nothing else (`design/pages.md`, Words).

use jiff::civil::Date;

use super::{Hours, Insight, Kind};
use crate::Locale;

/// Title and body of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Its title.
    pub title: &'static str,
    /// Its body.
    pub body: String,
}

/// Says an insight about a day in the reader's language. `today` only decides whether the year is named.
pub fn wording(insight: &Insight, hours: Hours, date: Date, today: Date, locale: Locale) -> Wording {
    let m = &insight.metrics;
    let day = locale.day_name(date, today);
    let time = |minutes: f64| locale.duration(whole(minutes));
    let usual = insight.usual.map_or_else(String::new, |usual| {
        let usual = match insight.kind {
            Kind::ContextSwitching => whole(usual).to_string(),
            _ => time(usual),
        };
        match locale {
            Locale::En => format!(" Your usual is {usual}."),
            Locale::Hi => format!(" आपका सामान्य {usual} है।"),
        }
    });
    let share = whole(100.0 * m.meeting_minutes / m.active_minutes.max(1.0));
    let (switches, meeting) = (whole(m.switches_per_hour), time(m.meeting_minutes));
    let (after, hours) = (time(m.after_hours_productive), hours.text_in(locale));
    let (productive, longest) = (time(m.productive_minutes), time(m.longest_productive_min));
    let (title, body) = match (insight.kind, locale) {
        (Kind::ContextSwitching, Locale::En) => (
            "Many changes of application",
            format!("{day}: {switches} changes of application an hour.{usual}"),
        ),
        (Kind::ContextSwitching, Locale::Hi) => (
            "ऐप के बहुत से बदलाव",
            format!("{day}: एक घंटे में ऐप के {switches} बदलाव।{usual}"),
        ),
        (Kind::MeetingOverload, Locale::En) => (
            "Much of the day in calls",
            format!("{day}: {meeting} in calls, {share} % of the time.{usual}"),
        ),
        (Kind::MeetingOverload, Locale::Hi) => (
            "दिन का बड़ा हिस्सा कॉल में",
            format!("{day}: {meeting} कॉल में, समय का {share} %।{usual}"),
        ),
        (Kind::AfterHours, Locale::En) => (
            "Work outside of your hours",
            format!("{day}: {after} of work outside of {hours}.{usual}"),
        ),
        (Kind::AfterHours, Locale::Hi) => (
            "आपके समय के बाहर काम",
            format!("{day}: {hours} के बाहर {after} काम।{usual}"),
        ),
        (Kind::FragmentedFocus, Locale::En) => (
            "No long stretch",
            format!("{day}: {productive} of work, the longest stretch {longest}.{usual}"),
        ),
        (Kind::FragmentedFocus, Locale::Hi) => (
            "कोई लंबा टुकड़ा नहीं",
            format!("{day}: {productive} काम, सबसे लंबा टुकड़ा {longest}।{usual}"),
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
        let told = |locale: Locale| -> String {
            let lines: Vec<String> = Kind::ALL
                .into_iter()
                .zip([Some(9.2), None, Some(10.0), Some(48.0)])
                .map(|(kind, usual)| Insight { kind, metrics, usual })
                .map(|insight| wording(&insight, Hours::default(), date, today, locale))
                .map(|said| format!("{}: {}", said.title, said.body))
                .collect();
            lines.join("\n")
        };
        assert!(!told(Locale::En).contains('!'));
        insta::assert_snapshot!(told(Locale::En), @r"
        Many changes of application: Thursday 19 November: 18 changes of application an hour. Your usual is 9.
        Much of the day in calls: Thursday 19 November: 3h 30m in calls, 53 % of the time.
        Work outside of your hours: Thursday 19 November: 1h 35m of work outside of 08:00 to 20:00. Your usual is 10m.
        No long stretch: Thursday 19 November: 4h 10m of work, the longest stretch 22m. Your usual is 48m.
        ");
        insta::assert_snapshot!(told(Locale::Hi), @r"
        ऐप के बहुत से बदलाव: गुरुवार 19 नवंबर: एक घंटे में ऐप के 18 बदलाव। आपका सामान्य 9 है।
        दिन का बड़ा हिस्सा कॉल में: गुरुवार 19 नवंबर: 3घं 30मि कॉल में, समय का 53 %।
        आपके समय के बाहर काम: गुरुवार 19 नवंबर: 08:00 से 20:00 के बाहर 1घं 35मि काम। आपका सामान्य 10मि है।
        कोई लंबा टुकड़ा नहीं: गुरुवार 19 नवंबर: 4घं 10मि काम, सबसे लंबा टुकड़ा 22मि। आपका सामान्य 48मि है।
        ");
    }
}
