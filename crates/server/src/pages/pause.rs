//! Pausing and resuming capture from the page.

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use dayloom_storage::DevicePatch;
use dayloom_views::urls;
use serde::Deserialize;

use super::{failure::PageError, visitor::Visitor};
use crate::ServerState;

#[derive(Deserialize)]
pub(super) struct Pause {
    #[serde(default)]
    csrf: String,
    paused: bool,
}

/// Pauses the person, and so all their devices; resuming also resumes devices paused one by one.
pub(super) async fn submit(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<Pause>,
) -> Result<Response, PageError> {
    visitor.check(&form.csrf, &headers, &state)?;
    let (store, now) = (state.store(), state.now());
    store
        .people()
        .set_paused(visitor.person.id, form.paused, now)
        .await?;
    if !form.paused {
        let patch = DevicePatch {
            name: None,
            paused: Some(false),
        };
        for device in store.devices().list(visitor.person.id).await? {
            if device.paused_by_person {
                store
                    .devices()
                    .update(visitor.person.id, device.id, &patch, now)
                    .await?;
            }
        }
    }
    Ok(Redirect::to(urls::TRACKER).into_response())
}
