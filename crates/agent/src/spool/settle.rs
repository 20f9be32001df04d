//! How events leave the spool: accounted for by the server, refused and kept aside, too old, too many.

use jiff::Timestamp;
use sqlx::{Connection, Row, SqliteConnection};

use super::{Limits, Spool, SpoolError};

/// What a server said about the events of one batch, by their rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Stored now or before.
    pub delivered: Vec<i64>,
    /// Refused, each with the reason.
    pub refused: Vec<(i64, String)>,
}

impl Spool {
    /// Lets go of what the server accounted for and puts aside what it refused, all in one transaction. Rows that
    /// are not there any more are passed over.
    pub async fn settle(&self, settlement: &Settlement, now: Timestamp) -> Result<(), SpoolError> {
        let mut connection = self.connection().await?;
        settle_in(&mut connection, settlement, now, &self.limits)
            .await
            .map_err(|error| self.failed(error))
    }

    /// Drops what no server would take any more for its age. Answers how many.
    pub async fn expire(&self, now: Timestamp) -> Result<u64, SpoolError> {
        let oldest = now.checked_sub(self.limits.max_age).unwrap_or(Timestamp::MIN);
        let mut connection = self.connection().await?;
        expire_in(&mut connection, oldest)
            .await
            .map_err(|error| self.failed(error))
    }

    /// Makes sure the next `client_seq` is above `seq`: a server may know this device from an earlier home.
    pub async fn raise_seq(&self, seq: i64) -> Result<(), SpoolError> {
        let mut connection = self.connection().await?;
        sqlx::query("UPDATE counter SET value = ?1 WHERE name = 'client_seq' AND value < ?1")
            .bind(seq)
            .execute(&mut *connection)
            .await
            .map(drop)
            .map_err(|error| self.failed(error))
    }
}

async fn settle_in(
    connection: &mut SqliteConnection,
    settlement: &Settlement,
    now: Timestamp,
    limits: &Limits,
) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let mut uploaded = 0;
    for row in &settlement.delivered {
        let gone = sqlx::query("DELETE FROM waiting WHERE row = ?1")
            .bind(row)
            .execute(&mut *tx)
            .await?;
        uploaded += i64::try_from(gone.rows_affected()).unwrap_or(0);
    }
    count(&mut tx, "uploaded", uploaded).await?;
    for (row, reason) in &settlement.refused {
        sqlx::query(
            "INSERT INTO rejected (account, event_id, ts, reason, refused_at, body) \
             SELECT account, event_id, ts, ?2, ?3, body FROM waiting WHERE row = ?1",
        )
        .bind(row)
        .bind(reason)
        .bind(now.as_microsecond())
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM waiting WHERE row = ?1")
            .bind(row)
            .execute(&mut *tx)
            .await?;
    }
    if !settlement.refused.is_empty() {
        let over = sqlx::query(
            "DELETE FROM rejected WHERE row IN (SELECT row FROM rejected ORDER BY row LIMIT \
             max(0, (SELECT value FROM counter WHERE name = 'rejected') - ?1))",
        )
        .bind(limits.max_rejected)
        .execute(&mut *tx)
        .await?;
        count(
            &mut tx,
            "dropped_rejected",
            i64::try_from(over.rows_affected()).unwrap_or(0),
        )
        .await?;
    }
    tx.commit().await
}

async fn expire_in(connection: &mut SqliteConnection, oldest: Timestamp) -> Result<u64, sqlx::Error> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let gone = sqlx::query("DELETE FROM waiting WHERE ts < ?1")
        .bind(oldest.as_microsecond())
        .execute(&mut *tx)
        .await?
        .rows_affected();
    count(&mut tx, "dropped_by_age", i64::try_from(gone).unwrap_or(0)).await?;
    tx.commit().await?;
    // Pages freed by draining go back to the disk a few at a time.
    sqlx::raw_sql("PRAGMA incremental_vacuum(512)")
        .execute(&mut *connection)
        .await?;
    Ok(gone)
}

/// Drops the oldest until the limits of size hold. Runs inside the transaction of a push.
pub(super) async fn make_room(tx: &mut SqliteConnection, limits: &Limits) -> Result<u64, sqlx::Error> {
    let mut dropped = 0;
    loop {
        let totals = sqlx::query(
            "SELECT (SELECT value FROM counter WHERE name = 'waiting'), \
                    (SELECT value FROM counter WHERE name = 'waiting_bytes')",
        )
        .fetch_one(&mut *tx)
        .await?;
        let (events, bytes): (i64, i64) = (totals.get(0), totals.get(1));
        let over = if events > limits.max_events {
            events - limits.max_events
        } else {
            i64::from(bytes > limits.max_bytes && events > 1)
        };
        if over == 0 {
            count(tx, "dropped_by_size", dropped).await?;
            return Ok(u64::try_from(dropped).unwrap_or(0));
        }
        sqlx::query("DELETE FROM waiting WHERE row IN (SELECT row FROM waiting ORDER BY row LIMIT ?1)")
            .bind(over)
            .execute(&mut *tx)
            .await?;
        dropped += over;
    }
}

async fn count(tx: &mut SqliteConnection, name: &str, by: i64) -> Result<(), sqlx::Error> {
    if by == 0 {
        return Ok(());
    }
    sqlx::query("UPDATE counter SET value = value + ?2 WHERE name = ?1")
        .bind(name)
        .bind(by)
        .execute(tx)
        .await
        .map(drop)
}
