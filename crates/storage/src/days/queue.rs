//! The queue of dirty days: marked with the evidence, taken under a lease, cleaned only if nothing came since.

use std::time::Duration;

use dayloom_domain::{DeveloperId, ProjectId};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::Taken;
use crate::{
    Dialect, StorageError,
    db::{Columns, at, day, fresh_id, id, row, rows, run},
    store::Inner,
};

/// How long a day rests that was marked again while it was derived. Evidence that comes in without a pause would
/// otherwise have its day derived without a pause, and each time from the start; with it a quiet machine still shows
/// what came within a second.
pub const REST: Duration = Duration::from_millis(400);

/// The project a person's newest device is bound to: whose turn a mark counts against.
const PROJECT: &str = "(SELECT d.project_id FROM tracker_devices d WHERE d.developer_id = $1
    ORDER BY d.created_at DESC, d.id LIMIT 1)";

/// Marks dates, in their order, so that two markers never wait for each other in a circle.
pub(crate) async fn mark<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    dates: &[Date],
    now: Timestamp,
) -> Result<(), StorageError> {
    let mut dates = dates.to_vec();
    dates.sort_unstable();
    dates.dedup();
    let sql = format!(
        "INSERT INTO tracker_dirty_days (developer_id, local_date, project_id, generation, marked_at, next_attempt_at)
         VALUES ($1, $2, {PROJECT}, 1, $3, $3) ON CONFLICT (developer_id, local_date)
         DO UPDATE SET generation = tracker_dirty_days.generation + 1"
    );
    for date in dates {
        run(on, &sql, vec![id(developer), day(date), at(now)]).await?;
    }
    Ok(())
}

/// Marks every date that was derived before or is derived for the first time, between the two inclusive.
pub(super) async fn mark_range<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    from: Date,
    to: Date,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let sql = format!(
        "INSERT INTO tracker_dirty_days (developer_id, local_date, project_id, generation, marked_at, next_attempt_at)
         SELECT developer_id, local_date, {PROJECT}, 1, $4, $4 FROM (
             SELECT developer_id, local_date FROM tracker_days WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3
             UNION SELECT developer_id, local_date FROM tracker_dirty_days
             WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3
         ) AS known WHERE TRUE ORDER BY local_date
         ON CONFLICT (developer_id, local_date) DO UPDATE SET generation = tracker_dirty_days.generation + 1"
    );
    run(on, &sql, vec![id(developer), day(from), day(to), at(now)]).await
}

/// Further ahead than any day waits or is leased: an instant beyond it is of a clock that has been set back since, and
/// holds nothing up.
const FURTHEST: SignedDuration = SignedDuration::from_hours(1);

/// Days that are due and under no living lease, each with its turn within its project; the condition comes behind.
const RANKED: &str = "WITH ranked AS (
    SELECT developer_id, local_date, marked_at,
        ROW_NUMBER() OVER (PARTITION BY project_id ORDER BY marked_at, developer_id, local_date) AS turn
    FROM tracker_dirty_days WHERE (next_attempt_at <= $1 OR next_attempt_at > $5)
        AND (leased_until IS NULL OR leased_until <= $1 OR leased_until > $5)";

/// Of people who have a device in a project: the evidence of any of their devices may have marked the day.
const OF_PROJECT: &str =
    "AND developer_id IN (SELECT developer_id FROM tracker_devices WHERE project_id = $6)";

const TAKE_SQLITE: &str = "UPDATE tracker_dirty_days SET lease = $3, leased_until = $4
    WHERE (developer_id, local_date) IN
        (SELECT developer_id, local_date FROM ranked ORDER BY turn, marked_at, developer_id, local_date LIMIT $2)
    RETURNING developer_id, local_date, generation, attempts";

/// The conditions stand twice: a row that another taker got while we looked is judged again once it is locked.
const TAKE_POSTGRES: &str = ", picked AS (
    SELECT d.developer_id, d.local_date FROM tracker_dirty_days d
    JOIN ranked r ON r.developer_id = d.developer_id AND r.local_date = d.local_date
    WHERE (d.next_attempt_at <= $1 OR d.next_attempt_at > $5)
        AND (d.leased_until IS NULL OR d.leased_until <= $1 OR d.leased_until > $5)
    ORDER BY r.turn, r.marked_at, r.developer_id, r.local_date LIMIT $2 FOR UPDATE OF d SKIP LOCKED)
    UPDATE tracker_dirty_days t SET lease = $3, leased_until = $4 FROM picked p
    WHERE t.developer_id = p.developer_id AND t.local_date = p.local_date
    RETURNING t.developer_id, t.local_date, t.generation, t.attempts";

pub(super) async fn take(
    inner: &Inner,
    project: Option<ProjectId>,
    now: Timestamp,
    lease: Duration,
    limit: u32,
) -> Result<Vec<Taken>, StorageError> {
    let token = fresh_id();
    let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
    let of_project = project.map_or("", |_| OF_PROJECT);
    let sql = match inner.dialect {
        Dialect::Sqlite => format!("{RANKED} {of_project}) {TAKE_SQLITE}"),
        Dialect::Postgres => format!("{RANKED} {of_project}){TAKE_POSTGRES}"),
    };
    let furthest = now.saturating_add(FURTHEST).unwrap_or(Timestamp::MAX);
    let mut values = vec![
        at(now),
        i64::from(limit).into(),
        id(token),
        at(until),
        at(furthest),
    ];
    values.extend(project.map(id));
    let mut taken = Vec::new();
    for row in rows(&inner.write, &sql, values).await? {
        taken.push(Taken {
            developer_id: row.id("developer_id")?,
            date: row.day("local_date")?,
            generation: row.col("generation")?,
            attempts: row.col("attempts")?,
            lease: token,
        });
    }
    taken.sort_by_key(|t| (t.developer_id, t.date));
    Ok(taken)
}

pub(super) async fn seize<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Taken>, StorageError> {
    let token = fresh_id();
    let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
    let sql = "UPDATE tracker_dirty_days SET lease = $3, leased_until = $4
               WHERE developer_id = $1 AND local_date = $2 RETURNING generation, attempts";
    let values = vec![id(developer), day(date), id(token), at(until)];
    let Some(row) = row(on, sql, values).await? else {
        return Ok(None);
    };
    Ok(Some(Taken {
        developer_id: developer,
        date,
        generation: row.col("generation")?,
        attempts: row.col("attempts")?,
        lease: token,
    }))
}

fn keys(taken: &Taken) -> Vec<sea_orm::Value> {
    vec![id(taken.developer_id), day(taken.date), id(taken.lease)]
}

/// Locks the mark for its leaseholder: whether it was marked again since it was taken, or `None` if the lease is lost.
pub(super) async fn hold(
    inner: &Inner,
    on: &DatabaseTransaction,
    taken: &Taken,
) -> Result<Option<bool>, StorageError> {
    let sql = inner.locking(
        "SELECT generation FROM tracker_dirty_days WHERE developer_id = $1 AND local_date = $2 AND lease = $3",
    );
    let held = row(on, &sql, keys(taken)).await?;
    held.map(|held| Ok(held.col::<i64>("generation")? != taken.generation))
        .transpose()
}

/// Takes the mark away, or only the lease if the day was marked again; then returns when it is due.
pub(super) async fn clean(
    on: &DatabaseTransaction,
    taken: &Taken,
    again: bool,
    now: Timestamp,
) -> Result<Option<Timestamp>, StorageError> {
    if !again {
        let sql = "DELETE FROM tracker_dirty_days WHERE developer_id = $1 AND local_date = $2 AND lease = $3";
        run(on, sql, keys(taken)).await?;
        return Ok(None);
    }
    let due = now.saturating_add(REST).unwrap_or(Timestamp::MAX);
    let sql =
        "UPDATE tracker_dirty_days SET lease = NULL, leased_until = NULL, attempts = 0, next_attempt_at = $4
               WHERE developer_id = $1 AND local_date = $2 AND lease = $3";
    let mut values = keys(taken);
    values.push(at(due));
    run(on, sql, values).await?;
    Ok(Some(due))
}

pub(super) async fn fail<C: ConnectionTrait>(
    on: &C,
    taken: &Taken,
    retry_at: Timestamp,
) -> Result<bool, StorageError> {
    let sql = "UPDATE tracker_dirty_days
               SET lease = NULL, leased_until = NULL, attempts = attempts + 1, next_attempt_at = $4
               WHERE developer_id = $1 AND local_date = $2 AND lease = $3";
    let mut values = keys(taken);
    values.push(at(retry_at));
    Ok(run(on, sql, values).await? > 0)
}

/// Holds the day for longer.
pub(super) async fn renew<C: ConnectionTrait>(
    on: &C,
    taken: &Taken,
    until: Timestamp,
) -> Result<bool, StorageError> {
    let sql = "UPDATE tracker_dirty_days SET leased_until = $4
               WHERE developer_id = $1 AND local_date = $2 AND lease = $3";
    let mut values = keys(taken);
    values.push(at(until));
    Ok(run(on, sql, values).await? > 0)
}

/// Lets go of the day as if it had never been taken.
pub(super) async fn give_back<C: ConnectionTrait>(on: &C, taken: &Taken) -> Result<bool, StorageError> {
    let sql = "UPDATE tracker_dirty_days SET lease = NULL, leased_until = NULL
               WHERE developer_id = $1 AND local_date = $2 AND lease = $3";
    Ok(run(on, sql, keys(taken)).await? > 0)
}

pub(super) async fn next_due<C: ConnectionTrait>(on: &C) -> Result<Option<Timestamp>, StorageError> {
    // Found at the head of the index, however many days wait.
    let free = "SELECT next_attempt_at AS due FROM tracker_dirty_days
                WHERE leased_until IS NULL OR leased_until <= next_attempt_at ORDER BY next_attempt_at LIMIT 1";
    let free = row(on, free, vec![])
        .await?
        .map(|row| row.at("due"))
        .transpose()?;
    // All that stands before it in the index is under a lease, as many days as are worked on.
    let before = if free.is_some() {
        "AND next_attempt_at < $1"
    } else {
        ""
    };
    let leased = format!(
        "SELECT leased_until AS due FROM tracker_dirty_days WHERE leased_until > next_attempt_at {before}
         ORDER BY leased_until LIMIT 1"
    );
    let leased = row(on, &leased, free.map(at).into_iter().collect()).await?;
    let leased = leased.map(|row| row.at("due")).transpose()?;
    Ok(free.into_iter().chain(leased).min())
}

pub(super) async fn backlog<C: ConnectionTrait>(on: &C) -> Result<i64, StorageError> {
    let found = row(on, "SELECT COUNT(*) AS n FROM tracker_dirty_days", vec![]).await?;
    Ok(found.map(|row| row.col("n")).transpose()?.unwrap_or_default())
}
