//! Opening a database and handing out its repositories.

use std::{str::FromStr, sync::Arc, time::Duration};

use dayloom_domain::people::CLOSED_STATUSES;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, SqlxPostgresConnector,
    SqlxSqliteConnector, TransactionOptions, TransactionTrait,
};
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::Mutex;

use crate::{
    StorageError,
    days::Days,
    decisions::Decisions,
    devices::Devices,
    dyes::Dyes,
    events::Events,
    ingest::{
        checkpoint::Checkpoints,
        group::{Backend, Group},
        postgres::Months,
    },
    insights::Insights,
    journals::Journals,
    learned::Learned,
    notifications::Notifications,
    people::People,
    projects::Projects,
    reviews::Reviews,
    rules::Rules,
    schema,
    sessions::Sessions,
    settings::Settings,
    target_hours::Targets,
    tasks::Tasks,
    team::Team,
    tokens::Tokens,
    usage::Usage,
    workspaces::Workspaces,
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

/// What to do with a schema that is older than the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// Bring it up to date.
    Apply,
    /// Refuse to open it, saying what to do.
    Refuse,
}

/// Which database is behind a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, in a file or in memory.
    Sqlite,
    /// Postgres 15 or newer.
    Postgres,
}

/// An open database. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
    closed: Arc<[String]>,
}

/// The connections of a store. Writers on SQLite take turns on one connection, so a lock of the database is never met
/// from inside; a method that holds a transaction must do everything through it.
pub(crate) struct Inner {
    pub(crate) dialect: Dialect,
    pub(crate) read: DatabaseConnection,
    pub(crate) write: DatabaseConnection,
    pub(crate) backend: Backend,
    pub(crate) group: Mutex<Group>,
    pub(crate) ingest: crate::ingest::group::Entrance,
}

impl Inner {
    /// Begins a transaction that may write.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StorageError> {
        begin(&self.write, self.dialect).await
    }

    /// Locks the rows where rows can be locked (foreign keys may still point at them); on SQLite the whole transaction holds the only write lock.
    pub(crate) fn locking(&self, sql: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => sql.to_owned(),
            Dialect::Postgres => format!("{sql} FOR NO KEY UPDATE"),
        }
    }
}

async fn begin(on: &DatabaseConnection, dialect: Dialect) -> Result<DatabaseTransaction, StorageError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: (dialect == Dialect::Sqlite).then_some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(on.begin_with_options(options).await?)
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("dialect", &self.inner.dialect)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens `sqlite:FILE`, `sqlite::memory:` or `postgres://…`, and migrates or refuses an older schema. Must be called
    /// within a Tokio runtime, in which the ingest then runs.
    pub async fn open(url: &str, migrate: Migrate) -> Result<Store, StorageError> {
        let (read, write, backend) = if let Some(file) = url.strip_prefix("sqlite:") {
            open_sqlite(file).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url).await?
        } else {
            return Err(address(url));
        };
        let dialect = backend.dialect();
        let transaction = begin(&write, dialect).await?;
        schema::migrate(&transaction, dialect, migrate).await?;
        transaction.commit().await?;
        let (entrance, group) = Group::start(backend.clone());
        let inner = Inner {
            dialect,
            read,
            write,
            backend,
            group: Mutex::new(group),
            ingest: entrance,
        };
        Ok(Store {
            inner: Arc::new(inner),
            closed: CLOSED_STATUSES.map(str::to_owned).into(),
        })
    }

    /// With other statuses that close a task than the published ones; compared without case.
    #[must_use]
    pub fn with_closed_statuses(self, closed: Vec<String>) -> Self {
        Self {
            closed: closed.into(),
            ..self
        }
    }

    /// The statuses that close a task.
    pub fn closed_statuses(&self) -> &[String] {
        &self.closed
    }

    /// Ends all connections after what is under way has been committed. Idempotent.
    pub async fn close(&self) {
        self.inner.ingest.close();
        self.inner.group.lock().await.finished().await;
        self.inner.backend.close().await;
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StorageError> {
        self.inner.read.execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    /// People.
    pub fn people(&self) -> People<'_> {
        People(&self.inner)
    }

    /// Workspaces and their members.
    pub fn workspaces(&self) -> Workspaces<'_> {
        Workspaces(&self.inner)
    }

    /// What the team API adds to workspaces: patterns, invites, minutes, counts.
    pub fn team(&self) -> Team<'_> {
        Team(&self.inner)
    }

    /// Projects, their members and their capture settings.
    pub fn projects(&self) -> Projects<'_> {
        Projects(&self.inner)
    }

    /// Tasks.
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks(&self.inner, &self.closed)
    }

    /// Attribution rules.
    pub fn rules(&self) -> Rules<'_> {
        Rules(&self.inner)
    }

    /// Devices.
    pub fn devices(&self) -> Devices<'_> {
        Devices(&self.inner)
    }

    /// Events: taking them in and reading them.
    pub fn events(&self) -> Events<'_> {
        Events(&self.inner)
    }

    /// Derived days, their entries and the queue of dirty days.
    pub fn days(&self) -> Days<'_> {
        Days(&self.inner, &self.closed)
    }

    /// Dyes of tasks.
    pub fn dyes(&self) -> Dyes<'_> {
        Dyes(&self.inner)
    }

    /// What people said about their time.
    pub fn reviews(&self) -> Reviews<'_> {
        Reviews(&self.inner)
    }

    /// What language models answered, and what waits to be asked.
    pub fn decisions(&self) -> Decisions<'_> {
        Decisions(&self.inner)
    }

    /// What language models used.
    pub fn usage(&self) -> Usage<'_> {
        Usage(&self.inner)
    }

    /// Journals of days.
    pub fn journals(&self) -> Journals<'_> {
        Journals(&self.inner)
    }

    /// Metrics of days, for insights.
    pub fn insights(&self) -> Insights<'_> {
        Insights(&self.inner)
    }

    /// Notifications and who wants which.
    pub fn notifications(&self) -> Notifications<'_> {
        Notifications(&self.inner)
    }

    /// How long a day is meant to be.
    pub fn targets(&self) -> Targets<'_> {
        Targets(&self.inner)
    }

    /// What attribution learns of people.
    pub fn learned(&self) -> Learned<'_> {
        Learned(&self.inner)
    }

    /// API tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens(&self.inner)
    }

    /// Browser sessions and one-time links.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(&self.inner)
    }

    /// The program's own settings, such as its signing secret.
    pub fn settings(&self) -> Settings<'_> {
        Settings(&self.inner)
    }
}

/// The error for an address, without what may be a password in it.
fn address(url: &str) -> StorageError {
    StorageError::Address(url.split_once("://").map_or(url, |(scheme, _)| scheme).to_owned())
}

type Opened = (DatabaseConnection, DatabaseConnection, Backend);

async fn open_sqlite(file: &str) -> Result<Opened, StorageError> {
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

async fn open_postgres(url: &str) -> Result<Opened, StorageError> {
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

    #[tokio::test]
    async fn what_is_committed_is_on_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("kept.db");
        let opened = open_sqlite(file.to_str().expect("a path of text")).await;
        let Ok((_, _, Backend::Sqlite { writer, readers, .. })) = opened else {
            panic!("it opens");
        };
        for pool in [&writer, &readers] {
            assert_eq!(setting(pool, "journal_mode").await, "wal");
            assert_eq!(setting(pool, "synchronous").await, "2", "full");
            assert_eq!(setting(pool, "foreign_keys").await, "1");
        }
    }

    #[tokio::test]
    async fn a_transaction_the_database_ended_by_itself_is_not_the_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("kept.db");
        let opened = open_sqlite(file.to_str().expect("a path of text")).await;
        let Ok((_, _, Backend::Sqlite { writer, readers, .. })) = opened else {
            panic!("it opens");
        };
        for pool in [&writer, &readers] {
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
