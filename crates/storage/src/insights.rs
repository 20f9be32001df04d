//! Metrics of days: measured once for each revision of a day, so that what is usual for a person needs no whole day read
//! again.

use dayloom_domain::{DeveloperId, insight::DayMetrics};
use jiff::civil::Date;
use sea_orm::QueryResult;

use crate::{
    StorageError,
    db::{Columns, day, id, rows, run},
    store::Inner,
};

/// A day that has something to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueDay {
    /// Whose.
    pub developer_id: DeveloperId,
    /// Which local date.
    pub date: Date,
    /// Its revision.
    pub revision: i64,
}

/// The metrics of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasuredDay {
    /// The local date.
    pub date: Date,
    /// What was measured.
    pub metrics: DayMetrics,
}

/// The repository of metrics.
#[derive(Clone, Copy)]
pub struct Insights<'a>(pub(crate) &'a Inner);

impl Insights<'_> {
    /// Derived days from `since` on, of everyone, that were not measured as they are now; a person's in order of date.
    /// After the one given.
    pub async fn due(
        &self,
        since: Date,
        after: Option<DueDay>,
        limit: u32,
    ) -> Result<Vec<DueDay>, StorageError> {
        let later = if after.is_some() {
            "AND (d.developer_id > $4 OR (d.developer_id = $4 AND d.local_date > $3))"
        } else {
            ""
        };
        let sql = format!(
            "SELECT d.developer_id, d.local_date, d.revision FROM tracker_days d
             LEFT JOIN tracker_day_metrics m ON m.developer_id = d.developer_id AND m.local_date = d.local_date
             WHERE d.local_date >= $1 {later} AND (m.day_revision IS NULL OR m.day_revision <> d.revision)
             ORDER BY d.developer_id, d.local_date LIMIT $2"
        );
        let mut values = vec![day(since), i64::from(limit).into()];
        if let Some(after) = after {
            values.extend([day(after.date), id(after.developer_id)]);
        }
        rows(&self.0.read, &sql, values)
            .await?
            .iter()
            .map(due_day)
            .collect()
    }
    /// The person's derived days from `start` to `end` inclusive that were not measured as they are now.
    pub async fn due_of(
        &self,
        developer: DeveloperId,
        start: Date,
        end: Date,
    ) -> Result<Vec<DueDay>, StorageError> {
        let sql = "SELECT d.developer_id, d.local_date, d.revision FROM tracker_days d
             LEFT JOIN tracker_day_metrics m ON m.developer_id = d.developer_id AND m.local_date = d.local_date
             WHERE d.developer_id = $1 AND d.local_date BETWEEN $2 AND $3
                 AND (m.day_revision IS NULL OR m.day_revision <> d.revision) ORDER BY d.local_date";
        rows(&self.0.read, sql, vec![id(developer), day(start), day(end)])
            .await?
            .iter()
            .map(due_day)
            .collect()
    }
    /// Keeps what was measured of a day.
    pub async fn put(&self, of: DueDay, metrics: &DayMetrics) -> Result<(), StorageError> {
        let text = serde_json::to_string(metrics).map_err(|_| StorageError::Unreadable("metrics"))?;
        run(
            &self.0.write,
            "INSERT INTO tracker_day_metrics (developer_id, local_date, day_revision, metrics) VALUES ($1, $2, $3, $4)
             ON CONFLICT (developer_id, local_date)
             DO UPDATE SET day_revision = excluded.day_revision, metrics = excluded.metrics
             WHERE tracker_day_metrics.day_revision <= excluded.day_revision",
            vec![id(of.developer_id), day(of.date), of.revision.into(), text.into()],
        )
        .await?;
        Ok(())
    }
    /// What was measured of the person's days from `start` to `end` inclusive, ascending.
    pub async fn between(
        &self,
        developer: DeveloperId,
        start: Date,
        end: Date,
    ) -> Result<Vec<MeasuredDay>, StorageError> {
        let sql = "SELECT local_date, metrics FROM tracker_day_metrics
                   WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3 ORDER BY local_date";
        rows(&self.0.read, sql, vec![id(developer), day(start), day(end)])
            .await?
            .iter()
            .map(|row| {
                let metrics: String = row.col("metrics")?;
                Ok(MeasuredDay {
                    date: row.day("local_date")?,
                    metrics: serde_json::from_str(&metrics)
                        .map_err(|_| StorageError::Unreadable("metrics"))?,
                })
            })
            .collect()
    }
}

pub(crate) fn due_day(row: &QueryResult) -> Result<DueDay, StorageError> {
    Ok(DueDay {
        developer_id: row.id("developer_id")?,
        date: row.day("local_date")?,
        revision: row.col("revision")?,
    })
}
