//! The days of a team over the driver itself, one row for everyone's day: a month of a large team is thousands of days of
//! members, and every row that is handed over wakes a thread. One text per dialect, side by side.

use dayloom_domain::{DeveloperId, WorkspaceId, team::day::PackedDay};
use futures::TryStreamExt;
use jiff::civil::Date;
use sqlx::{AssertSqlSafe, Row, types::chrono::NaiveDate};
use uuid::Uuid;

use super::{Count, DayCounts, DayMinutes};
use crate::{
    StorageError,
    db::{from_naive, to_naive},
    ingest::group::Backend,
    team::Counted,
};

/// Which rows: of a workspace, from the first to the last day.
pub(super) type Range = (WorkspaceId, Date, Date);

/// Rows of a query by day: `$read` has a row and its date and adds to a list.
macro_rules! by_day {
    ($pool:expr, $sql:expr, $range:expr, $read:expr) => {{
        let (workspace, from, to) = $range;
        let query = sqlx::query($sql).bind(workspace.0);
        let mut found = query.bind(to_naive(from)).bind(to_naive(to)).fetch($pool);
        let mut days = Vec::new();
        while let Some(row) = found.try_next().await? {
            let day = from_naive(row.try_get::<NaiveDate, _>(0)?)?;
            $read(&row, day, &mut days)?;
        }
        Ok(days)
    }};
}

/// Minutes by day.
pub(super) async fn minutes(backend: &Backend, range: Range) -> Result<Vec<DayMinutes>, StorageError> {
    let bad = || StorageError::Unreadable("minutes");
    let put = |who: Uuid, day, bytes: Vec<u8>, days: &mut Vec<DayMinutes>| {
        days.push(DayMinutes {
            developer_id: who.into(),
            day,
            minutes: PackedDay::new(bytes).ok_or_else(bad)?,
        });
        Ok::<_, StorageError>(())
    };
    match backend {
        Backend::Sqlite { readers, .. } => {
            // SQLite joins texts only.
            let sql = "SELECT day, group_concat(hex(developer_id) || hex(minutes)) FROM daily_minutes
                       WHERE workspace_id = $1 AND day BETWEEN $2 AND $3 GROUP BY day ORDER BY day";
            by_day!(
                readers,
                sql,
                range,
                |row: &sqlx::sqlite::SqliteRow, day, days: &mut Vec<_>| {
                    for one in row.try_get::<&str, _>(1)?.split(',') {
                        let (who, minutes) = one.split_at_checked(ID).ok_or_else(bad)?;
                        let who = Uuid::try_parse(who).map_err(|_| bad())?;
                        put(who, day, hex::decode(minutes).map_err(|_| bad())?, days)?;
                    }
                    Ok::<_, StorageError>(())
                }
            )
        }
        Backend::Postgres { pool, .. } => {
            let sql = "SELECT day, array_agg(developer_id), array_agg(minutes) FROM daily_minutes
                       WHERE workspace_id = $1 AND day BETWEEN $2 AND $3 GROUP BY day ORDER BY day";
            by_day!(
                pool,
                sql,
                range,
                |row: &sqlx::postgres::PgRow, day, days: &mut Vec<_>| {
                    let who: Vec<Uuid> = row.try_get(1)?;
                    let minutes: Vec<Vec<u8>> = row.try_get(2)?;
                    let mut each = who.into_iter().zip(minutes);
                    each.try_for_each(|(who, minutes)| put(who, day, minutes, days))
                }
            )
        }
    }
}

/// Hexadecimal digits of an id.
const ID: usize = 32;

/// Counts by day.
pub(super) async fn counts(
    backend: &Backend,
    what: Counted,
    range: Range,
) -> Result<Vec<DayCounts>, StorageError> {
    let bad = || StorageError::Unreadable("counts");
    let table = what.table();
    let rest = "WHERE workspace_id = $1 AND day BETWEEN $2 AND $3 GROUP BY day ORDER BY day";
    match backend {
        Backend::Sqlite { readers, .. } => {
            let sql = format!(
                "SELECT day, group_concat(hex(developer_id) || ' ' || internal || ' ' || external) FROM {table} {rest}"
            );
            by_day!(
                readers,
                AssertSqlSafe(sql),
                range,
                |row: &sqlx::sqlite::SqliteRow, day, days: &mut Vec<_>| {
                    for one in row.try_get::<&str, _>(1)?.split(',') {
                        let mut parts = one.split(' ');
                        let who = parts.next().and_then(|who| Uuid::try_parse(who).ok());
                        let mut figure = || parts.next().and_then(|figure| figure.parse::<i64>().ok());
                        let (internal, external) = (figure(), figure());
                        let (Some(who), Some(internal), Some(external)) = (who, internal, external) else {
                            return Err(bad());
                        };
                        days.push(count(who, day, internal, external));
                    }
                    Ok::<_, StorageError>(())
                }
            )
        }
        Backend::Postgres { pool, .. } => {
            let sql = format!(
                "SELECT day, array_agg(developer_id), array_agg(internal), array_agg(external) FROM {table} {rest}"
            );
            by_day!(
                pool,
                AssertSqlSafe(sql),
                range,
                |row: &sqlx::postgres::PgRow, day, days: &mut Vec<_>| {
                    let who: Vec<Uuid> = row.try_get(1)?;
                    let internal: Vec<i64> = row.try_get(2)?;
                    let external: Vec<i64> = row.try_get(3)?;
                    let figures = internal.into_iter().zip(external);
                    days.extend(
                        who.into_iter()
                            .zip(figures)
                            .map(|(who, (internal, external))| count(who, day, internal, external)),
                    );
                    Ok::<_, StorageError>(())
                }
            )
        }
    }
}

fn count(who: Uuid, day: Date, internal: i64, external: i64) -> DayCounts {
    let figure = |figure| u32::try_from(figure).unwrap_or(0);
    DayCounts {
        developer_id: DeveloperId(who),
        day,
        count: Count {
            internal: figure(internal),
            external: figure(external),
        },
    }
}
