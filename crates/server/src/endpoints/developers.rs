//! `GET` and `PATCH /developers/me`: the caller's own account (`contract/tracker.md` §1.3, §9).

use axum::{Json, extract::State};
use dayloom_api::developers::{DeveloperChange, DeveloperOut};
use dayloom_storage::DeveloperPatch;

use super::{InputRefusals, Refusals};
use crate::{Account, ApiError, Call, ServerState, auth::gone};

/// The caller's account.
#[utoipa::path(get, path = "/developers/me", tag = "developers", responses((status = 200, body = DeveloperOut), Refusals))]
pub async fn read(Account(developer): Account) -> Json<DeveloperOut> {
    Json(developer.into())
}

/// Changes name, zone, working hours or language. A new zone moves no day that has evidence already.
#[utoipa::path(
    patch, path = "/developers/me", tag = "developers", request_body = DeveloperChange,
    responses((status = 200, body = DeveloperOut), Refusals, InputRefusals)
)]
pub async fn change(
    State(state): State<ServerState>,
    Call {
        caller, body: change, ..
    }: Call<(), DeveloperChange>,
) -> Result<Json<DeveloperOut>, ApiError> {
    let patch = DeveloperPatch {
        name: change.name,
        timezone: change.timezone,
        working_hours: change.working_hours.map(|hours| (hours.start, hours.end)),
        locale: change.locale,
    };
    let developer = state
        .store()
        .people()
        .update(caller.id, &patch, state.now())
        .await?;
    let developer = developer.ok_or_else(gone)?;
    Ok(Json(developer.into()))
}
