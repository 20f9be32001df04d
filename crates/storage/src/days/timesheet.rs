//! The timesheet's rows (`contract/tracker.md` §2.6): inferred ones, and those made by hand (§9.3).

use dayloom_domain::{DeveloperId, EntryId, WorkspaceId};
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, QueryResult};

use super::TimesheetRow;
use crate::{
    StorageError,
    db::{Columns, day, id, listed, rows},
};

/// Inferred entries with the task's title where the person is active in the task's workspace.
const ROWS: &str = "SELECT e.id, e.entry_date, e.started_at, e.ended_at, e.duration_minutes, e.task_id,
        CASE WHEN m.developer_id IS NULL THEN NULL ELSE t.title END AS task_title, e.description,
        e.confidence_score, e.attribution_status, e.source
    FROM time_entries e LEFT JOIN sprint_tasks t ON t.id = e.task_id
    LEFT JOIN workspace_members m
        ON m.workspace_id = t.workspace_id AND m.developer_id = e.developer_id AND m.status = 'active'
    WHERE e.developer_id = $1 AND (e.is_inferred AND e.source = 'inferred' OR e.external_task_ref LIKE 'manual:%')";

/// Inferred entries of one workspace as its managers see them. What a person filed under a task of another workspace
/// is shown as time and nothing more.
const ROWS_OF_WORKSPACE: &str = "SELECT e.id, e.entry_date, e.started_at, e.ended_at, e.duration_minutes,
        t.id AS task_id, t.title AS task_title,
        CASE WHEN e.task_id IS NULL OR t.id IS NOT NULL THEN e.description END AS description,
        e.confidence_score, e.attribution_status, e.source
    FROM time_entries e LEFT JOIN sprint_tasks t ON t.id = e.task_id AND t.workspace_id = e.workspace_id
    WHERE e.developer_id = $1 AND (e.is_inferred AND e.source = 'inferred' OR e.external_task_ref LIKE 'manual:%')
        AND e.workspace_id = $4";

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
        source: row.col("source")?,
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
             AND COALESCE(e.inference_metadata ->> 'category', '') <> 'personal'
         ORDER BY e.entry_date, e.started_at, e.id"
    );
    rows(on, &sql, values).await?.iter().map(read).collect()
}

pub(super) async fn by_ids<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    ids: &[EntryId],
) -> Result<Vec<TimesheetRow>, StorageError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let (places, ids) = listed(2, ids.iter().copied().map(id));
        let sql = format!("{ROWS} AND e.id IN ({places}) ORDER BY e.entry_date, e.started_at, e.id");
        let values = std::iter::once(id(developer)).chain(ids).collect();
        for row in rows(on, &sql, values).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}
