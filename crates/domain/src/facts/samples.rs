//! Rows of a made-up day. Test data only.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::{Facts, NamedTask, Work};
use crate::{EntryId, ProjectId, TaskId, WorkspaceId, Zone};

pub const DAY: Date = Date::constant(2026, 11, 19);

const NAMES: [(Option<&str>, &str); 6] = [
    (Some("PAY-412"), "Idempotent refunds"),
    (Some("PAY-398"), "Ledger export rounds the last cent away"),
    (None, "Tidy the wiki"),
    (Some("OPS-9"), "On-call handover"),
    (Some("PLAT-77"), "Move 3 runners"),
    (Some("DOC-31"), "Weekly review"),
];

/// The sample task of that number, from 1.
pub fn task(n: usize) -> NamedTask {
    let (key, title) = NAMES[n - 1];
    NamedTask {
        id: TaskId(Uuid::from_u128(n as u128)),
        key: key.map(str::to_owned),
        title: Some(title.to_owned()),
        project_id: Some(ProjectId(Uuid::from_u128(7))),
        closed: n == 2,
        status: if n == 2 { "done" } else { "todo" }.to_owned(),
    }
}

/// An instant of a day in Berlin, by its minute.
pub fn at(date: Date, minute: i64) -> Timestamp {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    Timestamp::from_second(zone.start_of(date).as_second() + minute * 60).unwrap()
}

/// A row: date, minute it begins at, minutes, task and minutes in calls.
pub fn work(date: Date, from: i64, minutes: i64, task: Option<usize>, calls: i64) -> Work {
    let id = u128::try_from(from).unwrap() + 10_000 * u128::try_from(date.day()).unwrap();
    Work {
        entry_id: EntryId(Uuid::from_u128(id)),
        date,
        interval: Some((at(date, from), at(date, from + minutes))),
        minutes,
        task: task.map(self::task),
        workspace_id: WorkspaceId(Uuid::from_u128(6)),
        project_id: Some(ProjectId(Uuid::from_u128(7))),
        project: Some("Payments".to_owned()),
        reason: "branch feature/PAY-412-refunds".to_owned(),
        call_minutes: calls,
    }
}

/// The facts of rows of [`DAY`]: minute, minutes, task and minutes in calls.
pub fn of(rows: &[(i64, i64, Option<usize>, i64)]) -> Facts {
    let works = rows
        .iter()
        .map(|&(from, minutes, task, calls)| work(DAY, from, minutes, task, calls))
        .collect();
    Facts::of(works, DAY, DAY, Zone::parse("Europe/Berlin").unwrap())
}

/// A full day.
pub fn thursday() -> Facts {
    of(&[
        (520, 20, Some(4), 0),
        (540, 130, Some(1), 0),
        (670, 15, None, 0),
        (790, 75, Some(2), 0),
        (870, 35, Some(1), 35),
        (905, 40, Some(3), 0),
        (945, 65, Some(1), 0),
        (1_020, 10, Some(5), 0),
        (1_040, 10, Some(6), 0),
        (1_085, 5, None, 0),
    ])
}
