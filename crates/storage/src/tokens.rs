//! API tokens: only their hash is kept (`contract/tracker.md` §1.2).

use dayloom_domain::{ApiTokenId, DeveloperId};
use jiff::Timestamp;

use crate::{StorageError, store::Inner};

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
        let _ = (developer, new, now);
        unimplemented!()
    }
    /// A person's tokens, newest first, expired ones included.
    pub async fn list(&self, developer: DeveloperId) -> Result<Vec<ApiToken>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// Removes a person's own token; false if there is none.
    pub async fn delete(&self, developer: DeveloperId, id: ApiTokenId) -> Result<bool, StorageError> {
        let _ = (developer, id);
        unimplemented!()
    }
    /// Whose token has this hash, if it is active and not expired. Notes its use at most every five minutes.
    pub async fn authenticate(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<DeveloperId>, StorageError> {
        let _ = (hash, now);
        unimplemented!()
    }
}
