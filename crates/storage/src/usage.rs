//! The ledger of language models: calls, tokens and cost of each person, local date, purpose and model.

use dayloom_domain::DeveloperId;
use jiff::civil::Date;

use crate::{
    StorageError,
    db::{Columns, day, id, row, rows, run},
    store::Inner,
};

/// What is added to a line of the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UsageAdded {
    /// Calls made, those that failed included.
    pub calls: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// US dollars; none where the price is not known.
    pub cost_usd: Option<f64>,
}

/// A line of the ledger (`contract/tracker.md` §9.3).
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRow {
    /// The person's local date.
    pub date: Date,
    /// What for: `attribution`, `journal` or `question`.
    pub purpose: String,
    /// The model's name.
    pub model: String,
    /// What was used. The cost is none as soon as the price of one call is not known.
    pub used: UsageAdded,
}

/// The repository of the ledger.
#[derive(Clone, Copy)]
pub struct Usage<'a>(pub(crate) &'a Inner);

impl Usage<'_> {
    /// Adds to a line.
    pub async fn add(
        &self,
        developer: DeveloperId,
        date: Date,
        purpose: &str,
        model: &str,
        added: UsageAdded,
    ) -> Result<(), StorageError> {
        run(
            &self.0.write,
            "INSERT INTO model_usage (developer_id, local_date, purpose, model, calls, input_tokens, output_tokens,
                 cost_usd) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (developer_id, local_date, purpose, model) DO UPDATE SET
                 calls = model_usage.calls + excluded.calls,
                 input_tokens = model_usage.input_tokens + excluded.input_tokens,
                 output_tokens = model_usage.output_tokens + excluded.output_tokens,
                 cost_usd = model_usage.cost_usd + excluded.cost_usd",
            vec![
                id(developer),
                day(date),
                purpose.into(),
                model.into(),
                added.calls.into(),
                added.input_tokens.into(),
                added.output_tokens.into(),
                added.cost_usd.into(),
            ],
        )
        .await?;
        Ok(())
    }
    /// Tokens a person used on a local date, read and written, for whatever purpose.
    pub async fn tokens_on(&self, developer: DeveloperId, date: Date) -> Result<i64, StorageError> {
        let sql = "SELECT CAST(COALESCE(SUM(input_tokens + output_tokens), 0) AS BIGINT) AS tokens
                   FROM model_usage WHERE developer_id = $1 AND local_date = $2";
        row(&self.0.read, sql, vec![id(developer), day(date)])
            .await?
            .map_or(Ok(0), |row| row.col("tokens"))
    }
    /// The person's lines of the local dates `start` to `end` inclusive, by date, purpose and model.
    pub async fn between(
        &self,
        developer: DeveloperId,
        start: Date,
        end: Date,
    ) -> Result<Vec<UsageRow>, StorageError> {
        let sql = "SELECT local_date, purpose, model, calls, input_tokens, output_tokens, cost_usd FROM model_usage
                   WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3 ORDER BY local_date, purpose, model";
        let found = rows(&self.0.read, sql, vec![id(developer), day(start), day(end)]).await?;
        found
            .iter()
            .map(|row| {
                Ok(UsageRow {
                    date: row.day("local_date")?,
                    purpose: row.col("purpose")?,
                    model: row.col("model")?,
                    used: UsageAdded {
                        calls: row.col("calls")?,
                        input_tokens: row.col("input_tokens")?,
                        output_tokens: row.col("output_tokens")?,
                        cost_usd: row.col("cost_usd")?,
                    },
                })
            })
            .collect()
    }
}
