//! Samples of the team's pages.

use dayloom_domain::{DeveloperId, WorkspaceId};
use jiff::{civil::date, tz::TimeZone};
use uuid::Uuid;

use super::{Sample, at, the_day, viewer};
use crate::{
    facts::Viewer,
    team::{
        AdminFacts, Day, Figures, Member, Refused, TeamFacts, TeamPage, Tester,
        admin::{Did, Done, MemberRow, Verdict},
        none::{NoTeamPage, NotIn},
    },
    time::add_days,
    words::Locale,
};

fn person(n: usize) -> DeveloperId {
    DeveloperId(Uuid::from_u128(0xde00 + n as u128))
}

fn member(n: usize, name: &str, zone: &str, days: Vec<Day>) -> Member {
    Member {
        id: person(n),
        name: name.to_owned(),
        login: n.is_multiple_of(2).then(|| format!("login-{n}")),
        zone_name: zone.to_owned(),
        zone: TimeZone::get(zone).unwrap(),
        former: false,
        open: true,
        days,
    }
}

fn day(day: jiff::civil::Date, hours: std::ops::Range<usize>) -> Day {
    let mut figures = Figures {
        repos: vec![("acme/gateway".to_owned(), 0), ("acme/<infra>".to_owned(), 20)],
        sources: vec![("_app:Slack".to_owned(), 12), ("x/y".to_owned(), 2)],
        commits: (3, 4),
        issues: (0, 2),
        ..Figures::default()
    };
    for hour in hours {
        figures.strip[hour] = (48, 6);
        figures.minutes.0 += 48;
        figures.minutes.1 += 6;
    }
    figures.repos[0].1 = figures.minutes.0 - 20;
    Day { day, figures }
}

fn facts() -> TeamFacts {
    TeamFacts {
        workspace: WorkspaceId(Uuid::from_u128(0xacce)),
        name: "Acme <Payments>".to_owned(),
        others: vec![(WorkspaceId(Uuid::from_u128(0xacde)), "Other & Co".to_owned())],
        from: the_day(),
        to: the_day(),
        today: the_day(),
        members: vec![
            member(
                0,
                "Edward <b>Fitzwilliam</b>",
                "Europe/London",
                vec![day(the_day(), 8..18)],
            ),
            member(
                1,
                "Jordan Lee",
                "America/Los_Angeles",
                vec![day(the_day(), 9..10)],
            ),
            member(2, "प्रिया वेंकटरामन", "Asia/Kolkata", Vec::new()),
        ],
        only: None,
        counted: Some((at(18 * 60), "Edward".to_owned())),
        missing: Vec::new(),
        tester: Tester::default(),
        admin: None,
    }
}

fn admin() -> AdminFacts {
    AdminFacts {
        repo_patterns: vec!["acme/**".to_owned(), "acme-labs/{pay,ledger}-*".to_owned()],
        app_allowlist: vec!["cursor|code".to_owned(), "<script>".to_owned()],
        slow: vec!["<script>".to_owned()],
        idle: 5,
        cap: 720,
        invite: Some(("4f1c0f6b8a9e4d02b7c35e9a1d2f6a80".to_owned(), at(20 * 60), 3)),
        members: vec![
            MemberRow {
                id: person(0),
                name: "Edward".to_owned(),
                admin: true,
                own: true,
            },
            MemberRow {
                id: person(1),
                name: "Jordan Lee".to_owned(),
                admin: false,
                own: false,
            },
        ],
        refused: None,
        done: None,
    }
}

fn in_a_team() -> Viewer {
    Viewer {
        team: true,
        ..viewer()
    }
}

impl Sample for TeamPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let page = |facts: &TeamFacts| TeamPage::new(&in_a_team(), facts);
        let mut empty = facts();
        empty.members = vec![member(0, "Edward", "UTC", Vec::new())];
        empty.others.clear();
        empty.counted = None;
        let mut managed = facts();
        managed.admin = Some(admin());
        managed.missing = ["efa", "jlee-acme", "priyav", "sokb"]
            .map(|login| (the_day(), login.to_owned()))
            .to_vec();
        managed.tester = Tester {
            repo: "acme/gateway".to_owned(),
            app: "Cursor".to_owned(),
            title: "<script>alert(1)</script>".to_owned(),
            verdict: Some(Verdict {
                internal: true,
                source: "acme/gateway".to_owned(),
                repo_pattern: Some("acme/**".to_owned()),
                app_pattern: Some("cursor|code".to_owned()),
                exceeded: vec!["(a+)+$".to_owned()],
            }),
        };
        let mut refused = managed.clone();
        refused.tester = Tester::default();
        refused.admin.as_mut().unwrap().refused = Some(Refused {
            act: "apps".to_owned(),
            why: "`app_allowlist[1]`: it cannot be read.".to_owned(),
            typed: "code\n[".to_owned(),
        });
        let done = |did, who: &str| {
            let mut done = refused.clone();
            let admin = done.admin.as_mut().unwrap();
            admin.refused = None;
            admin.done = Some(Done {
                did,
                who: who.to_owned(),
                sealed: "role.x.-.0".to_owned(),
            });
            done
        };
        let mut only = facts();
        only.from = add_days(the_day(), -6);
        only.members[0]
            .days
            .insert(0, day(add_days(the_day(), -1), 9..12));
        only.only = Some(person(0));
        let mut closed = facts();
        for member in &mut closed.members {
            member.open = false;
        }
        let mut full = facts();
        full.from = date(2026, 10, 21);
        full.members = (0..200)
            .map(|n| {
                let days = (0..30).map(|d| day(add_days(full.from, d), 9..17)).collect();
                member(n, &format!("Member number {n}"), "Europe/Kyiv", days)
            })
            .collect();
        let hindi = Viewer {
            locale: Locale::Hi,
            ..in_a_team()
        };
        vec![
            ("empty", page(&empty)),
            ("managed", page(&managed)),
            ("refused", page(&refused)),
            ("removed", page(&done(Did::Removed, "Sam <b>"))),
            ("withdrawn", page(&done(Did::Withdrawn, ""))),
            ("removed-hindi", TeamPage::new(&hindi, &done(Did::Removed, "Sam"))),
            ("one-member", page(&only)),
            ("closed", page(&closed)),
            ("full", page(&full)),
            ("hindi", TeamPage::new(&hindi, &managed)),
        ]
    }
}

impl Sample for NoTeamPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let bad = NotIn::BadName("A name has 1 to 255 characters.".to_owned());
        vec![
            ("start", Self::new(&viewer(), None)),
            ("bad-invite", Self::new(&viewer(), Some(NotIn::BadInvite))),
            ("waiting", Self::new(&viewer(), Some(NotIn::TooMany))),
            ("bad-name", Self::new(&viewer(), Some(bad))),
        ]
    }
}

/// The sums of rows are the sums of the page.
#[test]
fn a_team_adds_up() {
    for (name, page) in TeamPage::samples() {
        let sum = |pick: fn(&Figures) -> u32| page.rows.iter().map(|row| pick(&row.figures)).sum::<u32>();
        assert_eq!(sum(|f| f.minutes.0), page.totals.minutes.0, "{name}");
        assert_eq!(sum(|f| f.minutes.1), page.totals.minutes.1, "{name}");
        for row in &page.rows {
            let strip: u32 = row.figures.strip.iter().map(|(a, b)| a + b).sum();
            assert_eq!(
                strip,
                row.figures.minutes.0 + row.figures.minutes.1,
                "{name} {}",
                row.name
            );
        }
    }
}
