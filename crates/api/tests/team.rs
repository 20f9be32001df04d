//! Reading the bodies of the team API (`contract/team.md` §4).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use dayloom_api::{
    Decode, decode,
    json::with_json,
    team::{
        Activity, ActivityDay, ActivityMember, ActivityQuery, ActivityTotals, AppAllowlist, CountsIn,
        IncomingFlush, Join, NewInvite, Pair, RepoPatterns, SourceMinutes, TeamMemberChange, TeamRole,
        TeamWorkspaceChange, UnreadableMinute, after_members, before_members,
    },
};
use dayloom_domain::{Zone, people::MemberStatus};
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

fn read<T: Decode>(body: &Value) -> Result<T, String> {
    let mut problems = Vec::new();
    let text = body.to_string();
    let value = with_json(text.as_bytes(), |json| decode::body::<T>(json, &mut problems)).unwrap();
    value.ok_or_else(|| serde_json::to_string(&problems[0].loc).unwrap())
}

#[test]
fn a_minute_that_cannot_be_read_is_refused_alone() {
    let item = json!({"id": "w", "kind": "internal", "source": "acme/app"});
    let with = |change: Value| {
        let mut item = item.clone();
        item.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        json!({"workspaces": [item]})
    };
    let good = [
        json!({"workspaces": []}),
        json!({"at": null, "workspaces": [item]}),
        json!({"at": "2026-11-21T10:31:59+02:00", "workspaces": [item]}),
        json!({"at": 1_795_255_200, "workspaces": [item]}),
        with(json!({"source": "ж".repeat(255)})),
    ];
    let bad_at = [
        json!({"at": "soon", "workspaces": []}),
        json!({"at": true, "workspaces": []}),
    ];
    let bad = [
        json!(null),
        json!([]),
        json!({}),
        json!({"workspaces": {}}),
        json!({"workspaces": [null]}),
        with(json!({"kind": "INTERNAL"})),
        with(json!({"kind": null})),
        with(json!({"source": ""})),
        with(json!({"source": "a\nb"})),
        with(json!({"source": "a\0b"})),
        with(json!({"source": "x".repeat(256)})),
        with(json!({"source": 7})),
        with(json!({"id": 7})),
    ];
    let minutes: Vec<Value> = good.iter().chain(&bad_at).chain(&bad).cloned().collect();
    let flush: IncomingFlush = read(&json!({ "minutes": minutes })).unwrap();
    let read: Vec<_> = flush.minutes.iter().map(|m| m.as_ref().err().copied()).collect();
    let expected = [
        vec![None; good.len()],
        vec![Some(UnreadableMinute::At); bad_at.len()],
        vec![Some(UnreadableMinute::Minute); bad.len()],
    ];
    assert_eq!(read, expected.concat());
}

#[test]
fn a_whole_flush_is_refused_for_its_zone_its_length_and_its_shape() {
    let zone = |name: &str| read::<IncomingFlush>(&json!({"timezone": name, "minutes": []}));
    for name in [
        "Europe/Kyiv",
        "Europe/Kiev",
        "Asia/Calcutta",
        "Asia/Kolkata",
        "UTC",
    ] {
        assert_eq!(zone(name).unwrap().timezone.unwrap().name(), name);
    }
    for name in ["", "europe/kyiv", "Europe/Atlantis", "+02:00", "EET-2"] {
        assert_eq!(zone(name).unwrap_err(), r#"["body","timezone"]"#, "{name}");
    }
    let long = json!({"minutes": vec![json!(null); 1_441]});
    assert_eq!(read::<IncomingFlush>(&long).unwrap_err(), r#"["body","minutes"]"#);
    assert_eq!(
        read::<IncomingFlush>(&json!({})).unwrap_err(),
        r#"["body","minutes"]"#
    );
    assert_eq!(read::<IncomingFlush>(&json!([])).unwrap_err(), r#"["body"]"#);
    let most = json!({"timezone": null, "minutes": vec![json!({"workspaces": []}); 1_440]});
    assert_eq!(read::<IncomingFlush>(&most).unwrap().minutes.len(), 1_440);
}

#[test]
fn settings_keep_their_bounds() {
    for (change, fits) in [
        (json!({}), true),
        (
            json!({"name": null, "idle_window_minutes": null, "daily_cap_minutes": null}),
            true,
        ),
        (json!({"idle_window_minutes": 1, "daily_cap_minutes": 1}), true),
        (
            json!({"idle_window_minutes": 15, "daily_cap_minutes": 1440}),
            true,
        ),
        (json!({"idle_window_minutes": 0}), false),
        (json!({"idle_window_minutes": 16}), false),
        (json!({"idle_window_minutes": 2.5}), false),
        (json!({"daily_cap_minutes": 0}), false),
        (json!({"daily_cap_minutes": 1441}), false),
        (json!({"name": "  "}), false),
        (json!({"name": "x".repeat(256)}), false),
    ] {
        assert_eq!(read::<TeamWorkspaceChange>(&change).is_ok(), fits, "{change}");
    }
    assert_eq!(read::<NewInvite>(&json!({})).unwrap().expires_in_s, 604_800);
    for (seconds, fits) in [(59, false), (60, true), (2_592_000, true), (2_592_001, false)] {
        assert_eq!(
            read::<NewInvite>(&json!({ "expires_in_s": seconds })).is_ok(),
            fits,
            "{seconds}"
        );
    }
    let role = |word: &str| read::<TeamMemberChange>(&json!({ "role": word })).map(|c| c.role);
    assert_eq!(role("admin"), Ok(TeamRole::Admin));
    assert_eq!(role("member"), Ok(TeamRole::Member));
    assert!(role("owner").is_err());
    assert!(
        read::<Join>(&json!({"code": "x".repeat(100_000)})).is_ok(),
        "unknown, not malformed"
    );
}

#[test]
fn lists_of_patterns_have_a_length_and_keep_the_place_of_what_is_no_text() {
    let repos =
        |list: Value| read::<RepoPatterns>(&json!({ "repo_patterns": list })).map(|p| p.repo_patterns);
    assert_eq!(
        repos(json!(["b/*", 7, "a/*"])).unwrap(),
        [Some("b/*".to_owned()), None, Some("a/*".to_owned())]
    );
    assert!(repos(json!(vec!["a/*"; 200])).is_ok() && repos(json!(vec!["a/*"; 201])).is_err());
    assert!(repos(json!("a/*")).is_err() && repos(json!(null)).is_err());
    let apps = |list: Value| read::<AppAllowlist>(&json!({ "app_allowlist": list }));
    assert!(apps(json!(vec!["a"; 50])).is_ok() && apps(json!(vec!["a"; 51])).is_err());
}

#[test]
fn counted_days_are_refused_one_by_one() {
    let row = json!({"developer_id": "0b7a1f7e-5c3b-4b62-9f4e-6a2a86f9a001", "day": "2026-11-21", "internal": 3, "external": 0});
    let with = |name: &str, value: Value| {
        let mut row = row.clone();
        row[name] = value;
        row
    };
    let rows = json!({"days": [
        row, with("developer_id", json!("nobody")), with("day", json!("20261121")), with("day", json!("2026-02-30")),
        with("internal", json!(-1)), with("external", json!(null)), null,
    ]});
    let read: CountsIn = read(&rows).unwrap();
    let reasons: Vec<_> = read.days.iter().map(|row| row.err().unwrap_or("")).collect();
    assert_eq!(
        reasons,
        [
            "",
            "unknown_member",
            "invalid_day",
            "invalid_day",
            "invalid_count",
            "invalid_count",
            "unknown_member"
        ]
    );
}

#[test]
fn a_range_is_made_of_plain_dates() {
    let read = |text: &'static str| {
        let pairs = text
            .split('&')
            .filter_map(|p| p.split_once('='))
            .map(|(k, v)| (k.into(), v.into()));
        let mut problems = Vec::new();
        decode::query::<ActivityQuery>(pairs.collect(), &mut problems)
    };
    assert_eq!(read(""), Some(ActivityQuery::default()));
    assert_eq!(
        read("from=2026-11-01&to=2026-11-21").unwrap().to,
        Some(jiff::civil::date(2026, 11, 21))
    );
    for bad in [
        "from=yesterday",
        "to=2026-02-30",
        "to=20261121",
        "from=-000001-01-01",
        "from=",
        "to=9999-12-31",
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
}

fn any_pair() -> impl Strategy<Value = Pair> {
    let figure = || prop_oneof![Just(0_u32), 0_u32..121, any::<u32>()];
    (figure(), figure()).prop_map(|(internal, external)| Pair { internal, external })
}

fn any_day() -> impl Strategy<Value = ActivityDay> {
    let source =
        (any::<String>(), any::<u32>()).prop_map(|(source, minutes)| SourceMinutes { source, minutes });
    let sources = proptest::option::of(proptest::collection::vec(source, 0..4));
    let hours = proptest::collection::vec(any_pair(), 24);
    (
        0_i64..2_000_000,
        any_pair(),
        sources,
        hours,
        any_pair(),
        any_pair(),
    )
        .prop_map(
            |(day, minutes, sources, hours, commits, closed_issues)| ActivityDay {
                day: date(1970, 1, 1).saturating_add(jiff::Span::new().days(day)),
                internal: minutes.internal,
                external: minutes.external,
                sources,
                strip: std::array::from_fn(|hour| hours[hour]),
                commits,
                closed_issues,
            },
        )
}

fn any_member() -> impl Strategy<Value = ActivityMember> {
    let word = || proptest::option::of(any::<String>());
    let zone = prop_oneof![Just(None), Just(Some("Asia/Kolkata"))];
    let status = prop_oneof![Just(MemberStatus::Active), Just(MemberStatus::Removed)];
    let days = proptest::collection::vec(any_day(), 0..4);
    (any::<u128>(), word(), word(), zone, status, days).prop_map(|(id, login, name, zone, status, days)| {
        ActivityMember {
            developer_id: uuid::Uuid::from_u128(id),
            login,
            name,
            timezone: zone.map(|zone| Zone::parse(zone).unwrap()),
            status,
            days,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_text_of_an_activity_is_what_its_type_says(
        members in proptest::collection::vec(any_member(), 0..4), minutes in any_pair(), commits in any_pair(), closed_issues in any_pair(),
    ) {
        let totals = ActivityTotals { internal: minutes.internal, external: minutes.external, commits, closed_issues };
        let workspace_id = uuid::Uuid::from_u128(7);
        let (from, to) = (date(2026, 10, 23), date(2026, 11, 21));
        let mut text = before_members(workspace_id, from, to);
        for (n, member) in members.iter().enumerate() {
            if n > 0 {
                text.push(b',');
            }
            member.write(&mut text);
        }
        text.extend(after_members(&totals));
        let whole = Activity { workspace_id, from, to, members, totals };
        prop_assert_eq!(String::from_utf8(text).unwrap(), serde_json::to_string(&whole).unwrap());
    }
}
