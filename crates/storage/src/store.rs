//! Opening a database and handing out its repositories.

use std::sync::Arc;

use crate::{
    StorageError, days::Days, devices::Devices, events::Events, people::People, projects::Projects,
    rules::Rules, sessions::Sessions, settings::Settings, tasks::Tasks, tokens::Tokens,
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
}

pub(crate) struct Inner {}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens `sqlite:FILE`, `sqlite::memory:` or `postgres://…`, and migrates or refuses an older schema.
    pub async fn open(_url: &str, _migrate: Migrate) -> Result<Store, StorageError> {
        unimplemented!()
    }
    /// Ends all connections after what is under way has been committed. Idempotent.
    pub async fn close(&self) {
        unimplemented!()
    }
    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StorageError> {
        unimplemented!()
    }
    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        unimplemented!()
    }
    /// People.
    pub fn people(&self) -> People<'_> {
        People(&self.inner)
    }
    /// Workspaces and their members.
    pub fn workspaces(&self) -> Workspaces<'_> {
        Workspaces(&self.inner)
    }
    /// Projects, their members and their capture settings.
    pub fn projects(&self) -> Projects<'_> {
        Projects(&self.inner)
    }
    /// Tasks.
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks(&self.inner)
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
        Days(&self.inner)
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
