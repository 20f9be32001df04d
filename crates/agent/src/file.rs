//! A SQLite file with one connection, which goes on after what the database gave up by itself. Must not know what is kept
//! in it.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

/// An open file.
#[derive(Debug)]
pub(crate) struct File {
    options: SqliteConnectOptions,
    connection: Mutex<SqliteConnection>,
}

impl File {
    /// Goes on with an opened file; `options` open it anew.
    pub(crate) fn new(options: SqliteConnectOptions, connection: SqliteConnection) -> Self {
        Self {
            options,
            connection: Mutex::new(connection),
        }
    }

    /// The connection, for one at a time.
    ///
    /// Where the disk is full, SQLite ends a transaction by itself. The library that speaks with it then fails to end it
    /// once more, takes it for open, and would begin none for ever: such a connection is replaced.
    pub(crate) async fn lock(&self) -> Result<MutexGuard<'_, SqliteConnection>, sqlx::Error> {
        let mut connection = self.connection.lock().await;
        if connection.is_in_transaction() {
            // One that was merely dropped is rolled back before this answers.
            let answers = connection.ping().await.is_ok();
            if !answers || connection.is_in_transaction() {
                *connection = self.options.connect().await?;
            }
        }
        Ok(connection)
    }

    /// Closes the file.
    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.into_inner().close().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transaction_the_database_ended_by_itself_is_not_the_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("kept.db"))
            .create_if_missing(true);
        let connection = options.connect().await.expect("it opens");
        let file = File::new(options, connection);
        for _ in 0..2 {
            let mut connection = file.lock().await.expect("it goes on");
            let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.expect("it begins");
            // As SQLite does where the disk is full.
            sqlx::raw_sql("ROLLBACK")
                .execute(&mut *tx)
                .await
                .expect("it ends");
            assert!(tx.commit().await.is_err());
        }
        let mut connection = file.lock().await.expect("it goes on");
        let given_up = connection.begin().await.expect("it begins");
        drop(given_up);
        drop(connection);
        let mut connection = file.lock().await.expect("it goes on");
        assert!(!connection.is_in_transaction());
        sqlx::raw_sql("CREATE TABLE kept (n INTEGER)")
            .execute(&mut *connection)
            .await
            .expect("it writes");
        drop(connection);
        file.close().await.expect("it closes");
    }
}
