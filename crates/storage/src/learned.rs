//! What attribution learns of a person, kept as text that only the attribution reads: the examples of each reviewed day,
//! and the model fitted to them.
//!
//! Days of one person may be derived side by side. So a model is only taken if it was fitted to the examples as they
//! stand; whoever comes too late fits again.

use dayloom_domain::DeveloperId;
use jiff::{Timestamp, civil::Date};

use crate::{
    StorageError,
    db::{Columns, at, day, id, listed, row, rows, run},
    store::Inner,
};

/// The model of a person as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnedModel {
    /// Grows with every change of the examples.
    pub generation: i64,
    /// The generation the model was fitted to; older than `generation` while a fit is due.
    pub fitted: i64,
    /// The model, where there is one.
    pub model: Option<String>,
}

/// What is to be done about what was learned, as a day of the person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnedStanding {
    /// Grows with every change of the examples.
    pub generation: i64,
    /// The generation the model was fitted to.
    pub fitted: i64,
    /// The examples of the day.
    pub day: Option<String>,
}

/// The repository of what was learned.
#[derive(Clone, Copy)]
pub struct Learned<'a>(pub(crate) &'a Inner);

impl Learned<'_> {
    /// How things stand for a day, the model itself left where it is: asked whenever a day is derived.
    pub async fn standing(
        &self,
        developer: DeveloperId,
        date: Date,
    ) -> Result<LearnedStanding, StorageError> {
        let sql = "SELECT l.generation, l.fitted, d.examples FROM tracker_learned l LEFT JOIN tracker_learned_days d
                       ON d.developer_id = l.developer_id AND d.local_date = $2
                   WHERE l.developer_id = $1";
        let Some(row) = row(&self.0.read, sql, vec![id(developer), day(date)]).await? else {
            return Ok(LearnedStanding {
                generation: 0,
                fitted: 0,
                day: None,
            });
        };
        Ok(LearnedStanding {
            generation: row.col("generation")?,
            fitted: row.col("fitted")?,
            day: row.col("examples")?,
        })
    }

    /// Sets the examples of a day, or takes them away. The generation from then on, if that changed anything; then a fit
    /// is due.
    pub async fn put_day(
        &self,
        developer: DeveloperId,
        date: Date,
        examples: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<i64>, StorageError> {
        let transaction = self.0.begin().await?;
        let key = || vec![id(developer), day(date)];
        let changed = match examples {
            Some(examples) => {
                let mut values = key();
                values.push(examples.into());
                let sql = "INSERT INTO tracker_learned_days (developer_id, local_date, examples) VALUES ($1, $2, $3)
                           ON CONFLICT (developer_id, local_date) DO UPDATE SET examples = excluded.examples
                           WHERE tracker_learned_days.examples <> excluded.examples";
                run(&transaction, sql, values).await?
            }
            None => {
                let sql = "DELETE FROM tracker_learned_days WHERE developer_id = $1 AND local_date = $2";
                run(&transaction, sql, key()).await?
            }
        };
        if changed == 0 {
            return Ok(None);
        }
        let grown = row(
            &transaction,
            "INSERT INTO tracker_learned (developer_id, generation, updated_at) VALUES ($1, 1, $2)
             ON CONFLICT (developer_id) DO UPDATE
             SET generation = tracker_learned.generation + 1, updated_at = excluded.updated_at
             RETURNING generation",
            vec![id(developer), at(now)],
        )
        .await?;
        let generation = grown.map(|row| row.col("generation")).transpose()?;
        transaction.commit().await?;
        Ok(generation)
    }

    /// The newest `at_most` reviewed dates, oldest first.
    pub async fn dates(&self, developer: DeveloperId, at_most: u32) -> Result<Vec<Date>, StorageError> {
        let sql = "SELECT local_date FROM tracker_learned_days WHERE developer_id = $1 ORDER BY local_date DESC LIMIT $2";
        let found = rows(&self.0.read, sql, vec![id(developer), i64::from(at_most).into()]).await?;
        found.iter().rev().map(|row| row.day("local_date")).collect()
    }

    /// The examples of these dates, oldest first; dates without any are left out.
    pub async fn examples(
        &self,
        developer: DeveloperId,
        dates: &[Date],
    ) -> Result<Vec<(Date, String)>, StorageError> {
        if dates.is_empty() {
            return Ok(Vec::new());
        }
        let (places, values) = listed(2, dates.iter().map(|date| day(*date)));
        let sql = format!(
            "SELECT local_date, examples FROM tracker_learned_days
             WHERE developer_id = $1 AND local_date IN ({places}) ORDER BY local_date"
        );
        let values = std::iter::once(id(developer)).chain(values).collect();
        let found = rows(&self.0.read, &sql, values).await?;
        found
            .iter()
            .map(|row| Ok((row.day("local_date")?, row.col("examples")?)))
            .collect()
    }

    /// Keeps a model fitted to this generation. False, keeping nothing, if the examples changed since, or a model of
    /// this generation is there.
    pub async fn put_model(
        &self,
        developer: DeveloperId,
        generation: i64,
        model: &str,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let kept = run(
            &self.0.write,
            "UPDATE tracker_learned SET model = $3, fitted = $2, updated_at = $4
             WHERE developer_id = $1 AND generation = $2 AND fitted < $2",
            vec![id(developer), generation.into(), model.into(), at(now)],
        )
        .await?;
        Ok(kept > 0)
    }
    /// The model as it stands; `None` if the person never reviewed anything.
    pub async fn model(&self, developer: DeveloperId) -> Result<Option<LearnedModel>, StorageError> {
        let sql = "SELECT generation, fitted, model FROM tracker_learned WHERE developer_id = $1";
        row(&self.0.read, sql, vec![id(developer)])
            .await?
            .map(|row| {
                Ok(LearnedModel {
                    generation: row.col("generation")?,
                    fitted: row.col("fitted")?,
                    model: row.col("model")?,
                })
            })
            .transpose()
    }
}
