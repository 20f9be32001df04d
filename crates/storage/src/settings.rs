//! The program's own settings, such as the secret it signs sessions with.

use crate::{
    StorageError,
    db::{Columns, row, run},
    store::Inner,
};

/// The repository of settings.
#[derive(Clone, Copy)]
pub struct Settings<'a>(pub(crate) &'a Inner);

impl Settings<'_> {
    /// The value of a setting.
    pub async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        let sql = "SELECT value FROM program_settings WHERE name = $1";
        row(&self.0.read, sql, vec![key.into()])
            .await?
            .map(|row| row.col("value"))
            .transpose()
    }
    /// Sets a value.
    pub async fn put(&self, key: &str, value: &str) -> Result<(), StorageError> {
        run(
            &self.0.write,
            "INSERT INTO program_settings (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            vec![key.into(), value.into()],
        )
        .await?;
        Ok(())
    }
    /// Sets a value if it is still `old`. Of all simultaneous callers one succeeds.
    pub async fn replace(&self, key: &str, old: &str, new: &str) -> Result<bool, StorageError> {
        let sql = "UPDATE program_settings SET value = $3 WHERE name = $1 AND value = $2";
        let touched = run(&self.0.write, sql, vec![key.into(), old.into(), new.into()]).await?;
        Ok(touched > 0)
    }
    /// The value, or `fresh` kept as the value if there is none yet. All simultaneous callers get the same one.
    pub async fn get_or_create(&self, key: &str, fresh: &str) -> Result<String, StorageError> {
        if let Some(value) = self.get(key).await? {
            return Ok(value);
        }
        run(
            &self.0.write,
            "INSERT INTO program_settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            vec![key.into(), fresh.into()],
        )
        .await?;
        self.get(key)
            .await?
            .ok_or(StorageError::Unreadable("program_settings"))
    }
}
