//! Extractors that check in the order of `contract/tracker.md` §0: malformed JSON, authentication, query and body.
//!
//! A handler with a body takes one [`Call`]; one without takes a [`Caller`] first and [`ApiQuery`], [`ApiPath`] after it.

use std::{borrow::Cow, str::FromStr};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::IntoResponse,
};
use dayloom_api::{
    Decode, Problem,
    decode::{self, Fault},
    json::{self, with_json},
};
use serde::de::DeserializeOwned;

use crate::{ApiError, Caller, ServerState, cut, error::faults};

/// The largest body that is read: 500 events with every text at its maximum in four-byte characters fit.
pub const MAX_BODY: usize = 32 * 1024 * 1024;

/// Who calls, with the query and the body. Either is `()` where the endpoint has none, and a body of `()` is never
/// looked at.
#[derive(Debug)]
pub struct Call<Q, B> {
    /// Who calls.
    pub caller: Caller,
    /// The query.
    pub query: Q,
    /// The body.
    pub body: B,
}

impl<Q: Decode + Send, B: Decode + Send> FromRequest<ServerState> for Call<Q, B> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let mut problems = Vec::new();
        // The query is read last but reported first, as the reference does.
        let query_text = parts.uri.query().unwrap_or_default().to_owned();
        if !B::WANTED {
            let caller = Caller::from_request_parts(&mut parts, state).await?;
            let query = read_query(&query_text, &mut problems);
            let body = B::decode_nothing();
            return match (query, body) {
                (Some(query), Some(body)) => Ok(Self { caller, query, body }),
                _ => Err(faults(problems)),
            };
        }
        let json = is_json(&parts.headers);
        let bytes = if B::CUTS_TEXTS && !is_short(&parts.headers) {
            cut::receive(body).await?
        } else {
            read_body(Request::from_parts(parts.clone(), body), state).await?
        };
        let caller = known_caller(&mut parts, state, json, &bytes).await?;
        let mut body_problems = Vec::new();
        let body = if !json || bytes.is_empty() {
            body_problems.push(no_body(bytes.is_empty()));
            None
        } else {
            with_json(&bytes, |json| decode::body::<B>(json, &mut body_problems))
                .map_err(|error| ApiError::Invalid(vec![Problem::malformed(&error)]))?
        };
        let query = read_query(&query_text, &mut problems);
        problems.append(&mut body_problems);
        match (query, body) {
            (Some(query), Some(body)) => Ok(Self { caller, query, body }),
            _ => Err(faults(problems)),
        }
    }
}

/// Who calls. Whom nobody knows is told first that what they sent is no JSON, where it is none; nothing else is made
/// of it, as that would cost many times its size.
pub(crate) async fn known_caller(
    parts: &mut Parts,
    state: &ServerState,
    json: bool,
    body: &[u8],
) -> Result<Caller, ApiError> {
    let refusal = match Caller::from_request_parts(parts, state).await {
        Ok(caller) => return Ok(caller),
        Err(refusal) => refusal,
    };
    if json && !body.is_empty() {
        json::check(body).map_err(|error| ApiError::Invalid(vec![Problem::malformed(&error)]))?;
    }
    Err(refusal)
}

/// The query alone. Take it after [`Caller`].
#[derive(Debug)]
pub struct ApiQuery<Q>(pub Q);

impl<Q: Decode> FromRequestParts<ServerState> for ApiQuery<Q> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &ServerState) -> Result<Self, ApiError> {
        let mut problems = Vec::new();
        read_query(parts.uri.query().unwrap_or_default(), &mut problems)
            .map(ApiQuery)
            .ok_or_else(|| faults(problems))
    }
}

/// Parameters of the path as texts; see [`id`]. Take it after [`Caller`].
#[derive(Debug)]
pub struct ApiPath<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<ServerState> for ApiPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(value)| ApiPath(value))
            .map_err(|_| ApiError::not_found("Not Found"))
    }
}

/// An id of the path; a malformed one is the 404 of the endpoint (`contract/tracker.md` §9.2).
pub fn id<T: FromStr>(text: &str, not_found: &'static str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::not_found(not_found))
}

/// The whole body, if it is not too large.
pub(crate) async fn read_body(request: Request, state: &ServerState) -> Result<Bytes, ApiError> {
    let read = Bytes::from_request(request, state).await;
    read.map_err(|refused| match refused.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => broken_off(),
    })
}

/// A body beyond [`MAX_BODY`].
pub(crate) fn too_large() -> ApiError {
    ApiError::refused(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large")
}

/// A body that did not come whole.
pub(crate) fn broken_off() -> ApiError {
    ApiError::bad_request("There was an error reading the body")
}

/// Whether the body says that it is within [`MAX_BODY`].
fn is_short(headers: &HeaderMap) -> bool {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    length
        .and_then(|length| length.parse::<usize>().ok())
        .is_some_and(|length| length <= MAX_BODY)
}

pub(crate) fn read_query<Q: Decode>(text: &str, problems: &mut Vec<Problem>) -> Option<Q> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (unescape(name), unescape(value))
    });
    decode::query(pairs.collect(), problems)
}

fn unescape(text: &str) -> Cow<'_, str> {
    let spaced = text.replace('+', " ");
    Cow::Owned(
        percent_encoding::percent_decode_str(&spaced)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

/// `application/json` or `application/*+json`, with any parameters.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind.strip_prefix("application/")
        .is_some_and(|sub| sub == "json" || sub.ends_with("+json"))
}

pub(crate) fn no_body(empty: bool) -> Problem {
    let fault = if empty {
        Fault::new("missing", "Field required")
    } else {
        Fault::new(
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from; send it as application/json",
        )
    };
    Problem::at(&["body"], fault, serde_json::Value::Null)
}
