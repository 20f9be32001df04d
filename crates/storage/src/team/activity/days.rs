//! The days of a team over the driver itself, one row for everyone's day: a month of a large team is thousands of days of
//! members, and every row that is handed over wakes a thread. Both dialects give such a row the same shape; their texts stand
//! side by side.

use dayloom_domain::{WorkspaceId, team::day::PackedDay};
use futures::{TryStreamExt, stream::BoxStream};
use jiff::civil::Date;
use sqlx::{AssertSqlSafe, Decode, Postgres, Sqlite, Type, types::chrono::NaiveDate};
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

/// Rows by day: the day, the ids of [`Everyone`], a column of figures, and one more.
type Days<'p, T> = BoxStream<'p, sqlx::Result<(NaiveDate, Vec<u8>, String, T)>>;

/// The ids of everyone with something on a day, 16 bytes each. Other columns hold theirs in the same order, since one pass over
/// the rows joins them all.
struct Everyone(Vec<u8>);

impl Everyone {
    fn each(&self) -> impl Iterator<Item = Uuid> {
        self.0.chunks_exact(16).filter_map(|id| Uuid::from_slice(id).ok())
    }
}

/// Minutes by day.
pub(super) async fn minutes(backend: &Backend, range: Range) -> Result<Vec<DayMinutes>, StorageError> {
    // SQLite joins blobs byte by byte, and calls the outcome a text.
    let sqlite = "CAST(group_concat(developer_id, '') AS BLOB), group_concat(length(minutes)),
                  CAST(group_concat(minutes, '') AS BLOB)";
    let postgres = "string_agg(uuid_send(developer_id), ''), string_agg(length(minutes)::text, ','), string_agg(minutes, '')";
    let mut rows: Days<'_, Vec<u8>> = by_day(backend, "daily_minutes", sqlite, postgres, range);
    let bad = || StorageError::Unreadable("minutes");
    let mut days = Vec::new();
    while let Some((day, people, lengths, bytes)) = rows.try_next().await? {
        let (day, people) = (from_naive(day)?, Everyone(people));
        let mut rest = bytes.as_slice();
        for (who, length) in people.each().zip(figures(&lengths)) {
            let length = usize::try_from(length.ok_or_else(bad)?).map_err(|_| bad())?;
            let (own, others) = rest.split_at_checked(length).ok_or_else(bad)?;
            rest = others;
            days.push(DayMinutes {
                developer_id: who.into(),
                day,
                minutes: PackedDay::new(own.to_vec()).ok_or_else(bad)?,
            });
        }
        if !rest.is_empty() {
            return Err(bad());
        }
    }
    days.sort_by_key(|row| row.day);
    Ok(days)
}

/// Counts by day.
pub(super) async fn counts(
    backend: &Backend,
    what: Counted,
    range: Range,
) -> Result<Vec<DayCounts>, StorageError> {
    let sqlite =
        "CAST(group_concat(developer_id, '') AS BLOB), group_concat(internal), group_concat(external)";
    let postgres = "string_agg(uuid_send(developer_id), ''), string_agg(internal::text, ','), string_agg(external::text, ',')";
    let mut rows: Days<'_, String> = by_day(backend, what.table(), sqlite, postgres, range);
    let bad = || StorageError::Unreadable("counts");
    let mut days = Vec::new();
    while let Some((day, people, internal, external)) = rows.try_next().await? {
        let (day, people) = (from_naive(day)?, Everyone(people));
        for (who, (internal, external)) in people.each().zip(figures(&internal).zip(figures(&external))) {
            days.push(DayCounts {
                developer_id: who.into(),
                day,
                count: Count {
                    internal: internal.ok_or_else(bad)?,
                    external: external.ok_or_else(bad)?,
                },
            });
        }
    }
    days.sort_by_key(|row| row.day);
    Ok(days)
}

/// Numbers with commas between them; `None` in the place of what is none.
fn figures(text: &str) -> impl Iterator<Item = Option<u32>> {
    text.split(',').map(|figure| figure.parse().ok())
}

/// A row for each day of a table that has any, in no order: the day, and the columns as the dialect joins them. Whoever reads
/// them sorts: Postgres would copy everything once more for it.
fn by_day<'p, T>(
    backend: &'p Backend,
    table: &str,
    sqlite: &str,
    postgres: &str,
    (workspace, from, to): Range,
) -> Days<'p, T>
where
    T: Send + Unpin + 'p + Type<Sqlite> + Type<Postgres>,
    T: for<'r> Decode<'r, Sqlite> + for<'r> Decode<'r, Postgres>,
{
    let sql = |columns: &str| {
        AssertSqlSafe(format!(
            "SELECT day, {columns} FROM {table} WHERE workspace_id = $1 AND day BETWEEN $2 AND $3 GROUP BY day"
        ))
    };
    let (workspace, from, to) = (workspace.0, to_naive(from), to_naive(to));
    match backend {
        Backend::Sqlite { readers, .. } => {
            let query = sqlx::query_as(sql(sqlite));
            query.bind(workspace).bind(from).bind(to).fetch(readers)
        }
        Backend::Postgres { pool, .. } => {
            let query = sqlx::query_as(sql(postgres));
            query.bind(workspace).bind(from).bind(to).fetch(pool)
        }
    }
}
