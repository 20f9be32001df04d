//! The team API, one file per resource (`contract/team.md` §4). It lies beside `/api/v1`, under `/api/team`, with its own
//! order of checks and its own form of refusals ([`crate::team`]).

mod activity;
mod classify;
mod counts;
mod invites;
mod join;
mod me;
mod members;
mod minutes;
mod patterns;
mod workspaces;

pub(crate) use invites::fresh_invite;
pub(crate) use workspaces::make;

use dayloom_api::Refusal;
use dayloom_domain::DeveloperId;
use utoipa::IntoResponses;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiError, ServerState,
    team::{TeamError, refusal::GONE},
};

/// Every endpoint of the team API.
pub(super) fn all() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(me::read))
        .routes(routes!(minutes::flush))
        .routes(routes!(workspaces::create, workspaces::list))
        .routes(routes!(join::join))
        .routes(routes!(workspaces::change))
        .routes(routes!(patterns::put_repo_patterns))
        .routes(routes!(patterns::put_app_allowlist))
        .routes(routes!(classify::classify))
        .routes(routes!(invites::create, invites::list))
        .routes(routes!(invites::end))
        .routes(routes!(members::list))
        .routes(routes!(members::change, members::remove))
        .routes(routes!(counts::commits))
        .routes(routes!(counts::closed_issues))
        .routes(routes!(activity::read))
}

/// Makes sure that the caller's account still stands.
async fn account(caller: DeveloperId, state: &ServerState) -> Result<(), TeamError> {
    let found = state.store().people().by_id(caller).await?;
    Ok(found.map(drop).ok_or_else(|| ApiError::not_found(GONE))?)
}

/// The refusals of every endpoint of the team API.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers for the document, is never built")]
enum TeamRefusals {
    /// No credential, or one that is not valid.
    #[response(status = 401)]
    Unauthorized(#[to_schema] Refusal),
    /// Unknown, or not the caller's.
    #[response(status = 404)]
    NotFound(#[to_schema] Refusal),
    /// The query or the body is not as described; `detail` names the field and the rule.
    #[response(status = 422)]
    Invalid(#[to_schema] Refusal),
}
