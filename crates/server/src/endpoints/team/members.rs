//! `…/members`: who is in a workspace. Who may change an owner and that one stays are kept by the storage, for both APIs.

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Refusal,
    team::{TeamMember as MemberOut, TeamMemberChange, TeamRole},
};
use dayloom_domain::DeveloperId;
use dayloom_storage::team;

use super::TeamRefusals;
use crate::{
    ServerState,
    team::{TeamAdmin, TeamAdminOrSelf, TeamCall, TeamError, TeamMember, refusal::UNKNOWN_MEMBER},
};

fn row(member: team::TeamMember) -> MemberOut {
    MemberOut {
        developer_id: member.developer_id.0,
        login: member.login,
        name: member.name,
        role: TeamRole::of(member.role),
        timezone: member.timezone,
    }
}

/// Active members, by name.
#[utoipa::path(
    get, path = "/workspaces/{workspace_id}/members", tag = "team",
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller is in")),
    responses((status = 200, body = [MemberOut]), TeamRefusals)
)]
pub(super) async fn list(
    State(state): State<ServerState>,
    TeamCall { gate: inside, .. }: TeamCall<TeamMember>,
) -> Result<Json<Vec<MemberOut>>, TeamError> {
    let members = state.store().team().members(inside.space.id).await?;
    Ok(Json(members.into_iter().map(row).collect()))
}

/// Makes a member an admin, or an admin a member. Only an owner changes an owner; the last one stays.
#[utoipa::path(
    patch, path = "/workspaces/{workspace_id}/members/{developer_id}", tag = "team", request_body = TeamMemberChange,
    params(
        ("workspace_id" = Uuid, Path, description = "A workspace the caller administers"),
        ("developer_id" = Uuid, Path, description = "The member")
    ),
    responses(
        (status = 200, body = MemberOut), (status = 403, body = Refusal),
        (status = 409, body = Refusal, description = "The workspace would be left without an owner."), TeamRefusals
    )
)]
pub(super) async fn change(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdmin(inside),
        ids,
        body: change,
        ..
    }: TeamCall<TeamAdmin, (), TeamMemberChange>,
) -> Result<Json<MemberOut>, TeamError> {
    let person: DeveloperId = ids.get("developer_id", UNKNOWN_MEMBER)?;
    let admin = change.role == TeamRole::Admin;
    let team = state.store().team();
    let changed = team.set_admin(inside.space.id, inside.caller, person, admin, state.now());
    Ok(Json(row(changed.await?)))
}

/// Ends a membership. Past days stay.
#[utoipa::path(
    delete, path = "/workspaces/{workspace_id}/members/{developer_id}", tag = "team",
    params(
        ("workspace_id" = Uuid, Path, description = "A workspace the caller is in"),
        ("developer_id" = Uuid, Path, description = "The caller, or anyone where the caller administers")
    ),
    responses(
        (status = 204), (status = 403, body = Refusal),
        (status = 409, body = Refusal, description = "The workspace would be left without an owner."), TeamRefusals
    )
)]
pub(super) async fn remove(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdminOrSelf { inside, person },
        ..
    }: TeamCall<TeamAdminOrSelf>,
) -> Result<StatusCode, TeamError> {
    let workspaces = state.store().workspaces();
    let removed = workspaces.remove_member(inside.space.id, inside.caller, person, state.now());
    removed.await?;
    Ok(StatusCode::NO_CONTENT)
}
