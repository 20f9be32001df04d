//! `GET …/activity`: a team over a range of UTC days, in one answer.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use dayloom_api::team::{Activity, ActivityQuery};

use super::TeamRefusals;
use crate::{
    ApiError, ServerState,
    team::{
        TeamCall, TeamError, TeamMember,
        activity::{Looker, compute, range},
    },
};

/// Every member's days: internal and external minutes, the strip in the member's own hours, commits and closed issues. Sources
/// are there for the caller's own days and, to admins, for all.
#[utoipa::path(
    get, path = "/workspaces/{workspace_id}/activity", tag = "team",
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller is in"), ActivityQuery),
    responses((status = 200, body = Activity), TeamRefusals)
)]
pub(super) async fn read(
    State(state): State<ServerState>,
    TeamCall {
        gate: inside, query, ..
    }: TeamCall<TeamMember, ActivityQuery>,
) -> Result<Response, TeamError> {
    let range = range(query.from, query.to, state.now())?;
    let workspace = inside.space.id;
    let looker = Looker {
        developer: inside.caller,
        admin: inside.is_admin(),
    };
    let rows = state.store().team().activity(workspace, range.0, range.1).await?;
    // A year of a large team is a hundred megabytes of text: other requests of this thread should not wait for it.
    let write = move || serde_json::to_vec(&compute(workspace, range, &rows, looker));
    let text = tokio::task::spawn_blocking(write).await;
    let text = text
        .ok()
        .and_then(Result::ok)
        .ok_or_else(|| ApiError::internal("the activity could not be written"))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}
