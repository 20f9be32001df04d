//! `PUT …/repo-patterns` and `…/app-allowlist`: a whole list each, checked before any of it stands.

use axum::{Json, extract::State};
use dayloom_api::{
    Refusal,
    team::{AppAllowlist, ChangedAllowlist, PatternRefusal, RepoPatterns, TeamWorkspace},
};
use dayloom_storage::team::TeamSpacePatch;

use super::{TeamRefusals, workspaces::changed};
use crate::{
    ServerState,
    team::{TeamAdmin, TeamCall, TeamError, patterns},
};

/// Replaces the globs of the workspace's repositories; their order is kept.
#[utoipa::path(
    put, path = "/workspaces/{workspace_id}/repo-patterns", tag = "team", request_body = RepoPatterns,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller administers")),
    responses(
        (status = 200, body = TeamWorkspace), (status = 403, body = Refusal),
        (status = 422, body = PatternRefusal, description = "The list or a pattern of it; `index` and `reason` name a pattern."),
        TeamRefusals
    )
)]
pub(super) async fn put_repo_patterns(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdmin(inside),
        body,
        ..
    }: TeamCall<TeamAdmin, (), RepoPatterns>,
) -> Result<Json<TeamWorkspace>, TeamError> {
    let patch = TeamSpacePatch {
        repo_patterns: Some(patterns::repo_patterns(body.repo_patterns).await?),
        ..TeamSpacePatch::default()
    };
    changed(&state, &inside, &patch).await
}

/// Replaces the allowlist of applications: JavaScript regular expressions, found without case in an application's name or a
/// title. An empty list lets every application count. `slow` names patterns that take too long on some
/// long title: they count as not matching there.
#[utoipa::path(
    put, path = "/workspaces/{workspace_id}/app-allowlist", tag = "team", request_body = AppAllowlist,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller administers")),
    responses(
        (status = 200, body = ChangedAllowlist), (status = 403, body = Refusal),
        (status = 422, body = PatternRefusal, description = "The list or a pattern of it; `index` and `reason` name a pattern."),
        TeamRefusals
    )
)]
pub(super) async fn put_app_allowlist(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdmin(inside),
        body,
        ..
    }: TeamCall<TeamAdmin, (), AppAllowlist>,
) -> Result<Json<ChangedAllowlist>, TeamError> {
    let list = patterns::app_allowlist(body.app_allowlist).await?;
    let slow = patterns::slow(&list).await?;
    let patch = TeamSpacePatch {
        app_allowlist: Some(list),
        ..TeamSpacePatch::default()
    };
    let Json(workspace) = changed(&state, &inside, &patch).await?;
    Ok(Json(ChangedAllowlist { workspace, slow }))
}
