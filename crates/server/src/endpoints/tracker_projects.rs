//! Projects the caller can enrol a device into (`contract/tracker.md` §2.1).

use axum::{Json, extract::State};
use dayloom_api::tracker::TrackerProject;

use crate::{ApiError, Caller, ServerState};

/// Active, tracking projects in which the caller is an active member, by name, then id.
#[utoipa::path(get, path = "/tracker/projects", tag = "tracker",
    responses((status = 200, body = [TrackerProject])))]
pub async fn list(
    State(state): State<ServerState>,
    caller: Caller,
) -> Result<Json<Vec<TrackerProject>>, ApiError> {
    let projects = state.store().projects().tracker_projects_for(caller.id).await?;
    let row = |p: dayloom_domain::people::Project| TrackerProject {
        id: p.id,
        name: p.name,
        slug: p.slug,
    };
    Ok(Json(projects.into_iter().map(row).collect()))
}
