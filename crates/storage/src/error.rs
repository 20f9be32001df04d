//! What can go wrong with the database itself. Refusals of a rule are errors of the method that holds the rule.
//!
//! No message here carries a value of a row: titles, addresses and tokens must not reach a log this way.

use std::future::Future;

use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// The database could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The address names no database this program can open.
    #[error("`{0}` is no database address; use sqlite:FILE, sqlite::memory: or postgres://USER@HOST/NAME")]
    Address(String),
    /// The schema is older than this program and it was told not to migrate.
    #[error(
        "the database is at schema {found}, this program needs {wanted}; run `dayloom migrate` once, then start again"
    )]
    Older {
        /// Version found.
        found: i64,
        /// Version needed.
        wanted: i64,
    },
    /// The schema was written by a newer program.
    #[error(
        "the database is at schema {found}, this program knows up to {known}; install the newer dayloom that wrote it"
    )]
    Newer {
        /// Version found.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// The database refused or could not be reached. Only the kind of failure is kept.
    #[error("the database failed ({0}); check that it is reachable and its disk is not full, then try again")]
    Database(String),
    /// The file is no SQLite database, or its pages do not fit together.
    #[error(
        "the database file is damaged, or is no database; put it aside, then start again without it or with a copy"
    )]
    Damaged,
    /// A unique rule of a table was broken; repositories turn it into an error of their own where a person can cause it.
    #[error("the row is already there")]
    Conflict,
    /// A stored row cannot be read back.
    #[error("a stored `{0}` cannot be read; restore the database from a backup or report this")]
    Unreadable(&'static str),
    /// The store is closing and takes no more work.
    #[error("the store is closed; start the program again")]
    Closed,
}

impl StorageError {
    /// Whether trying again can help without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, StorageError::Database(_) | StorageError::Conflict)
    }
}

impl From<DbErr> for StorageError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(_)) = error.sql_err() {
            return StorageError::Conflict;
        }
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(e))
            | DbErr::Exec(RuntimeErr::SqlxError(e))
            | DbErr::Query(RuntimeErr::SqlxError(e)) => kind(&e),
            DbErr::ConnectionAcquire(_) => StorageError::Database(NO_CONNECTION.to_owned()),
            DbErr::Type(_) | DbErr::Json(_) => StorageError::Unreadable("column"),
            _ => StorageError::Database("other".to_owned()),
        }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        kind(&error)
    }
}

/// An error that may come of the database.
pub(crate) trait OfStorage {
    /// What the database said, where it is that.
    fn storage(&self) -> Option<&StorageError>;

    /// Whether Postgres ended the transaction because it and another one waited for each other. The other goes on, so that
    /// the same again succeeds.
    fn is_deadlock(&self) -> bool {
        matches!(self.storage(), Some(StorageError::Database(kind)) if kind == DEADLOCK)
    }
}

impl OfStorage for StorageError {
    fn storage(&self) -> Option<&StorageError> {
        Some(self)
    }
}

/// Errors of repositories that keep what the database said in a variant of its own.
macro_rules! of_storage {
    ($($error:ty),+ $(,)?) => {$(
        impl OfStorage for $error {
            fn storage(&self) -> Option<&StorageError> {
                match self {
                    Self::Storage(error) => Some(error),
                    _ => None,
                }
            }
        }
    )+};
}
of_storage!(
    crate::IngestError,
    crate::MemberError,
    crate::ReviewError,
    crate::RuleError,
    crate::TaskError,
);

/// How often a transaction is tried that others keep ending.
const TRIES: u32 = 3;

/// Tries a transaction again that was ended because it and another one waited for each other. Days mark the days around
/// them, rules make room for each other, people and sweeps touch the same rows in orders of their own: whatever locks
/// several rows that others may lock in another order goes through here. An attempt begins its own transaction, and
/// leaves nothing behind where it fails.
pub(crate) async fn retried<T, E, F>(attempt: impl Fn() -> F) -> Result<T, E>
where
    E: OfStorage,
    F: Future<Output = Result<T, E>>,
{
    for _ in 1..TRIES {
        match attempt().await {
            Err(error) if error.is_deadlock() => {}
            done => return done,
        }
    }
    attempt().await
}

/// The kind of such a failure: `deadlock_detected` of Postgres.
const DEADLOCK: &str = "code 40P01";
/// The server does not answer, or all its connections stay taken.
const NO_CONNECTION: &str = "no connection in time";
/// Result codes of SQLite (sqlite.org/rescode.html); no code of Postgres has two digits.
const SQLITE_CORRUPT: &str = "11";
const SQLITE_NOTADB: &str = "26";

/// What the commonest codes mean. SQLite's extended ones hold the plain one in their last byte; those of Postgres have
/// five places.
fn meaning(code: &str) -> Option<&'static str> {
    if code.len() >= 5 {
        return None;
    }
    match code.parse::<u32>().ok()? & 0xff {
        5 | 6 => Some("another program holds it"),
        8 => Some("it may only be read"),
        10 => Some("its disk fails, or is full"),
        13 => Some("its disk is full"),
        14 => Some("its file cannot be opened or made"),
        _ => None,
    }
}

/// The code of a database error, or the class of a driver error: never its text, which may quote a row.
fn kind(error: &sqlx::Error) -> StorageError {
    match error {
        sqlx::Error::Database(e) if e.is_unique_violation() => StorageError::Conflict,
        sqlx::Error::Database(e) => match e.code().unwrap_or_default().as_ref() {
            SQLITE_CORRUPT | SQLITE_NOTADB => StorageError::Damaged,
            code => StorageError::Database(match meaning(code) {
                Some(meaning) => format!("code {code}: {meaning}"),
                None => format!("code {code}"),
            }),
        },
        sqlx::Error::Io(e) => StorageError::Database(format!("input or output: {}", e.kind())),
        sqlx::Error::PoolTimedOut => StorageError::Database(NO_CONNECTION.to_owned()),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => StorageError::Closed,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StorageError::Unreadable("column"),
        _ => StorageError::Database("driver".to_owned()),
    }
}
