//! Editing a day's journal from its page.

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use dayloom_api::tracker::journal::MAX_JOURNAL;
use dayloom_views::{state::Trouble, urls};
use jiff::civil::Date;
use serde::Deserialize;

use super::{failure::PageError, visitor::Visitor};
use crate::{ApiError, Caller, ServerState, endpoints::journals};

#[derive(Deserialize)]
pub(super) struct Edit {
    #[serde(default)]
    csrf: String,
    day: Date,
    #[serde(default)]
    text: String,
    #[serde(default)]
    action: Action,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    /// Keeps the person's own text.
    #[default]
    Save,
    /// Gives the journal back to be written from the facts.
    Reset,
}

/// Stores the person's text, or gives the journal back, and leads to it.
pub(super) async fn submit(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<Edit>,
) -> Result<Response, PageError> {
    visitor.check(&form.csrf, &headers, &state)?;
    let caller = Caller {
        id: visitor.person.id,
    };
    // What a browser sends ends its lines as HTTP does, and may have got round the form's limit.
    let text: String = form
        .text
        .replace("\r\n", "\n")
        .replace('\0', "")
        .chars()
        .take(MAX_JOURNAL)
        .collect();
    let text = match form.action {
        Action::Save => Some(text.as_str()),
        Action::Reset => None,
    };
    journals::edit(&state, caller, form.day, text)
        .await
        .map_err(|error| match error {
            ApiError::Internal(_) => PageError::from(error),
            _ => PageError(Trouble::NotFound),
        })?;
    Ok(Redirect::to(&urls::journal(form.day)).into_response())
}
