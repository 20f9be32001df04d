//! What can be read from the spool. Nothing here changes it.

use dayloom_domain::{DeviceId, ProjectId};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{AccountKey, AccountStatus, Rejected, Spool, SpoolError, SpoolStatus, Waiting};
use crate::Account;

impl Spool {
    /// The oldest events of an account that are not in `skip`: at most `limit`, and no more than fit into
    /// `max_bytes`, but at least one where one waits.
    pub async fn oldest(
        &self,
        account: AccountKey,
        limit: usize,
        max_bytes: usize,
        skip: &[i64],
    ) -> Result<Vec<Waiting>, SpoolError> {
        let ask = i64::try_from(limit.saturating_add(skip.len())).unwrap_or(i64::MAX);
        let mut connection = self.connection().await?;
        let rows =
            sqlx::query("SELECT row, event_id, body FROM waiting WHERE account = ?1 ORDER BY row LIMIT ?2")
                .bind(account.0)
                .bind(ask)
                .fetch_all(&mut *connection)
                .await
                .map_err(|error| self.failed(error))?;
        let mut bytes = 0;
        let fits = |found: &Waiting| {
            bytes += found.body.len();
            bytes <= max_bytes || bytes == found.body.len()
        };
        Ok(rows
            .iter()
            .map(waiting)
            .filter(|found| !skip.contains(&found.row))
            .take(limit)
            .take_while(fits)
            .collect())
    }

    /// One event of the queue, if it still waits.
    pub async fn get(&self, row: i64) -> Result<Option<Waiting>, SpoolError> {
        let mut connection = self.connection().await?;
        let found = sqlx::query("SELECT row, event_id, body FROM waiting WHERE row = ?1")
            .bind(row)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.failed(error))?;
        Ok(found.as_ref().map(waiting))
    }

    /// The refused events kept aside, newest first.
    pub async fn rejected(&self, limit: usize) -> Result<Vec<Rejected>, SpoolError> {
        let mut connection = self.connection().await?;
        let rows = sqlx::query(
            "SELECT event_id, ts, reason, refused_at, body FROM rejected ORDER BY row DESC LIMIT ?1",
        )
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *connection)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(rows
            .iter()
            .map(|row| Rejected {
                event_id: row.get(0),
                ts: instant(row.get(1)),
                reason: row.get(2),
                refused_at: instant(row.get(3)),
                event: serde_json::from_str(row.get(4)).unwrap_or_default(),
            })
            .collect())
    }

    /// What waits, account by account, those that waited longest first. Accounts of which nothing waits are left out.
    pub async fn accounts(&self) -> Result<Vec<AccountStatus>, SpoolError> {
        let mut connection = self.connection().await?;
        let rows = sqlx::query(
            "SELECT a.server, a.person, a.device, a.project, count(*), min(w.ts) FROM waiting w \
             JOIN account a ON a.id = w.account GROUP BY a.id ORDER BY min(w.row)",
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(|error| self.failed(error))?;
        let unknown = uuid::Uuid::nil();
        let id = |text: String| text.parse().unwrap_or(unknown);
        Ok(rows
            .iter()
            .map(|row| AccountStatus {
                account: Account {
                    server: row.get(0),
                    person: row.get(1),
                    device_id: DeviceId(id(row.get(2))),
                    project_id: ProjectId(id(row.get(3))),
                },
                waiting: row.get(4),
                oldest: instant(row.get(5)),
            })
            .collect())
    }

    /// The numbers.
    pub async fn status(&self) -> Result<SpoolStatus, SpoolError> {
        let mut connection = self.connection().await?;
        let rows =
            sqlx::query("SELECT name, value FROM counter UNION ALL SELECT 'oldest', min(ts) FROM waiting")
                .fetch_all(&mut *connection)
                .await
                .map_err(|error| self.failed(error))?;
        let mut status = SpoolStatus::default();
        for row in rows {
            let (name, value): (String, Option<i64>) = (row.get(0), row.get(1));
            let value = value.unwrap_or(i64::MIN);
            match name.as_str() {
                "client_seq" => status.client_seq = value,
                "waiting" => status.waiting = value,
                "waiting_bytes" => status.waiting_bytes = value,
                "rejected" => status.rejected = value,
                "uploaded" => status.uploaded = value,
                "dropped_by_age" => status.dropped_by_age = value,
                "dropped_by_size" => status.dropped_by_size = value,
                "dropped_rejected" => status.dropped_rejected = value,
                "oldest" if value != i64::MIN => status.oldest = Some(instant(value)),
                _ => {}
            }
        }
        Ok(status)
    }
}

fn waiting(row: &SqliteRow) -> Waiting {
    Waiting {
        row: row.get(0),
        event_id: row.get(1),
        body: row.get(2),
    }
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
