//! `POST …/commits` and `…/closed-issues`: counts an admin's client asked GitHub for. Each row replaces its member-day.

use axum::{Json, extract::State};
use dayloom_api::{
    Refusal,
    team::{Counts, CountsAnswer, CountsIn, RejectedCount},
};
use dayloom_domain::DeveloperId;
use dayloom_storage::team::{Count, Counted, CountedRow};

use super::TeamRefusals;
use crate::{
    ServerState,
    team::{TeamAdmin, TeamCall, TeamError, TeamMember, activity::is_countable},
};

/// Replaces counts of commits.
#[utoipa::path(
    post, path = "/workspaces/{workspace_id}/commits", tag = "team", request_body = Counts,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller administers")),
    responses((status = 200, body = CountsAnswer), (status = 403, body = Refusal), TeamRefusals)
)]
pub(super) async fn commits(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdmin(inside),
        body,
        ..
    }: TeamCall<TeamAdmin, (), CountsIn>,
) -> Result<Json<CountsAnswer>, TeamError> {
    store(&state, &inside, Counted::Commits, body).await
}

/// Replaces counts of closed issues.
#[utoipa::path(
    post, path = "/workspaces/{workspace_id}/closed-issues", tag = "team", request_body = Counts,
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller administers")),
    responses((status = 200, body = CountsAnswer), (status = 403, body = Refusal), TeamRefusals)
)]
pub(super) async fn closed_issues(
    State(state): State<ServerState>,
    TeamCall {
        gate: TeamAdmin(inside),
        body,
        ..
    }: TeamCall<TeamAdmin, (), CountsIn>,
) -> Result<Json<CountsAnswer>, TeamError> {
    store(&state, &inside, Counted::ClosedIssues, body).await
}

async fn store(
    state: &ServerState,
    inside: &TeamMember,
    what: Counted,
    sent: CountsIn,
) -> Result<Json<CountsAnswer>, TeamError> {
    let now = state.now();
    let mut rejected = Vec::new();
    let (mut places, mut rows) = (Vec::new(), Vec::new());
    for (index, row) in sent.days.into_iter().enumerate() {
        match row {
            Ok(row) if is_countable(row.day, now) => {
                places.push(index);
                rows.push(CountedRow {
                    developer_id: DeveloperId(row.developer_id),
                    day: row.day,
                    count: Count {
                        internal: row.internal,
                        external: row.external,
                    },
                });
            }
            Ok(_) => rejected.push(refused(index, "day_out_of_range")),
            Err(reason) => rejected.push(refused(index, reason)),
        }
    }
    let team = state.store().team();
    let stands = team
        .count(inside.space.id, what, inside.caller, &rows, now)
        .await?;
    for (index, _) in places.iter().zip(&stands).filter(|(_, stands)| !**stands) {
        rejected.push(refused(*index, "unknown_member"));
    }
    rejected.sort_by_key(|refused| refused.index);
    Ok(Json(CountsAnswer {
        stored: stands.iter().filter(|stands| **stands).count(),
        rejected,
    }))
}

fn refused(index: usize, reason: &str) -> RejectedCount {
    RejectedCount {
        index,
        reason: reason.to_owned(),
    }
}
