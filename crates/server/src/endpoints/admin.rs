//! `/tracker/admin`: capture settings of a project, the overview of a workspace, and a member's timesheet
//! (`contract/tracker.md` §2.7).

use axum::{Json, extract::State};
use dayloom_api::{
    Refusal,
    admin::{AdminProject, AdminTimesheetQuery, ProjectConfigOut, ProjectConfigPut, WorkspaceQuery},
    tracker::{Timesheet, TimesheetQuery},
};
use dayloom_domain::{DeveloperId, WorkspaceId};

use super::{InputRefusals, Refusals, timesheet};
use crate::{
    ApiError, ApiQuery, Caller, ServerState,
    gates::{ProjectEditor, Within, active_member, holds},
    permissions::Permission,
};

const DENIED: &str = "Permission denied";

/// How a project's devices capture.
#[utoipa::path(
    get, path = "/tracker/admin/projects/{project_id}/config", tag = "administration",
    params(("project_id" = Uuid, Path, description = "A project the caller may edit")),
    responses((status = 200, body = ProjectConfigOut), (status = 403, body = Refusal), Refusals)
)]
pub async fn read_config(Within { gate, .. }: Within<ProjectEditor>) -> Json<ProjectConfigOut> {
    Json(gate.project.into())
}

/// Replaces how a project's devices capture. They learn of it with their next batch or heartbeat.
#[utoipa::path(
    put, path = "/tracker/admin/projects/{project_id}/config", tag = "administration",
    request_body = ProjectConfigPut,
    params(("project_id" = Uuid, Path, description = "A project the caller may edit")),
    responses((status = 200, body = ProjectConfigOut), (status = 403, body = Refusal), Refusals, InputRefusals)
)]
pub async fn replace_config(
    State(state): State<ServerState>,
    Within { gate, body: put, .. }: Within<ProjectEditor, (), ProjectConfigPut>,
) -> Result<Json<ProjectConfigOut>, ApiError> {
    let projects = state.store().projects();
    let set = projects
        .set_config(gate.project.id, put.enabled, &put.config.into(), state.now())
        .await?;
    Ok(Json(
        set.ok_or_else(|| ApiError::not_found("Project not found"))?
            .into(),
    ))
}

/// All active projects of a workspace with counts of their devices; active is seen within seven days.
#[utoipa::path(
    get, path = "/tracker/admin/projects", tag = "administration", params(WorkspaceQuery),
    responses((status = 200, body = [AdminProject]), (status = 403, body = Refusal), Refusals, InputRefusals)
)]
pub async fn projects(
    caller: Caller,
    State(state): State<ServerState>,
    ApiQuery(query): ApiQuery<WorkspaceQuery>,
) -> Result<Json<Vec<AdminProject>>, ApiError> {
    let workspace = WorkspaceId(query.workspace_id);
    let member = active_member(&state, workspace, caller.id).await?;
    if !holds(&member, Permission::EditProjects) && !holds(&member, Permission::ViewTrackerRecords) {
        return Err(ApiError::forbidden(DENIED));
    }
    let rows = state
        .store()
        .projects()
        .admin_overview(workspace, state.now())
        .await?;
    let shown = rows.into_iter().map(|row| AdminProject {
        id: row.project.id.0,
        name: row.project.name,
        slug: row.project.slug,
        enabled: row.project.tracker_enabled,
        device_count: row.device_count,
        active_devices: row.active_devices,
    });
    Ok(Json(shown.collect()))
}

/// What a member tracked into the workspace. Time of other workspaces is no concern of its managers.
#[utoipa::path(
    get, path = "/tracker/admin/timesheet", tag = "administration", params(AdminTimesheetQuery),
    responses(
        (status = 200, body = Timesheet), (status = 400, body = Refusal), (status = 403, body = Refusal),
        Refusals, InputRefusals
    )
)]
pub async fn member_timesheet(
    caller: Caller,
    State(state): State<ServerState>,
    ApiQuery(query): ApiQuery<AdminTimesheetQuery>,
) -> Result<Json<Timesheet>, ApiError> {
    let workspace = WorkspaceId(query.workspace_id);
    let person = DeveloperId(query.developer_id);
    let member = active_member(&state, workspace, caller.id).await?;
    if state
        .store()
        .workspaces()
        .member(workspace, person)
        .await?
        .is_none()
    {
        return Err(ApiError::not_found("Developer not in this workspace"));
    }
    if !holds(&member, Permission::ViewTrackerRecords) {
        return Err(ApiError::forbidden(
            "You don't have permission to view tracker records",
        ));
    }
    let range = TimesheetQuery {
        start: query.start,
        end: query.end,
    };
    let (start, end) = timesheet::range(&range, state.now())?;
    let rows = state
        .store()
        .days()
        .timesheet_in(workspace, person, start, end)
        .await?;
    Ok(Json(timesheet::group(rows)))
}
