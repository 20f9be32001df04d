//! `POST` and `GET /workspaces` (`contract/tracker.md` §9).

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Refusal,
    workspaces::{NewWorkspace, WorkspaceOut},
};
use dayloom_domain::people::Role;
use dayloom_storage::{self as storage, WorkspaceError};

use super::{InputRefusals, Refusals};
use crate::{ApiError, Call, Caller, ServerState, auth::account};

/// Makes a workspace; the caller becomes its owner.
#[utoipa::path(
    post, path = "/workspaces", tag = "workspaces", request_body = NewWorkspace,
    responses((status = 201, body = WorkspaceOut), (status = 409, body = Refusal, description = "The slug is taken"), Refusals, InputRefusals)
)]
pub async fn create(
    State(state): State<ServerState>,
    Call {
        caller, body: new, ..
    }: Call<(), NewWorkspace>,
) -> Result<(StatusCode, Json<WorkspaceOut>), ApiError> {
    let new = storage::NewWorkspace {
        name: new.name,
        slug: new.slug,
    };
    let owner = account(caller, &state).await?;
    let made = state
        .store()
        .workspaces()
        .create(owner.id, &new, state.now())
        .await;
    let workspace = made.map_err(|error| match error {
        WorkspaceError::SlugTaken => ApiError::conflict(error.to_string()),
        WorkspaceError::Storage(error) => error.into(),
    })?;
    Ok((
        StatusCode::CREATED,
        Json(WorkspaceOut::new(workspace, Role::Owner)),
    ))
}

/// The workspaces the caller is an active member of, oldest first.
#[utoipa::path(get, path = "/workspaces", tag = "workspaces", responses((status = 200, body = [WorkspaceOut]), Refusals))]
pub async fn list(
    caller: Caller,
    State(state): State<ServerState>,
) -> Result<Json<Vec<WorkspaceOut>>, ApiError> {
    let workspaces = state.store().workspaces().list_for(caller.id).await?;
    Ok(Json(
        workspaces
            .into_iter()
            .map(|(workspace, role)| WorkspaceOut::new(workspace, role))
            .collect(),
    ))
}
