//! `/tracker/devices`: the caller's own devices (`contract/tracker.md` §9). Enrolment and heartbeat stand elsewhere.

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::devices::{DeviceChange, DeviceOut};
use dayloom_domain::DeviceId;
use dayloom_storage::DevicePatch;

use super::{InputRefusals, Refusals, devices::NOT_ENROLLED};
use crate::{ApiError, Call, Caller, ServerState, gates::PathIds};

/// The caller's devices in the order they were enrolled; released ones are not listed.
#[utoipa::path(get, path = "/tracker/devices", tag = "devices", responses((status = 200, body = [DeviceOut]), Refusals))]
pub async fn list(
    caller: Caller,
    State(state): State<ServerState>,
) -> Result<Json<Vec<DeviceOut>>, ApiError> {
    let devices = state.store().devices().list(caller.id).await?;
    Ok(Json(devices.into_iter().map(Into::into).collect()))
}

/// Names a device, pauses it or lets it go on. A pause holds from now: what was captured before still arrives.
#[utoipa::path(
    patch, path = "/tracker/devices/{device_id}", tag = "devices", request_body = DeviceChange,
    params(("device_id" = Uuid, Path, description = "One of the caller's devices")),
    responses((status = 200, body = DeviceOut), Refusals, InputRefusals)
)]
pub async fn change(
    State(state): State<ServerState>,
    ids: PathIds,
    Call {
        caller, body: change, ..
    }: Call<(), DeviceChange>,
) -> Result<Json<DeviceOut>, ApiError> {
    let id: DeviceId = ids.get("device_id", NOT_ENROLLED)?;
    let patch = DevicePatch {
        name: change.name,
        paused: change.paused,
    };
    let device = state
        .store()
        .devices()
        .update(caller.id, id, &patch, state.now())
        .await?;
    Ok(Json(
        device.ok_or_else(|| ApiError::not_found(NOT_ENROLLED))?.into(),
    ))
}

/// Releases a device, so that another person may enrol it. Its events stay.
#[utoipa::path(
    delete, path = "/tracker/devices/{device_id}", tag = "devices",
    params(("device_id" = Uuid, Path, description = "One of the caller's devices")),
    responses((status = 204), Refusals)
)]
pub async fn release(
    caller: Caller,
    State(state): State<ServerState>,
    ids: PathIds,
) -> Result<StatusCode, ApiError> {
    let id: DeviceId = ids.get("device_id", NOT_ENROLLED)?;
    if state
        .store()
        .devices()
        .release(caller.id, id, state.now())
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found(NOT_ENROLLED))
    }
}
