//! The OpenAPI document and its reference page, which loads nothing from outside.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use crate::{ApiError, ServerState};

/// Where the document is.
const DOCUMENT: &str = "/api/v1/openapi.json";

/// The reference page's own files only; its script sets styles on elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn routes(document: &OpenApi) -> Router<ServerState> {
    // Kept as text: as a tree it weighs many times as much.
    let document = Bytes::from(serde_json::to_vec(document).expect("a document is plain JSON"));
    let config = Arc::new(Config::from(DOCUMENT).validator_url("none"));
    let index = Arc::clone(&config);
    Router::new()
        .route(
            DOCUMENT,
            get(async move || ([(header::CONTENT_TYPE, "application/json")], document)),
        )
        .route("/api/docs", get(async || Redirect::temporary("/api/docs/")))
        .route("/api/docs/", get(async move || file("", index)))
        .route(
            "/api/docs/{*file}",
            get(async move |Path(name): Path<String>| file(&name, config)),
        )
}

fn file(name: &str, config: Arc<Config<'static>>) -> Response {
    match utoipa_swagger_ui::serve(name, config) {
        Ok(Some(file)) => {
            let kind = HeaderValue::from_str(&file.content_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream"));
            let policy = HeaderValue::from_static(POLICY);
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_SECURITY_POLICY, policy),
            ];
            let mut answer = (StatusCode::OK, headers, file.bytes.into_owned()).into_response();
            if file.gzpipped {
                let packed = HeaderValue::from_static("gzip");
                answer.headers_mut().insert(header::CONTENT_ENCODING, packed);
            }
            answer
        }
        Ok(None) => ApiError::not_found("Not Found").into_response(),
        Err(_) => ApiError::internal("the reference page's files cannot be read").into_response(),
    }
}
