//! Who calls: bearer credentials and the browser's session cookie (`contract/tracker.md` §1.1).

pub mod credential;
pub mod session;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use dayloom_domain::{DeveloperId, people::Developer};

use crate::{ApiError, ServerState};

pub use credential::{Hash, mint, new_api_token};
pub use session::{SESSION_COOKIE, same_origin};

/// A caller who proved who they are. Whether the account still exists is for [`Account`] to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub id: DeveloperId,
}

impl FromRequestParts<ServerState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        const NONE: &str = "Not authenticated";
        let id = match parts.headers.get(header::AUTHORIZATION) {
            Some(value) => {
                let credential = value.to_str().ok().and_then(bearer);
                credential::authenticate(credential.ok_or_else(|| ApiError::unauthorized(NONE))?, state)
                    .await?
            }
            None => session::authenticate(&parts.method, &parts.headers, state)
                .await?
                .ok_or_else(|| ApiError::unauthorized(NONE))?,
        };
        Ok(Self { id })
    }
}

/// A caller with their account; 404 `Developer not found` if the row is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Account(pub Developer);

impl FromRequestParts<ServerState> for Account {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        account(caller, state).await.map(Account)
    }
}

/// The caller's account; 404 `Developer not found` if the row is gone.
pub async fn account(caller: Caller, state: &ServerState) -> Result<Developer, ApiError> {
    let row = state.store().people().by_id(caller.id).await?;
    row.ok_or_else(gone)
}

/// An account that is gone while its credential still stands (`contract/tracker.md` §1.1).
pub(crate) fn gone() -> ApiError {
    ApiError::not_found("Developer not found")
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, credential) = value.split_once(' ')?;
    let credential = credential.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !credential.is_empty()).then_some(credential)
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}
