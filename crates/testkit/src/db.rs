//! A database of its own for every test, of either kind, gone when the test ends.
//!
//! Postgres comes from `DAYLOOM_TEST_POSTGRES`, an address whose user may create databases. This file must not know anything
//! else of the test kit than [`needs`](crate::needs): the storage's own suite includes both by their paths.

use std::str::FromStr;

use dayloom_storage::{Migrate, Store};
use sqlx::{
    AssertSqlSafe, Connection, Executor, SqliteConnection, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};

/// An open store on a database nobody else uses.
pub struct TestDb {
    /// The store.
    pub store: Store,
    /// The address it was opened with.
    pub url: String,
    place: Place,
}

enum Place {
    File(#[expect(dead_code, reason = "the folder is removed when this is dropped")] tempfile::TempDir),
    Postgres { server: String, name: String },
}

impl TestDb {
    /// A database file in a folder of its own.
    pub async fn sqlite() -> TestDb {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let store = Store::open(&url, Migrate::Apply)
            .await
            .expect("a fresh database opens");
        TestDb {
            store,
            url,
            place: Place::File(folder),
        }
    }

    /// A fresh Postgres database, or none where the machine has no Postgres for tests.
    pub async fn postgres() -> Option<TestDb> {
        let server = crate::needs::variable("DAYLOOM_TEST_POSTGRES")?;
        let name = format!("dayloom_test_{}", uuid::Uuid::new_v4().simple());
        admin(&server, &format!("CREATE DATABASE {name}")).await;
        let url = beside(&server, &name);
        let store = Store::open(&url, Migrate::Apply)
            .await
            .expect("a fresh database opens");
        Some(TestDb {
            store,
            url,
            place: Place::Postgres { server, name },
        })
    }

    /// The first column of what a query past the store finds, on a connection of its own.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let query = AssertSqlSafe(query.to_owned());
        let found = match &self.place {
            Place::File(_) => {
                let mut connection = self.file().await;
                sqlx::query_scalar(query).fetch_all(&mut connection).await
            }
            Place::Postgres { .. } => {
                let mut connection = sqlx::PgConnection::connect(&self.url)
                    .await
                    .expect("the Postgres for tests answers");
                sqlx::query_scalar(query).fetch_all(&mut connection).await
            }
        };
        found.expect("a query of the test")
    }

    async fn file(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::from_str(&self.url)
            .expect("the address the store was opened with")
            .busy_timeout(std::time::Duration::from_secs(60));
        let opened = SqliteConnection::connect_with(&options).await;
        opened.expect("the file opens")
    }

    /// Runs a statement past the store, on a connection of its own.
    pub async fn sql(&self, statement: &str) {
        match &self.place {
            Place::File(_) => {
                let mut connection = self.file().await;
                let done = connection.execute(AssertSqlSafe(statement.to_owned())).await;
                done.expect("a statement of the test");
                connection.close().await.ok();
            }
            Place::Postgres { .. } => admin(&self.url, statement).await,
        }
    }
}

/// The same server, another database.
fn beside(server: &str, name: &str) -> String {
    let (address, query) = server
        .split_once('?')
        .map_or((server, ""), |(address, query)| (address, query));
    let (scheme, rest) = address.split_once("://").expect("an address with a scheme");
    let authority = rest.split('/').next().unwrap_or(rest);
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    };
    format!("{scheme}://{authority}/{name}{query}")
}

async fn admin(server: &str, sql: &str) {
    let options = PgConnectOptions::from_str(server).expect("DAYLOOM_TEST_POSTGRES is an address");
    let mut connection = sqlx::PgConnection::connect_with(&options)
        .await
        .expect("the Postgres for tests answers");
    connection
        .execute(AssertSqlSafe(sql.to_owned()))
        .await
        .expect("a statement of the test");
    connection.close().await.ok();
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Place::Postgres { server, name } = &self.place {
            let (server, sql) = (
                server.clone(),
                format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            );
            // A runtime of its own: this may run while the test's is being torn down.
            let dropper = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                if let Ok(runtime) = runtime {
                    runtime.block_on(admin(&server, &sql));
                }
            });
            // A database left behind by a failed drop harms no other test.
            let _ = dropper.join();
        }
    }
}
