//! Where to upload a screenshot (`contract/tracker.md` §2.5).

use axum::{Json, extract::State};
use dayloom_api::tracker::{DeviceQuery, PresignRequest, Presigned};

use super::devices::NOT_ENROLLED;
use crate::{ApiError, Call, ServerState};

/// Asks for an address to put a screenshot at. Answers 503 where no evidence storage is configured.
#[utoipa::path(post, path = "/tracker/evidence:presign", tag = "tracker", params(DeviceQuery),
    request_body = PresignRequest,
    responses((status = 200, body = Presigned),
        (status = 429, body = dayloom_api::Refusal, description = "Too many; try again after `Retry-After`."),
        (status = 503, body = dayloom_api::Refusal, description = "No evidence storage is configured.")))]
pub async fn presign(
    State(state): State<ServerState>,
    call: Call<DeviceQuery, PresignRequest>,
) -> Result<Json<Presigned>, ApiError> {
    let device = state
        .store()
        .devices()
        .by_id(call.caller.id, call.query.device_id)
        .await?;
    let device = device.ok_or_else(|| ApiError::not_found(NOT_ENROLLED))?;
    if state.settings().rate_limits {
        state.limiter().presign(device.id, state.now()).await?;
    }
    Err(ApiError::unavailable("Evidence storage not configured"))
}
