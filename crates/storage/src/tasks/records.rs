//! How a task is kept: as one row, read, found and written within whatever transaction is open.

use dayloom_domain::{DeveloperId, TaskId, WorkspaceId, people::Task};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};

use crate::{
    StorageError,
    db::{Columns, at, fresh_id, id_opt, row, run},
};

/// The status of a task made without one (`contract/tracker.md` §9).
const FIRST_STATUS: &str = "todo";

/// The columns of tasks `t`.
pub(super) const COLUMNS: &str =
    "t.id, t.workspace_id, t.project_id, t.key, t.title, t.url, t.status, t.assignee_id, t.created_at,
    t.updated_at";

/// The tasks of workspaces the person `$1` is active in.
pub(super) const VISIBLE: &str = "FROM sprint_tasks t JOIN workspace_members m
    ON m.workspace_id = t.workspace_id AND m.developer_id = $1 AND m.status = 'active'";

pub(super) fn read(row: &QueryResult) -> Result<Task, StorageError> {
    Ok(Task {
        id: row.id("id")?,
        workspace_id: row.id("workspace_id")?,
        project_id: row.id_opt("project_id")?,
        key: row.col("key")?,
        title: row.col("title")?,
        url: row.col("url")?,
        status: row.col("status")?,
        assignee_id: row.id_opt("assignee_id")?,
        created_at: row.at("created_at")?,
        updated_at: row.at("updated_at")?,
    })
}

/// The form in which keys are compared.
fn fold(key: &str) -> String {
    key.to_lowercase()
}

/// A task of the workspace.
pub(super) async fn find<C: ConnectionTrait>(
    on: &C,
    workspace: WorkspaceId,
    task: TaskId,
) -> Result<Option<Task>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM sprint_tasks t WHERE t.workspace_id = $1 AND t.id = $2");
    row(on, &sql, vec![crate::db::id(workspace), crate::db::id(task)])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The task of the workspace that has this key, whatever its case.
pub(crate) async fn find_by_key<C: ConnectionTrait>(
    on: &C,
    workspace: WorkspaceId,
    key: &str,
) -> Result<Option<Task>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM sprint_tasks t WHERE t.workspace_id = $1 AND t.key_folded = $2");
    row(on, &sql, vec![crate::db::id(workspace), fold(key).into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The task if it is in a workspace the person is active in.
pub(crate) async fn find_visible<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    task: TaskId,
) -> Result<Option<Task>, StorageError> {
    let sql = format!("SELECT {COLUMNS} {VISIBLE} WHERE t.id = $2");
    row(on, &sql, vec![crate::db::id(developer), crate::db::id(task)])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Adds a row; false if another task of the workspace has the key.
pub(crate) async fn insert<C: ConnectionTrait>(on: &C, task: &Task) -> Result<bool, StorageError> {
    let made = run(
        on,
        "INSERT INTO sprint_tasks
             (id, workspace_id, project_id, key, key_folded, title, url, status, assignee_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (workspace_id, key_folded) DO NOTHING",
        values(task),
    )
    .await?;
    Ok(made == 1)
}

/// Writes all fields of a task.
pub(crate) async fn replace<C: ConnectionTrait>(on: &C, task: &Task) -> Result<(), StorageError> {
    run(
        on,
        "UPDATE sprint_tasks SET project_id = $3, key = $4, key_folded = $5, title = $6, url = $7, status = $8,
             assignee_id = $9, created_at = $10, updated_at = $11 WHERE id = $1 AND workspace_id = $2",
        values(task),
    )
    .await?;
    Ok(())
}

fn values(task: &Task) -> Vec<Value> {
    vec![
        crate::db::id(task.id),
        crate::db::id(task.workspace_id),
        id_opt(task.project_id),
        task.key.clone().into(),
        task.key.as_deref().map(fold).into(),
        task.title.clone().into(),
        task.url.clone().into(),
        task.status.clone().into(),
        id_opt(task.assignee_id),
        at(task.created_at),
        at(task.updated_at),
    ]
}

/// A new task with nothing but a title.
pub(crate) fn blank(workspace: WorkspaceId, title: &str, now: Timestamp) -> Task {
    Task {
        id: fresh_id().into(),
        workspace_id: workspace,
        project_id: None,
        key: None,
        title: title.to_owned(),
        url: None,
        status: FIRST_STATUS.to_owned(),
        assignee_id: None,
        created_at: now,
        updated_at: now,
    }
}
