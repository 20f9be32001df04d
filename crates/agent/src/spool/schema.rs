//! The tables of the spool and how a new file gets them. Must not know what is done with them.

use sqlx::{Connection, Row, SqliteConnection};

/// The format this version reads and writes, kept in `user_version`.
pub(super) const FORMAT: i64 = 1;

// The totals are kept by triggers: a count over 200,000 rows at every push would cost more than the push.
const TABLES: &str = "
CREATE TABLE account (
    id INTEGER PRIMARY KEY, server TEXT NOT NULL, person TEXT NOT NULL, device TEXT NOT NULL, project TEXT NOT NULL,
    UNIQUE (server, person, device, project)
) STRICT;
CREATE TABLE waiting (
    row INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES account (id),
    event_id TEXT NOT NULL UNIQUE, ts INTEGER NOT NULL, bytes INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX waiting_account ON waiting (account, row);
CREATE INDEX waiting_ts ON waiting (ts);
CREATE TABLE rejected (
    row INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES account (id),
    event_id TEXT NOT NULL, ts INTEGER NOT NULL, reason TEXT NOT NULL, refused_at INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter (name, value) VALUES
    ('client_seq', 0), ('waiting', 0), ('waiting_bytes', 0), ('rejected', 0), ('uploaded', 0),
    ('dropped_by_age', 0), ('dropped_by_size', 0), ('dropped_rejected', 0);
CREATE TRIGGER waiting_in AFTER INSERT ON waiting BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'waiting';
    UPDATE counter SET value = value + NEW.bytes WHERE name = 'waiting_bytes';
END;
CREATE TRIGGER waiting_out AFTER DELETE ON waiting BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'waiting';
    UPDATE counter SET value = value - OLD.bytes WHERE name = 'waiting_bytes';
END;
CREATE TRIGGER rejected_in AFTER INSERT ON rejected BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'rejected';
END;
CREATE TRIGGER rejected_out AFTER DELETE ON rejected BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'rejected';
END;
PRAGMA user_version = 1;
";

/// Makes the tables where there are none. The inner error is the format of a newer version.
pub(super) async fn prepare(connection: &mut SqliteConnection) -> Result<Result<(), i64>, sqlx::Error> {
    if format(connection).await? == FORMAT {
        return Ok(Ok(()));
    }
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let found = format(&mut tx).await?;
    if found == 0 {
        sqlx::raw_sql(TABLES).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(if found <= FORMAT { Ok(()) } else { Err(found) })
}

async fn format(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    Ok(sqlx::query("PRAGMA user_version")
        .fetch_one(connection)
        .await?
        .get(0))
}
