//! The program's own settings, such as the secret it signs sessions with.

use crate::{StorageError, store::Inner};

/// The repository of settings.
#[derive(Clone, Copy)]
pub struct Settings<'a>(pub(crate) &'a Inner);

impl Settings<'_> {
    /// The value of a setting.
    pub async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        let _ = key;
        unimplemented!()
    }
    /// Sets a value.
    pub async fn put(&self, key: &str, value: &str) -> Result<(), StorageError> {
        let _ = (key, value);
        unimplemented!()
    }
    /// The value, or `fresh` kept as the value if there is none yet. All simultaneous callers get the same one.
    pub async fn get_or_create(&self, key: &str, fresh: &str) -> Result<String, StorageError> {
        let _ = (key, fresh);
        unimplemented!()
    }
}
