//! The ingest's SQL for Postgres. Beside `sqlite.rs`, which does the same in the same order.
//!
//! Rows are locked in one order everywhere: devices, event ids, zones, marks, each by its key. So two writers may wait
//! for each other, but never in a circle.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex},
};

use dayloom_domain::{DeveloperId, DeviceId, EventId, Zone};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Row, postgres::PgPool};
use uuid::Uuid;

use super::{
    Batch, IngestError, IngestOutcome, Submitted,
    decide::{Candidate, Decision, Standing, decide, unwanted},
    rows::{self, Found, Pause},
};
use crate::{
    StorageError,
    db::{to_chrono, to_naive},
};

/// The key of the advisory lock under which partitions are made.
const PARTITION_LOCK: i64 = 0x6461_796c_6f6f_6d02;

/// First days of the months whose partition is known to be there.
#[derive(Clone, Default)]
pub(crate) struct Months(Arc<Mutex<HashSet<Date>>>);

impl Months {
    fn missing(&self, wanted: BTreeSet<Date>) -> BTreeSet<Date> {
        let Ok(known) = self.0.lock() else { return wanted };
        wanted
            .into_iter()
            .filter(|month| !known.contains(month))
            .collect()
    }

    fn note(&self, made: BTreeSet<Date>) {
        if let Ok(mut known) = self.0.lock() {
            known.extend(made);
        }
    }
}

/// Stores a group of batches in one transaction. An error stores nothing.
pub(super) async fn write(
    pool: &PgPool,
    months: &Months,
    batches: &[&Batch],
) -> Result<Vec<Result<IngestOutcome, IngestError>>, StorageError> {
    ensure(pool, months, months_of(batches)).await?;
    let mut transaction = pool.begin().await?;
    let on = &mut *transaction;
    let standings = standings(on, batches).await?;
    let stored = stored(on, batches, &standings).await?;
    let decision = decide(batches, &standings, stored);
    let fresh = insert(on, &decision.candidates).await?;
    after(on, batches, &decision, &standings, &fresh).await?;
    transaction.commit().await?;
    Ok(decision.outcomes(&fresh))
}

/// Which of the unwanted events are stored already.
async fn stored(
    on: &mut PgConnection,
    batches: &[&Batch],
    standings: &HashMap<DeviceId, Standing>,
) -> Result<HashSet<(DeveloperId, EventId)>, StorageError> {
    let ids = unwanted(batches, standings);
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let (people, events): (Vec<Uuid>, Vec<Uuid>) =
        ids.into_iter().map(|(person, event)| (person.0, event.0)).unzip();
    let found: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT developer_id, event_id FROM tracker_event_ids
         JOIN UNNEST($1::uuid[], $2::uuid[]) AS t (person, event) ON developer_id = person AND event_id = event",
    )
    .bind(people)
    .bind(events)
    .fetch_all(on)
    .await?;
    Ok(found
        .into_iter()
        .map(|(person, event)| (person.into(), event.into()))
        .collect())
}

/// The first day of the month of an instant, in UTC.
fn month_of(instant: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(instant).date().first_of_month()
}

fn months_of(batches: &[&Batch]) -> BTreeSet<Date> {
    let events = batches.iter().flat_map(|batch| &batch.events);
    events
        .filter_map(|submitted| match submitted {
            Submitted::Event(event) => Some(month_of(event.ts)),
            Submitted::Rejected(_) => None,
        })
        .collect()
}

/// Makes the partitions of every month that `[from, to]` touches.
pub(crate) async fn ensure_between(
    pool: &PgPool,
    months: &Months,
    from: Timestamp,
    to: Timestamp,
) -> Result<(), StorageError> {
    let last = month_of(to);
    let mut month = month_of(from);
    let mut wanted = BTreeSet::from([month]);
    while month < last {
        month = month.saturating_add(1.month());
        wanted.insert(month);
    }
    ensure(pool, months, wanted).await
}

async fn ensure(pool: &PgPool, months: &Months, wanted: BTreeSet<Date>) -> Result<(), StorageError> {
    let missing = months.missing(wanted);
    if missing.is_empty() {
        return Ok(());
    }
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(PARTITION_LOCK)
        .execute(&mut *transaction)
        .await?;
    for month in &missing {
        let next = month.saturating_add(1.month());
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS tracker_events_{:04}_{:02} PARTITION OF tracker_events
             FOR VALUES FROM ('{month} 00:00:00+00') TO ('{next} 00:00:00+00')",
            month.year(),
            month.month(),
        );
        sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    months.note(missing);
    Ok(())
}

/// The devices are locked by a statement of their own: the next one then sees what a change of their settings, for
/// which we may have waited, has committed.
async fn standings(
    on: &mut PgConnection,
    batches: &[&Batch],
) -> Result<HashMap<DeviceId, Standing>, StorageError> {
    let devices: BTreeSet<Uuid> = batches.iter().map(|batch| batch.device_id.0).collect();
    let devices: Vec<Uuid> = devices.into_iter().collect();
    sqlx::query("SELECT id FROM tracker_devices WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(&devices)
        .execute(&mut *on)
        .await?;
    let sql = format!(
        "SELECT {}, ARRAY(SELECT zone FROM developer_zones z WHERE z.developer_id = d.developer_id) AS zones {} = ANY($1)",
        rows::COLUMNS,
        rows::FROM
    );
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(&devices)
        .fetch_all(&mut *on)
        .await?;
    let mut standings = HashMap::new();
    for row in &found {
        let (device, mut standing) = rows::standing(Found::from_row(row)?)?;
        let zones: Vec<String> = row.try_get("zones")?;
        standing.zones = zones.iter().filter_map(|zone| Zone::parse(zone).ok()).collect();
        standings.insert(device, standing);
    }
    pauses(on, batches, &mut standings).await?;
    Ok(standings)
}

async fn pauses(
    on: &mut PgConnection,
    batches: &[&Batch],
    standings: &mut HashMap<DeviceId, Standing>,
) -> Result<(), StorageError> {
    let Some(oldest) = super::oldest(batches) else {
        return Ok(());
    };
    let subjects: Vec<Uuid> = rows::subjects(standings).into_iter().collect();
    let found: Vec<Pause> = sqlx::query_as(
        "SELECT subject_id, started_at, ended_at FROM tracker_pauses
         WHERE subject_id = ANY($1) AND (ended_at IS NULL OR ended_at > $2)",
    )
    .bind(subjects)
    .bind(to_chrono(oldest))
    .fetch_all(on)
    .await?;
    rows::add_pauses(standings, found)
}

/// One statement: what is new by its id is stored, and named. The candidates come sorted by person and id.
const INSERT: &str = "WITH input AS (
        SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::timestamptz[],
            $7::bigint[], $8::text[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[],
            $15::text[], $16::text[], $17::text[], $18::text[], $19::timestamptz[])
        AS t (developer_id, id, project_id, device_id, client_seq, ts, interval_s, tz, idle_threshold_s, idle_s,
            active_app, file_context, dev_context, browser, input_cadence, meeting, system, evidence_ref, received_at)
    ), fresh AS (
        INSERT INTO tracker_event_ids (developer_id, event_id) SELECT developer_id, id FROM input
        ON CONFLICT DO NOTHING RETURNING developer_id, event_id
    ), stored AS (
        INSERT INTO tracker_events (developer_id, id, project_id, device_id, client_seq, ts, interval_s, tz,
            idle_threshold_s, idle_s, active_app, file_context, dev_context, browser, input_cadence, meeting, system,
            evidence_ref, received_at)
        SELECT i.developer_id, i.id, project_id, device_id, client_seq, ts, interval_s, tz, idle_threshold_s, idle_s,
            active_app::jsonb, file_context::jsonb, dev_context::jsonb, browser::jsonb, input_cadence::jsonb,
            meeting::jsonb, system::jsonb, evidence_ref, received_at
        FROM input i JOIN fresh f ON f.developer_id = i.developer_id AND f.event_id = i.id
    ) SELECT developer_id, event_id FROM fresh";

async fn insert(on: &mut PgConnection, candidates: &[Candidate<'_>]) -> Result<Vec<bool>, StorageError> {
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let number = |number: u32| i64::from(number);
    let fresh: Vec<(Uuid, Uuid)> = sqlx::query_as(INSERT)
        .bind(all(candidates, |c| c.developer_id.0))
        .bind(all(candidates, |c| c.event.id.0))
        .bind(all(candidates, |c| c.project_id.0))
        .bind(all(candidates, |c| c.device_id.0))
        .bind(all(candidates, |c| c.event.client_seq))
        .bind(all(candidates, |c| to_chrono(c.event.ts)))
        .bind(all(candidates, |c| number(c.event.interval_s)))
        .bind(all(candidates, |c| c.zone.name()))
        .bind(all(candidates, |c| number(c.idle_threshold_s)))
        .bind(all(candidates, |c| c.event.idle_s.map(number)))
        .bind(all(candidates, |c| text(Some(&c.event.active_app))))
        .bind(all(candidates, |c| text(c.event.file_context.as_ref())))
        .bind(all(candidates, |c| text(c.event.dev_context.as_ref())))
        .bind(all(candidates, |c| text(c.event.browser.as_ref())))
        .bind(all(candidates, |c| text(c.event.input_cadence.as_ref())))
        .bind(all(candidates, |c| text(c.event.meeting.as_ref())))
        .bind(all(candidates, |c| text(c.event.system.as_ref())))
        .bind(all(candidates, |c| c.event.evidence_ref.as_deref()))
        .bind(all(candidates, |c| to_chrono(c.received_at)))
        .fetch_all(on)
        .await?;
    Ok(rows::named(candidates, fresh))
}

/// One column of the candidates.
fn all<'c, T>(candidates: &'c [Candidate<'_>], of: impl Fn(&'c Candidate<'_>) -> T) -> Vec<T> {
    candidates.iter().map(of).collect()
}

/// A part of an event as JSON. These parts are plain structures of texts and numbers, which always have one.
fn text<T: Serialize>(part: Option<&T>) -> Option<String> {
    part.and_then(|part| serde_json::to_string(part).ok())
}

/// Zones, marks and devices: what follows from the events stored.
async fn after(
    on: &mut PgConnection,
    batches: &[&Batch],
    decision: &Decision<'_>,
    standings: &HashMap<DeviceId, Standing>,
    fresh: &[bool],
) -> Result<(), StorageError> {
    let zones = decision.new_zones(standings, fresh);
    if !zones.is_empty() {
        sqlx::query(
            "INSERT INTO developer_zones (developer_id, zone) SELECT * FROM UNNEST($1::uuid[], $2::text[])
             ON CONFLICT DO NOTHING",
        )
        .bind(zones.iter().map(|(developer, _)| developer.0).collect::<Vec<_>>())
        .bind(zones.iter().map(|(_, zone)| zone.name()).collect::<Vec<_>>())
        .execute(&mut *on)
        .await?;
    }
    let dirty = decision.dirty(standings, fresh);
    if !dirty.is_empty() {
        sqlx::query(
            "INSERT INTO tracker_dirty_days (developer_id, local_date, project_id, generation, marked_at, next_attempt_at)
             SELECT d, l, p, 1, n, n FROM UNNEST($1::uuid[], $2::date[], $3::uuid[], $4::timestamptz[]) t (d, l, p, n)
             ON CONFLICT (developer_id, local_date) DO UPDATE SET generation = tracker_dirty_days.generation + 1",
        )
        .bind(dirty.keys().map(|(developer, _)| developer.0).collect::<Vec<_>>())
        .bind(dirty.keys().map(|(_, date)| to_naive(*date)).collect::<Vec<_>>())
        .bind(dirty.values().map(|(project, _)| project.0).collect::<Vec<_>>())
        .bind(dirty.values().map(|(_, now)| to_chrono(*now)).collect::<Vec<_>>())
        .execute(&mut *on)
        .await?;
    }
    let seen = decision.seen(batches);
    sqlx::query(
        "UPDATE tracker_devices d SET server_seq = GREATEST(d.server_seq, t.highest), last_seen_at = t.now
         FROM UNNEST($1::uuid[], $2::bigint[], $3::timestamptz[]) t (id, highest, now) WHERE d.id = t.id",
    )
    .bind(seen.keys().map(|device| device.0).collect::<Vec<_>>())
    .bind(seen.values().map(|(highest, _)| *highest).collect::<Vec<_>>())
    .bind(seen.values().map(|(_, now)| to_chrono(*now)).collect::<Vec<_>>())
    .execute(on)
    .await?;
    Ok(())
}
