//! The ingest's SQL for SQLite. Beside `postgres.rs`, which does the same in the same order.
//!
//! Only one transaction writes at a time here, so what was looked up stays true until the commit.

use std::collections::{BTreeSet, HashMap, HashSet};

use dayloom_domain::{DeveloperId, DeviceId, EventId, Zone};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::{
    Arguments, AssertSqlSafe, SqliteConnection,
    sqlite::{SqliteArguments, SqlitePool},
};
use uuid::Uuid;

use super::{
    Batch, IngestError, IngestOutcome,
    arrivals::{Arrivals, Key},
    decide::{Candidate, Decision, Standing, decide, unwanted},
    rows::{self, Found, Pause},
};
use crate::{StorageError, db::to_chrono};

/// Rows written by one statement: a few sizes, so that each statement is prepared once.
const CHUNKS: [usize; 4] = [50, 10, 5, 1];

const COLUMNS: &str = "developer_id, ts, id, project_id, device_id, client_seq, interval_s, tz, idle_threshold_s, idle_s,
    active_app, file_context, dev_context, browser, input_cadence, meeting, system, evidence_ref, received_at";
const COLUMN_COUNT: usize = 19;

/// Stores a group of batches in one transaction. An error stores nothing.
pub(super) async fn write(
    pool: &SqlitePool,
    arrivals: &mut Arrivals,
    batches: &[&Batch],
) -> Result<Vec<Result<IngestOutcome, IngestError>>, StorageError> {
    let written = transact(pool, arrivals, batches).await;
    if written.is_err() {
        arrivals.distrust();
    }
    written
}

async fn transact(
    pool: &SqlitePool,
    arrivals: &mut Arrivals,
    batches: &[&Batch],
) -> Result<Vec<Result<IngestOutcome, IngestError>>, StorageError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let on = &mut *transaction;
    let standings = standings(on, batches).await?;
    arrivals.refresh(on).await?;
    let stored = stored(on, arrivals, batches, &standings).await?;
    let decision = decide(batches, &standings, stored);
    let keys: Vec<Key> = decision
        .candidates
        .iter()
        .map(|c| (c.developer_id.0, c.event.id.0))
        .collect();
    let fresh = arrivals.fresh(on, &keys).await?;
    insert(on, &decision.candidates, &fresh).await?;
    let new = keys.into_iter().zip(&fresh).filter(|(_, fresh)| **fresh);
    let filed = arrivals.store(on, new.map(|(key, _)| key).collect()).await?;
    after(on, batches, &decision, &standings, &fresh).await?;
    transaction.commit().await?;
    arrivals.committed(filed);
    Ok(decision.outcomes(&fresh))
}

/// Which of the unwanted events are stored already.
async fn stored(
    on: &mut SqliteConnection,
    arrivals: &Arrivals,
    batches: &[&Batch],
    standings: &HashMap<DeviceId, Standing>,
) -> Result<HashSet<(DeveloperId, EventId)>, StorageError> {
    let ids = unwanted(batches, standings);
    let keys: Vec<Key> = ids.iter().map(|(person, event)| (person.0, event.0)).collect();
    let fresh = arrivals.fresh(on, &keys).await?;
    let known = ids.into_iter().zip(fresh).filter(|(_, fresh)| !fresh);
    Ok(known.map(|(id, _)| id).collect())
}

/// A list of ids as JSON, for `json_each`.
fn list(ids: impl IntoIterator<Item = Uuid>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| format!("\"{}\"", id.simple())).collect();
    format!("[{}]", ids.join(","))
}

async fn standings(
    on: &mut SqliteConnection,
    batches: &[&Batch],
) -> Result<HashMap<DeviceId, Standing>, StorageError> {
    let devices: BTreeSet<Uuid> = batches.iter().map(|batch| batch.device_id.0).collect();
    let sql = format!(
        "SELECT {} {} IN (SELECT unhex(value) FROM json_each($1))",
        rows::COLUMNS,
        rows::FROM
    );
    let found: Vec<Found> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(list(devices))
        .fetch_all(&mut *on)
        .await?;
    let mut standings = found
        .into_iter()
        .map(rows::standing)
        .collect::<Result<HashMap<_, _>, _>>()?;
    zones(on, &mut standings).await?;
    pauses(on, batches, &mut standings).await?;
    Ok(standings)
}

async fn zones(
    on: &mut SqliteConnection,
    standings: &mut HashMap<DeviceId, Standing>,
) -> Result<(), StorageError> {
    let people: BTreeSet<Uuid> = standings.values().map(|s| s.developer_id.0).collect();
    let found: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT developer_id, zone FROM developer_zones
         WHERE developer_id IN (SELECT unhex(value) FROM json_each($1))",
    )
    .bind(list(people))
    .fetch_all(on)
    .await?;
    for (person, zone) in found {
        let Ok(zone) = Zone::parse(&zone) else {
            continue;
        };
        for standing in standings.values_mut().filter(|s| s.developer_id.0 == person) {
            standing.zones.insert(zone.clone());
        }
    }
    Ok(())
}

async fn pauses(
    on: &mut SqliteConnection,
    batches: &[&Batch],
    standings: &mut HashMap<DeviceId, Standing>,
) -> Result<(), StorageError> {
    let Some(oldest) = super::oldest(batches) else {
        return Ok(());
    };
    let found: Vec<Pause> = sqlx::query_as(
        "SELECT subject_id, started_at, ended_at FROM tracker_pauses
         WHERE subject_id IN (SELECT unhex(value) FROM json_each($1)) AND (ended_at IS NULL OR ended_at > $2)",
    )
    .bind(list(rows::subjects(standings)))
    .bind(to_chrono(oldest))
    .fetch_all(on)
    .await?;
    rows::add_pauses(standings, found)
}

async fn insert(
    on: &mut SqliteConnection,
    candidates: &[Candidate<'_>],
    fresh: &[bool],
) -> Result<(), StorageError> {
    let mut wanted: Vec<&Candidate<'_>> = candidates
        .iter()
        .zip(fresh)
        .filter(|(_, fresh)| **fresh)
        .map(|(candidate, _)| candidate)
        .collect();
    // In the order of the table, so that the pages of a person's last hours are written once.
    wanted.sort_unstable_by_key(|c| (c.developer_id, c.event.ts, c.event.id));
    let mut rest = wanted.as_slice();
    for size in CHUNKS {
        let sql = statement(size);
        while rest.len() >= size {
            let (now, later) = rest.split_at(size);
            rest = later;
            let mut values = SqliteArguments::default();
            values.reserve(size * COLUMN_COUNT, 0);
            for row in now {
                bind(&mut values, row).map_err(|_| StorageError::Unreadable("event"))?;
            }
            sqlx::query_with(AssertSqlSafe(sql.clone()), values)
                .execute(&mut *on)
                .await?;
        }
    }
    Ok(())
}

/// The insert of so many rows.
fn statement(rows: usize) -> String {
    let one = format!("({})", vec!["?"; COLUMN_COUNT].join(","));
    format!(
        "INSERT INTO tracker_events ({COLUMNS}) VALUES {}",
        vec![one; rows].join(",")
    )
}

fn bind(values: &mut SqliteArguments, row: &Candidate<'_>) -> Result<(), sqlx::error::BoxDynError> {
    let event = row.event;
    values.add(row.developer_id.0)?;
    values.add(event.ts.as_microsecond())?;
    values.add(event.id.0)?;
    values.add(row.project_id.0)?;
    values.add(row.device_id.0)?;
    values.add(event.client_seq)?;
    values.add(event.interval_s)?;
    values.add(row.zone.name().to_owned())?;
    values.add(row.idle_threshold_s)?;
    values.add(event.idle_s)?;
    values.add(serde_json::to_string(&event.active_app)?)?;
    values.add(text(event.file_context.as_ref())?)?;
    values.add(text(event.dev_context.as_ref())?)?;
    values.add(text(event.browser.as_ref())?)?;
    values.add(text(event.input_cadence.as_ref())?)?;
    values.add(text(event.meeting.as_ref())?)?;
    values.add(text(event.system.as_ref())?)?;
    values.add(event.evidence_ref.clone())?;
    values.add(row.received_at.as_microsecond())?;
    Ok(())
}

fn text<T: Serialize>(part: Option<&T>) -> Result<Option<String>, serde_json::Error> {
    part.map(serde_json::to_string).transpose()
}

/// Zones, marks and devices: what follows from the events stored. One statement each, however many rows: a hand-over to
/// the connection costs more than a row.
async fn after(
    on: &mut SqliteConnection,
    batches: &[&Batch],
    decision: &Decision<'_>,
    standings: &HashMap<DeviceId, Standing>,
    fresh: &[bool],
) -> Result<(), StorageError> {
    let zones = decision.new_zones(standings, fresh);
    if !zones.is_empty() {
        let zones: Vec<[String; 2]> = zones
            .iter()
            .map(|(developer, zone)| [hex(developer.0), zone.name().to_owned()])
            .collect();
        sqlx::query(
            "INSERT INTO developer_zones (developer_id, zone)
             SELECT unhex(value ->> 0), value ->> 1 FROM json_each($1) WHERE TRUE ON CONFLICT DO NOTHING",
        )
        .bind(array(&zones)?)
        .execute(&mut *on)
        .await?;
    }
    let dirty = decision.dirty(standings, fresh);
    if !dirty.is_empty() {
        let dirty: Vec<[String; 4]> = dirty
            .iter()
            .map(|((developer, date), (project, now))| {
                [hex(developer.0), date.to_string(), hex(project.0), instant(*now)]
            })
            .collect();
        sqlx::query(
            "INSERT INTO tracker_dirty_days (developer_id, local_date, project_id, generation, marked_at, next_attempt_at)
             SELECT unhex(value ->> 0), value ->> 1, unhex(value ->> 2), 1, value ->> 3, value ->> 3
             FROM json_each($1) WHERE TRUE
             ON CONFLICT (developer_id, local_date) DO UPDATE SET generation = generation + 1",
        )
        .bind(array(&dirty)?)
        .execute(&mut *on)
        .await?;
    }
    let seen: Vec<(String, i64, String)> = decision
        .seen(batches)
        .into_iter()
        .map(|(device, (highest, now))| (hex(device.0), highest, instant(now)))
        .collect();
    sqlx::query(
        "UPDATE tracker_devices SET server_seq = MAX(server_seq, j.value ->> 1), last_seen_at = j.value ->> 2
         FROM json_each($1) j WHERE tracker_devices.id = unhex(j.value ->> 0)",
    )
    .bind(array(&seen)?)
    .execute(on)
    .await?;
    Ok(())
}

fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

/// An instant as the driver writes one into a column of text.
fn instant(instant: Timestamp) -> String {
    to_chrono(instant).to_rfc3339()
}

/// Rows as JSON, for `json_each`.
fn array<T: Serialize>(rows: &[T]) -> Result<String, StorageError> {
    serde_json::to_string(rows).map_err(|_| StorageError::Unreadable("json"))
}
