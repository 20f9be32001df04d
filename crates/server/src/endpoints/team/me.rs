//! `GET /me`: the caller, the idle window in force for them, and their workspaces.

use axum::{Json, extract::State};
use dayloom_api::team::Me;

use super::TeamRefusals;
use crate::{
    ApiError, ServerState,
    team::{SignedIn, TeamCall, TeamError, refusal::GONE, shown},
};

/// The idle window of who is in no workspace (`contract/team.md` §3).
const IDLE_WINDOW: u32 = 5;

/// The caller and their workspaces, with the least idle window of these.
#[utoipa::path(get, path = "/me", tag = "team", responses((status = 200, body = Me), TeamRefusals))]
pub(super) async fn read(
    State(state): State<ServerState>,
    TeamCall {
        gate: SignedIn(caller),
        ..
    }: TeamCall<SignedIn>,
) -> Result<Json<Me>, TeamError> {
    let team = state.store().team();
    let me = team.person(caller).await?;
    let me = me.ok_or_else(|| ApiError::not_found(GONE))?;
    let workspaces: Vec<_> = team.spaces(caller).await?.into_iter().map(shown).collect();
    let least = workspaces.iter().map(|w| w.idle_window_minutes).min();
    Ok(Json(Me {
        id: me.developer.id.0,
        login: me.login,
        name: me.developer.name,
        email: me.developer.email,
        timezone: me.timezone,
        idle_window_minutes: least.unwrap_or(IDLE_WINDOW),
        workspaces,
    }))
}
