//! `POST …/classify`: what a minute would be, for the live tester.

use axum::Json;
use dayloom_api::team::{Classified, Classify};

use super::TeamRefusals;
use crate::team::{TeamCall, TeamError, TeamMember, judge::judge};

/// Says what a minute would be by the workspace's patterns. Nothing is stored or logged.
#[utoipa::path(
    post, path = "/workspaces/{workspace_id}/classify", tag = "team", request_body = Classify,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller is in")),
    responses((status = 200, body = Classified), TeamRefusals)
)]
pub(super) async fn classify(
    TeamCall {
        gate: inside,
        body: asked,
        ..
    }: TeamCall<TeamMember, (), Classify>,
) -> Result<Json<Classified>, TeamError> {
    Ok(Json(judge(inside.space, asked).await?))
}
