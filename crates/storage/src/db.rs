//! The thin layer under the repositories: one SQL text for both databases, values in, rows out.
//!
//! Placeholders are `$1`, `$2`, … on both. On SQLite ids are blobs of 16 bytes, instants RFC 3339 text in UTC (which
//! sorts as time), dates ISO text, JSON text. It must not know any table.

use dayloom_domain::Zone;
use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};
use serde::de::DeserializeOwned;
use sqlx::types::chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::StorageError;

/// All rows of a query.
pub(crate) async fn rows<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, StorageError> {
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, values);
    Ok(on.query_all_raw(statement).await?)
}

/// The first row of a query.
pub(crate) async fn row<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<Option<QueryResult>, StorageError> {
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, values);
    Ok(on.query_one_raw(statement).await?)
}

/// Runs a statement; the number of rows it touched.
pub(crate) async fn run<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<u64, StorageError> {
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, values);
    Ok(on.execute_raw(statement).await?.rows_affected())
}

/// Placeholders from `$first` on for a list, with commas between, and its values: the last of them again until there are
/// 1, 2, 4, 8… Lists of any length are few statements so, where each would stay prepared on each connection.
pub(crate) fn listed(first: usize, values: impl IntoIterator<Item = Value>) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = values.into_iter().collect();
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    let places: Vec<String> = (first..first + values.len()).map(|n| format!("${n}")).collect();
    (places.join(", "), values)
}

/// A fresh random id.
pub(crate) fn fresh_id() -> Uuid {
    Uuid::new_v4()
}

/// An instant as a value.
pub(crate) fn at(instant: Timestamp) -> Value {
    Value::ChronoDateTimeUtc(Some(to_chrono(instant)))
}

/// An instant or none as a value.
pub(crate) fn at_opt(instant: Option<Timestamp>) -> Value {
    Value::ChronoDateTimeUtc(instant.map(to_chrono))
}

/// A date as a value.
pub(crate) fn day(date: Date) -> Value {
    Value::ChronoDate(Some(to_naive(date)))
}

/// An id as a value.
pub(crate) fn id(id: impl Into<Uuid>) -> Value {
    Value::Uuid(Some(id.into()))
}

/// An id or none as a value.
pub(crate) fn id_opt<T: Into<Uuid>>(id: Option<T>) -> Value {
    Value::Uuid(id.map(Into::into))
}

/// JSON as a value.
pub(crate) fn json(value: serde_json::Value) -> Value {
    Value::Json(Some(Box::new(value)))
}

/// Cut to whole microseconds, which both databases keep.
pub(crate) fn to_chrono(instant: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.as_microsecond()).unwrap_or_default()
}

/// The other way.
pub(crate) fn from_chrono(instant: DateTime<Utc>) -> Result<Timestamp, StorageError> {
    Timestamp::from_microsecond(instant.timestamp_micros()).map_err(|_| StorageError::Unreadable("instant"))
}

/// A date for the driver.
pub(crate) fn to_naive(date: Date) -> NaiveDate {
    NaiveDate::from_ymd_opt(
        i32::from(date.year()),
        date.month().unsigned_abs().into(),
        date.day().unsigned_abs().into(),
    )
    .unwrap_or_default()
}

/// The other way.
pub(crate) fn from_naive(date: NaiveDate) -> Result<Date, StorageError> {
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    let span = jiff::Span::new().try_days(days);
    span.and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span))
        .map_err(|_| StorageError::Unreadable("date"))
}

/// The word a plain enum has in JSON, which is the word it has in a column.
pub(crate) fn word<T: serde::Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The enum of a word.
pub(crate) fn from_word<T: DeserializeOwned>(word: String, column: &'static str) -> Result<T, StorageError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|_| StorageError::Unreadable(column))
}

/// Reading a row column by column.
pub(crate) trait Columns {
    /// A column of a type the driver knows.
    fn col<T: TryGetable>(&self, name: &'static str) -> Result<T, StorageError>;

    /// A typed id.
    fn id<T: From<Uuid>>(&self, name: &'static str) -> Result<T, StorageError> {
        Ok(T::from(self.col::<Uuid>(name)?))
    }

    /// A typed id or none.
    fn id_opt<T: From<Uuid>>(&self, name: &'static str) -> Result<Option<T>, StorageError> {
        Ok(self.col::<Option<Uuid>>(name)?.map(T::from))
    }

    /// An instant.
    fn at(&self, name: &'static str) -> Result<Timestamp, StorageError> {
        from_chrono(self.col::<DateTime<Utc>>(name)?)
    }

    /// An instant or none.
    fn at_opt(&self, name: &'static str) -> Result<Option<Timestamp>, StorageError> {
        self.col::<Option<DateTime<Utc>>>(name)?
            .map(from_chrono)
            .transpose()
    }

    /// A date.
    fn day(&self, name: &'static str) -> Result<Date, StorageError> {
        from_naive(self.col::<NaiveDate>(name)?)
    }

    /// An enum by its word.
    fn word<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, StorageError> {
        from_word(self.col::<String>(name)?, name)
    }

    /// An enum by its word, or none.
    fn word_opt<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, StorageError> {
        self.col::<Option<String>>(name)?
            .map(|word| from_word(word, name))
            .transpose()
    }

    /// JSON; null and absent are `Null`.
    fn json(&self, name: &'static str) -> Result<serde_json::Value, StorageError> {
        Ok(self.col::<Option<serde_json::Value>>(name)?.unwrap_or_default())
    }

    /// A zone or none; one the program no longer knows counts as none.
    fn zone_opt(&self, name: &'static str) -> Result<Option<Zone>, StorageError> {
        Ok(self
            .col::<Option<String>>(name)?
            .and_then(|zone| Zone::parse(&zone).ok()))
    }
}

impl Columns for QueryResult {
    fn col<T: TryGetable>(&self, name: &'static str) -> Result<T, StorageError> {
        self.try_get("", name).map_err(|_| StorageError::Unreadable(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_like_lengths_are_one_statement_and_name_nothing_else() {
        let list = |count: i64| listed(2, (0..count).map(Value::from));
        let (places, values) = list(3);
        assert_eq!(places, "$2, $3, $4, $5");
        assert_eq!(
            values,
            [0_i64, 1, 2, 2].map(Value::from),
            "the last fills it up, which names it twice and nothing more"
        );
        assert_eq!(list(257).0, list(400).0);
        assert_eq!(list(1), ("$2".to_owned(), vec![Value::from(0_i64)]));
        assert_eq!(list(0), (String::new(), Vec::new()));
    }
}
