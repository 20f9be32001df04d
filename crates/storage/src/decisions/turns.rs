//! Whose turn it is to be asked for, and about which days.

use std::time::Duration;

use dayloom_domain::{DeveloperId, decision::SignalDigest};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{Standing, Turn, WaitingDay};
use crate::{
    Dialect, StorageError,
    db::{Columns, at, at_opt, day as date_value, fresh_id, id, id_opt, row, rows, run},
    store::Inner,
};

const COLUMNS: &str =
    "SELECT local_date, waiting, asks, due_at FROM tracker_model_days WHERE developer_id = $1";

fn read(row: &QueryResult) -> Result<WaitingDay, StorageError> {
    Ok(WaitingDay {
        date: row.day("local_date")?,
        waiting: row.id_opt("waiting")?,
        asks: row.col("asks")?,
        due_at: row.at_opt("due_at")?,
    })
}

pub(super) async fn day<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<Option<WaitingDay>, StorageError> {
    let sql = format!("{COLUMNS} AND local_date = $2");
    row(on, &sql, vec![id(developer), date_value(date)])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub(super) async fn waiting<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
) -> Result<Vec<WaitingDay>, StorageError> {
    let sql = format!("{COLUMNS} AND due_at IS NOT NULL ORDER BY local_date DESC");
    rows(on, &sql, vec![id(developer)])
        .await?
        .iter()
        .map(read)
        .collect()
}

pub(super) async fn next<C: ConnectionTrait>(
    on: &C,
    by: Timestamp,
) -> Result<Option<Timestamp>, StorageError> {
    let sql = "SELECT MIN(comes) AS comes FROM (
                   SELECT CASE WHEN d.due_at > t.ready THEN d.due_at ELSE t.ready END AS comes
                   FROM tracker_model_days d JOIN (
                       SELECT developer_id,
                           CASE WHEN leased_until > not_before THEN leased_until ELSE not_before END AS ready
                       FROM tracker_model_turns) t ON t.developer_id = d.developer_id
                   WHERE d.due_at <= $1 AND t.ready <= $1) turns";
    match row(on, sql, vec![at(by)]).await? {
        Some(found) => found.at_opt("comes"),
        None => Ok(None),
    }
}

pub(super) async fn note<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
    waiting: Option<SignalDigest>,
    due_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StorageError> {
    run(
        on,
        "INSERT INTO tracker_model_turns (developer_id, not_before) VALUES ($1, $2)
         ON CONFLICT (developer_id) DO NOTHING",
        vec![id(developer), at(now)],
    )
    .await?;
    run(
        on,
        "INSERT INTO tracker_model_days (developer_id, local_date, waiting, due_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (developer_id, local_date) DO UPDATE SET waiting = excluded.waiting, due_at = excluded.due_at",
        vec![id(developer), date_value(date), id_opt(waiting), at_opt(due_at)],
    )
    .await?;
    Ok(())
}

pub(super) async fn count<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    dates: &[Date],
) -> Result<(), StorageError> {
    let mut dates = dates.to_vec();
    dates.sort_unstable();
    dates.dedup();
    for date in dates {
        run(
            on,
            "UPDATE tracker_model_days SET asks = asks + 1 WHERE developer_id = $1 AND local_date = $2",
            vec![id(developer), date_value(date)],
        )
        .await?;
    }
    Ok(())
}

/// The conditions hold again for a row that was locked after another had it: Postgres looks at it anew.
const TAKE: &str = "UPDATE tracker_model_turns SET lease = $2, leased_until = $3 WHERE developer_id IN (
    SELECT t.developer_id FROM tracker_model_turns t
    WHERE t.not_before <= $1 AND (t.leased_until IS NULL OR t.leased_until <= $1) AND EXISTS (
        SELECT 1 FROM tracker_model_days d WHERE d.developer_id = t.developer_id AND d.due_at <= $1)
    ORDER BY t.not_before, t.developer_id LIMIT $4";

pub(super) async fn take(
    inner: &Inner,
    now: Timestamp,
    lease: Duration,
    limit: u32,
) -> Result<Vec<Turn>, StorageError> {
    let token = fresh_id();
    let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
    let locking = match inner.dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE OF t SKIP LOCKED",
    };
    let sql = format!("{TAKE}{locking}) RETURNING developer_id, attempts");
    let values = vec![at(now), id(token), at(until), i64::from(limit).into()];
    let mut turns = Vec::new();
    for row in rows(&inner.write, &sql, values).await? {
        turns.push(Turn {
            developer_id: row.id("developer_id")?,
            attempts: row.col("attempts")?,
            lease: token,
        });
    }
    turns.sort_by_key(|turn| turn.developer_id);
    Ok(turns)
}

pub(super) async fn renew<C: ConnectionTrait>(
    on: &C,
    turn: &Turn,
    until: Timestamp,
) -> Result<bool, StorageError> {
    let renewed = run(
        on,
        "UPDATE tracker_model_turns SET leased_until = $3 WHERE developer_id = $1 AND lease = $2",
        vec![id(turn.developer_id), id(turn.lease), at(until)],
    )
    .await?;
    Ok(renewed == 1)
}

pub(super) async fn end<C: ConnectionTrait>(
    on: &C,
    turn: &Turn,
    failed: bool,
    not_before: Timestamp,
) -> Result<bool, StorageError> {
    let ended = run(
        on,
        "UPDATE tracker_model_turns SET lease = NULL, leased_until = NULL, not_before = $3, attempts = $4
         WHERE developer_id = $1 AND lease = $2",
        vec![
            id(turn.developer_id),
            id(turn.lease),
            at(not_before),
            if failed { turn.attempts + 1 } else { 0 }.into(),
        ],
    )
    .await?;
    Ok(ended == 1)
}

pub(super) async fn give_back<C: ConnectionTrait>(on: &C, turn: &Turn) -> Result<bool, StorageError> {
    let ended = run(
        on,
        "UPDATE tracker_model_turns SET lease = NULL, leased_until = NULL WHERE developer_id = $1 AND lease = $2",
        vec![id(turn.developer_id), id(turn.lease)],
    )
    .await?;
    Ok(ended == 1)
}

pub(super) async fn standing<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
) -> Result<Option<Standing>, StorageError> {
    let sql = "SELECT attempts, not_before FROM tracker_model_turns WHERE developer_id = $1";
    let found = row(on, sql, vec![id(developer)]).await?;
    let read = |row: QueryResult| {
        Ok(Standing {
            attempts: row.col("attempts")?,
            not_before: row.at("not_before")?,
        })
    };
    found.map(read).transpose()
}

pub(super) async fn failing<C: ConnectionTrait>(on: &C, times: i64) -> Result<(i64, i64), StorageError> {
    let sql = "SELECT COUNT(*) AS people, CAST(COALESCE(MAX(t.attempts), 0) AS BIGINT) AS most
               FROM tracker_model_turns t WHERE t.attempts >= $1 AND EXISTS (
                   SELECT 1 FROM tracker_model_days d WHERE d.developer_id = t.developer_id AND d.due_at IS NOT NULL)";
    match row(on, sql, vec![times.into()]).await? {
        Some(found) => Ok((found.col("people")?, found.col("most")?)),
        None => Ok((0, 0)),
    }
}

pub(super) async fn sweep<C: ConnectionTrait>(
    on: &C,
    from: Date,
    now: Timestamp,
) -> Result<u64, StorageError> {
    run(
        on,
        "DELETE FROM tracker_model_days WHERE local_date < $1 AND due_at IS NULL",
        vec![date_value(from)],
    )
    .await?;
    run(
        on,
        "INSERT INTO tracker_model_turns (developer_id, not_before)
         SELECT DISTINCT developer_id, $2 FROM tracker_days WHERE local_date >= $1
         ON CONFLICT (developer_id) DO NOTHING",
        vec![date_value(from), at(now)],
    )
    .await?;
    run(
        on,
        "INSERT INTO tracker_model_days (developer_id, local_date, due_at)
         SELECT developer_id, local_date, $2 FROM tracker_days WHERE local_date >= $1
         ON CONFLICT (developer_id, local_date) DO NOTHING",
        vec![date_value(from), at(now)],
    )
    .await
}
