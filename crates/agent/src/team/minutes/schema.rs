//! The tables of the minutes and how a new file gets them. Must not know what is done with them.

use sqlx::{Connection, Row, SqliteConnection};

/// The format this version reads and writes, kept in `user_version`.
const FORMAT: i64 = 1;

const TABLES: &str = "
CREATE TABLE member (
    id INTEGER PRIMARY KEY, server TEXT NOT NULL, person TEXT NOT NULL, UNIQUE (server, person)
) STRICT;
CREATE TABLE waiting (
    member INTEGER NOT NULL REFERENCES member (id), at INTEGER NOT NULL, workspace TEXT NOT NULL,
    kind INTEGER NOT NULL, source TEXT NOT NULL, PRIMARY KEY (member, at, workspace)
) STRICT, WITHOUT ROWID;
CREATE TABLE unfiled (
    session TEXT NOT NULL, at INTEGER NOT NULL, repo TEXT, app TEXT, title TEXT, PRIMARY KEY (session, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE total (
    member INTEGER NOT NULL REFERENCES member (id), day TEXT NOT NULL, workspace TEXT NOT NULL,
    internal INTEGER NOT NULL, external INTEGER NOT NULL, PRIMARY KEY (member, day, workspace)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1;
";

/// Makes the tables where there are none; false where a newer version made others.
pub(super) async fn prepare(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let found: i64 = sqlx::query("PRAGMA user_version")
        .fetch_one(&mut *tx)
        .await?
        .get(0);
    if found == 0 {
        sqlx::raw_sql(TABLES).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(found <= FORMAT)
}
