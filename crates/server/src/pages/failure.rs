//! Pages that do not lead anywhere, and which failure leads to which.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use dayloom_storage::StorageError;
use dayloom_views::{Template, state::ErrorPage};

use crate::{ApiError, error::internal_server_error};

/// Why a page was not shown.
#[derive(Debug)]
pub(super) enum PageError {
    /// Nobody is signed in.
    SignedOut,
    /// The one-time link is spent or too old.
    LinkSpent,
    /// The dates asked for cannot be read; the text says why.
    BadDates(&'static str),
    /// Not from one of our own pages, or under a name that is not ours.
    Forbidden(&'static str),
    /// There is no such page.
    NotFound,
    /// Something of ours failed; the cause was logged.
    Failed,
}

impl From<StorageError> for PageError {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "a page could not be made");
        Self::Failed
    }
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Refused { .. } | ApiError::Invalid(_) => Self::SignedOut,
            ApiError::Internal(what) => {
                tracing::error!(error = %what, "a page could not be made");
                Self::Failed
            }
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let page = match self {
            Self::SignedOut => ErrorPage::signed_out(),
            Self::LinkSpent => ErrorPage::link_spent(),
            Self::BadDates(detail) => ErrorPage::bad_dates(detail),
            Self::Forbidden(detail) => ErrorPage::forbidden(detail),
            Self::NotFound => ErrorPage::not_found(),
            Self::Failed => ErrorPage::failed(),
        };
        let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, show(&page)).into_response()
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
