//! Pages for browsers. Contexts and templates are in `dayloom-views`; here is what a page reads and who may see it.
//!
//! A page is only ever opened by the session cookie that a one-time link gave ([`open`]); bearer tokens are for the
//! API. What a page does not find or may not show is a page too ([`failure`]).

mod ask;
mod assets;
mod day;
mod failure;
mod gather;
mod guard;
mod insights;
mod journal;
mod open;
mod pause;
mod query;
mod review;
mod shadows;
mod team;
mod visitor;

use axum::{
    Router,
    extract::{Request, State},
    middleware,
    response::{Redirect, Response},
    routing::{get, post},
};
use dayloom_views::{state::Trouble, urls};
use tower_http::compression::CompressionLayer;

use crate::{ServerState, paths};

pub use open::{LINK_LIFE, one_time_link};

/// All pages and their files.
pub fn routes(state: &ServerState) -> Router<ServerState> {
    Router::new()
        .route(urls::ROOT, get(|| async { Redirect::to(urls::TRACKER) }))
        .route(urls::TRACKER, get(day::page))
        .route(urls::TRACKER_CSV, get(day::csv))
        .route(urls::TEAM, get(team::door).post(team::create))
        .route(urls::TEAM_JOIN, post(team::join))
        .route(urls::TEAM_ACTIVITY, get(team::page).post(team::submit))
        .route(urls::TEAM_CSV, get(team::as_csv))
        .route(urls::OPEN, get(open::page))
        .route(urls::PAUSE, post(pause::submit))
        .route(urls::INSIGHTS, get(insights::page).post(insights::submit))
        .route(urls::JOURNAL, get(journal::page).post(journal::submit))
        .route(urls::ASK, get(ask::page).post(ask::submit))
        .route(urls::REVIEW, post(review::submit))
        .route(urls::SIGN_OUT, post(open::sign_out))
        .layer(middleware::from_fn_with_state(state.clone(), guard::host_is_ours))
        .route(urls::ASSET, get(assets::file))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            failure::in_their_language,
        ))
        .layer(CompressionLayer::new())
}

/// 404 for what no route knows: a page for who asked for one, else the API's.
pub async fn not_found(State(state): State<ServerState>, request: Request) -> Response {
    let wants_page = failure::wants_page(request.headers()) && !request.uri().path().starts_with("/api/");
    let answer = paths::not_found(axum::extract::OriginalUri(request.uri().clone())).await;
    if wants_page && answer.status() == axum::http::StatusCode::NOT_FOUND {
        failure::page(Trouble::NotFound, request.headers(), &state).await
    } else {
        answer
    }
}
