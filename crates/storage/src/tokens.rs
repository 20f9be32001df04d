//! API tokens: only their hash is kept (`contract/tracker.md` §1.2).

use dayloom_domain::{ApiTokenId, DeveloperId};
use jiff::{Timestamp, ToSpan};

use crate::{
    StorageError,
    db::{Columns, at, at_opt, fresh_id, id, row, rows, run},
    store::Inner,
};

/// How often a use is written down (`contract/tracker.md` §1.1).
const USE_NOTED_EVERY_MINUTES: i64 = 5;

/// A token to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Name.
    pub name: String,
    /// SHA-256 of the whole token, 64 lower-case hex digits.
    pub hash: String,
    /// Its first 12 characters.
    pub prefix: String,
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
}

/// A token as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Id.
    pub id: ApiTokenId,
    /// Name.
    pub name: String,
    /// First 12 characters.
    pub prefix: String,
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
    /// Last use, to within five minutes.
    pub last_used_at: Option<Timestamp>,
    /// Not switched off.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The repository of API tokens.
#[derive(Clone, Copy)]
pub struct Tokens<'a>(pub(crate) &'a Inner);

impl Tokens<'_> {
    /// Keeps a new token.
    pub async fn create(
        &self,
        developer: DeveloperId,
        new: &NewToken,
        now: Timestamp,
    ) -> Result<ApiToken, StorageError> {
        let token = ApiToken {
            id: fresh_id().into(),
            name: new.name.clone(),
            prefix: new.prefix.clone(),
            expires_at: new.expires_at,
            last_used_at: None,
            is_active: true,
            created_at: now,
        };
        run(
            &self.0.write,
            "INSERT INTO api_tokens (id, developer_id, name, token_hash, token_prefix, expires_at, is_active, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7)",
            vec![
                id(token.id),
                id(developer),
                token.name.clone().into(),
                new.hash.clone().into(),
                token.prefix.clone().into(),
                at_opt(token.expires_at),
                at(now),
            ],
        )
        .await?;
        Ok(token)
    }
    /// A person's tokens, newest first, expired ones included.
    pub async fn list(&self, developer: DeveloperId) -> Result<Vec<ApiToken>, StorageError> {
        let found = rows(
            &self.0.read,
            "SELECT id, name, token_prefix, expires_at, last_used_at, is_active, created_at FROM api_tokens
             WHERE developer_id = $1 ORDER BY created_at DESC, id",
            vec![id(developer)],
        )
        .await?;
        found
            .iter()
            .map(|row| {
                Ok(ApiToken {
                    id: row.id("id")?,
                    name: row.col("name")?,
                    prefix: row.col("token_prefix")?,
                    expires_at: row.at_opt("expires_at")?,
                    last_used_at: row.at_opt("last_used_at")?,
                    is_active: row.col("is_active")?,
                    created_at: row.at("created_at")?,
                })
            })
            .collect()
    }
    /// Removes a person's own token; false if there is none.
    pub async fn delete(&self, developer: DeveloperId, id: ApiTokenId) -> Result<bool, StorageError> {
        let sql = "DELETE FROM api_tokens WHERE id = $1 AND developer_id = $2";
        Ok(run(
            &self.0.write,
            sql,
            vec![crate::db::id(id), crate::db::id(developer)],
        )
        .await?
            > 0)
    }
    /// Whose token has this hash, if it is active and not expired. Notes its use at most every five minutes; where that
    /// cannot be written, as on a full disk, the token is as good.
    pub async fn authenticate(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<DeveloperId>, StorageError> {
        let found = row(
            &self.0.read,
            "SELECT id, developer_id, last_used_at FROM api_tokens
             WHERE token_hash = $1 AND is_active AND (expires_at IS NULL OR expires_at > $2)",
            vec![hash.into(), at(now)],
        )
        .await?;
        let Some(found) = found else { return Ok(None) };
        let stale = now - USE_NOTED_EVERY_MINUTES.minutes();
        if found.at_opt("last_used_at")?.is_none_or(|used| used <= stale) {
            let noted = run(
                &self.0.write,
                "UPDATE api_tokens SET last_used_at = $2
                 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)",
                vec![id(found.col::<uuid::Uuid>("id")?), at(now), at(stale)],
            )
            .await;
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of a token could not be noted");
            }
        }
        Ok(Some(found.id("developer_id")?))
    }
}
