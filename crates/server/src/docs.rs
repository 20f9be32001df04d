//! The OpenAPI document and its reference page, which loads nothing from outside.

use std::sync::Arc;

use axum::{
    Json, Router,
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

pub(crate) fn routes(document: OpenApi) -> Router<ServerState> {
    let document = Arc::new(document);
    let config = Arc::new(Config::from(DOCUMENT).validator_url("none"));
    let index = Arc::clone(&config);
    Router::new()
        .route(DOCUMENT, get(async move || Json(document.as_ref().clone())))
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
            (StatusCode::OK, headers, file.bytes.into_owned()).into_response()
        }
        Ok(None) => ApiError::not_found("Not Found").into_response(),
        Err(_) => ApiError::internal("the reference page's files cannot be read").into_response(),
    }
}
