//! A person's time row by row with the names of what it went to, for journals and questions. Only for themselves.

use std::collections::HashMap;

use dayloom_domain::{
    DeveloperId, ProjectId, TaskId, Zone,
    day::Category,
    facts::{NamedTask, Work},
};
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    StorageError,
    db::{Columns, day, id, row, rows},
};

const ROWS: &str =
    "SELECT e.id, e.entry_date, e.started_at, e.ended_at, e.duration_minutes, e.workspace_id, e.task_id,
        m.developer_id AS member, t.key, t.title, t.status, t.project_id AS task_project, e.description, e.inference_metadata
    FROM time_entries e LEFT JOIN sprint_tasks t ON t.id = e.task_id
    LEFT JOIN workspace_members m
        ON m.workspace_id = t.workspace_id AND m.developer_id = e.developer_id AND m.status = 'active'
    WHERE e.developer_id = $1 AND e.entry_date BETWEEN $2 AND $3
        AND (e.attribution_status IS NULL OR e.attribution_status <> 'dismissed')
    ORDER BY e.entry_date, e.started_at, e.id";

pub(super) async fn between<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    (start, end): (Date, Date),
    closed: &[String],
) -> Result<Vec<Work>, StorageError> {
    let projects = projects(on, developer).await?;
    let found = rows(on, ROWS, vec![id(developer), day(start), day(end)]).await?;
    let works = found.iter().map(|row| work(row, &projects, closed));
    works.filter_map(Result::transpose).collect()
}

/// Names of the projects of workspaces the person is active in.
async fn projects<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
) -> Result<HashMap<ProjectId, String>, StorageError> {
    let sql = "SELECT p.id, p.name FROM projects p JOIN workspace_members m
               ON m.workspace_id = p.workspace_id AND m.developer_id = $1 AND m.status = 'active'";
    let mut names = HashMap::new();
    for row in rows(on, sql, vec![id(developer)]).await? {
        names.insert(row.id("id")?, row.col("name")?);
    }
    Ok(names)
}

/// `None` for personal time that a review made a row of.
fn work(
    row: &QueryResult,
    projects: &HashMap<ProjectId, String>,
    closed: &[String],
) -> Result<Option<Work>, StorageError> {
    let metadata = row.json("inference_metadata")?;
    let category = serde_json::from_value::<Category>(metadata["category"].clone()).unwrap_or_default();
    let task_id: Option<TaskId> = row.id_opt("task_id")?;
    if category == Category::Personal && task_id.is_none() {
        return Ok(None);
    }
    let project_id = serde_json::from_value::<ProjectId>(metadata["project_id"].clone()).ok();
    Ok(Some(Work {
        entry_id: row.id("id")?,
        date: row.day("entry_date")?,
        // Time entered by hand may have a length and no place.
        interval: row
            .at_opt("started_at")?
            .zip(row.at_opt("ended_at")?)
            .filter(|(start, end)| start < end),
        minutes: row.col("duration_minutes")?,
        task: task_id.map(|task| named(row, task, closed)).transpose()?,
        workspace_id: row.id("workspace_id")?,
        project: project_id.and_then(|project| projects.get(&project).cloned()),
        project_id,
        reason: row.col::<Option<String>>("description")?.unwrap_or_default(),
        call_minutes: 0,
    }))
}

/// Of a workspace the person has left, the names are left out.
fn named(row: &QueryResult, id: TaskId, closed: &[String]) -> Result<NamedTask, StorageError> {
    let visible = row.col::<Option<uuid::Uuid>>("member")?.is_some();
    let text =
        |name: &'static str| Ok::<_, StorageError>(row.col::<Option<String>>(name)?.filter(|_| visible));
    let status = text("status")?.unwrap_or_default();
    Ok(NamedTask {
        id,
        key: text("key")?,
        title: text("title")?,
        project_id: row.id_opt("task_project")?,
        closed: closed
            .iter()
            .any(|closed| closed.to_lowercase() == status.to_lowercase()),
        status,
    })
}

/// Where a day was lived: the only part of it that is asked for.
#[derive(serde::Deserialize)]
struct Placed {
    timezone: Zone,
}

pub(super) async fn last_zone<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
) -> Result<Option<Zone>, StorageError> {
    let sql = "SELECT content FROM tracker_days WHERE developer_id = $1 ORDER BY local_date DESC LIMIT 1";
    let Some(found) = row(on, sql, vec![id(developer)]).await? else {
        return Ok(None);
    };
    let content: String = found.col("content")?;
    let last: Placed = serde_json::from_str(&content).map_err(|_| StorageError::Unreadable("content"))?;
    Ok(Some(last.timezone))
}
