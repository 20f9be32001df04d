//! `/workspaces/{id}/projects` and `/projects/{id}/members/{developer_id}` (`contract/tracker.md` §9).

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Refusal,
    members::{ProjectMemberOut, ProjectMemberPut},
    projects::{NewProject, ProjectList, ProjectOut},
};
use dayloom_storage::{self as storage, ProjectError};

use super::{InputRefusals, Refusals};
use crate::{
    ApiError, ServerState,
    gates::{ProjectAdmin, ProjectAdminOrSelf, Within, WorkspaceAdmin, WorkspaceMember},
};

/// Text for a person who is not in the project or its workspace, whether they exist or not.
const UNKNOWN_MEMBER: &str = "Member not found";

fn refused(error: ProjectError) -> ApiError {
    match error {
        ProjectError::SlugTaken => ApiError::conflict(error.to_string()),
        ProjectError::NotMember => ApiError::not_found(UNKNOWN_MEMBER),
        ProjectError::Storage(error) => error.into(),
    }
}

/// Makes a project; the caller becomes an active member of it.
#[utoipa::path(
    post, path = "/workspaces/{workspace_id}/projects", tag = "projects", request_body = NewProject,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller administers")),
    responses(
        (status = 201, body = ProjectOut), (status = 403, body = Refusal), Refusals, InputRefusals,
        (status = 409, body = Refusal, description = "The slug is taken in this workspace")
    )
)]
pub async fn create(
    State(state): State<ServerState>,
    Within {
        gate: WorkspaceAdmin(inside),
        body: new,
        ..
    }: Within<WorkspaceAdmin, (), NewProject>,
) -> Result<(StatusCode, Json<ProjectOut>), ApiError> {
    let new = storage::NewProject {
        name: new.name,
        slug: new.slug,
        tracker_enabled: new.tracker_enabled,
    };
    let made = state
        .store()
        .projects()
        .create(inside.workspace, inside.caller, &new, state.now())
        .await;
    Ok((StatusCode::CREATED, Json(made.map_err(refused)?.into())))
}

/// The active projects of a workspace, by name, then id.
#[utoipa::path(
    get, path = "/workspaces/{workspace_id}/projects", tag = "projects",
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller is in")),
    responses((status = 200, body = ProjectList), Refusals)
)]
pub async fn list(
    State(state): State<ServerState>,
    Within { gate: inside, .. }: Within<WorkspaceMember>,
) -> Result<Json<ProjectList>, ApiError> {
    let projects = state.store().projects().list(inside.workspace).await?;
    Ok(Json(ProjectList {
        projects: projects.into_iter().map(Into::into).collect(),
    }))
}

/// Makes an active member of the workspace an active member of the project.
#[utoipa::path(
    put, path = "/projects/{project_id}/members/{developer_id}", tag = "projects",
    request_body = ProjectMemberPut,
    params(
        ("project_id" = Uuid, Path, description = "A project of a workspace the caller administers"),
        ("developer_id" = Uuid, Path, description = "An active member of that workspace")
    ),
    responses((status = 200, body = ProjectMemberOut), (status = 403, body = Refusal), Refusals, InputRefusals)
)]
pub async fn put_member(
    State(state): State<ServerState>,
    Within { gate, body: put, .. }: Within<ProjectAdmin, (), ProjectMemberPut>,
) -> Result<Json<ProjectMemberOut>, ApiError> {
    let projects = state.store().projects();
    let member = projects
        .put_member(gate.project.id, gate.person, put.role, state.now())
        .await;
    let member = member.map_err(refused)?;
    Ok(Json(ProjectMemberOut {
        developer_id: member.developer_id.0,
        role: member.role,
        status: member.status,
    }))
}

/// Ends a membership of the project. What was tracked into it stays.
#[utoipa::path(
    delete, path = "/projects/{project_id}/members/{developer_id}", tag = "projects",
    params(
        ("project_id" = Uuid, Path, description = "A project of a workspace the caller is in"),
        ("developer_id" = Uuid, Path, description = "The caller, or anyone where the caller administers")
    ),
    responses((status = 204), (status = 403, body = Refusal), Refusals)
)]
pub async fn remove_member(
    State(state): State<ServerState>,
    Within { gate, .. }: Within<ProjectAdminOrSelf>,
) -> Result<StatusCode, ApiError> {
    if state
        .store()
        .projects()
        .remove_member(gate.project.id, gate.person, state.now())
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found(UNKNOWN_MEMBER))
    }
}
