//! Texts that stand beside a day: one of a kind for each day, written in its transaction, gone with it.
//!
//! It must not know what the texts say.

use dayloom_domain::DeveloperId;
use jiff::civil::Date;
use sea_orm::DatabaseTransaction;

use crate::{
    StorageError,
    db::{day, id, run},
};

/// A kind of text.
#[derive(Clone, Copy)]
pub(super) struct Beside {
    /// Its table, with the key of the day.
    pub(super) table: &'static str,
    /// Its column.
    pub(super) column: &'static str,
}

impl Beside {
    /// Keeps the text, where it is another one; without one, what was kept before goes. Whether anything changed.
    pub(super) async fn put(
        self,
        on: &DatabaseTransaction,
        developer: DeveloperId,
        date: Date,
        text: Option<&str>,
    ) -> Result<bool, StorageError> {
        let Self { table, column } = self;
        let mut values = vec![id(developer), day(date)];
        let sql = match text {
            Some(text) => {
                values.push(text.into());
                format!(
                    "INSERT INTO {table} (developer_id, local_date, {column}) VALUES ($1, $2, $3)
                     ON CONFLICT (developer_id, local_date) DO UPDATE SET {column} = excluded.{column}
                     WHERE {table}.{column} <> excluded.{column}"
                )
            }
            None => format!("DELETE FROM {table} WHERE developer_id = $1 AND local_date = $2"),
        };
        Ok(run(on, &sql, values).await? > 0)
    }
}
