//! Pages for browsers. Contexts and templates are in `dayloom-views`; here is what a page reads and who may see it.

use axum::Router;

use crate::ServerState;

/// All pages and their files.
pub fn routes() -> Router<ServerState> {
    Router::new()
}
