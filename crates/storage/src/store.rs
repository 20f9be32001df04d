//! Opening a database and handing out its repositories.

use std::sync::Arc;

use dayloom_domain::people::CLOSED_STATUSES;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::Mutex;

mod open;

use crate::{
    StorageError,
    days::Days,
    decisions::Decisions,
    devices::Devices,
    dyes::Dyes,
    events::Events,
    ingest::group::{Backend, Group},
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
            open::sqlite(file).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open::postgres(url).await?
        } else {
            return Err(open::address(url));
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
