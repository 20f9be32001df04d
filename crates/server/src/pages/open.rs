//! The one-time local link, its session, and its end.
//!
//! `dayloom open` keeps the hash of a random code and opens `/open/{code}`. The first request with the code gets a
//! session; every later one is told to ask for a new link. So a link that someone else finds in a history, a log or a
//! process list is worth nothing.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use dayloom_domain::DeveloperId;
use dayloom_storage::{StorageError, Store};
use dayloom_views::{state::Trouble, urls};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{failure::PageError, visitor::Visitor};
use crate::{
    ServerState,
    auth::{Hash, cookie, session},
};

/// How long a one-time link may be used.
pub const LINK_LIFE: SignedDuration = SignedDuration::from_secs(120);

/// How long a session lasts: a week, as session tokens do (`contract/tracker.md` §1.1).
const SESSION_LIFE: SignedDuration = crate::auth::credential::SESSION_LIFE;

/// Makes a one-time link and returns its path. `random` is 32 fresh random bytes; they are the code, and only their
/// hash is kept.
pub async fn one_time_link(
    store: &Store,
    developer: DeveloperId,
    random: [u8; 32],
    now: Timestamp,
) -> Result<String, StorageError> {
    let code = hex::encode(random);
    let until = now.saturating_add(LINK_LIFE).unwrap_or(now);
    store
        .sessions()
        .create_link(developer, Hash::of(&code).as_str(), until, now)
        .await?;
    Ok(urls::open(&code))
}

/// Redeems the code and opens the day. The page leads on by itself instead of a redirect: the next request then comes
/// from our own page, so the browser sends a `SameSite=Strict` cookie whatever program or file the link stood in.
pub(super) async fn page(
    State(state): State<ServerState>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let now = state.now();
    let person = state
        .store()
        .sessions()
        .redeem_link(Hash::of(&code).as_str(), now)
        .await?;
    let person = person.ok_or(PageError(Trouble::LinkSpent))?;
    let value = hex::encode(rand::random::<[u8; 32]>());
    let until = now.saturating_add(SESSION_LIFE).unwrap_or(now);
    state
        .store()
        .sessions()
        .create(person, Hash::of(&value).as_str(), until, now)
        .await?;
    let (to, mark) = (urls::TRACKER, &dayloom_views::assets::names().mark);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Dayloom</title>\
         <link rel=\"icon\" href=\"{mark}\"><meta http-equiv=\"refresh\" content=\"0;url={to}\"></head>\
         <body><p><a href=\"{to}\">Open your day</a></p></body></html>"
    );
    let cookie = set_cookie(&headers, &state, &value, SESSION_LIFE.as_secs());
    Ok((
        [cookie, (header::REFERRER_POLICY, "no-referrer".to_owned())],
        Html(html),
    )
        .into_response())
}

#[derive(Deserialize)]
pub(super) struct SignOut {
    #[serde(default)]
    csrf: String,
}

/// Ends the session.
pub(super) async fn sign_out(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<SignOut>,
) -> Result<Response, PageError> {
    visitor.check(&form.csrf, &headers, &state)?;
    if let Some(value) = cookie(&headers, &session::cookie_name(&headers)) {
        state.store().sessions().delete(Hash::of(value).as_str()).await?;
    }
    let gone = set_cookie(&headers, &state, "", 0);
    let mut response = Redirect::to(urls::TRACKER).into_response();
    *response.status_mut() = StatusCode::SEE_OTHER;
    Ok(([gone], response).into_response())
}

/// Only this server's pages get the cookie: no script, no other site, no plain connection where there is a public one.
fn set_cookie(headers: &HeaderMap, state: &ServerState, value: &str, seconds: i64) -> (HeaderName, String) {
    let name = session::cookie_name(headers);
    let public = state.settings().public_url.as_deref().unwrap_or_default();
    let secure = if public.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    (
        header::SET_COOKIE,
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"),
    )
}
