//! The sample days: that of the pictures, one without evidence, a very broken one.

use std::sync::Arc;

use dayloom_domain::{
    DeviceId, EntryId, EventId, ProjectId, Zone,
    day::{AnsweredBy, AttributedSpan, Attribution, Block, Category, Day, DeviceDay, Signal, Span},
    review::EntryStatus,
};
use jiff::{
    Timestamp,
    civil::{Date, date},
};
use uuid::Uuid;

use super::{at, device, line::NORMAL, task, the_day};
use crate::{
    facts::{DayFacts, Shadow},
    time::MINUTE,
};

/// A piece of the day to build: start and end in minutes, app, device, task, confidence, reason, status.
struct Piece {
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

/// What the piece was on: in an editor a repository, on the branch of its task.
fn signal(piece: &Piece) -> Signal {
    let repo = match piece.app {
        "Code" => Some("acme/payments"),
        "<b>Code</b>" => Some("acme/<script>alert(2)</script>"),
        _ => None,
    };
    Signal {
        app: piece.app.to_owned(),
        repo: repo.map(str::to_owned),
        branch: repo.and(piece.reason.strip_prefix("branch ")).map(str::to_owned),
        ..Signal::default()
    }
}

/// A day of pieces, one block for each that is not personal.
fn day_of(date: Date, zone: &str, pieces: &[Piece]) -> DayFacts {
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
                signal: Arc::new(signal(piece)),
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
        private: Vec::new(),
        shadows: Vec::new(),
        pending: false,
        journal: None,
    }
}

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

/// The usual day, and two entries made by hand of which only the minutes are known.
pub fn minutes_alone() -> DayFacts {
    let mut facts = normal();
    let midnight = at(0);
    for (n, minutes) in [(1, 45), (2, 30)] {
        let (micros, entry) = (minutes * MINUTE, Uuid::from_u128(n));
        let mut span = facts.day.spans[0].clone();
        span.span.micros = micros;
        span.span.device_id = DeviceId(Uuid::nil());
        span.span.event_ids.clear();
        "By hand".clone_into(&mut Arc::make_mut(&mut span.span.signal).app);
        (span.span.start, span.span.end) = (midnight, midnight);
        span.span.pieces = vec![(midnight, midnight)];
        span.attribution.task_id = Some(task(1));
        let mut block = facts.day.blocks[0].clone();
        block.entry_id = Some(EntryId(entry));
        block.external_ref = format!("manual:{entry}");
        (block.start, block.end) = (midnight, midnight);
        (block.micros, block.minutes) = (micros, minutes);
        block.task_id = Some(task(1));
        block.status = EntryStatus::Confirmed;
        block.event_ids.clear();
        "you entered this by hand".clone_into(&mut block.reason);
        facts.day.attention_micros += micros;
        facts.day.attributed_micros += micros;
        facts.day.spans.insert(0, span);
        facts.day.blocks.insert(0, block);
    }
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
