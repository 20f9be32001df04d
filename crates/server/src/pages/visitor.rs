//! Who looks at a page: the person of the session cookie, with the token of their forms.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, request::Parts},
};
use dayloom_domain::people::Developer;
use dayloom_views::state::Trouble;

use super::failure::PageError;
use crate::{
    ServerState,
    auth::{Caller, Hash, account, cookie, same_origin, session},
};

/// A signed-in person.
pub(super) struct Visitor {
    /// Who.
    pub person: Developer,
    /// What their forms carry.
    pub csrf: String,
}

impl FromRequestParts<ServerState> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, PageError> {
        let headers = &parts.headers;
        let id = session::authenticate(&Method::GET, headers, state)
            .await?
            .ok_or(PageError(Trouble::SignedOut))?;
        let person = account(Caller { id }, state).await?;
        let csrf = form_token(headers).ok_or(PageError(Trouble::SignedOut))?;
        Ok(Self { person, csrf })
    }
}

impl Visitor {
    /// Whether a form was made by one of our pages, for this session: it carries the session's token, and the browser
    /// says it comes from here.
    pub(super) fn check(
        &self,
        sent: &str,
        headers: &HeaderMap,
        state: &ServerState,
    ) -> Result<(), PageError> {
        let equal = Hash::of(sent) == Hash::of(&self.csrf);
        if equal && same_origin(headers, state) {
            Ok(())
        } else {
            Err(PageError(Trouble::ForeignForm))
        }
    }
}

/// A function of the session that does not reveal it.
fn form_token(headers: &HeaderMap) -> Option<String> {
    let session = cookie(headers, &session::cookie_name(headers))?;
    Some(Hash::of(&format!("dayloom form {session}")).as_str().to_owned())
}
