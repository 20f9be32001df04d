//! `/workspaces/{id}/tasks` and `/developers/me/assigned-tasks` (`contract/tracker.md` §9, §5.7).

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Invalid, Problem, Refusal,
    decode::Fault,
    tasks::{AssignedQuery, AssignedTask, NewTask, TaskChange, TaskOut, TaskPage, TaskQuery},
};
use dayloom_domain::{DeveloperId, ProjectId, TaskId};
use dayloom_storage::{self as storage, TaskCursor, TaskError, TaskFilter, TaskPatch};

use super::{InputRefusals, Refusals};
use crate::{
    ApiError, ApiQuery, Caller, ServerState,
    gates::{PathIds, Within, WorkspaceMember},
    replay,
};

/// Text for a task of another workspace, whether it exists or not.
const UNKNOWN: &str = "Task not found";

fn refused(error: TaskError, assignee: Option<DeveloperId>, project: Option<ProjectId>) -> ApiError {
    let invalid = |field, id: Option<String>| ApiError::invalid_field(field, error.to_string(), id);
    match error {
        TaskError::NotFound => ApiError::not_found(UNKNOWN),
        TaskError::KeyTaken => ApiError::conflict(error.to_string()),
        TaskError::Assignee => invalid("assignee_id", assignee.map(|id| id.to_string())),
        TaskError::Project => invalid("project_id", project.map(|id| id.to_string())),
        TaskError::Storage(error) => error.into(),
    }
}

/// Makes a task.
#[utoipa::path(
    post, path = "/workspaces/{workspace_id}/tasks", tag = "tasks", request_body = NewTask,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller is in")),
    responses(
        (status = 201, body = TaskOut), Refusals,
        (status = 409, body = Refusal, description = "Another task of the workspace has this key"),
        (status = 422, body = Invalid, description = "Also where assignee or project are not of the workspace")
    )
)]
pub async fn create(
    State(state): State<ServerState>,
    Within {
        gate: inside,
        body: new,
        ..
    }: Within<WorkspaceMember, (), NewTask>,
) -> Result<(StatusCode, Json<TaskOut>), ApiError> {
    let (assignee, project) = (new.assignee_id.map(DeveloperId), new.project_id.map(ProjectId));
    let new = storage::NewTask {
        title: new.title,
        key: new.key,
        url: new.url,
        status: new.status,
        assignee_id: assignee,
        project_id: project,
    };
    let made = state
        .store()
        .tasks()
        .create(inside.workspace, &new, state.now())
        .await;
    let task = made.map_err(|error| refused(error, assignee, project))?;
    replay::after_task(&state, inside.caller, task.assignee_id).await?;
    Ok((StatusCode::CREATED, Json(task.into())))
}

/// A page of tasks, newest change first, ties by ascending id.
#[utoipa::path(
    get, path = "/workspaces/{workspace_id}/tasks", tag = "tasks",
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller is in"), TaskQuery),
    responses((status = 200, body = TaskPage), Refusals, InputRefusals)
)]
pub async fn list(
    State(state): State<ServerState>,
    Within {
        gate: inside, query, ..
    }: Within<WorkspaceMember, TaskQuery>,
) -> Result<Json<TaskPage>, ApiError> {
    let cursor = query.cursor.as_deref().map(str::parse::<TaskCursor>).transpose();
    let cursor = cursor.map_err(|error| {
        let fault = Fault::new("value_error", error.to_string());
        ApiError::Invalid(vec![Problem::at(
            &["query", "cursor"],
            fault,
            query.cursor.clone(),
        )])
    })?;
    let filter = TaskFilter {
        assignee_id: query.assignee_id.map(DeveloperId),
        status: query.status,
        open: query.open,
    };
    let page = state
        .store()
        .tasks()
        .list(inside.workspace, &filter, cursor, query.limit)
        .await?;
    Ok(Json(TaskPage {
        tasks: page.tasks.into_iter().map(Into::into).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    }))
}

/// Changes a task.
#[utoipa::path(
    patch, path = "/workspaces/{workspace_id}/tasks/{task_id}", tag = "tasks", request_body = TaskChange,
    params(
        ("workspace_id" = Uuid, Path, description = "A workspace the caller is in"),
        ("task_id" = Uuid, Path, description = "A task of that workspace")
    ),
    responses(
        (status = 200, body = TaskOut), Refusals,
        (status = 409, body = Refusal, description = "Another task of the workspace has this key"),
        (status = 422, body = Invalid, description = "Also where assignee or project are not of the workspace")
    )
)]
pub async fn change(
    State(state): State<ServerState>,
    ids: PathIds,
    Within {
        gate: inside,
        body: change,
        ..
    }: Within<WorkspaceMember, (), TaskChange>,
) -> Result<Json<TaskOut>, ApiError> {
    let id: TaskId = ids.get("task_id", UNKNOWN)?;
    let patch = TaskPatch {
        title: change.title,
        key: change.key,
        url: change.url,
        status: change.status,
        assignee_id: change.assignee_id.map(|id| id.map(DeveloperId)),
        project_id: change.project_id.map(|id| id.map(ProjectId)),
    };
    let changed = state
        .store()
        .tasks()
        .update(inside.workspace, id, &patch, state.now())
        .await;
    let task =
        changed.map_err(|error| refused(error, patch.assignee_id.flatten(), patch.project_id.flatten()))?;
    replay::after_task(&state, inside.caller, task.assignee_id).await?;
    Ok(Json(task.into()))
}

/// The tasks assigned to the caller in their workspaces, newest change first.
#[utoipa::path(
    get, path = "/developers/me/assigned-tasks", tag = "developers", params(AssignedQuery),
    responses((status = 200, body = [AssignedTask]), Refusals, InputRefusals)
)]
pub async fn assigned(
    caller: Caller,
    State(state): State<ServerState>,
    ApiQuery(query): ApiQuery<AssignedQuery>,
) -> Result<Json<Vec<AssignedTask>>, ApiError> {
    let tasks = state
        .store()
        .tasks()
        .assigned(caller.id, query.include_done)
        .await?;
    Ok(Json(tasks.into_iter().map(Into::into).collect()))
}
