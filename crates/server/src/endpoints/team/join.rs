//! `POST /workspaces/join`: in by a code. Unknown, malformed, expired and revoked codes are one answer.

use axum::{Json, extract::State};
use dayloom_api::{
    Refusal,
    team::{Join, TeamWorkspace},
};

use super::{TeamRefusals, account};
use crate::{
    ApiError, ServerState,
    team::{SignedIn, TeamCall, TeamError, TeamMember, shown},
};

/// Text for a code that lets nobody in.
pub(crate) const NO_SUCH_CODE: &str =
    "`code`: This invite does not let you in; ask an admin of the workspace for a new one.";

/// Joins the workspace of a code. Who is in already keeps their role.
#[utoipa::path(
    post, path = "/workspaces/join", tag = "team", request_body = Join,
    responses(
        (status = 200, body = TeamWorkspace),
        (status = 429, body = Refusal, description = "More than 30 tries within a minute; try again after `Retry-After`."),
        TeamRefusals
    )
)]
pub(super) async fn join(
    State(state): State<ServerState>,
    TeamCall {
        gate: SignedIn(caller),
        body: Join { code },
        ..
    }: TeamCall<SignedIn, (), Join>,
) -> Result<Json<TeamWorkspace>, TeamError> {
    account(caller, &state).await?;
    let now = state.now();
    if state.settings().rate_limits {
        state.limiter().join(caller, now).await?;
    }
    let joined = state.store().team().join(caller, code.trim(), now).await?;
    let workspace = joined.ok_or_else(|| ApiError::not_found(NO_SUCH_CODE))?;
    let inside = TeamMember::of(&state, workspace, caller).await?;
    Ok(Json(shown(inside.space)))
}
