//! Browser sessions and the one-time links that open one. Only hashes are kept.

use dayloom_domain::DeveloperId;
use jiff::Timestamp;

use crate::{StorageError, store::Inner};

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
        let _ = (developer, hash, expires_at, now);
        unimplemented!()
    }
    /// Whose session has this hash, if it has not ended.
    pub async fn authenticate(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<DeveloperId>, StorageError> {
        let _ = (hash, now);
        unimplemented!()
    }
    /// Ends a session; false if there was none.
    pub async fn delete(&self, hash: &str) -> Result<bool, StorageError> {
        let _ = hash;
        unimplemented!()
    }
    /// Keeps a one-time link until `expires_at`, and forgets those that ended.
    pub async fn create_link(
        &self,
        developer: DeveloperId,
        hash: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let _ = (developer, hash, expires_at, now);
        unimplemented!()
    }
    /// Uses a link up. Of any number of simultaneous tries one gets the person, the others `None`.
    pub async fn redeem_link(&self, hash: &str, now: Timestamp) -> Result<Option<DeveloperId>, StorageError> {
        let _ = (hash, now);
        unimplemented!()
    }
}
