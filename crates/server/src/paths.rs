//! Paths as `contract/tracker.md` §0 has them: `:` and `%3A` are one, a trailing slash is redirected, the rest is 404.
//!
//! The router knows no parameter with something behind it in one segment, so `…/{id}:undo` is routed as
//! `…/{id}/~undo`; outside of this file and the list of routes nobody sees that.

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
        if let Some(uri) = apart(request.uri()) {
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
    with_path(uri, path.replace("%3A", ":").replace("%3a", ":"))
}

fn with_path(uri: &Uri, path: String) -> Option<Uri> {
    let whole = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
    Uri::from_parts(parts).ok()
}

/// Collections whose members have verbs of their own.
const WITH_VERBS: [&str; 2] = ["/api/v1/tracker/timesheet/entries", "/api/v1/tracker/reviews"];

/// What stands before a verb in a route.
const VERB: &str = "/~";

/// `…/{id}:verb` as the router knows it. A path that is written that way from outside is unknown.
fn apart(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let collection = WITH_VERBS
        .into_iter()
        .find(|collection| path.starts_with(collection))?;
    let member = path.strip_prefix(collection)?.strip_prefix('/')?;
    if member.contains(VERB) {
        return with_path(uri, format!("{path}/"));
    }
    let (id, verb) = member.split_once(':').filter(|_| !member.contains('/'))?;
    with_path(uri, format!("{collection}/{id}{VERB}{verb}"))
}

/// A routed path as it is called.
pub(crate) fn called(path: &str) -> String {
    path.replace(VERB, ":")
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
    fn verbs_of_members_are_routed_apart() {
        let read = |text: &'static str| apart(&Uri::from_static(text)).map(|uri| uri.to_string());
        let entries = "/api/v1/tracker/timesheet/entries";
        assert_eq!(
            read("/api/v1/tracker/timesheet/entries/a:split?q=1"),
            Some(format!("{entries}/a/~split?q=1"))
        );
        assert_eq!(
            read("/api/v1/tracker/reviews/a:undo"),
            Some("/api/v1/tracker/reviews/a/~undo".to_owned())
        );
        for other in [
            "/api/v1/tracker/timesheet/entries:review",
            "/api/v1/tracker/timesheet/entries/a",
            "/api/v1/tracker/devices:enroll",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!(
            read("/api/v1/tracker/reviews/a/~undo"),
            Some("/api/v1/tracker/reviews/a/~undo/".to_owned())
        );
        assert_eq!(
            called("/api/v1/tracker/reviews/{id}/~undo"),
            "/api/v1/tracker/reviews/{id}:undo"
        );
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
