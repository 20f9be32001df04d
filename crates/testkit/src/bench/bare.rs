//! The bare bulk insert that the ingest is measured beside: the same rows into the same table, with nothing decided,
//! nothing looked up and nothing marked.

use std::{str::FromStr, time::Instant};

use dayloom_domain::DeveloperId;
use dayloom_storage::NewEvent;
use serde::Serialize;
use sqlx::{
    Arguments, AssertSqlSafe, Connection, PgConnection, SqliteConnection,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteSynchronous},
    types::chrono::{DateTime, Utc},
};
use uuid::Uuid;

const COLUMNS: &str = "developer_id, ts, id, project_id, device_id, client_seq, interval_s, tz, idle_threshold_s, idle_s,
    active_app, file_context, dev_context, browser, input_cadence, meeting, system, evidence_ref, received_at";
const COLUMN_COUNT: usize = 19;
/// Rows of one statement on SQLite, which measured best.
const ROWS: usize = 50;

/// Events a second, so many in each transaction. The rows are in the order of the table, the kindest for the insert.
pub async fn rate(url: &str, developer: DeveloperId, events: &[NewEvent], batch: usize) -> f64 {
    let mut events: Vec<&NewEvent> = events.iter().collect();
    events.sort_by_key(|event| event.ts);
    let seconds = match url.strip_prefix("sqlite:") {
        Some(file) => sqlite(file, developer, &events, batch).await,
        None => postgres(url, developer, &events, batch).await,
    };
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let count = events.len() as f64;
    count / seconds
}

fn text<T: Serialize>(part: Option<&T>) -> Option<String> {
    part.and_then(|part| serde_json::to_string(part).ok())
}

async fn sqlite(file: &str, developer: DeveloperId, events: &[&NewEvent], batch: usize) -> f64 {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", "-16384")
        .pragma("wal_autocheckpoint", "8192");
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("the database opens");
    let one = format!("({})", vec!["?"; COLUMN_COUNT].join(","));
    let sql = format!(
        "INSERT INTO tracker_events ({COLUMNS}) VALUES {}",
        vec![one; ROWS].join(",")
    );
    let started = Instant::now();
    for batch in events.chunks(batch) {
        let mut transaction = connection
            .begin_with("BEGIN IMMEDIATE")
            .await
            .expect("a transaction");
        for rows in batch.chunks(ROWS) {
            assert_eq!(rows.len(), ROWS, "whole statements only");
            let mut values = SqliteArguments::default();
            for event in rows {
                bind(&mut values, developer, event).expect("values bind");
            }
            let statement = sqlx::query_with(AssertSqlSafe(sql.clone()), values);
            statement.execute(&mut *transaction).await.expect("rows insert");
        }
        transaction.commit().await.expect("a commit");
    }
    started.elapsed().as_secs_f64()
}

fn bind(
    values: &mut SqliteArguments,
    developer: DeveloperId,
    event: &NewEvent,
) -> Result<(), sqlx::error::BoxDynError> {
    values.add(developer.0)?;
    values.add(event.ts.as_microsecond())?;
    values.add(event.id.0)?;
    values.add(Uuid::nil())?;
    values.add(Uuid::nil())?;
    values.add(event.client_seq)?;
    values.add(event.interval_s)?;
    values.add(event.tz.as_ref().map(|zone| zone.name().to_owned()))?;
    values.add(300_u32)?;
    values.add(event.idle_s)?;
    values.add(text(Some(&event.active_app)))?;
    values.add(text(event.file_context.as_ref()))?;
    values.add(text(event.dev_context.as_ref()))?;
    values.add(text(event.browser.as_ref()))?;
    values.add(text(event.input_cadence.as_ref()))?;
    values.add(text(event.meeting.as_ref()))?;
    values.add(text(event.system.as_ref()))?;
    values.add(event.evidence_ref.clone())?;
    values.add(event.ts.as_microsecond())?;
    Ok(())
}

const UNNEST: &str = "SELECT developer_id, ts, id, project_id, device_id, client_seq, interval_s, tz, idle_threshold_s,
        idle_s, active_app::jsonb, file_context::jsonb, dev_context::jsonb, browser::jsonb, input_cadence::jsonb,
        meeting::jsonb, system::jsonb, evidence_ref, received_at
    FROM UNNEST($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[],
        $8::text[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
        $16::text[], $17::text[], $18::text[], $19::timestamptz[])
    AS t (developer_id, ts, id, project_id, device_id, client_seq, interval_s, tz, idle_threshold_s, idle_s,
        active_app, file_context, dev_context, browser, input_cadence, meeting, system, evidence_ref, received_at)";

async fn postgres(url: &str, developer: DeveloperId, events: &[&NewEvent], batch: usize) -> f64 {
    let options = sqlx::postgres::PgConnectOptions::from_str(url).expect("an address");
    let mut connection = PgConnection::connect_with(&options)
        .await
        .expect("the database answers");
    for month in ["2026-10", "2026-11"] {
        let (year, number) = month.split_once('-').expect("year and month");
        let next = if number == "10" { "2026-11" } else { "2026-12" };
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS tracker_events_{year}_{number} PARTITION OF tracker_events
             FOR VALUES FROM ('{month}-01 00:00:00+00') TO ('{next}-01 00:00:00+00')"
        );
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .expect("a partition");
    }
    let sql = format!("INSERT INTO tracker_events ({COLUMNS}) {UNNEST}");
    let at = |event: &NewEvent| DateTime::<Utc>::from_timestamp_micros(event.ts.as_microsecond());
    let started = Instant::now();
    for batch in events.chunks(batch) {
        let mut transaction = connection.begin().await.expect("a transaction");
        sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(all(batch, |_| developer.0))
            .bind(all(batch, at))
            .bind(all(batch, |e| e.id.0))
            .bind(all(batch, |_| Uuid::nil()))
            .bind(all(batch, |_| Uuid::nil()))
            .bind(all(batch, |e| e.client_seq))
            .bind(all(batch, |e| i64::from(e.interval_s)))
            .bind(all(batch, |e| e.tz.as_ref().map(|zone| zone.name().to_owned())))
            .bind(all(batch, |_| 300_i64))
            .bind(all(batch, |e| e.idle_s.map(i64::from)))
            .bind(all(batch, |e| text(Some(&e.active_app))))
            .bind(all(batch, |e| text(e.file_context.as_ref())))
            .bind(all(batch, |e| text(e.dev_context.as_ref())))
            .bind(all(batch, |e| text(e.browser.as_ref())))
            .bind(all(batch, |e| text(e.input_cadence.as_ref())))
            .bind(all(batch, |e| text(e.meeting.as_ref())))
            .bind(all(batch, |e| text(e.system.as_ref())))
            .bind(all(batch, |e| e.evidence_ref.clone()))
            .bind(all(batch, at))
            .execute(&mut *transaction)
            .await
            .expect("rows insert");
        transaction.commit().await.expect("a commit");
    }
    started.elapsed().as_secs_f64()
}

fn all<T>(events: &[&NewEvent], of: impl Fn(&NewEvent) -> T) -> Vec<T> {
    events.iter().map(|event| of(event)).collect()
}
