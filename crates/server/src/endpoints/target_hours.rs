//! `/tracker/target-hours`: how long a day is meant to be (`contract/tracker.md` §2.8).

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Refusal,
    target_hours::{TargetOut, TargetPut, TargetQuery, TargetResolved},
};
use dayloom_domain::{DeveloperId, ProjectId, WorkspaceId};
use dayloom_storage::{Target, TargetError, TargetLevel};
use uuid::Uuid;

use super::{InputRefusals, Refusals};
use crate::{
    ApiError, ApiQuery, Call, Caller, ServerState,
    gates::{PathIds, active_member, holds},
    permissions::Permission,
};

const DENIED: &str = "Permission denied";
const UNKNOWN: &str = "Override not found";
/// Hours where nobody said anything.
const DEFAULT_HOURS: f64 = 8.0;

/// The hours that hold for the caller: their own, else the project's, else the workspace's, else 8.
#[utoipa::path(
    get, path = "/tracker/target-hours/resolve", tag = "target hours", params(TargetQuery),
    responses((status = 200, body = TargetResolved), Refusals, InputRefusals)
)]
pub async fn resolve(
    caller: Caller,
    State(state): State<ServerState>,
    ApiQuery(query): ApiQuery<TargetQuery>,
) -> Result<Json<TargetResolved>, ApiError> {
    let workspace = WorkspaceId(query.workspace_id);
    active_member(&state, workspace, caller.id).await?;
    let project = query.project_id.map(ProjectId);
    let targets = state.store().targets();
    let target = targets.resolve(workspace, project, caller.id).await?;
    Ok(Json(target.map_or_else(
        || TargetResolved {
            target_hours_per_day: DEFAULT_HOURS,
            source: "default".to_owned(),
        },
        |target| TargetResolved {
            target_hours_per_day: hours(&target),
            source: level(&target).to_owned(),
        },
    )))
}

/// All targets of a workspace.
#[utoipa::path(
    get, path = "/tracker/target-hours", tag = "target hours", params(TargetQuery),
    responses((status = 200, body = [TargetOut]), (status = 403, body = Refusal), Refusals, InputRefusals)
)]
pub async fn list(
    caller: Caller,
    State(state): State<ServerState>,
    ApiQuery(query): ApiQuery<TargetQuery>,
) -> Result<Json<Vec<TargetOut>>, ApiError> {
    let workspace = edited(&state, caller, query.workspace_id).await?;
    let targets = state.store().targets().list(workspace).await?;
    Ok(Json(targets.into_iter().map(shown).collect()))
}

/// Sets the hours of a workspace, a project of it, a member, or a member in a project.
#[utoipa::path(
    put, path = "/tracker/target-hours", tag = "target hours", params(TargetQuery), request_body = TargetPut,
    responses((status = 200, body = TargetOut), (status = 403, body = Refusal), Refusals, InputRefusals)
)]
pub async fn put(
    State(state): State<ServerState>,
    Call { caller, query, body }: Call<TargetQuery, TargetPut>,
) -> Result<Json<TargetOut>, ApiError> {
    let workspace = edited(&state, caller, query.workspace_id).await?;
    let (project, developer) = (body.project_id.map(ProjectId), body.developer_id.map(DeveloperId));
    let targets = state.store().targets();
    let put = targets
        .put(workspace, project, developer, body.hundredths, state.now())
        .await;
    put.map(shown).map(Json).map_err(|error| match error {
        TargetError::Project => {
            let id = body.project_id.map(|id| id.to_string());
            ApiError::invalid_field("project_id", "No such project in this workspace", id)
        }
        TargetError::Developer => {
            let id = body.developer_id.map(|id| id.to_string());
            ApiError::invalid_field("developer_id", "No such member in this workspace", id)
        }
        TargetError::Storage(error) => error.into(),
    })
}

/// Removes a target; what it stood before holds again.
#[utoipa::path(
    delete, path = "/tracker/target-hours/{target_id}", tag = "target hours",
    params(("target_id" = Uuid, Path, description = "A target of the workspace"), TargetQuery),
    responses((status = 204), (status = 403, body = Refusal), Refusals, InputRefusals)
)]
pub async fn remove(
    caller: Caller,
    State(state): State<ServerState>,
    ids: PathIds,
    ApiQuery(query): ApiQuery<TargetQuery>,
) -> Result<StatusCode, ApiError> {
    let workspace = edited(&state, caller, query.workspace_id).await?;
    let target: Uuid = ids.get("target_id", UNKNOWN)?;
    if state.store().targets().remove(workspace, target).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found(UNKNOWN))
    }
}

/// A workspace whose projects the caller may edit; 404 for any they are not in.
async fn edited(state: &ServerState, caller: Caller, workspace: Uuid) -> Result<WorkspaceId, ApiError> {
    let workspace = WorkspaceId(workspace);
    let member = active_member(state, workspace, caller.id).await?;
    if holds(&member, Permission::EditProjects) {
        Ok(workspace)
    } else {
        Err(ApiError::forbidden(DENIED))
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 2,400")]
fn hours(target: &Target) -> f64 {
    target.hundredths as f64 / 100.0
}

fn level(target: &Target) -> &'static str {
    match target.level() {
        TargetLevel::Developer => "developer",
        TargetLevel::Project => "project",
        TargetLevel::Workspace => "workspace",
    }
}

fn shown(target: Target) -> TargetOut {
    TargetOut {
        id: target.id,
        workspace_id: target.workspace_id.0,
        project_id: target.project_id.map(|id| id.0),
        developer_id: target.developer_id.map(|id| id.0),
        target_hours_per_day: hours(&target),
        level: level(&target).to_owned(),
    }
}
