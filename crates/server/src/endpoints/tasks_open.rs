//! The tasks the caller's time can go to (`contract/tracker.md` §2.6).

use axum::{Json, extract::State};
use dayloom_api::tracker::CandidateTask;
use dayloom_storage::CandidateFilter;

use crate::{ApiError, Caller, ServerState};

/// The caller's open tasks, exactly as attribution uses them.
#[utoipa::path(get, path = "/tracker/candidate-tasks", tag = "tracker",
    responses((status = 200, body = [CandidateTask])))]
pub async fn list(
    State(state): State<ServerState>,
    caller: Caller,
) -> Result<Json<Vec<CandidateTask>>, ApiError> {
    let tasks = state
        .store()
        .tasks()
        .candidates(caller.id, &CandidateFilter::default())
        .await?;
    let row = |t: dayloom_domain::people::Task| CandidateTask {
        id: t.id,
        title: t.title,
        status: t.status,
    };
    Ok(Json(tasks.into_iter().map(row).collect()))
}
