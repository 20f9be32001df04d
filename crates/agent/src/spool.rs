//! Where captured events wait on disk until the server has accounted for them.
//!
//! One row per event, committed (WAL, `synchronous=FULL`) before the sample counts as taken. Bounded by age and
//! size: the oldest go first, and are counted. Must not know the network, nor what the events say.

mod read;
mod schema;
mod settle;

use std::path::{Path, PathBuf};
use std::time::Duration;

use dayloom_api::tracker::Event;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};
use tokio::sync::MutexGuard;

use crate::file::File;
use crate::{Account, home, to_wire};

pub use settle::Settlement;

/// How much may wait. What is over goes, oldest first, and is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Oldest `ts` kept; servers refuse what is older than 30 days (`contract/tracker.md` §2.3).
    pub max_age: SignedDuration,
    /// Most events kept: at one a minute, around the clock, 200,000 are more than four months.
    pub max_events: i64,
    /// Most bytes of events kept.
    pub max_bytes: i64,
    /// Most refused events kept aside.
    pub max_rejected: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_age: SignedDuration::from_hours(30 * 24),
            max_events: 200_000,
            max_bytes: 256 << 20,
            max_rejected: 10_000,
        }
    }
}

/// An account as the spool knows it: a number that is cheap to store with each event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountKey(i64);

/// An event that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its place in the queue; grows, is never used twice.
    pub row: i64,
    /// Its id, in lower case.
    pub event_id: String,
    /// Its wire form.
    pub body: String,
}

/// An event that was refused and is kept aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Its id.
    pub event_id: String,
    /// When it was captured.
    pub ts: Timestamp,
    /// Why the server refused it.
    pub reason: String,
    /// When it was refused.
    pub refused_at: Timestamp,
    /// What it says, in wire form.
    pub event: serde_json::Value,
}

/// What a push did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The counter the event was given.
    pub client_seq: i64,
    /// How many of the oldest had to go to make room.
    pub dropped: u64,
}

/// Numbers about the spool. The counters go back to the first day of this home.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpoolStatus {
    /// Events that wait, of every account.
    pub waiting: i64,
    /// Bytes of those.
    pub waiting_bytes: i64,
    /// The oldest of them.
    pub oldest: Option<Timestamp>,
    /// Refused events kept aside.
    pub rejected: i64,
    /// Events the server has accounted for.
    pub uploaded: i64,
    /// Events dropped because they were older than the limit.
    pub dropped_by_age: i64,
    /// Events dropped because too many waited.
    pub dropped_by_size: i64,
    /// Refused events dropped because too many were kept.
    pub dropped_rejected: i64,
    /// The last `client_seq` given.
    pub client_seq: i64,
}

/// What waits of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatus {
    /// Whose it is.
    #[serde(flatten)]
    pub account: Account,
    /// Events that wait.
    pub waiting: i64,
    /// The oldest of them.
    pub oldest: Timestamp,
}

/// Why the spool could not do what was asked. Never names what an event says.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The disk or the database failed.
    #[error("the spool {path} could not be used: {error}; check free space and permissions of this folder")]
    Database {
        /// The spool's file.
        path: PathBuf,
        /// What the database said.
        error: sqlx::Error,
    },
    /// The file could not be made.
    #[error("the spool {path} could not be made: {error}; check free space and permissions of this folder")]
    File {
        /// The spool's file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A later version of Dayloom made it.
    #[error(
        "the spool {path} was made by a newer Dayloom (format {found}, this one knows {known}); update Dayloom"
    )]
    Newer {
        /// The spool's file.
        path: PathBuf,
        /// The format found.
        found: i64,
        /// The format this version writes.
        known: i64,
    },
}

/// The spool of one home. Cheap to share behind an `Arc`; several processes may have it open.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    limits: Limits,
    file: File,
}

impl Spool {
    /// Opens the spool and makes it where there is none. A file that is no database any more is put aside under
    /// another name and a new one begun, so that a damaged disk block does not end capturing.
    pub async fn open(path: &Path, limits: Limits) -> Result<Self, SpoolError> {
        match Self::try_open(path, limits).await {
            Err(SpoolError::Database { error, .. }) if is_damaged(&error) => {
                put_aside(path).map_err(|error| SpoolError::File {
                    path: path.to_owned(),
                    error,
                })?;
                tracing::error!("the spool was damaged; it was put aside and a new one begun");
                Self::try_open(path, limits).await
            }
            opened => opened,
        }
    }

    async fn try_open(path: &Path, limits: Limits) -> Result<Self, SpoolError> {
        home::make_private_file(path).map_err(|error| SpoolError::File {
            path: path.to_owned(),
            error,
        })?;
        let failed = |error| SpoolError::Database {
            path: path.to_owned(),
            error,
        };
        // Small caches: the agent's whole memory is to stay within a few megabytes.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(24)
            .pragma("cache_size", "-256")
            .pragma("wal_autocheckpoint", "250")
            .pragma("journal_size_limit", "1048576")
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(failed)?;
        match schema::prepare(&mut connection).await.map_err(failed)? {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                limits,
                file: File::new(options, connection),
            }),
            Err(found) => Err(SpoolError::Newer {
                path: path.to_owned(),
                found,
                known: schema::FORMAT,
            }),
        }
    }

    /// The number of an account, given on first sight.
    pub async fn account(&self, account: &Account) -> Result<AccountKey, SpoolError> {
        let mut connection = self.connection().await?;
        let row = sqlx::query(
            "INSERT INTO account (server, person, device, project) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (server, person, device, project) DO UPDATE SET server = excluded.server RETURNING id",
        )
        .bind(&account.server)
        .bind(&account.person)
        .bind(account.device_id.to_string())
        .bind(account.project_id.to_string())
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(AccountKey(row.get(0)))
    }

    /// Takes an event: when this returns, it is on disk. Sets its `client_seq`. Pushing an id that waits already
    /// changes nothing.
    pub async fn push(&self, account: AccountKey, event: &mut Event) -> Result<Pushed, SpoolError> {
        let mut connection = self.connection().await?;
        self.push_in(&mut connection, account, event)
            .await
            .map_err(|error| self.failed(error))
    }

    async fn push_in(
        &self,
        connection: &mut SqliteConnection,
        account: AccountKey,
        event: &mut Event,
    ) -> Result<Pushed, sqlx::Error> {
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let seq: i64 =
            sqlx::query("UPDATE counter SET value = value + 1 WHERE name = 'client_seq' RETURNING value")
                .fetch_one(&mut *tx)
                .await?
                .get(0);
        event.client_seq = seq;
        let body = to_wire(event);
        sqlx::query(
            "INSERT INTO waiting (account, event_id, ts, bytes, body) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (event_id) DO NOTHING",
        )
        .bind(account.0)
        .bind(event.event_id.to_string())
        .bind(event.ts.0.as_microsecond())
        .bind(i64::try_from(body.len()).unwrap_or(i64::MAX))
        .bind(&body)
        .execute(&mut *tx)
        .await?;
        let dropped = settle::make_room(&mut tx, &self.limits).await?;
        tx.commit().await?;
        Ok(Pushed {
            client_seq: seq,
            dropped,
        })
    }

    /// Closes the file, so that nothing is left beside it.
    pub async fn close(self) -> Result<(), SpoolError> {
        let Self { path, file, .. } = self;
        file.close()
            .await
            .map_err(|error| SpoolError::Database { path, error })
    }

    async fn connection(&self) -> Result<MutexGuard<'_, SqliteConnection>, SpoolError> {
        self.file.lock().await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: sqlx::Error) -> SpoolError {
        SpoolError::Database {
            path: self.path.clone(),
            error,
        }
    }
}

/// SQLITE_CORRUPT (11) and SQLITE_NOTADB (26): what is in the file is no database.
fn is_damaged(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(|error| error.code())
        .and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 11 | 26))
}

fn put_aside(path: &Path) -> std::io::Result<()> {
    let suffixed = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let aside = (1..)
        .map(|n| suffixed(&format!(".damaged-{n}")))
        .find(|to| !to.exists());
    std::fs::rename(path, aside.expect("numbers do not run out"))?;
    for suffix in ["-wal", "-shm"] {
        match std::fs::remove_file(suffixed(suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_committed_is_on_disk() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(&dir.path().join("spool.db"), Limits::default())
            .await
            .unwrap();
        let mut connection = spool.connection().await.unwrap();
        let asked = "SELECT journal_mode || ' ' || synchronous FROM pragma_journal_mode, pragma_synchronous";
        let settings: String = sqlx::query_scalar(asked)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(settings, "wal 2", "the log is flushed with every commit");
    }
}
