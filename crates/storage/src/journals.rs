//! Journals: one row of `work_logs` per person and local day, under the key `tracker-journal:{developer}:{date}`
//! (`contract/tracker.md` §3). What a person wrote is never overwritten.

use dayloom_domain::{DeveloperId, EntryId, TaskId, WorkspaceId, facts::Sentence};
use jiff::{Timestamp, civil::Date};
use sea_orm::{QueryResult, Value};

use crate::{
    DueDay, StorageError,
    db::{Columns, at, at_opt, day, fresh_id, id, row, rows, run},
    store::Inner,
};

/// A journal as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal {
    /// Its local date.
    pub date: Date,
    /// The workspace it is filed under.
    pub workspace_id: WorkspaceId,
    /// Its text; empty where the person took it away.
    pub text: String,
    /// Its sentences with what each speaks of; none where the person wrote it.
    pub sentences: Vec<Sentence>,
    /// The rows of the day when it was written, and their tasks.
    pub basis: Vec<(EntryId, Option<TaskId>)>,
    /// `facts`, `person`, or the model that phrased it.
    pub written_by: String,
    /// The person wrote it: it stands.
    pub edited: bool,
    /// Written after the day had ended.
    pub is_final: bool,
    /// The revision of the day it was written from.
    pub day_revision: i64,
    /// The day has changed since.
    pub stale: bool,
    /// When a model was last asked for it, or claimed to be.
    pub asked_at: Option<Timestamp>,
    /// Why no model phrased it where one was asked: the word of its failure.
    pub held_back: Option<String>,
    /// End of its local day.
    pub logged_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// A journal to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJournal {
    /// Whose.
    pub developer_id: DeveloperId,
    /// Of which local date.
    pub date: Date,
    /// The workspace of most of the day's time.
    pub workspace_id: WorkspaceId,
    /// Its sentences.
    pub sentences: Vec<Sentence>,
    /// The rows of the day, and their tasks.
    pub basis: Vec<(EntryId, Option<TaskId>)>,
    /// `facts`, or the model that phrased it.
    pub written_by: String,
    /// The day had ended.
    pub is_final: bool,
    /// The revision of the day it was written from.
    pub day_revision: i64,
    /// Why no model phrased it where one was asked: the word of its failure.
    pub held_back: Option<String>,
    /// When a model was last asked for it, as its writer knows; where another asked since, nothing is written.
    pub asked_at: Option<Timestamp>,
    /// End of the local day, less one second; a later change of the text leaves it there.
    pub logged_at: Timestamp,
}

/// The repository of journals. Every method but [`Journals::due`] speaks of one person's own.
#[derive(Clone, Copy)]
pub struct Journals<'a>(pub(crate) &'a Inner);

const SELECT: &str =
    "SELECT w.log_date, w.workspace_id, w.notes, w.sentences, w.basis, w.written_by, w.edited, w.is_final,
        w.day_revision, w.asked_at, w.held_back, w.logged_at, w.updated_at, d.revision
    FROM work_logs w LEFT JOIN tracker_days d ON d.developer_id = w.developer_id AND d.local_date = w.log_date
    WHERE w.developer_id = $1 AND w.external_task_ref LIKE 'tracker-journal:%'";

impl Journals<'_> {
    /// The journal of a day.
    pub async fn read(&self, developer: DeveloperId, date: Date) -> Result<Option<Journal>, StorageError> {
        let sql = format!("{SELECT} AND w.log_date = $2");
        row(&self.0.read, &sql, vec![id(developer), day(date)])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }
    /// The journals of the local dates `start` to `end` inclusive, ascending.
    pub async fn between(
        &self,
        developer: DeveloperId,
        start: Date,
        end: Date,
    ) -> Result<Vec<Journal>, StorageError> {
        let sql = format!("{SELECT} AND w.log_date BETWEEN $2 AND $3 ORDER BY w.log_date");
        rows(&self.0.read, &sql, vec![id(developer), day(start), day(end)])
            .await?
            .iter()
            .map(read)
            .collect()
    }
    /// Stores a journal, anew or over the one that stands. False, changing nothing, where the person wrote theirs, where
    /// one of a later revision of the day stands, or where a model was asked since the writer looked.
    pub async fn write(&self, new: &NewJournal, now: Timestamp) -> Result<bool, StorageError> {
        let texts: Vec<&str> = new
            .sentences
            .iter()
            .map(|sentence| sentence.text.as_str())
            .collect();
        let sentences =
            serde_json::to_string(&new.sentences).map_err(|_| StorageError::Unreadable("sentences"))?;
        let basis = serde_json::to_string(&new.basis).map_err(|_| StorageError::Unreadable("basis"))?;
        let values: Vec<Value> = vec![
            id(fresh_id()),
            id(new.developer_id),
            id(new.workspace_id),
            texts.join(" ").into(),
            key(new.developer_id, new.date).into(),
            day(new.date),
            sentences.into(),
            basis.into(),
            new.written_by.clone().into(),
            new.is_final.into(),
            new.day_revision.into(),
            at_opt(new.asked_at),
            at(new.logged_at),
            at(now),
            new.held_back.clone().into(),
        ];
        let written = run(
            &self.0.write,
            "INSERT INTO work_logs (id, developer_id, workspace_id, notes, external_task_ref, log_date, sentences,
                 basis, written_by, is_final, day_revision, asked_at, logged_at, created_at, updated_at, held_back)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15)
             ON CONFLICT (external_task_ref) WHERE external_task_ref LIKE 'tracker-journal:%'
             DO UPDATE SET workspace_id = excluded.workspace_id, notes = excluded.notes,
                 sentences = excluded.sentences, basis = excluded.basis, written_by = excluded.written_by, is_final = excluded.is_final,
                 day_revision = excluded.day_revision, held_back = excluded.held_back, updated_at = excluded.updated_at
             WHERE NOT work_logs.edited AND work_logs.day_revision <= excluded.day_revision
                 AND work_logs.asked_at IS NOT DISTINCT FROM excluded.asked_at",
            values,
        )
        .await?;
        Ok(written > 0)
    }
    /// Takes it upon the caller to ask a model for a journal at `now`. False, changing nothing, where somebody else did
    /// since it was `seen`, or the person wrote their own: of several callers one is told true.
    pub async fn claim(
        &self,
        developer: DeveloperId,
        date: Date,
        seen: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let claimed = run(
            &self.0.write,
            "UPDATE work_logs SET asked_at = $3 WHERE external_task_ref = $1 AND NOT edited
                 AND asked_at IS NOT DISTINCT FROM $2",
            vec![key(developer, date).into(), at_opt(seen), at(now)],
        )
        .await?;
        Ok(claimed > 0)
    }
    /// Puts the person's own text in place of what stands. False if the day has no journal.
    pub async fn edit(
        &self,
        developer: DeveloperId,
        date: Date,
        text: &str,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let edited = run(
            &self.0.write,
            "UPDATE work_logs SET notes = $2, sentences = '[]', basis = '[]', written_by = 'person', edited = TRUE, updated_at = $3
             WHERE external_task_ref = $1",
            vec![key(developer, date).into(), text.into(), at(now)],
        )
        .await?;
        Ok(edited > 0)
    }
    /// Gives an edited journal back to be written again. False if the person had not written it.
    pub async fn give_back(
        &self,
        developer: DeveloperId,
        date: Date,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let given = run(
            &self.0.write,
            "UPDATE work_logs SET edited = FALSE, day_revision = 0, is_final = FALSE, asked_at = NULL, held_back = NULL, updated_at = $2
             WHERE external_task_ref = $1 AND edited",
            vec![key(developer, date).into(), at(now)],
        )
        .await?;
        Ok(given > 0)
    }
    /// Takes away the journal of a day on which nothing is left; what the person wrote stays.
    pub async fn remove(&self, developer: DeveloperId, date: Date) -> Result<bool, StorageError> {
        let removed = run(
            &self.0.write,
            "DELETE FROM work_logs WHERE external_task_ref = $1 AND NOT edited",
            vec![key(developer, date).into()],
        )
        .await?;
        Ok(removed > 0)
    }
    /// Derived days from `since` on, of everyone, whose journal is missing, older than the day, or not yet final and not
    /// the person's own: the newest days first, after the one given.
    pub async fn due(
        &self,
        since: Date,
        after: Option<DueDay>,
        limit: u32,
    ) -> Result<Vec<DueDay>, StorageError> {
        let later = if after.is_some() {
            "AND (d.local_date < $3 OR (d.local_date = $3 AND d.developer_id > $4))"
        } else {
            ""
        };
        let sql = format!(
            "SELECT d.developer_id, d.local_date, d.revision FROM tracker_days d
             LEFT JOIN work_logs w ON w.developer_id = d.developer_id AND w.log_date = d.local_date
                 AND w.external_task_ref LIKE 'tracker-journal:%'
             WHERE d.local_date >= $1 {later}
                 AND (w.id IS NULL OR (NOT w.edited AND (w.day_revision <> d.revision OR NOT w.is_final)))
             ORDER BY d.local_date DESC, d.developer_id LIMIT $2"
        );
        let mut values = vec![day(since), i64::from(limit).into()];
        if let Some(after) = after {
            values.extend([day(after.date), id(after.developer_id)]);
        }
        rows(&self.0.read, &sql, values)
            .await?
            .iter()
            .map(crate::insights::due_day)
            .collect()
    }
}

/// `tracker-journal:{developer}:{date}`.
fn key(developer: DeveloperId, date: Date) -> String {
    format!("tracker-journal:{developer}:{date}")
}

fn read(row: &QueryResult) -> Result<Journal, StorageError> {
    let day_revision = row.col("day_revision")?;
    let (sentences, basis): (String, String) = (row.col("sentences")?, row.col("basis")?);
    Ok(Journal {
        date: row.day("log_date")?,
        workspace_id: row.id("workspace_id")?,
        text: row.col("notes")?,
        sentences: serde_json::from_str(&sentences).map_err(|_| StorageError::Unreadable("sentences"))?,
        basis: serde_json::from_str(&basis).map_err(|_| StorageError::Unreadable("basis"))?,
        written_by: row.col("written_by")?,
        edited: row.col("edited")?,
        is_final: row.col("is_final")?,
        day_revision,
        stale: row
            .col::<Option<i64>>("revision")?
            .is_some_and(|revision| revision != day_revision),
        asked_at: row.at_opt("asked_at")?,
        held_back: row.col("held_back")?,
        logged_at: row.at("logged_at")?,
        updated_at: row.at("updated_at")?,
    })
}
