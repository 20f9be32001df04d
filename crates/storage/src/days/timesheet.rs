//! The timesheet's rows and their reviews (`contract/tracker.md` §2.6).

use dayloom_domain::{DeveloperId, EntryId, WorkspaceId};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{EntryReview, TimesheetRow, queue};
use crate::{
    StorageError,
    db::{Columns, at, day, id, id_opt, json, row, rows, run, word},
    store::Inner,
};

/// Inferred entries with the task's title where the person is active in the task's workspace.
const ROWS: &str = "SELECT e.id, e.entry_date, e.started_at, e.ended_at, e.duration_minutes, e.task_id,
        CASE WHEN m.developer_id IS NULL THEN NULL ELSE t.title END AS task_title, e.description,
        e.confidence_score, e.attribution_status
    FROM time_entries e LEFT JOIN sprint_tasks t ON t.id = e.task_id
    LEFT JOIN workspace_members m
        ON m.workspace_id = t.workspace_id AND m.developer_id = e.developer_id AND m.status = 'active'
    WHERE e.developer_id = $1 AND e.is_inferred AND e.source = 'inferred'";

/// Inferred entries of one workspace as its managers see them. What a person filed under a task of another workspace
/// is shown as time and nothing more.
const ROWS_OF_WORKSPACE: &str = "SELECT e.id, e.entry_date, e.started_at, e.ended_at, e.duration_minutes,
        t.id AS task_id, t.title AS task_title,
        CASE WHEN e.task_id IS NULL OR t.id IS NOT NULL THEN e.description END AS description,
        e.confidence_score, e.attribution_status
    FROM time_entries e LEFT JOIN sprint_tasks t ON t.id = e.task_id AND t.workspace_id = e.workspace_id
    WHERE e.developer_id = $1 AND e.is_inferred AND e.source = 'inferred' AND e.workspace_id = $4";

fn read(row: &QueryResult) -> Result<TimesheetRow, StorageError> {
    Ok(TimesheetRow {
        id: row.id("id")?,
        entry_date: row.day("entry_date")?,
        started_at: row.at_opt("started_at")?,
        ended_at: row.at_opt("ended_at")?,
        duration_minutes: row.col("duration_minutes")?,
        task_id: row.id_opt("task_id")?,
        task_title: row.col("task_title")?,
        description: row.col("description")?,
        confidence_score: row.col("confidence_score")?,
        attribution_status: row.word_opt("attribution_status")?,
    })
}

pub(super) async fn between<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    workspace: Option<WorkspaceId>,
    start: Date,
    end: Date,
) -> Result<Vec<TimesheetRow>, StorageError> {
    let mut values = vec![id(developer), day(start), day(end)];
    values.extend(workspace.map(id));
    let select = if workspace.is_some() {
        ROWS_OF_WORKSPACE
    } else {
        ROWS
    };
    let sql = format!(
        "{select} AND e.entry_date BETWEEN $2 AND $3
             AND (e.attribution_status IS NULL OR e.attribution_status <> 'dismissed')
         ORDER BY e.entry_date, e.started_at, e.id"
    );
    rows(on, &sql, values).await?.iter().map(read).collect()
}

/// The day is marked before the entry is changed: everyone locks the mark first.
pub(super) async fn review(
    inner: &Inner,
    developer: DeveloperId,
    entry: EntryId,
    review: &EntryReview,
    now: Timestamp,
) -> Result<Option<TimesheetRow>, StorageError> {
    let transaction = inner.begin().await?;
    let one = format!("{ROWS} AND e.id = $2");
    let key = || vec![id(developer), id(entry)];
    let Some(before) = row(&transaction, &one, key())
        .await?
        .as_ref()
        .map(read)
        .transpose()?
    else {
        return Ok(None);
    };
    queue::mark(&transaction, developer, &[before.entry_date], now).await?;
    let sql =
        inner.locking("SELECT inference_metadata FROM time_entries WHERE developer_id = $1 AND id = $2");
    let Some(held) = row(&transaction, &sql, key()).await? else {
        return Ok(None);
    };
    let mut metadata = held.json("inference_metadata")?;
    if let Some(map) = metadata.as_object_mut() {
        map.insert("category".to_owned(), word(review.category).into());
    }
    run(
        &transaction,
        "UPDATE time_entries SET attribution_status = $3, task_id = $4, inference_metadata = $5, updated_at = $6
         WHERE developer_id = $1 AND id = $2",
        vec![
            id(developer),
            id(entry),
            word(review.status).into(),
            id_opt(review.task_id),
            json(metadata),
            at(now),
        ],
    )
    .await?;
    let after = row(&transaction, &one, key())
        .await?
        .as_ref()
        .map(read)
        .transpose()?;
    transaction.commit().await?;
    Ok(after)
}
