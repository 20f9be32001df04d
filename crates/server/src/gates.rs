//! Who may call an endpoint, said in its signature: a handler that takes a [`Within`] is only ever run for a caller its
//! gate let in. Must not know what the endpoint does.
//!
//! A gate opens after query and body have been read, since validation comes before permission
//! (`contract/tracker.md` §0). What a caller may not even know of is 404, unknown and foreign with one text; a member
//! without the right gets 403 (§9.2).

mod path;
mod project;
mod workspace;

use axum::extract::{FromRequest, FromRequestParts, Request};
use dayloom_api::Decode;

pub use path::PathIds;
pub use project::{ProjectAdmin, ProjectAdminOrSelf, ProjectEditor, administers};
pub use workspace::{WorkspaceAdmin, WorkspaceAdminOrSelf, WorkspaceMember, active_member, holds};

use crate::{ApiError, Call, Caller, ServerState};

/// A condition on the caller and the ids in the path.
pub trait Gate: Sized + Send {
    /// Lets the caller in, or says why not.
    fn open(
        caller: Caller,
        ids: &PathIds,
        state: &ServerState,
    ) -> impl Future<Output = Result<Self, ApiError>> + Send;
}

/// What the gate found, with the query and the body. Either is `()` where the endpoint has none.
pub struct Within<G, Q = (), B = ()> {
    /// What the gate found.
    pub gate: G,
    /// The query.
    pub query: Q,
    /// The body.
    pub body: B,
}

impl<G, Q, B> FromRequest<ServerState> for Within<G, Q, B>
where
    G: Gate,
    Q: Decode + Send,
    B: Decode + Send,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let Ok(ids) = PathIds::from_request_parts(&mut parts, state).await;
        let Call { caller, query, body } =
            Call::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self {
            gate: G::open(caller, &ids, state).await?,
            query,
            body,
        })
    }
}
