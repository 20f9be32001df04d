//! `/workspaces/{id}/members`: who is in a workspace (`contract/tracker.md` §9). Who may change an owner and that one
//! stays are kept by the storage, inside its transaction.

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Refusal,
    members::{MemberChange, MemberOut, NewMember},
};
use dayloom_domain::DeveloperId;
use dayloom_storage::{Member, MemberError, MemberPatch};

use super::{InputRefusals, Refusals};
use crate::{
    ApiError, ServerState,
    gates::{PathIds, Within, WorkspaceAdmin, WorkspaceAdminOrSelf, WorkspaceMember},
};

/// Text for a person who is not in the workspace, whether they exist or not.
const UNKNOWN: &str = "Member not found";

fn shown(member: Member) -> Json<MemberOut> {
    Json(row(member))
}

fn row(member: Member) -> MemberOut {
    MemberOut {
        developer_id: member.developer_id.0,
        developer_email: member.email,
        developer_name: member.name,
        role: member.role,
        status: member.status,
    }
}

fn refused(error: MemberError) -> ApiError {
    match error {
        MemberError::NotFound => ApiError::not_found(UNKNOWN),
        MemberError::LastOwner => ApiError::conflict(error.to_string()),
        MemberError::OwnerOnly => ApiError::forbidden(error.to_string()),
        MemberError::Storage(error) => error.into(),
    }
}

/// Adds a person, who is made if unknown and active at once. One who is in already stays as they are.
#[utoipa::path(
    post, path = "/workspaces/{workspace_id}/members", tag = "workspaces", request_body = NewMember,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller administers")),
    responses((status = 201, body = MemberOut), (status = 403, body = Refusal), Refusals, InputRefusals)
)]
pub async fn add(
    State(state): State<ServerState>,
    Within {
        gate: WorkspaceAdmin(inside),
        body: new,
        ..
    }: Within<WorkspaceAdmin, (), NewMember>,
) -> Result<(StatusCode, Json<MemberOut>), ApiError> {
    let workspaces = state.store().workspaces();
    let added = workspaces.add_member(inside.workspace, inside.caller, &new.email, new.role, state.now());
    Ok((StatusCode::CREATED, shown(added.await.map_err(refused)?)))
}

/// The members but for removed ones, by e-mail address.
#[utoipa::path(
    get, path = "/workspaces/{workspace_id}/members", tag = "workspaces",
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller is in")),
    responses((status = 200, body = [MemberOut]), Refusals)
)]
pub async fn list(
    State(state): State<ServerState>,
    Within { gate: inside, .. }: Within<WorkspaceMember>,
) -> Result<Json<Vec<MemberOut>>, ApiError> {
    let members = state.store().workspaces().members(inside.workspace).await?;
    Ok(Json(members.into_iter().map(row).collect()))
}

/// Changes a member's role or standing. Only an owner changes or makes an owner; the last one stays.
#[utoipa::path(
    patch, path = "/workspaces/{workspace_id}/members/{developer_id}", tag = "workspaces",
    request_body = MemberChange,
    params(
        ("workspace_id" = Uuid, Path, description = "A workspace the caller administers"),
        ("developer_id" = Uuid, Path, description = "The member")
    ),
    responses(
        (status = 200, body = MemberOut), (status = 403, body = Refusal), Refusals, InputRefusals,
        (status = 409, body = Refusal, description = "The workspace would be left without an owner")
    )
)]
pub async fn change(
    State(state): State<ServerState>,
    ids: PathIds,
    Within {
        gate: WorkspaceAdmin(inside),
        body: change,
        ..
    }: Within<WorkspaceAdmin, (), MemberChange>,
) -> Result<Json<MemberOut>, ApiError> {
    let person: DeveloperId = ids.get("developer_id", UNKNOWN)?;
    let patch = MemberPatch {
        role: change.role,
        status: change.status,
    };
    let workspaces = state.store().workspaces();
    let changed = workspaces.update_member(inside.workspace, inside.caller, person, patch, state.now());
    Ok(shown(changed.await.map_err(refused)?))
}

/// Ends a membership and the person's memberships in the workspace's projects.
#[utoipa::path(
    delete, path = "/workspaces/{workspace_id}/members/{developer_id}", tag = "workspaces",
    params(
        ("workspace_id" = Uuid, Path, description = "A workspace the caller is in"),
        ("developer_id" = Uuid, Path, description = "The caller, or anyone where the caller administers")
    ),
    responses(
        (status = 204), (status = 403, body = Refusal), Refusals,
        (status = 409, body = Refusal, description = "The workspace would be left without an owner")
    )
)]
pub async fn remove(
    State(state): State<ServerState>,
    Within {
        gate: WorkspaceAdminOrSelf { inside, person },
        ..
    }: Within<WorkspaceAdminOrSelf>,
) -> Result<StatusCode, ApiError> {
    let workspaces = state.store().workspaces();
    let removed = workspaces.remove_member(inside.workspace, inside.caller, person, state.now());
    removed.await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
