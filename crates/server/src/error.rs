//! Refusals and their bodies (`contract/tracker.md` §0).

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use dayloom_api::{Invalid, Problem, Refusal, decode::Fault};
use dayloom_storage::StorageError;

/// Why a request got no answer.
#[derive(Debug)]
pub enum ApiError {
    /// `{"detail": "<text>"}` under a status of 4xx or 5xx.
    Refused {
        /// The status.
        status: StatusCode,
        /// The text.
        detail: Cow<'static, str>,
        /// Seconds after which trying again makes sense, for 429.
        retry_after: Option<u64>,
    },
    /// A refusal that shows more than its text.
    Shown(StatusCode, Box<serde_json::Value>),
    /// 422 with every fault found.
    Invalid(Vec<Problem>),
    /// Something of ours failed: logged, and 500 with the plain text `Internal Server Error`.
    Internal(Cow<'static, str>),
}

impl ApiError {
    /// Any other refusal.
    pub fn refused(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused {
            status,
            detail: detail.into(),
            retry_after: None,
        }
    }

    /// 400.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::BAD_REQUEST, detail)
    }

    /// 401 with `WWW-Authenticate: Bearer`.
    pub fn unauthorized(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::UNAUTHORIZED, detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::FORBIDDEN, detail)
    }

    /// 404.
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::NOT_FOUND, detail)
    }

    /// 409.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::CONFLICT, detail)
    }

    /// 429 with `Retry-After` in whole seconds.
    pub fn too_many(detail: impl Into<Cow<'static, str>>, retry_after: u64) -> Self {
        Self::Refused {
            status: StatusCode::TOO_MANY_REQUESTS,
            detail: detail.into(),
            retry_after: Some(retry_after),
        }
    }

    /// 503.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// 422 for one field of the body, for what only a look at the database can tell.
    pub fn invalid_field(
        name: &'static str,
        msg: impl Into<String>,
        input: impl Into<serde_json::Value>,
    ) -> Self {
        Self::Invalid(vec![Problem::at(
            &["body", name],
            Fault::new("value_error", msg),
            input,
        )])
    }

    /// 500. `what` is logged: it must hold nothing that came from outside.
    pub fn internal(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Internal(what.into())
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        Self::Internal(error.to_string().into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Refused {
                status,
                detail,
                retry_after,
            } => {
                let mut response = (
                    status,
                    Json(Refusal {
                        detail: detail.into_owned(),
                    }),
                )
                    .into_response();
                let headers = response.headers_mut();
                if status == StatusCode::UNAUTHORIZED {
                    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                }
                if let Some(seconds) = retry_after {
                    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                }
                response
            }
            Self::Shown(status, body) => (status, Json(*body)).into_response(),
            Self::Invalid(detail) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(Invalid { detail })).into_response()
            }
            Self::Internal(what) => {
                tracing::error!(error = %what, "request failed");
                internal_server_error()
            }
        }
    }
}

/// The plain 500 of §0.
pub(crate) fn internal_server_error() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
}

/// Faults found in a request, as an error if there are any.
pub(crate) fn faults(problems: Vec<Problem>) -> ApiError {
    if problems.is_empty() {
        ApiError::internal("a body was refused without a fault")
    } else {
        ApiError::Invalid(problems)
    }
}
