//! What is noted of every request, and what every answer carries: a request id, one log line, figures by route,
//! security headers. Never a query, a body, a title or a credential.

use std::{
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;

use crate::{ApiError, error::internal_server_error};

/// A request that takes longer is given up, so that slow senders cannot hold connections for ever.
const TIME_LIMIT: Duration = Duration::from_secs(60);
const _: () = assert!(
    dayloom_pipeline::question::PATIENCE.as_secs() < TIME_LIMIT.as_secs(),
    "a model that hangs must not take its request along"
);

/// Nothing may be loaded by an answer of the API; nobody may frame it.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// Pages load their own files only; no inline script or style, forms go home.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static REQUESTS: AtomicU64 = AtomicU64::new(1);

/// Runs a request, turns a panic into the plain 500, and notes what happened.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = REQUESTS.fetch_add(1, Ordering::Relaxed);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let is_api = request.uri().path().starts_with("/api/");

    let run = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match tokio::time::timeout(TIME_LIMIT, run).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => {
            tracing::error!(request = id, "a handler panicked");
            internal_server_error()
        }
        Err(_) => ApiError::refused(StatusCode::REQUEST_TIMEOUT, "Request timed out").into_response(),
    };

    add_headers(&mut response, id, is_api);
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let status = response.status().as_u16();
    let elapsed = began.elapsed();
    tracing::info!(request = id, %method, route, status, micros = elapsed.as_micros(), "answered");
    note(method.as_str(), route, status, elapsed);
    response
}

fn note(method: &str, route: &str, status: u16, elapsed: Duration) {
    let method = match method {
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => method.to_owned(),
        _ => "other".to_owned(),
    };
    let labels = [
        ("method", method),
        ("route", route.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("dayloom_http_requests_total", &labels).increment(1);
    metrics::histogram!("dayloom_http_request_seconds", "route" => route.to_owned())
        .record(elapsed.as_secs_f64());
}

fn add_headers(response: &mut Response, id: u64, is_api: bool) {
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-request-id"), HeaderValue::from(id));
    let policy = if is_api { API_POLICY } else { PAGE_POLICY };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request, middleware, routing::get};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_the_plain_500() {
        async fn panics() -> &'static str {
            panic!("a fault of ours")
        }
        let app = Router::new()
            .route("/", get(panics))
            .layer(middleware::from_fn(observe));
        let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        assert_eq!(&body[..], b"Internal Server Error");
    }
}
