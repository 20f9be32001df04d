//! Taking minutes in. Union is the only operation, so a flush may come late, twice, cut and in any order.
//!
//! A flush is one transaction of few statements: lock the person, read their workspaces with the days touched, write the
//! days that changed. The lock is the person's own row, so flushes of one person (two machines at once) come one after the
//! other and those of different people never wait for each other.

use std::collections::BTreeMap;

use dayloom_domain::{
    DeveloperId, WorkspaceId, Zone,
    team::day::{Added, Label, MemberDay},
};
use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use sea_orm::{DatabaseTransaction, QueryResult};

use super::{Team, activity::minutes, cap};
use crate::{
    StorageError,
    db::{Columns, day, id, row, rows, run},
};

/// Rows of one statement.
const ROWS: usize = 500;

/// One item of a flush: a minute in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The workspace, if it is one of the person's.
    pub workspace: WorkspaceId,
    /// Any instant of the minute.
    pub at: Timestamp,
    /// What it was.
    pub label: Label,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemOutcome {
    /// New, and shown.
    Accepted,
    /// There before, and shown.
    Duplicate,
    /// Stored, but its day shows only earlier minutes.
    Capped,
    /// The person is no active member of such a workspace.
    UnknownWorkspace,
}

/// What is shown of a day after a flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlushedDay {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The UTC day.
    pub day: Date,
    /// Internal minutes.
    pub internal: u32,
    /// External minutes.
    pub external: u32,
}

/// What a flush did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flushed {
    /// For each item in the order given.
    pub items: Vec<ItemOutcome>,
    /// Each touched day, by workspace and day.
    pub days: Vec<FlushedDay>,
}

/// A day while it is worked on.
#[derive(Default)]
struct Open {
    minutes: MemberDay,
    changed: bool,
    touched: bool,
}

type Days = BTreeMap<(WorkspaceId, Date), Open>;

impl Team<'_> {
    /// Takes items in, and the person's zone where one is given. `None` if the account is gone.
    pub async fn flush(
        &self,
        developer: DeveloperId,
        zone: Option<&Zone>,
        items: &[Reported],
    ) -> Result<Option<Flushed>, StorageError> {
        let transaction = self.0.begin().await?;
        let sql = self
            .0
            .locking("SELECT team_timezone FROM developers WHERE id = $1");
        let Some(person) = row(&transaction, &sql, vec![id(developer)]).await? else {
            return Ok(None);
        };
        let sent: Option<String> = person.col("team_timezone")?;
        let places: Vec<(Date, u16)> = items.iter().map(|item| place(item.at)).collect();
        let first = places
            .iter()
            .map(|(day, _)| *day)
            .min()
            .unwrap_or(date(1970, 1, 1));
        let last = places
            .iter()
            .map(|(day, _)| *day)
            .max()
            .unwrap_or(date(1970, 1, 1));
        let (mut days, caps, stale) = read(&transaction, developer, (first, last), zone).await?;
        if let Some(zone) = zone
            && (stale || sent.as_deref() != Some(zone.name()))
        {
            set_zone(&transaction, developer, zone).await?;
        }
        let added = add(&mut days, &caps, items, &places);
        write(&transaction, developer, &days).await?;
        transaction.commit().await?;
        Ok(Some(outcome(&days, &caps, items, &places, &added)))
    }
}

/// The UTC day of an instant, and the minute of that day.
fn place(at: Timestamp) -> (Date, u16) {
    let utc = TimeZone::UTC.to_datetime(at);
    let minute = u16::from(utc.hour().unsigned_abs()) * 60 + u16::from(utc.minute().unsigned_abs());
    (utc.date(), minute)
}

type Caps = BTreeMap<WorkspaceId, u16>;

/// The days between two dates in every workspace the person is in, the workspaces' caps, and whether one of the
/// memberships has another zone than this.
async fn read(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    (first, last): (Date, Date),
    zone: Option<&Zone>,
) -> Result<(Days, Caps, bool), StorageError> {
    let found = rows(
        on,
        "SELECT m.workspace_id, m.timezone, w.daily_cap_minutes, d.day, d.minutes
         FROM workspace_members m JOIN workspaces w ON w.id = m.workspace_id
         LEFT JOIN daily_minutes d
             ON d.workspace_id = m.workspace_id AND d.developer_id = m.developer_id AND d.day BETWEEN $2 AND $3
         WHERE m.developer_id = $1 AND m.status = 'active'",
        vec![id(developer), day(first), day(last)],
    )
    .await?;
    let (mut days, mut caps, mut stale) = (Days::new(), Caps::new(), false);
    for row in &found {
        let workspace: WorkspaceId = row.id("workspace_id")?;
        caps.insert(workspace, cap(row)?);
        let known: Option<String> = row.col("timezone")?;
        stale |= zone.is_some_and(|zone| known.as_deref() != Some(zone.name()));
        if let Some(date) = date_of(row)? {
            let open = Open {
                minutes: minutes(row)?,
                ..Open::default()
            };
            days.insert((workspace, date), open);
        }
    }
    Ok((days, caps, stale))
}

fn date_of(row: &QueryResult) -> Result<Option<Date>, StorageError> {
    let date: Option<sqlx::types::chrono::NaiveDate> = row.col("day")?;
    date.map(crate::db::from_naive).transpose()
}

async fn set_zone(on: &DatabaseTransaction, developer: DeveloperId, zone: &Zone) -> Result<(), StorageError> {
    for sql in [
        "UPDATE developers SET team_timezone = $2 WHERE id = $1",
        "UPDATE workspace_members SET timezone = $2 WHERE developer_id = $1",
    ] {
        run(on, sql, vec![id(developer), zone.name().into()]).await?;
    }
    Ok(())
}

/// Adds every item to its day; what each did, `None` for one of an unknown workspace.
fn add(days: &mut Days, caps: &Caps, items: &[Reported], places: &[(Date, u16)]) -> Vec<Option<Added>> {
    let each = items.iter().zip(places).map(|(item, (date, minute))| {
        caps.get(&item.workspace)?;
        let open = days.entry((item.workspace, *date)).or_default();
        let added = open.minutes.add(*minute, item.label.clone());
        open.changed |= added != Added::Known;
        open.touched = true;
        Some(added)
    });
    each.collect()
}

async fn write(on: &DatabaseTransaction, developer: DeveloperId, days: &Days) -> Result<(), StorageError> {
    let changed: Vec<_> = days.iter().filter(|(_, open)| open.changed).collect();
    for chunk in changed.chunks(ROWS) {
        let mut sql =
            "INSERT INTO daily_minutes (developer_id, workspace_id, day, minutes) VALUES ".to_owned();
        let mut values = vec![id(developer)];
        for (n, ((workspace, date), open)) in chunk.iter().enumerate() {
            let first = 2 + 3 * n;
            let comma = if n == 0 { "" } else { ", " };
            sql.push_str(&format!("{comma}($1, ${first}, ${}, ${})", first + 1, first + 2));
            values.extend([id(*workspace), day(*date), open.minutes.to_bytes().into()]);
        }
        sql.push_str(
            " ON CONFLICT (workspace_id, day, developer_id) DO UPDATE SET minutes = excluded.minutes",
        );
        run(on, &sql, values).await?;
    }
    Ok(())
}

fn outcome(
    days: &Days,
    caps: &Caps,
    items: &[Reported],
    places: &[(Date, u16)],
    added: &[Option<Added>],
) -> Flushed {
    let shown: BTreeMap<_, _> = days
        .iter()
        .filter(|(_, open)| open.touched)
        .filter_map(|(key, open)| Some((*key, open.minutes.shown(*caps.get(&key.0)?))))
        .collect();
    let items = items
        .iter()
        .zip(places)
        .zip(added)
        .map(|((item, (date, minute)), added)| {
            let day = shown.get(&(item.workspace, *date));
            match (added, day) {
                (Some(_), Some(day)) if !day.minutes.has(*minute) => ItemOutcome::Capped,
                (Some(Added::New), _) => ItemOutcome::Accepted,
                (Some(_), _) => ItemOutcome::Duplicate,
                (None, _) => ItemOutcome::UnknownWorkspace,
            }
        });
    Flushed {
        items: items.collect(),
        days: shown
            .iter()
            .map(|((workspace, day), shown)| FlushedDay {
                workspace: *workspace,
                day: *day,
                internal: shown.internal,
                external: shown.external,
            })
            .collect(),
    }
}
