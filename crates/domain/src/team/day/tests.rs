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
    assert_eq!(day.add(7, order[7].clone()), Added::New);
    for better in order.iter().rev() {
        let again = if *better == order[7] {
            Added::Known
        } else {
            Added::Relabelled
        };
        assert_eq!(day.add(7, better.clone()), again, "a minute is new once");
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
        day(&reports).shown(1_440).sources(),
        [("_app:SLACK", 3), ("x/y", 1)]
    );
}

#[test]
fn a_spelling_counts_wherever_it_stands() {
    let reports = [
        (1, label(Kind::External, "acme/app")),
        (2, label(Kind::Internal, "Acme/app")),
    ];
    let built = day(&reports);
    let shown = built.shown(1);
    assert_eq!(shown.sources(), [("Acme/app", 1)]);
    assert_eq!(shown.repos(), []);
}

/// The hour from 09:00 on in a zone, as minutes of the UTC days it lies in.
fn nine_in(name: &str, date: &str) -> Vec<(Date, MemberDay)> {
    let nine = format!("{date}T09:00:00[{name}]")
        .parse::<jiff::Zoned>()
        .expect("a time")
        .timestamp();
    let mut days: Vec<(Date, MemberDay)> = Vec::new();
    for minute in 0..60 {
        let local = jiff::tz::TimeZone::UTC.to_datetime(nine + SignedDuration::from_mins(minute));
        let at = u16::try_from(local.hour()).expect("an hour") * 60
            + u16::try_from(local.minute()).expect("a minute");
        if days.last().is_none_or(|(day, _)| *day != local.date()) {
            days.push((local.date(), MemberDay::default()));
        }
        let day = &mut days.last_mut().expect("just made").1;
        day.add(at, label(Kind::Internal, "a/b"));
    }
    days
}

#[test]
fn nine_in_the_morning_is_column_nine_on_both_sides_of_every_change_of_clocks() {
    // Europe changes on 2026-03-29 and 2026-10-25, America on 2026-03-08 and 2026-11-01, India never.
    let days = [
        "2026-03-07",
        "2026-03-08",
        "2026-03-09",
        "2026-03-28",
        "2026-03-29",
        "2026-03-30",
        "2026-10-24",
        "2026-10-25",
        "2026-10-26",
        "2026-10-31",
        "2026-11-01",
        "2026-11-02",
    ];
    for date in days {
        for name in [
            "Europe/Kyiv",
            "Europe/London",
            "Asia/Kolkata",
            "Asia/Kathmandu",
            "America/Los_Angeles",
            "Pacific/Auckland",
        ] {
            let zone = Zone::parse(name).expect("a zone");
            let mut nine = 0;
            for (day, minutes) in nine_in(name, date) {
                let strip = minutes.shown(1_440).strip(&LocalHours::of(day, &zone));
                nine += strip[9].internal;
                assert_eq!(
                    strip.iter().map(|h| h.internal).sum::<u32>(),
                    strip[9].internal,
                    "{name} {date}"
                );
            }
            assert_eq!(nine, 60, "{name} {date}");
        }
    }
}

#[test]
fn an_hour_that_comes_twice_holds_both_and_one_that_is_skipped_none() {
    let zone = Zone::parse("Europe/London").expect("a zone");
    let reports: Vec<_> = (0..120).map(|m| (m, label(Kind::External, "a/b"))).collect();
    let strip = |date| day(&reports).shown(1_440).strip(&LocalHours::of(date, &zone));
    assert_eq!(strip(jiff::civil::date(2026, 10, 25))[1].external, 120);
    let spring = strip(jiff::civil::date(2026, 3, 29));
    assert_eq!([0, 1, 2].map(|hour| spring[hour].external), [60, 0, 60]);
}

/// The strip minute by minute, the slow way round.
fn strip_by_minutes(built: &MemberDay, cap: u16, date: Date, zone: &Zone) -> [Hour; 24] {
    let mut strip = [Hour::default(); 24];
    let shown = built.shown(cap).minutes;
    let rules = zone.rules();
    let midnight = Zone::utc().start_of(date);
    for (label, minutes) in built.labels() {
        for minute in (0..MINUTES).filter(|m| minutes.has(*m) && shown.has(*m)) {
            let local = rules.to_datetime(midnight + SignedDuration::from_mins(minute.into()));
            let hour = &mut strip[usize::try_from(local.hour()).expect("an hour")];
            match label.kind {
                Kind::Internal => hour.internal += 1,
                Kind::External => hour.external += 1,
            }
        }
    }
    strip
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
        let order: Vec<_> = day(&shuffled).labels().map(|(label, _)| label.clone()).collect();
        prop_assert!(order.is_sorted());
    }

    #[test]
    fn a_minute_counts_once(reports in reports()) {
        let distinct: std::collections::BTreeSet<u16> = reports.iter().map(|(m, _)| *m).collect();
        let built = day(&reports);
        let shown = built.shown(1_440);
        prop_assert_eq!(shown.internal + shown.external, u32::try_from(distinct.len()).expect("small"));
        prop_assert_eq!(shown.sources().iter().map(|s| s.1).sum::<u32>(), shown.external);
        prop_assert_eq!(shown.repos().iter().map(|s| s.1).sum::<u32>(), shown.internal);
    }

    #[test]
    fn bytes_come_back_as_the_day(reports in reports(), cut in 0usize..40) {
        let built = day(&reports);
        let bytes = built.to_bytes();
        let packed = PackedDay::new(bytes.clone()).expect("a day");
        let opened = packed.open();
        let (of_bytes, of_day) = (opened.shown(30), built.shown(30));
        prop_assert_eq!(&of_bytes.minutes, &of_day.minutes);
        prop_assert_eq!((of_bytes.internal, of_bytes.sources(), of_bytes.repos()), (of_day.internal, of_day.sources(), of_day.repos()));
        let same = |((a, held), (b, known)): ((&Label<&str>, _), (&Label, _))| (a.kind, a.source, held) == (b.kind, b.source.as_str(), known);
        prop_assert!(opened.labels().zip(built.labels()).all(same));
        let short = &bytes[..bytes.len().saturating_sub(cut)];
        prop_assert_eq!(MemberDay::from_bytes(short).is_some(), PackedDay::new(short.to_vec()).is_some());
        prop_assert_eq!(MemberDay::from_bytes(&bytes), Some(built));
    }
}

/// A day as early versions wrote it: all words of every label.
fn all_words(day: &MemberDay) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (label, minutes) in day.labels() {
        bytes.push(u8::from(label.kind == Kind::External));
        bytes.extend(u16::try_from(label.source.len()).expect("short").to_le_bytes());
        bytes.extend(label.source.as_bytes());
        let word = |at: u16| (0..64).filter(move |bit| at * 64 + bit < MINUTES && minutes.has(at * 64 + bit));
        (0..23).for_each(|at| {
            let bits = word(at).fold(0_u64, |bits, bit| bits | 1 << bit);
            bytes.extend(bits.to_le_bytes());
        });
    }
    bytes
}

#[test]
fn a_day_of_an_early_version_is_read_and_takes_less_room_when_written_again() {
    let kinds = [Kind::Internal, Kind::External];
    let reports = (540..1_020).map(|m| (m, label(kinds[usize::from(m % 50 > 40)], "acme/app")));
    let built = day(&reports.collect::<Vec<_>>());
    let early = all_words(&built);
    assert_eq!(early.len(), 2 * (3 + 8 + 184));
    assert_eq!(MemberDay::from_bytes(&early), Some(built.clone()));
    assert!(built.to_bytes().len() < early.len() / 2);
}

#[test]
fn bytes_that_are_no_day_are_told() {
    let bytes = day(&[(1_439, label(Kind::External, "a/b"))]).to_bytes();
    assert_eq!(bytes.len(), 1 + 2 + 3 + 3 + 8);
    let changed = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        bytes
    };
    for wrong in [
        changed(0, 4),
        changed(3, 0xff),
        changed(8, 0x80),
        changed(8, 0xc0),
    ] {
        assert_eq!(MemberDay::from_bytes(&wrong), None, "{wrong:?}");
        assert_eq!(PackedDay::new(wrong.clone()), None, "{wrong:?}");
    }
}

proptest! {
    // Each case asks for the local hour of some thousand minutes.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_strip_adds_up_to_the_day(
        reports in proptest::collection::vec((0u16..MINUTES, any_label()), 0..400), cap in 1u16..500, zone in 0usize..6, ahead in 0i64..400,
    ) {
        let names = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/Los_Angeles", "Europe/Kyiv", "Australia/Lord_Howe"];
        let zone = Zone::parse(names[zone]).expect("a zone");
        let date = jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(ahead));
        let built = day(&reports);
        let shown = built.shown(cap);
        let strip = shown.strip(&LocalHours::of(date, &zone));
        prop_assert_eq!(strip, strip_by_minutes(&built, cap, date, &zone));
        prop_assert_eq!(strip.iter().map(|h| h.internal).sum::<u32>(), shown.internal);
        prop_assert_eq!(strip.iter().map(|h| h.external).sum::<u32>(), shown.external);
        prop_assert!(shown.minutes.count() <= u32::from(cap));
    }
}
