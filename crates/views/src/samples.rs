//! Samples of every page: empty, normal and full. Test data only.

use dayloom_domain::{
    DeviceId, EventId, ProjectId, TaskId, Zone,
    day::{AnsweredBy, AttributedSpan, Attribution, Block, Category, Day, DeviceDay, Signal, Span},
    review::EntryStatus,
};
use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use uuid::Uuid;

use crate::{
    day::{DayPage, Zoom},
    dye::Dyes,
    facts::{DayFacts, DayTotal, DeviceFact, Shadow, TaskFact, Viewer},
    range::RangePage,
    rows::Tasks,
    state::{ErrorPage, FirstRunFacts, FirstRunPage, FirstSample},
    time::{MINUTE, add_days},
    words::Locale,
};

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
    Tasks::new(facts, Dyes::assign(order))
}

/// A piece of the day to build: start and end in minutes, app, device, task, confidence, reason, status.
pub struct Piece {
    from: i64,
    to: i64,
    app: &'static str,
    device: u128,
    task: Option<usize>,
    confidence: f64,
    reason: &'static str,
    status: EntryStatus,
    personal: bool,
}

#[expect(clippy::too_many_arguments, reason = "a row of the table below")]
fn piece(
    from: (i64, i64),
    to: (i64, i64),
    app: &'static str,
    device: u128,
    task: Option<usize>,
    confidence: f64,
    reason: &'static str,
    status: EntryStatus,
) -> Piece {
    let (from, to) = (from.0 * 60 + from.1, to.0 * 60 + to.1);
    Piece {
        from,
        to,
        app,
        device,
        task,
        confidence,
        reason,
        status,
        personal: false,
    }
}

fn block(n: usize, piece: &Piece, start: Timestamp, end: Timestamp) -> Block {
    let event = EventId(Uuid::from_u128(0xe000 + n as u128));
    Block {
        entry_id: None,
        external_ref: format!("tracker:{event}"),
        start,
        end,
        micros: (piece.to - piece.from) * MINUTE,
        minutes: piece.to - piece.from,
        project_id: ProjectId(Uuid::from_u128(1)),
        task_id: piece.task.map(task),
        category: if piece.personal {
            Category::Personal
        } else {
            Category::Productive
        },
        confidence: piece.confidence,
        reason: piece.reason.to_owned(),
        status: piece.status,
        event_ids: vec![event],
    }
}

/// A day of pieces, one block for each that is not personal.
pub fn day_of(date: Date, zone: &str, pieces: &[Piece]) -> DayFacts {
    let zone = Zone::parse(zone).unwrap();
    let midnight = zone.start_of(date).as_microsecond();
    let instant = |minutes: i64| Timestamp::from_microsecond(midnight + minutes * MINUTE).unwrap();
    let mut day = Day {
        date,
        timezone: zone,
        attention_micros: 0,
        attributed_micros: 0,
        unattributed_micros: 0,
        personal_micros: 0,
        spans: Vec::new(),
        blocks: Vec::new(),
        devices: Vec::new(),
    };
    let mut dismissed = Vec::new();
    for (n, piece) in pieces.iter().enumerate() {
        let (start, end) = (instant(piece.from), instant(piece.to));
        let micros = (piece.to - piece.from) * MINUTE;
        let block = block(n, piece, start, end);
        let (task_id, category, event) = (block.task_id, block.category, block.event_ids[0]);
        if piece.status == EntryStatus::Dismissed {
            dismissed.push(block);
            continue;
        }
        day.attention_micros += micros;
        match (task_id, piece.personal) {
            (Some(_), _) => day.attributed_micros += micros,
            (None, true) => day.personal_micros += micros,
            (None, false) => day.unattributed_micros += micros,
        }
        let device_id = device(piece.device);
        match day.devices.iter_mut().find(|d| d.device_id == device_id) {
            Some(d) => {
                d.attention_micros += micros;
                d.events += piece.to - piece.from;
            }
            None => day.devices.push(DeviceDay {
                device_id,
                events: piece.to - piece.from,
                attention_micros: micros,
                shadowed_micros: 0,
            }),
        }
        day.spans.push(AttributedSpan {
            span: Span {
                start,
                end,
                micros,
                pieces: vec![(start, end)],
                zone: day.timezone.clone(),
                device_id,
                project_id: ProjectId(Uuid::from_u128(1)),
                signal: Signal {
                    app: piece.app.to_owned(),
                    ..Signal::default()
                },
                in_call: false,
                event_ids: vec![event],
            },
            attribution: Attribution {
                category,
                task_id,
                project_id: None,
                confidence: piece.confidence,
                reason: piece.reason.to_owned(),
                answered_by: AnsweredBy::Nobody,
            },
        });
        if !piece.personal {
            day.blocks.push(block);
        }
    }
    DayFacts {
        day,
        dismissed,
        shadows: Vec::new(),
        pending: false,
    }
}

type Line = (
    (i64, i64),
    (i64, i64),
    &'static str,
    u128,
    Option<usize>,
    f64,
    &'static str,
    EntryStatus,
);

const BUG: &str = "“Bug 1893044 – [payments][gateway] Webhook signer returns 502 after key rotation when two regions rotate within the same minute”";

const NORMAL: [Line; 14] = [
    (
        (8, 41),
        (9, 6),
        "Firefox",
        0,
        Some(0),
        0.92,
        "task key in the page title",
        EntryStatus::Confirmed,
    ),
    (
        (9, 6),
        (10, 31),
        "Code",
        0,
        Some(1),
        0.97,
        "branch feature/PAY-412-idempotent-refunds",
        EntryStatus::Confirmed,
    ),
    (
        (10, 31),
        (10, 38),
        "Firefox",
        0,
        None,
        0.0,
        BUG,
        EntryStatus::Inferred,
    ),
    (
        (10, 38),
        (11, 19),
        "Firefox",
        0,
        Some(2),
        0.88,
        "you moved it here from PAY-412",
        EntryStatus::Corrected,
    ),
    (
        (11, 19),
        (12, 4),
        "Code",
        0,
        Some(1),
        0.96,
        "branch feature/PAY-412-idempotent-refunds",
        EntryStatus::Confirmed,
    ),
    (
        (12, 52),
        (13, 10),
        "Firefox",
        0,
        None,
        0.0,
        "your rule “news sites are personal”",
        EntryStatus::Inferred,
    ),
    (
        (13, 10),
        (13, 52),
        "LibreOffice",
        0,
        Some(3),
        0.64,
        "you moved 6 like this to PAY-398",
        EntryStatus::Inferred,
    ),
    (
        (13, 52),
        (14, 30),
        "Meet",
        1,
        Some(1),
        0.71,
        "calendar “Refund design”, a call; the last 4 went to PAY-412",
        EntryStatus::Inferred,
    ),
    (
        (14, 30),
        (14, 41),
        "LibreOffice",
        0,
        None,
        0.0,
        "“תכנון רבעון 4 — טבלת שעות עבודה.xlsx”",
        EntryStatus::Inferred,
    ),
    (
        (14, 41),
        (15, 38),
        "Terminal",
        0,
        Some(4),
        0.41,
        "repository acme/infra; no task key found",
        EntryStatus::Inferred,
    ),
    (
        (15, 44),
        (17, 2),
        "Code",
        0,
        Some(1),
        0.96,
        "branch feature/PAY-412-idempotent-refunds",
        EntryStatus::Inferred,
    ),
    (
        (17, 2),
        (17, 31),
        "Firefox",
        0,
        Some(5),
        0.83,
        "page in the space “Payments docs”; a rule of the project",
        EntryStatus::Inferred,
    ),
    (
        (17, 31),
        (17, 40),
        "Firefox",
        0,
        None,
        0.0,
        "youtube.com",
        EntryStatus::Dismissed,
    ),
    (
        (17, 40),
        (18, 12),
        "Code",
        0,
        Some(3),
        0.78,
        "file ledger/export/rounding.rs, 9 times on PAY-398",
        EntryStatus::Inferred,
    ),
];

/// The day of the pictures.
pub fn normal() -> DayFacts {
    let mut pieces = NORMAL.map(|row| piece(row.0, row.1, row.2, row.3, row.4, row.5, row.6, row.7));
    pieces[5].personal = true;
    let mut facts = day_of(the_day(), "Europe/Berlin", &pieces);
    let shadow = |n, app: &str, from: (i64, i64), to: (i64, i64)| Shadow {
        device_id: device(n),
        app: app.to_owned(),
        start: at(from.0 * 60 + from.1),
        end: at(to.0 * 60 + to.1),
    };
    facts.shadows = vec![
        shadow(0, "Code", (14, 2), (14, 12)),
        shadow(1, "Xcode", (13, 40), (13, 52)),
        shadow(1, "Xcode", (14, 30), (14, 40)),
    ];
    facts.day.devices[0].shadowed_micros = 10 * MINUTE;
    facts.day.devices[1].shadowed_micros = 22 * MINUTE;
    facts
}

/// A day without evidence.
pub fn empty(date: Date) -> DayFacts {
    day_of(date, "Europe/Berlin", &[])
}

/// A very broken day on which clocks go back: pieces of 1 to 9 minutes over 25 hours, 24 tasks, text that must be
/// escaped.
pub fn full() -> DayFacts {
    let mut pieces = Vec::new();
    let (mut minute, mut n) = (0i64, 0usize);
    let apps = [
        "<b>Code</b>",
        "Term",
        "Fire & fox",
        "A",
        "B",
        "C",
        "D",
        "E",
        "F",
        "G",
        "H",
        "I",
        "J",
        "K",
    ];
    while minute < 25 * 60 - 12 {
        let length = 1 + (n as i64 * 7) % 9;
        let task = (n % 5 != 4).then(|| 100 + n % 24);
        let confidence = [0.9, 0.6, 0.3, 0.745][n % 4];
        let mut p = piece(
            (0, minute),
            (0, minute + length),
            apps[n % apps.len()],
            (n % 2) as u128,
            task,
            confidence,
            "a reason with <script>alert(1)</script> & “quotes”",
            if n % 6 == 0 {
                EntryStatus::Confirmed
            } else {
                EntryStatus::Inferred
            },
        );
        p.personal = n % 10 == 9;
        pieces.push(p);
        minute += length + if n % 11 == 0 { 9 } else { 0 };
        n += 1;
    }
    let mut facts = day_of(date(2026, 10, 25), "Europe/Berlin", &pieces);
    facts.pending = true;
    facts
}

/// Every sample day.
pub fn all_days() -> Vec<DayFacts> {
    vec![normal(), empty(date(2026, 11, 21)), full()]
}

/// The page of a sample day.
pub fn page(facts: DayFacts) -> DayPage {
    DayPage::new(&viewer(), &tasks(24), &facts, &week_totals(), Zoom::Day)
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
            (
                "zoomed",
                DayPage::new(&viewer(), &tasks(0), &normal(), &week_totals(), zoom),
            ),
            (
                "paused",
                DayPage::new(&paused, &tasks(0), &normal(), &week_totals(), Zoom::Day),
            ),
            (
                "hindi",
                DayPage::new(&hindi, &tasks(0), &normal(), &week_totals(), Zoom::Day),
            ),
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
                fields: vec![
                    ("app", "Code".to_owned()),
                    ("title", "day.rs – dayloom".to_owned()),
                    ("branch", "feature/PROJ-12-first-day".to_owned()),
                    ("left the machine", "nothing".to_owned()),
                ],
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
        ]
    }
}

impl Sample for ErrorPage {
    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("400", Self::bad_dates("start must be <= end")),
            ("401", Self::signed_out()),
            ("401-link", Self::link_spent()),
            ("403", Self::forbidden("This form was not made by this page.")),
            ("404", Self::not_found()),
            ("429", Self::too_many(40)),
            ("500", Self::failed()),
        ]
    }
}
