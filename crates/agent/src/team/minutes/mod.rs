//! Where active minutes wait on disk until the server has accounted for them.
//!
//! One row per minute and workspace, committed (WAL, `synchronous=FULL`) before the tick is over. A minute is a fact of the
//! calendar, so taking it twice changes nothing, or makes its label the better one. Rows go only by the server's word
//! (`contract/team.md` §4). Must not know the network.

mod schema;
mod unfiled;

use std::path::{Path, PathBuf};
use std::time::Duration;

use dayloom_api::team::MinuteInWorkspace;
use dayloom_domain::team::{classify::Kind, day::Label};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};
use tokio::sync::MutexGuard;
use uuid::Uuid;

use crate::file::File;
use crate::home;

pub use unfiled::Unfiled;

/// Whose minutes: a server and a person on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemberKey(i64);

/// A minute that waits, with what it was in each workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingMinute {
    /// The UTC minute.
    pub at: Timestamp,
    /// At least one.
    pub workspaces: Vec<MinuteInWorkspace>,
}

/// How far a workspace's day has come, as the server last said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTotal {
    /// The workspace.
    pub workspace: Uuid,
    /// Internal minutes.
    pub internal: u32,
    /// External minutes.
    pub external: u32,
}

/// Why the minutes could not be kept or read. Never names what a minute was.
#[derive(Debug, thiserror::Error)]
pub enum MinutesError {
    /// The disk or the database failed.
    #[error(
        "the minutes in {path} could not be used: {error}; check free space and permissions of this folder"
    )]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database said.
        error: sqlx::Error,
    },
    /// The file could not be made.
    #[error(
        "the minutes in {path} could not be made: {error}; check free space and permissions of this folder"
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A later version of Dayloom made it.
    #[error("the minutes in {path} were kept by a newer Dayloom; update Dayloom")]
    Newer {
        /// The file.
        path: PathBuf,
    },
}

/// The minutes of one home. Cheap to share behind an `Arc`; several processes may have it open.
#[derive(Debug)]
pub struct Minutes {
    path: PathBuf,
    file: File,
}

impl Minutes {
    /// Opens the file and makes it, readable by its owner only, where there is none.
    pub async fn open(path: &Path) -> Result<Self, MinutesError> {
        home::make_private_file(path).map_err(|error| MinutesError::File {
            path: path.to_owned(),
            error,
        })?;
        let failed = |error| MinutesError::Database {
            path: path.to_owned(),
            error,
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(16)
            .pragma("cache_size", "-128")
            .pragma("journal_size_limit", "1048576")
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(failed)?;
        if !schema::prepare(&mut connection).await.map_err(failed)? {
            return Err(MinutesError::Newer {
                path: path.to_owned(),
            });
        }
        Ok(Self {
            path: path.to_owned(),
            file: File::new(options, connection),
        })
    }

    /// The number of a person on a server, given on first sight.
    pub async fn member(&self, server: &str, person: Uuid) -> Result<MemberKey, MinutesError> {
        let mut connection = self.connection().await?;
        let row = sqlx::query(
            "INSERT INTO member (server, person) VALUES (?1, ?2) \
             ON CONFLICT (server, person) DO UPDATE SET server = excluded.server RETURNING id",
        )
        .bind(server)
        .bind(person.to_string())
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(MemberKey(row.get(0)))
    }

    /// Keeps a minute: when this returns, it is on disk. Of two labels for one minute and workspace the better stays.
    pub async fn keep(
        &self,
        member: MemberKey,
        at: Timestamp,
        items: &[MinuteInWorkspace],
    ) -> Result<(), MinutesError> {
        if items.is_empty() {
            return Ok(());
        }
        let mut connection = self.connection().await?;
        keep_in(&mut connection, member, at, items)
            .await
            .map_err(|error| self.failed(error))
    }

    /// The oldest minutes that wait, at most `limit`, oldest first.
    pub async fn oldest(&self, member: MemberKey, limit: usize) -> Result<Vec<WaitingMinute>, MinutesError> {
        let mut connection = self.connection().await?;
        let rows = sqlx::query(
            "SELECT at, workspace, kind, source FROM waiting WHERE member = ?1 AND at <= (SELECT max(at) FROM \
             (SELECT DISTINCT at FROM waiting WHERE member = ?1 ORDER BY at LIMIT ?2)) ORDER BY at, workspace",
        )
        .bind(member.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *connection)
        .await
        .map_err(|error| self.failed(error))?;
        let mut minutes: Vec<WaitingMinute> = Vec::new();
        for row in rows {
            let at = instant(row.get(0));
            let Some(item) = item(row.get(1), row.get(2), row.get(3)) else {
                continue;
            };
            match minutes.last_mut().filter(|last| last.at == at) {
                Some(last) => last.workspaces.push(item),
                None => minutes.push(WaitingMinute {
                    at,
                    workspaces: vec![item],
                }),
            }
        }
        Ok(minutes)
    }

    /// How many minutes wait, whatever number of workspaces each is in, and the oldest of them.
    pub async fn waiting(&self, member: MemberKey) -> Result<(u32, Option<Timestamp>), MinutesError> {
        let mut connection = self.connection().await?;
        let row = sqlx::query("SELECT count(DISTINCT at), min(at) FROM waiting WHERE member = ?1")
            .bind(member.0)
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.failed(error))?;
        let oldest: Option<i64> = row.get(1);
        let count: i64 = row.get(0);
        Ok((u32::try_from(count).unwrap_or(u32::MAX), oldest.map(instant)))
    }

    /// How many of the waiting minutes of a UTC day there are of each kind, each workspace once.
    pub async fn waiting_of(&self, member: MemberKey, day: Date) -> Result<Vec<DayTotal>, MinutesError> {
        let start = TimeZone::UTC
            .to_timestamp(day.at(0, 0, 0, 0))
            .unwrap_or_default()
            .as_second()
            / 60;
        let mut connection = self.connection().await?;
        let rows = sqlx::query(
            "SELECT workspace, sum(kind = 0), sum(kind = 1) FROM waiting \
             WHERE member = ?1 AND at >= ?2 AND at < ?2 + 1440 GROUP BY workspace ORDER BY workspace",
        )
        .bind(member.0)
        .bind(start)
        .fetch_all(&mut *connection)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(rows.into_iter().filter_map(total).collect())
    }

    /// The server accounted for these minutes: they go, unless a tick has bettered a label meanwhile. `days` is what the
    /// server says of each day they touched.
    pub async fn settle(
        &self,
        member: MemberKey,
        sent: &[WaitingMinute],
        days: &[(Date, DayTotal)],
    ) -> Result<(), MinutesError> {
        let mut connection = self.connection().await?;
        settle_in(&mut connection, member, sent, days)
            .await
            .map_err(|error| self.failed(error))
    }

    /// What the server last said of a day, each workspace once.
    pub async fn totals(&self, member: MemberKey, day: Date) -> Result<Vec<DayTotal>, MinutesError> {
        let mut connection = self.connection().await?;
        let rows = sqlx::query(
            "SELECT workspace, internal, external FROM total WHERE member = ?1 AND day = ?2 ORDER BY workspace",
        )
        .bind(member.0)
        .bind(day.to_string())
        .fetch_all(&mut *connection)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(rows.into_iter().filter_map(total).collect())
    }

    /// Closes the file, so that nothing is left beside it.
    pub async fn close(self) -> Result<(), MinutesError> {
        let Self { path, file } = self;
        let closed = file.close().await;
        closed.map_err(|error| MinutesError::Database { path, error })
    }

    async fn connection(&self) -> Result<MutexGuard<'_, SqliteConnection>, MinutesError> {
        self.file.lock().await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: sqlx::Error) -> MinutesError {
        MinutesError::Database {
            path: self.path.clone(),
            error,
        }
    }
}

async fn keep_in(
    connection: &mut SqliteConnection,
    member: MemberKey,
    at: Timestamp,
    items: &[MinuteInWorkspace],
) -> Result<(), sqlx::Error> {
    let minute = at.as_second().div_euclid(60);
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    for new in items {
        let workspace = new.id.to_string();
        let known =
            sqlx::query("SELECT kind, source FROM waiting WHERE member = ?1 AND at = ?2 AND workspace = ?3")
                .bind(member.0)
                .bind(minute)
                .bind(&workspace)
                .fetch_optional(&mut *tx)
                .await?;
        let known = known.map(|row| Label {
            kind: kind_of(row.get(0)),
            source: row.get(1),
        });
        let label = Label {
            kind: new.kind,
            source: new.source.clone(),
        };
        if known.is_some_and(|known| known <= label) {
            continue;
        }
        sqlx::query(
            "INSERT INTO waiting (member, at, workspace, kind, source) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (member, at, workspace) DO UPDATE SET kind = excluded.kind, source = excluded.source",
        )
        .bind(member.0)
        .bind(minute)
        .bind(&workspace)
        .bind(number_of(label.kind))
        .bind(&label.source)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}

async fn settle_in(
    connection: &mut SqliteConnection,
    member: MemberKey,
    sent: &[WaitingMinute],
    days: &[(Date, DayTotal)],
) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    for minute in sent {
        for item in &minute.workspaces {
            sqlx::query(
                "DELETE FROM waiting WHERE member = ?1 AND at = ?2 AND workspace = ?3 AND kind = ?4 AND source = ?5",
            )
            .bind(member.0)
            .bind(minute.at.as_second().div_euclid(60))
            .bind(item.id.to_string())
            .bind(number_of(item.kind))
            .bind(&item.source)
            .execute(&mut *tx)
            .await?;
        }
    }
    for (day, total) in days {
        sqlx::query(
            "INSERT INTO total (member, day, workspace, internal, external) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (member, day, workspace) DO UPDATE SET internal = excluded.internal, external = excluded.external",
        )
        .bind(member.0)
        .bind(day.to_string())
        .bind(total.workspace.to_string())
        .bind(total.internal)
        .bind(total.external)
        .execute(&mut *tx)
        .await?;
    }
    // Only today's totals are shown; a month of them is plenty.
    sqlx::query("DELETE FROM total WHERE day < date((SELECT max(day) FROM total), '-31 days')")
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

fn total(row: sqlx::sqlite::SqliteRow) -> Option<DayTotal> {
    Some(DayTotal {
        workspace: Uuid::parse_str(row.get(0)).ok()?,
        internal: row.get(1),
        external: row.get(2),
    })
}

fn instant(minute: i64) -> Timestamp {
    Timestamp::from_second(minute.saturating_mul(60)).unwrap_or_default()
}

fn item(workspace: &str, kind: i64, source: String) -> Option<MinuteInWorkspace> {
    Some(MinuteInWorkspace {
        id: Uuid::parse_str(workspace).ok()?,
        kind: kind_of(kind),
        source,
    })
}

fn kind_of(number: i64) -> Kind {
    if number == 0 {
        Kind::Internal
    } else {
        Kind::External
    }
}

fn number_of(kind: Kind) -> i64 {
    i64::from(kind == Kind::External)
}

#[cfg(test)]
mod tests;
