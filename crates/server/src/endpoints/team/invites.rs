//! `…/invites`: one live code a workspace, which lets many people in until it ends.

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Refusal, Stamp,
    team::{Invite, ListedInvite, NewInvite},
};
use dayloom_storage::team;
use jiff::{SignedDuration, Timestamp};

use super::TeamRefusals;
use crate::{
    ApiError, ServerState,
    team::{TeamAdmin, TeamCall, TeamError},
};

/// Text for a code that is unknown or has ended.
const NO_SUCH_INVITE: &str = "There is no live invite of this code in the workspace.";

/// A code of 128 random bits, good for so many seconds.
pub(crate) fn fresh_invite(seconds: u32, now: Timestamp) -> team::Invite {
    let life = SignedDuration::from_secs(seconds.into());
    team::Invite {
        code: hex::encode(rand::random::<[u8; 16]>()),
        expires_at: now.saturating_add(life).unwrap_or(now),
    }
}

/// Makes an invite; former ones end at once.
#[utoipa::path(
    post, path = "/workspaces/{workspace_id}/invites", tag = "team", request_body = Option<NewInvite>,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller administers")),
    responses((status = 201, body = Invite), (status = 403, body = Refusal), TeamRefusals)
)]
pub(super) async fn create(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdmin(inside),
        body: new,
        ..
    }: TeamCall<TeamAdmin, (), NewInvite>,
) -> Result<(StatusCode, Json<Invite>), TeamError> {
    let now = state.now();
    let invite = fresh_invite(new.expires_in_s, now);
    state.store().team().invite(inside.space.id, &invite, now).await?;
    let shown = Invite {
        code: invite.code,
        expires_at: Stamp(invite.expires_at),
    };
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Invites that still let people in.
#[utoipa::path(
    get, path = "/workspaces/{workspace_id}/invites", tag = "team",
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller administers")),
    responses((status = 200, body = [ListedInvite]), (status = 403, body = Refusal), TeamRefusals)
)]
pub(super) async fn list(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdmin(inside),
        ..
    }: TeamCall<TeamAdmin>,
) -> Result<Json<Vec<ListedInvite>>, TeamError> {
    let live = state.store().team().invites(inside.space.id, state.now()).await?;
    let shown = live.into_iter().map(|live| ListedInvite {
        code: live.invite.code,
        expires_at: Stamp(live.invite.expires_at),
        used: live.used,
    });
    Ok(Json(shown.collect()))
}

/// Ends an invite.
#[utoipa::path(
    delete, path = "/workspaces/{workspace_id}/invites/{code}", tag = "team",
    params(
        ("workspace_id" = Uuid, Path, description = "A workspace the caller administers"),
        ("code" = String, Path, description = "A live code of the workspace")
    ),
    responses((status = 204), (status = 403, body = Refusal), TeamRefusals)
)]
pub(super) async fn end(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdmin(inside),
        ids,
        ..
    }: TeamCall<TeamAdmin>,
) -> Result<StatusCode, TeamError> {
    let code: String = ids.get("code", NO_SUCH_INVITE)?;
    // A code holds no NUL, which Postgres would not take as a text.
    let ended = !code.contains('\0')
        && state
            .store()
            .team()
            .end_invite(inside.space.id, &code, state.now())
            .await?;
    if ended {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found(NO_SUCH_INVITE).into())
    }
}
