//! Samples of every page: empty, normal and full. Test data only.

mod asked;
mod days;
mod line;
mod team;
mod told;

use std::collections::HashMap;

use dayloom_domain::{DeviceId, TaskId};
use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use uuid::Uuid;

use crate::{
    day::{DayPage, Desk, LikeFact, Refusal, Typed, Zoom},
    dye::Dyes,
    facts::{DayFacts, DayTotal, DeviceFact, TaskFact, Viewer},
    range::RangePage,
    rows::Tasks,
    state::{ErrorPage, FirstRunFacts, FirstRunPage, FirstSample, Trouble},
    time::{MINUTE, add_days},
    words::Locale,
};

pub use asked::{answered, answered_by, on_its_way, works};
pub use days::{empty, full, minutes_alone, normal};
pub use told::{journaled, taken};

/// A page context that can show itself empty, as usual, and full.
pub trait Sample: Sized {
    /// The page with its name, each time another case.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// The day of most samples, a Thursday.
pub fn the_day() -> Date {
    date(2026, 11, 19)
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// An instant of [`the_day`] in Berlin, in minutes after midnight.
pub fn at(minutes: i64) -> Timestamp {
    let midnight = the_day().to_zoned(berlin()).unwrap().timestamp();
    Timestamp::from_microsecond(midnight.as_microsecond() + minutes * MINUTE).unwrap()
}

fn device(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(0xd0 + n))
}

fn task(n: usize) -> TaskId {
    TaskId(Uuid::from_u128(0x7a00 + n as u128))
}

/// Meera, at 18:41 on the day.
pub fn viewer() -> Viewer {
    let known = |n, name: &str, platform: &str, seen| DeviceFact {
        id: device(n),
        name: name.to_owned(),
        platform: platform.to_owned(),
        last_seen: Some(seen),
        interval_s: 60,
        paused: false,
        paused_by_person: false,
    };
    let seen = Timestamp::from_second(at(18 * 60 + 41).as_second() - 14).unwrap();
    Viewer {
        name: "Meera Iyer".to_owned(),
        locale: Locale::En,
        zone: berlin(),
        zone_name: "Europe/Berlin".to_owned(),
        working_hours: (8, 19),
        now: at(18 * 60 + 41),
        csrf: "form-token".to_owned(),
        unread: 2,
        team: false,
        devices: vec![
            known(0, "thinkpad-x1", "linux", seen),
            known(1, "mac-mini", "macos", at(14 * 60 + 30)),
        ],
    }
}

/// The tasks of the samples; `more` adds numbered ones.
pub fn tasks(more: usize) -> Tasks {
    let named = [
        ("OPS-9", "On-call handover and incident notes, week 47"),
        (
            "PAY-412",
            "Idempotent refunds: retry after a lost answer without paying twice",
        ),
        (
            "PAY-420",
            "Review #1893: split the webhook signer out of the gateway",
        ),
        (
            "PAY-398",
            "Ledger export rounds the last cent away on invoices split over three cost centres",
        ),
        (
            "PLAT-77",
            "Move the CI runners to the arm64 pool before the old contract ends on the 30th",
        ),
        ("DOC-31", "साप्ताहिक समीक्षा: भुगतान सेवा के दस्तावेज़"),
    ];
    let mut facts: Vec<TaskFact> = named
        .iter()
        .enumerate()
        .map(|(n, (key, title))| TaskFact {
            id: task(n),
            key: Some((*key).to_owned()),
            title: (*title).to_owned(),
            url: None,
        })
        .collect();
    facts.extend((0..more).map(|n| TaskFact {
        id: task(100 + n),
        key: n.is_multiple_of(2).then(|| format!("TASK-{n}")),
        title: format!("Task <{n}> & \"its\" title {{task}}"),
        url: None,
    }));
    // The order of the picture: indigo for PAY-412, weld for PAY-398, and so on.
    let order = [1, 3, 4, 5, 2, 0]
        .map(task)
        .into_iter()
        .chain((0..more).map(|n| task(100 + n)));
    Tasks::new(facts, Dyes::shown(&HashMap::new(), order))
}

/// Every sample day.
pub fn all_days() -> Vec<DayFacts> {
    vec![normal(), empty(date(2026, 11, 21)), full()]
}

/// The page of a sample day.
pub fn page(facts: DayFacts) -> DayPage {
    DayPage::new(
        &viewer(),
        &tasks(24),
        &facts,
        &week_totals(),
        Zoom::Day,
        Desk::default(),
    )
}

/// An entry of the day before.
fn like(n: u128, confidence: f64) -> LikeFact {
    let start = Timestamp::from_second(at(9 * 60).as_second() - 86_400).unwrap();
    LikeFact {
        entry: dayloom_domain::EntryId(Uuid::from_u128(n)),
        date: add_days(the_day(), -1),
        start,
        end: Timestamp::from_second(start.as_second() + 47 * 60).unwrap(),
        minutes: 47,
        task: (confidence > 0.0).then(|| task(4)),
        name: "<PLAT>".to_owned(),
        confidence,
    }
}

/// The form for time by hand, with what was typed and why it was not taken.
fn by_hand() -> Desk {
    Desk {
        by_hand: true,
        refused: Some(Refusal::ByHand),
        typed: Typed {
            task: "work".to_owned(),
            from: "09:00".to_owned(),
            to: "10:00".to_owned(),
            what: "<b>Whiteboard</b>".to_owned(),
            ..Typed::default()
        },
        ..Desk::default()
    }
}

/// The sixth block opened, after a correction that others follow and a cut that was not taken.
fn desk() -> Desk {
    Desk {
        open: Some(dayloom_domain::EntryId(Uuid::from_u128(0xe5))),
        tasks: vec![TaskFact {
            id: task(1),
            key: Some("PAY-412".to_owned()),
            title: "Refunds <twice>".to_owned(),
            url: None,
        }],
        moved: Some(3),
        refused: Some(Refusal::NotInside),
        about: Some(dayloom_domain::EntryId(Uuid::from_u128(0xe5))),
        typed: Typed {
            task: task(1).to_string(),
            at: "23:00".to_owned(),
            ..Typed::default()
        },
        likes: Some(vec![like(0xe1, 0.41), like(0xe2, 0.0)]),
        unticked: vec![dayloom_domain::EntryId(Uuid::from_u128(0xe2))],
        ..Desk::default()
    }
}

/// Totals of the week of [`the_day`].
pub fn week_totals() -> Vec<DayTotal> {
    [503, 472, 438, 508]
        .into_iter()
        .enumerate()
        .map(|(n, minutes)| DayTotal {
            date: add_days(date(2026, 11, 16), n as i64),
            micros: minutes * MINUTE,
        })
        .collect()
}

/// A page of these facts as this viewer sees it.
fn shown(viewer: &Viewer, facts: &DayFacts, zoom: Zoom, desk: Desk) -> DayPage {
    DayPage::new(viewer, &tasks(0), facts, &week_totals(), zoom, desk)
}

impl Sample for DayPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let hindi = Viewer {
            locale: Locale::Hi,
            ..viewer()
        };
        let mut paused = viewer();
        for device in &mut paused.devices {
            (device.paused, device.paused_by_person) = (true, true);
        }
        let zoom = Zoom::Hours { hours: 3, from: 13 };
        vec![
            ("empty", page(empty(date(2026, 11, 21)))),
            ("normal", page(normal())),
            ("full", page(full())),
            ("zoomed", shown(&viewer(), &normal(), zoom, Desk::default())),
            ("paused", shown(&paused, &normal(), Zoom::Day, Desk::default())),
            (
                "journal",
                shown(&viewer(), &journaled(false), Zoom::Day, Desk::default()),
            ),
            (
                "journal-edited",
                shown(&viewer(), &journaled(true), Zoom::Day, Desk::default()),
            ),
            ("opened", shown(&viewer(), &journaled(false), Zoom::Day, desk())),
            (
                "by-hand",
                shown(&viewer(), &empty(date(2026, 11, 21)), Zoom::Day, by_hand()),
            ),
            ("hindi", shown(&hindi, &normal(), Zoom::Day, Desk::default())),
        ]
    }
}

impl Sample for RangePage {
    fn samples() -> Vec<(&'static str, Self)> {
        let days = |from: Date, n: i64| -> Vec<DayFacts> {
            (0..n)
                .map(|at| add_days(from, at))
                .map(|d| match d {
                    d if d == the_day() => normal(),
                    d if d == date(2026, 10, 25) => full(),
                    d => empty(d),
                })
                .collect()
        };
        let make = |days: Vec<DayFacts>| RangePage::new(&viewer(), &tasks(24), &days);
        vec![
            ("empty", make(days(date(2026, 11, 23), 7))),
            ("week", make(days(date(2026, 11, 16), 7))),
            ("month", make(days(date(2026, 10, 1), 31))),
            ("long", make(days(date(2026, 9, 10), 100))),
        ]
    }
}

impl Sample for FirstRunPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let nobody = Viewer {
            devices: Vec::new(),
            ..viewer()
        };
        let facts = |seconds| FirstRunFacts {
            version: "0.1.0".to_owned(),
            kept_in: Some("~/.local/share/dayloom".to_owned()),
            sample: Some(FirstSample {
                app: "Code".to_owned(),
                title: Some("day.rs – dayloom".to_owned()),
                repository: None,
                branch: Some("feature/PROJ-12-first-day".to_owned()),
                stayed: true,
                at: Some(at(18 * 60 + 40)),
            }),
            seconds,
        };
        vec![
            (
                "empty",
                Self::new(
                    &nobody,
                    FirstRunFacts {
                        version: "0.1.0".to_owned(),
                        ..FirstRunFacts::default()
                    },
                ),
            ),
            ("normal", Self::new(&viewer(), facts(38))),
            ("full", Self::new(&viewer(), facts(75))),
            (
                "hindi",
                Self::new(
                    &Viewer {
                        locale: Locale::Hi,
                        ..viewer()
                    },
                    facts(38),
                ),
            ),
        ]
    }
}

impl Sample for ErrorPage {
    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("400", Self::new(Trouble::DatesReversed, Locale::En)),
            ("401", Self::new(Trouble::SignedOut, Locale::En)),
            ("401-link", Self::new(Trouble::LinkSpent, Locale::En)),
            ("403", Self::new(Trouble::ForeignForm, Locale::En)),
            ("404", Self::new(Trouble::NotFound, Locale::En)),
            ("404-hindi", Self::new(Trouble::NotFound, Locale::Hi)),
            ("500", Self::new(Trouble::Failed, Locale::En)),
        ]
    }
}
