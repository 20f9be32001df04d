//! `/workspaces`: making, listing and changing workspaces. They are the ones of the Tracker.

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Refusal, Stamp,
    team::{CreatedTeamWorkspace, Invite, NewInvite, NewTeamWorkspace, TeamWorkspace, TeamWorkspaceChange},
};
use dayloom_domain::{DeveloperId, people::Workspace};
use dayloom_storage::{
    NewWorkspace, WorkspaceError,
    team::{self, TeamSpacePatch},
};

use super::{TeamRefusals, account, invites::fresh_invite};
use crate::{
    ApiError, ServerState,
    team::{SignedIn, TeamAdmin, TeamCall, TeamError, TeamMember, shown},
};

/// Makes a workspace with an invite; the caller becomes its owner.
#[utoipa::path(
    post, path = "/workspaces", tag = "team", request_body = NewTeamWorkspace,
    responses((status = 201, body = CreatedTeamWorkspace), TeamRefusals)
)]
pub(super) async fn create(
    State(state): State<ServerState>,
    TeamCall {
        gate: SignedIn(caller),
        body: new,
        ..
    }: TeamCall<SignedIn, (), NewTeamWorkspace>,
) -> Result<(StatusCode, Json<CreatedTeamWorkspace>), TeamError> {
    account(caller, &state).await?;
    let (made, invite) = make(&state, caller, new.name).await?;
    let inside = TeamMember::of(&state, made.id, caller).await?;
    let created = CreatedTeamWorkspace {
        workspace: shown(inside.space),
        invite: Invite {
            code: invite.code,
            expires_at: Stamp(invite.expires_at),
        },
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Makes a workspace of this owner, with its first invite.
pub(crate) async fn make(
    state: &ServerState,
    owner: DeveloperId,
    name: String,
) -> Result<(Workspace, team::Invite), ApiError> {
    let now = state.now();
    let invite = fresh_invite(NewInvite::default().expires_in_s, now);
    let new = NewWorkspace { name, slug: None };
    let made = state.store().team().create(owner, &new, &invite, now).await;
    let made = made.map_err(|error| match error {
        WorkspaceError::SlugTaken => ApiError::conflict("The name is in use by many; choose another name."),
        WorkspaceError::Storage(error) => error.into(),
    })?;
    Ok((made, invite))
}

/// The caller's workspaces, oldest first.
#[utoipa::path(get, path = "/workspaces", tag = "team", responses((status = 200, body = [TeamWorkspace]), TeamRefusals))]
pub(super) async fn list(
    State(state): State<ServerState>,
    TeamCall {
        gate: SignedIn(caller),
        ..
    }: TeamCall<SignedIn>,
) -> Result<Json<Vec<TeamWorkspace>>, TeamError> {
    let spaces = state.store().team().spaces(caller).await?;
    Ok(Json(spaces.into_iter().map(shown).collect()))
}

/// Changes name, idle window or cap. A new cap acts on what is shown; nothing is lost.
#[utoipa::path(
    patch, path = "/workspaces/{workspace_id}", tag = "team", request_body = TeamWorkspaceChange,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller administers")),
    responses((status = 200, body = TeamWorkspace), (status = 403, body = Refusal), TeamRefusals)
)]
pub(super) async fn change(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdmin(inside),
        body: change,
        ..
    }: TeamCall<TeamAdmin, (), TeamWorkspaceChange>,
) -> Result<Json<TeamWorkspace>, TeamError> {
    let patch = TeamSpacePatch {
        name: change.name,
        idle_window_minutes: change.idle_window_minutes,
        daily_cap_minutes: change.daily_cap_minutes,
        ..TeamSpacePatch::default()
    };
    changed(&state, &inside, &patch).await
}

/// Writes a change and shows the workspace as it stands then.
pub(super) async fn changed(
    state: &ServerState,
    inside: &TeamMember,
    patch: &TeamSpacePatch,
) -> Result<Json<TeamWorkspace>, TeamError> {
    state.store().team().change(inside.space.id, patch).await?;
    let inside = TeamMember::of(state, inside.space.id, inside.caller).await?;
    Ok(Json(shown(inside.space)))
}
