//! The one extractor of the team API, which checks in its order: 401, malformed JSON 422, membership 404, role 403, query and
//! body 422 (`contract/team.md` §4). Must not know what an endpoint does.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use dayloom_api::{Decode, Problem, decode, json::with_json};

use super::TeamError;
use crate::{
    ApiError, Caller, ServerState,
    error::faults,
    extract::{is_json, no_body, read_body, read_query},
    gates::{Gate, PathIds},
};

/// What the gate found, with the query and the body. Either is `()` where the endpoint has none.
pub(crate) struct TeamCall<G, Q = (), B = ()> {
    /// What the gate found.
    pub gate: G,
    /// Parameters of the path.
    pub ids: PathIds,
    /// The query.
    pub query: Q,
    /// The body.
    pub body: B,
}

impl<G, Q, B> FromRequest<ServerState> for TeamCall<G, Q, B>
where
    G: Gate,
    Q: Decode + Send,
    B: Decode + Send,
{
    type Rejection = TeamError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, TeamError> {
        let (mut parts, body) = request.into_parts();
        let Ok(ids) = PathIds::from_request_parts(&mut parts, state).await;
        let query_text = parts.uri.query().unwrap_or_default().to_owned();
        let json = is_json(&parts.headers);
        let caller = Caller::from_request_parts(&mut parts, state).await?;
        let bytes = if B::WANTED {
            read_body(Request::from_parts(parts, body), state).await?
        } else {
            Bytes::new()
        };
        let mut body_problems = Vec::new();
        let body = read::<B>(&bytes, json, &mut body_problems)?;
        let gate = G::open(caller, &ids, state).await?;
        let mut problems = Vec::new();
        let query = read_query(&query_text, &mut problems);
        problems.append(&mut body_problems);
        match (query, body) {
            (Some(query), Some(body)) => Ok(Self {
                gate,
                ids,
                query,
                body,
            }),
            _ => Err(faults(problems).into()),
        }
    }
}

/// The body's value, or its faults; an error only where it claims to be JSON and is none.
fn read<B: Decode>(bytes: &Bytes, json: bool, problems: &mut Vec<Problem>) -> Result<Option<B>, ApiError> {
    if !B::WANTED {
        return Ok(B::decode_nothing());
    }
    let text: &[u8] = match (bytes.is_empty(), json) {
        (true, _) if B::OPTIONAL => b"{}",
        (false, true) => bytes,
        (empty, _) => {
            problems.push(no_body(empty));
            return Ok(None);
        }
    };
    with_json(text, |json| decode::body::<B>(json, problems))
        .map_err(|error| ApiError::Invalid(vec![Problem::malformed(&error)]))
}
