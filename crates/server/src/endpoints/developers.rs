//! `GET` and `PATCH /developers/me`: the caller's own account (`contract/tracker.md` §1.3, §9).

use axum::{Json, extract::State};
use dayloom_api::{
    Refusal,
    developers::{DeveloperChange, DeveloperOut},
};
use dayloom_storage::DeveloperPatch;

use super::{InputRefusals, Refusals};
use crate::{ApiError, Call, Caller, ServerState, auth::gone};

/// Text for a GitHub login that someone else has.
const TAKEN: &str =
    "`github_login`: Another account here has this GitHub login; a login belongs to one account.";

/// The caller's account.
#[utoipa::path(get, path = "/developers/me", tag = "developers", responses((status = 200, body = DeveloperOut), Refusals))]
pub async fn read(caller: Caller, State(state): State<ServerState>) -> Result<Json<DeveloperOut>, ApiError> {
    shown(&state, caller).await
}

async fn shown(state: &ServerState, caller: Caller) -> Result<Json<DeveloperOut>, ApiError> {
    let found = state.store().team().person(caller.id).await?;
    let found = found.ok_or_else(gone)?;
    Ok(Json(DeveloperOut {
        github_login: found.login,
        ..found.developer.into()
    }))
}

/// Changes name, zone, working hours, language or GitHub login. A new zone moves no day that has evidence already.
#[utoipa::path(
    patch, path = "/developers/me", tag = "developers", request_body = DeveloperChange,
    responses(
        (status = 200, body = DeveloperOut),
        (status = 409, body = Refusal, description = "The GitHub login is another account's."),
        Refusals, InputRefusals
    )
)]
pub async fn change(
    State(state): State<ServerState>,
    Call {
        caller, body: change, ..
    }: Call<(), DeveloperChange>,
) -> Result<Json<DeveloperOut>, ApiError> {
    if let Some(login) = &change.github_login {
        let login = Some(login.as_str()).filter(|login| !login.is_empty());
        let taken = !state.store().team().set_login(caller.id, login).await?;
        if taken && state.store().people().by_id(caller.id).await?.is_some() {
            return Err(ApiError::conflict(TAKEN));
        }
    }
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
    developer.ok_or_else(gone)?;
    shown(&state, caller).await
}
