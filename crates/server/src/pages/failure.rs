//! Pages that do not lead anywhere, and which failure leads to which.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use dayloom_storage::StorageError;
use dayloom_views::{
    Template,
    state::{ErrorPage, Trouble},
    words::Locale,
};

use crate::{
    ApiError, ServerState,
    auth::{Caller, account, session},
    error::internal_server_error,
};

/// Why a page was not shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageError(pub Trouble);

impl From<StorageError> for PageError {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "a page could not be made");
        Self(Trouble::Failed)
    }
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Refused { .. } | ApiError::Shown(..) | ApiError::Invalid(_) => Self(Trouble::SignedOut),
            ApiError::Internal(what) => {
                tracing::error!(error = %what, "a page could not be made");
                Self(Trouble::Failed)
            }
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = told(self.0, Locale::default());
        // For `in_their_language`, which knows who asked.
        response.extensions_mut().insert(self.0);
        response
    }
}

fn told(trouble: Trouble, locale: Locale) -> Response {
    let page = ErrorPage::new(trouble, locale);
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, show(&page)).into_response()
}

/// The page of a trouble in the language of who asked.
pub(super) async fn page(trouble: Trouble, headers: &HeaderMap, state: &ServerState) -> Response {
    told(trouble, language(headers, state).await)
}

/// Says what went wrong in the language of who asked: that of their profile, else the one their browser prefers.
pub(super) async fn in_their_language(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let Some(trouble) = response.extensions().get::<Trouble>().copied() else {
        return response;
    };
    match language(&headers, &state).await {
        Locale::En => response,
        other => told(trouble, other),
    }
}

async fn language(headers: &HeaderMap, state: &ServerState) -> Locale {
    let person = match session::authenticate(&Method::GET, headers, state).await {
        Ok(Some(id)) => account(Caller { id }, state).await.ok(),
        _ => None,
    };
    match person.and_then(|person| person.locale) {
        Some(locale) => Locale::of(Some(&locale)),
        None => {
            let accepted = headers.get(header::ACCEPT_LANGUAGE);
            Locale::accepted(accepted.and_then(|value| value.to_str().ok()).unwrap_or_default())
        }
    }
}

/// A template as an answer. Writing one out cannot fail but for a bug of ours, which is then logged.
pub(super) fn show(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template failed");
            internal_server_error()
        }
    }
}

/// Whether the request comes from a browser that would show a page.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
