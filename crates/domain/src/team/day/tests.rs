//! Union in any order, caps, labels and local hours.

use proptest::prelude::*;

use super::*;

fn label(kind: Kind, source: &str) -> Label {
    Label {
        kind,
        source: source.to_owned(),
    }
}

fn any_label() -> impl Strategy<Value = Label> {
    let kind = prop_oneof![Just(Kind::Internal), Just(Kind::External)];
    let source = prop_oneof![
        Just("acme/app"),
        Just("Acme/App"),
        Just("b/c"),
        Just("_app:Slack"),
        Just("_app:slack"),
        Just("_app:unknown"),
        Just("_unknown")
    ];
    (kind, source).prop_map(|(kind, source)| label(kind, source))
}

fn reports() -> impl Strategy<Value = Vec<(u16, Label)>> {
    proptest::collection::vec((0u16..90, any_label()), 0..200)
}

fn day(reports: &[(u16, Label)]) -> MemberDay {
    let mut day = MemberDay::default();
    for (minute, label) in reports {
        day.add(*minute, label.clone());
    }
    day
}

#[test]
fn the_least_label_stays() {
    use Kind::{External, Internal};
    let order = [
        label(Internal, "Acme/app"),
        label(Internal, "acme/app"),
        label(Internal, "b/c"),
        label(External, "acme/app"),
        label(External, "_app:Code"),
        label(External, "_app:Slack"),
        label(External, "_app:unknown"),
        label(External, "_unknown"),
    ];
    assert!(order.is_sorted());
    let mut day = MemberDay::default();
    assert!(day.add(7, order[7].clone()));
    for better in order.iter().rev() {
        assert!(!day.add(7, better.clone()), "a minute is new once");
        assert_eq!(day.labels().map(|(l, _)| l).collect::<Vec<_>>(), [better]);
    }
}

#[test]
fn the_cap_shows_the_earliest_and_loses_nothing() {
    let mut day = MemberDay::default();
    for minute in (0..100).rev() {
        day.add(
            minute,
            label(
                if minute < 50 {
                    Kind::Internal
                } else {
                    Kind::External
                },
                "a/b",
            ),
        );
    }
    let shown = day.shown(60);
    assert_eq!((shown.internal, shown.external), (50, 10));
    assert_eq!(day.shown(1_440).external, 50);
}

#[test]
fn sources_are_named_by_their_least_spelling() {
    let reports = [
        (1, "_app:slack"),
        (2, "_app:Slack"),
        (3, "x/y"),
        (4, "_app:SLACK"),
    ];
    let reports: Vec<_> = reports.map(|(m, s)| (m, label(Kind::External, s))).into();
    assert_eq!(
        day(&reports).shown(1_440).sources,
        [("_app:SLACK".to_owned(), 3), ("x/y".to_owned(), 1)]
    );
}

#[test]
fn nine_in_the_morning_is_column_nine_everywhere() {
    // Both sides of the clocks going back in Europe (2026-10-25) and in America (2026-11-01).
    for date in ["2026-10-24", "2026-10-26", "2026-10-31", "2026-11-02"] {
        for name in [
            "Europe/Kyiv",
            "Europe/London",
            "Asia/Kolkata",
            "Asia/Kathmandu",
            "America/Los_Angeles",
        ] {
            let zone = Zone::parse(name).expect("a zone");
            let nine = format!("{date}T09:00:00[{name}]")
                .parse::<jiff::Zoned>()
                .expect("a time")
                .timestamp();
            let utc_day = Zone::utc().date_of(nine);
            let midnight = Zone::utc().start_of(utc_day);
            let first = u16::try_from(nine.duration_since(midnight).as_mins()).expect("within a day");
            let mut day = MemberDay::default();
            (first..first + 60).filter(|m| *m < MINUTES).for_each(|m| {
                day.add(m, label(Kind::Internal, "a/b"));
            });
            let strip = day.strip(1_440, midnight, &zone);
            assert!(strip[9].internal > 0, "{name} {date}");
            assert_eq!(
                strip.iter().map(|h| h.internal).sum::<u32>(),
                strip[9].internal,
                "{name} {date}"
            );
        }
    }
}

#[test]
fn an_hour_that_comes_twice_holds_both() {
    let zone = Zone::parse("Europe/London").expect("a zone");
    let midnight = "2026-10-25T00:00:00Z".parse().expect("an instant");
    let reports: Vec<_> = (0..120).map(|m| (m, label(Kind::External, "a/b"))).collect();
    assert_eq!(day(&reports).strip(1_440, midnight, &zone)[1].external, 120);
}

proptest! {
    #[test]
    fn any_order_any_number_of_times_gives_the_same_day(reports in reports(), seed in any::<u64>()) {
        let mut shuffled = [reports.clone(), reports.clone()].concat();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(at, usize::try_from(state >> 33).unwrap_or(0) % (at + 1));
        }
        prop_assert_eq!(day(&reports), day(&shuffled));
    }

    #[test]
    fn a_minute_counts_once(reports in reports()) {
        let distinct: std::collections::BTreeSet<u16> = reports.iter().map(|(m, _)| *m).collect();
        let built = day(&reports);
        let shown = built.shown(1_440);
        prop_assert_eq!(shown.internal + shown.external, u32::try_from(distinct.len()).expect("small"));
        prop_assert_eq!(shown.sources.iter().map(|s| s.1).sum::<u32>(), shown.external);
    }

    #[test]
    fn the_strip_adds_up_to_the_day(reports in reports(), cap in 1u16..120, zone in 0usize..4) {
        let zone = Zone::parse(["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/Los_Angeles"][zone]).expect("a zone");
        let midnight = "2026-11-01T00:00:00Z".parse().expect("an instant");
        let built = day(&reports);
        let shown = built.shown(cap);
        let strip = built.strip(cap, midnight, &zone);
        prop_assert_eq!(strip.iter().map(|h| h.internal).sum::<u32>(), shown.internal);
        prop_assert_eq!(strip.iter().map(|h| h.external).sum::<u32>(), shown.external);
        prop_assert!(shown.minutes.count() <= u32::from(cap));
    }

    #[test]
    fn bytes_come_back_as_the_day(reports in reports(), cut in 0usize..40) {
        let built = day(&reports);
        let bytes = built.to_bytes();
        prop_assert_eq!(MemberDay::from_bytes(&bytes), Some(built));
        let _ = MemberDay::from_bytes(&bytes[..bytes.len().saturating_sub(cut)]);
    }
}
