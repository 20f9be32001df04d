//! The browser's session: an opaque cookie whose hash is stored, good for reading everywhere and for writing only
//! from this server's own pages.

use axum::http::{HeaderMap, Method, header};
use dayloom_domain::DeveloperId;

use crate::{
    ApiError, ServerState,
    auth::{Hash, cookie},
};

/// Name of the session cookie, before its port: see [`cookie_name`].
pub const SESSION_COOKIE: &str = "dayloom_session";

/// The cookie's name on the port asked for. Browsers share cookies between the ports of a host; two homes on one
/// machine must not take each other's.
pub fn cookie_name(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let port = host.and_then(|host| host.parse::<axum::http::uri::Authority>().ok()?.port_u16());
    port.map_or_else(
        || SESSION_COOKIE.to_owned(),
        |port| format!("{SESSION_COOKIE}_{port}"),
    )
}

/// Who the session cookie belongs to, if it is valid and may be used for this method.
pub async fn authenticate(
    method: &Method,
    headers: &HeaderMap,
    state: &ServerState,
) -> Result<Option<DeveloperId>, ApiError> {
    let Some(value) = cookie(headers, &cookie_name(headers)) else {
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
