//! What a device calls: enrolment, heartbeat, sync status (`contract/tracker.md` §2.2, §2.5).

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Stamp,
    tracker::{DeviceConfig, DeviceQuery, EnrollRequest, Enrolled, SyncStatus},
};
use dayloom_storage::{Enroll, EnrollError};

use crate::{ApiError, ApiQuery, Call, Caller, ServerState, auth::account};

/// The answer to a device that is unknown, someone else's or released.
pub(super) const NOT_ENROLLED: &str = "Device not enrolled";

/// Enrols a device into a project, or binds it to another, and gives it the project's config.
#[utoipa::path(post, path = "/tracker/devices:enroll", tag = "tracker", request_body = EnrollRequest,
    responses((status = 201, body = Enrolled),
        (status = 403, body = dayloom_api::Refusal, description = "Not a member, not tracking, or another's device.")))]
pub async fn enroll(
    State(state): State<ServerState>,
    call: Call<(), EnrollRequest>,
) -> Result<(StatusCode, Json<Enrolled>), ApiError> {
    let developer = account(call.caller, &state).await?;
    let EnrollRequest {
        device_id,
        project_id,
        name,
        platform,
        version,
    } = call.body;
    let request = Enroll {
        device_id,
        developer_id: developer.id,
        project_id,
        name,
        platform,
        version,
    };
    let device = state
        .store()
        .devices()
        .enroll(&request, state.now())
        .await
        .map_err(refusal)?;
    let (device_id, project_id) = (device.id, device.project_id);
    Ok((
        StatusCode::CREATED,
        Json(Enrolled {
            device_id,
            project_id,
            config: DeviceConfig::of(device),
        }),
    ))
}

fn refusal(error: EnrollError) -> ApiError {
    match error {
        EnrollError::ProjectNotFound => ApiError::not_found(error.to_string()),
        EnrollError::NotMember | EnrollError::TrackerDisabled | EnrollError::OtherDeveloper => {
            ApiError::forbidden(error.to_string())
        }
        EnrollError::Storage(error) => error.into(),
    }
}

/// Says the device is there; its config comes back. The body is not looked at.
#[utoipa::path(post, path = "/tracker/devices:heartbeat", tag = "tracker", params(DeviceQuery),
    responses((status = 200, body = DeviceConfig)))]
pub async fn heartbeat(
    State(state): State<ServerState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<DeviceQuery>,
) -> Result<Json<DeviceConfig>, ApiError> {
    let device = state
        .store()
        .devices()
        .heartbeat(caller.id, query.device_id, state.now())
        .await?;
    device
        .map(|device| Json(DeviceConfig::of(device)))
        .ok_or_else(|| ApiError::not_found(NOT_ENROLLED))
}

/// How far the server has the device's events.
#[utoipa::path(get, path = "/tracker/sync/status", tag = "tracker", params(DeviceQuery),
    responses((status = 200, body = SyncStatus)))]
pub async fn sync_status(
    State(state): State<ServerState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<DeviceQuery>,
) -> Result<Json<SyncStatus>, ApiError> {
    let device = state.store().devices().by_id(caller.id, query.device_id).await?;
    let device = device.ok_or_else(|| ApiError::not_found(NOT_ENROLLED))?;
    Ok(Json(SyncStatus {
        device_id: device.id,
        server_seq: device.server_seq,
        last_seen_at: device.last_seen_at.map(Stamp),
    }))
}
