//! Paths as `contract/tracker.md` §0 has them: `:` and `%3A` are one, a trailing slash is redirected, the rest is 404.

use axum::{
    Router,
    body::Body,
    extract::OriginalUri,
    http::{Request, StatusCode, Uri, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;

use crate::ApiError;

/// Wraps all routes so that an escaped colon in a path is seen as a colon.
pub(crate) fn with_literal_colons(routes: Router) -> Router {
    Router::new().fallback_service(routes.map_request(|mut request: Request<Body>| {
        if let Some(uri) = literal_colons(request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    }))
}

fn literal_colons(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if !path.contains("%3A") && !path.contains("%3a") {
        return None;
    }
    let path = path.replace("%3A", ":").replace("%3a", ":");
    let whole = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
    Uri::from_parts(parts).ok()
}

/// 404, or 307 to the same path without its trailing slash.
pub(crate) async fn not_found(OriginalUri(uri): OriginalUri) -> Response {
    without_slash(&uri).map_or_else(
        || ApiError::not_found("Not Found").into_response(),
        |target| (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, target)]).into_response(),
    )
}

/// The target of the redirect. A path that begins with two slashes, or holds a backslash, could name another host.
fn without_slash(uri: &Uri) -> Option<String> {
    let path = uri.path();
    let target = path
        .strip_suffix('/')
        .filter(|rest| !rest.is_empty() && !rest.ends_with('/'))?;
    if path.starts_with("//") || path.contains('\\') {
        return None;
    }
    Some(match uri.query() {
        Some(query) => format!("{target}?{query}"),
        None => target.to_owned(),
    })
}

/// 405.
pub(crate) async fn not_allowed() -> ApiError {
    ApiError::refused(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_colons_become_colons_and_nothing_else_changes() {
        let read = |text: &'static str| literal_colons(&Uri::from_static(text)).map(|uri| uri.to_string());
        assert_eq!(read("/a%3Ab%3ac%2F?q=%3A"), Some("/a:b:c%2F?q=%3A".to_owned()));
        assert_eq!(read("/a:b"), None);
    }

    #[test]
    fn a_redirect_never_leaves_this_host() {
        let read = |text: &'static str| without_slash(&Uri::from_static(text));
        assert_eq!(read("/a/?b=1"), Some("/a?b=1".to_owned()));
        assert_eq!(read("/"), None);
        assert_eq!(read("//evil.example/"), None);
        assert_eq!(read("/a//"), None);
    }
}
