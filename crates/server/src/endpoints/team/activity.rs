//! `GET …/activity`: a team over a range of UTC days, in one answer.

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use dayloom_api::team::{Activity, ActivityQuery};
use futures::stream;
use tokio::task::JoinHandle;

use super::TeamRefusals;
use crate::{
    ServerState,
    team::{
        TeamCall, TeamError, TeamMember,
        activity::{Answer, Looker, range},
    },
};

/// Every member's days: internal and external minutes, the strip in the member's own hours, commits and closed issues. Sources
/// are there for the caller's own days and, to admins, for all.
#[utoipa::path(
    get, path = "/workspaces/{workspace_id}/activity", tag = "team",
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller is in"), ActivityQuery),
    responses((status = 200, body = Activity), TeamRefusals)
)]
pub(super) async fn read(
    State(state): State<ServerState>,
    TeamCall {
        gate: inside, query, ..
    }: TeamCall<TeamMember, ActivityQuery>,
) -> Result<Response, TeamError> {
    let range = range(query.from, query.to, state.now())?;
    let workspace = inside.space.id;
    let looker = Looker {
        developer: inside.caller,
        admin: inside.is_admin(),
    };
    let rows = state.store().team().activity(workspace, range.0, range.1).await?;
    let first = tokio::task::spawn_blocking(move || next(Answer::new(workspace, range, rows, looker)));
    let pieces = stream::try_unfold(first, |coming| async move {
        let piece = coming.await;
        let piece = piece.map_err(|_| std::io::Error::other("the activity could not be written"))?;
        // While a piece is on its way, the next is worked out.
        Ok::<_, std::io::Error>(piece.map(|(piece, answer)| (piece, begun(answer))))
    });
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((json, Body::from_stream(pieces)).into_response())
}

/// A piece and what is left of the answer, or nothing where all is told.
type Piece = Option<(Vec<u8>, Answer)>;

/// Begins the next piece. It is a millisecond or two of work: other requests of this thread should not wait for it.
fn begun(answer: Answer) -> JoinHandle<Piece> {
    tokio::task::spawn_blocking(move || next(answer))
}

fn next(mut answer: Answer) -> Piece {
    answer.piece().map(|piece| (piece, answer))
}
