//! Browser sessions and the one-time links that open one. Only hashes are kept.

use dayloom_domain::DeveloperId;
use jiff::Timestamp;

use crate::{
    StorageError,
    db::{Columns, at, id, row, run},
    error::retried,
    store::Inner,
};

/// The repository of sessions.
#[derive(Clone, Copy)]
pub struct Sessions<'a>(pub(crate) &'a Inner);

impl Sessions<'_> {
    /// Keeps a session until `expires_at`, and forgets those that ended.
    pub async fn create(
        &self,
        developer: DeveloperId,
        hash: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.keep(("sessions", "token_hash"), developer, hash, expires_at, now)
            .await
    }
    /// Whose session has this hash, if it has not ended.
    pub async fn authenticate(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<DeveloperId>, StorageError> {
        let sql = "SELECT developer_id FROM sessions WHERE token_hash = $1 AND expires_at > $2";
        row(&self.0.read, sql, vec![hash.into(), at(now)])
            .await?
            .map(|row| row.id("developer_id"))
            .transpose()
    }
    /// Ends a session; false if there was none.
    pub async fn delete(&self, hash: &str) -> Result<bool, StorageError> {
        Ok(run(
            &self.0.write,
            "DELETE FROM sessions WHERE token_hash = $1",
            vec![hash.into()],
        )
        .await?
            > 0)
    }
    /// Keeps a one-time link until `expires_at`, and forgets those that ended.
    pub async fn create_link(
        &self,
        developer: DeveloperId,
        hash: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.keep(("one_time_links", "link_hash"), developer, hash, expires_at, now)
            .await
    }
    /// Uses a link up. Of any number of simultaneous tries one gets the person, the others `None`.
    pub async fn redeem_link(&self, hash: &str, now: Timestamp) -> Result<Option<DeveloperId>, StorageError> {
        let used = row(
            &self.0.write,
            "DELETE FROM one_time_links WHERE link_hash = $1 RETURNING developer_id, expires_at",
            vec![hash.into()],
        )
        .await?;
        let Some(used) = used else { return Ok(None) };
        if used.at("expires_at")? <= now {
            return Ok(None);
        }
        Ok(Some(used.id("developer_id")?))
    }

    /// Keeps a hash in its table until `expires_at`, and forgets those that ended.
    async fn keep(
        &self,
        (table, column): (&str, &str),
        developer: DeveloperId,
        hash: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            let ended = format!("DELETE FROM {table} WHERE expires_at <= $1");
            run(&transaction, &ended, vec![at(now)]).await?;
            let kept = format!(
                "INSERT INTO {table} ({column}, developer_id, expires_at, created_at) VALUES ($1, $2, $3, $4)"
            );
            let values = vec![hash.into(), id(developer), at(expires_at), at(now)];
            run(&transaction, &kept, values).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
}
