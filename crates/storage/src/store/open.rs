//! Opening the connections of each database, with the settings it is used with.

use std::{str::FromStr, sync::Arc, time::Duration};

use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    StorageError,
    ingest::{checkpoint::Checkpoints, group::Backend, postgres::Months},
};

/// Readers beside the one writer on SQLite: two cores want no more.
const SQLITE_READERS: u32 = 4;
/// Connections to Postgres: three for the ingest, the rest for everything else.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a writer of another process may hold SQLite before we give up.
const BUSY: Duration = Duration::from_secs(10);
/// How long to wait for a connection before saying so.
const ACQUIRE: Duration = Duration::from_secs(15);
/// A connection idle for so long is asked whether it still lives before it is used.
const ASK_AFTER: Duration = Duration::from_secs(5);
/// Pages of SQLite's log, 4 KiB each, at which a commit moves them into the file itself; the ingest does so earlier.
const LOG_PAGES: &str = "24576";
/// Kibibytes of pages the writer keeps: the ends of its tables, and what of the index of event ids it files together.
const WRITER_CACHE: &str = "-3072";
/// Kibibytes of pages a reader keeps. What it reads again soon is in the system's own cache.
const READER_CACHE: &str = "-256";
/// Rows a reader may be ahead: each hand-over wakes a thread.
const ROWS_AHEAD: usize = 128;
/// Statements kept prepared on each connection: more than there are texts here.
const STATEMENTS: usize = 256;

/// The error for an address, without what may be a password in it.
pub(super) fn address(url: &str) -> StorageError {
    StorageError::Address(url.split_once("://").map_or(url, |(scheme, _)| scheme).to_owned())
}

/// Connections to read by and to write by, and what the ingest writes with.
type Opened = (DatabaseConnection, DatabaseConnection, Backend);

pub(super) async fn sqlite(file: &str) -> Result<Opened, StorageError> {
    let file = file.strip_prefix("//").unwrap_or(file);
    if file.is_empty() {
        return Err(StorageError::Address("sqlite:".to_owned()));
    }
    let memory = file == ":memory:";
    let options = if memory {
        SqliteConnectOptions::new().in_memory(true)
    } else {
        SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
    };
    let options = options
        .pragma("wal_autocheckpoint", LOG_PAGES)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENTS)
        .pragma("temp_store", "memory")
        .disable_statement_logging();
    // A connection in memory is the database: it must never be dropped for its age.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_release(move |connection, _| {
            Box::pin(async move { Ok(memory || is_usable(connection).await?) })
        })
        .connect_with(options.clone().pragma("cache_size", WRITER_CACHE))
        .await?;
    let readers = if memory {
        writer.clone()
    } else {
        SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .after_release(|connection, _| Box::pin(is_usable(connection)))
            .connect_lazy_with(
                options
                    .pragma("query_only", "on")
                    .pragma("cache_size", READER_CACHE)
                    .row_buffer_size(ROWS_AHEAD),
            )
    };
    Ok((
        SqlxSqliteConnector::from_sqlx_sqlite_pool(readers.clone()),
        SqlxSqliteConnector::from_sqlx_sqlite_pool(writer.clone()),
        Backend::Sqlite {
            writer,
            readers,
            arrivals: Arc::default(),
            log: (!memory).then(Checkpoints::default),
        },
    ))
}

/// Where the disk is full, SQLite ends a transaction by itself. The library that speaks with it then fails to end it once
/// more, takes it for open, and would begin none for ever: such a connection is not used again.
async fn is_usable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // One that was merely dropped is rolled back before this answers.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

pub(super) async fn postgres(url: &str) -> Result<Opened, StorageError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| address(url))?
        .statement_cache_capacity(STATEMENTS)
        .application_name("dayloom")
        .disable_statement_logging();
    let pool: PgPool = PgPoolOptions::new()
        .test_before_acquire(false)
        .before_acquire(|connection, used| {
            Box::pin(async move {
                // A connection that lay idle may have lost its server meanwhile; one in steady use is not asked.
                if used.idle_for >= ASK_AFTER && connection.ping().await.is_err() {
                    return Ok(false);
                }
                Ok(true)
            })
        })
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .connect_with(options)
        .await?;
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
    Ok((
        connection.clone(),
        connection,
        Backend::Postgres {
            pool,
            months: Months::default(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a connection of the pool says of a setting of SQLite's.
    async fn setting(pool: &sqlx::SqlitePool, name: &str) -> String {
        let asked = sqlx::AssertSqlSafe(format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"));
        sqlx::query_scalar(asked)
            .fetch_one(pool)
            .await
            .expect("it is one of SQLite's")
    }

    /// The pools of a database of its own, with the folder it lies in.
    async fn opened() -> (tempfile::TempDir, [sqlx::SqlitePool; 2]) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("kept.db");
        let opened = sqlite(file.to_str().expect("a path of text")).await;
        let Ok((_, _, Backend::Sqlite { writer, readers, .. })) = opened else {
            panic!("it opens");
        };
        (folder, [writer, readers])
    }

    #[tokio::test]
    async fn what_is_committed_is_on_disk() {
        let (_folder, pools) = opened().await;
        for pool in &pools {
            assert_eq!(setting(pool, "journal_mode").await, "wal");
            assert_eq!(setting(pool, "synchronous").await, "2", "full");
            assert_eq!(setting(pool, "foreign_keys").await, "1");
        }
    }

    #[tokio::test]
    async fn a_transaction_the_database_ended_by_itself_is_not_the_last() {
        let (_folder, pools) = opened().await;
        for pool in &pools {
            for _ in 0..SQLITE_READERS + 1 {
                let mut tx = pool.begin_with("BEGIN DEFERRED").await.expect("it begins");
                // As SQLite does where the disk is full.
                sqlx::raw_sql("ROLLBACK")
                    .execute(&mut *tx)
                    .await
                    .expect("it ends");
                assert!(tx.commit().await.is_err());
            }
            let given_up = pool.begin_with("BEGIN DEFERRED").await.expect("it begins");
            drop(given_up);
            let tx = pool.begin_with("BEGIN DEFERRED").await.expect("it goes on");
            tx.commit().await.expect("it ends");
        }
    }
}
