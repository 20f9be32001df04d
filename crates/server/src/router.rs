//! All routes put together, and what surrounds them.

use axum::{Router, extract::DefaultBodyLimit, middleware};
use utoipa::openapi::OpenApi;

use crate::{ServerState, docs, endpoints, extract::MAX_BODY, health, observe, pages, paths};

/// The whole application.
pub fn router(state: ServerState) -> Router {
    let (api, document) = endpoints::all().split_for_parts();
    let routes = api
        .merge(docs::routes(&document))
        .merge(health::routes())
        .merge(pages::routes(&state))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(paths::not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn(observe::observe))
        .with_state(state);
    paths::with_literal_colons(routes)
}

/// The OpenAPI 3.1 document of all endpoints.
pub fn document() -> OpenApi {
    endpoints::all().split_for_parts().1
}
