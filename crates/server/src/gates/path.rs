//! Ids in a path. A malformed one names nothing, so it is answered as one that is unknown (`contract/tracker.md` §9.2).

use std::{collections::HashMap, convert::Infallible, str::FromStr};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use crate::ApiError;

/// The parameters of a path, as text. Taking them never fails; using one may.
pub struct PathIds(HashMap<String, String>);

impl PathIds {
    /// The id of that name, or 404 with this text.
    pub fn get<T: FromStr>(&self, name: &str, unknown: &'static str) -> Result<T, ApiError> {
        let id = self.0.get(name).and_then(|text| text.parse().ok());
        id.ok_or_else(|| ApiError::not_found(unknown))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathIds {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        // Percent signs that decode to no text leave the parameters empty: such an id is unknown too.
        let params = RawPathParams::from_request_parts(parts, state).await;
        let named = |params: RawPathParams| {
            params
                .iter()
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect()
        };
        Ok(Self(params.map(named).unwrap_or_default()))
    }
}
