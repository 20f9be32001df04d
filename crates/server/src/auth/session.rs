//! The browser's session: an opaque cookie whose hash is stored, good for reading everywhere and for writing only
//! from this server's own pages.

use axum::http::{HeaderMap, Method, header};
use dayloom_domain::DeveloperId;

use crate::{
    ApiError, ServerState,
    auth::{Hash, cookie},
};

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "dayloom_session";

/// Who the session cookie belongs to, if it is valid and may be used for this method.
pub async fn authenticate(
    method: &Method,
    headers: &HeaderMap,
    state: &ServerState,
) -> Result<Option<DeveloperId>, ApiError> {
    let Some(value) = cookie(headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    if !method.is_safe() && !same_origin(headers, state) {
        return Ok(None);
    }
    Ok(state
        .store()
        .sessions()
        .authenticate(Hash::of(value).as_str(), state.now())
        .await?)
}

/// Whether a request says that one of this server's own pages made it. A browser names the site or the origin with
/// every request that writes; what names neither is no page of ours.
pub fn same_origin(headers: &HeaderMap, state: &ServerState) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let Some(origin) = text(header::ORIGIN) else {
        return false;
    };
    if let Some(public) = &state.settings().public_url {
        return origin == public.trim_end_matches('/');
    }
    let host = text(header::HOST);
    origin
        .split_once("://")
        .is_some_and(|(_, authority)| Some(authority) == host)
}
