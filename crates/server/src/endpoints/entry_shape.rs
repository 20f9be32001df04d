//! `entries/{id}:split` and `entries:merge`: entries cut in pieces and made one (`contract/tracker.md` §9.3).

use axum::{Json, extract::State};
use dayloom_api::tracker::{EntriesMerged, EntriesReviewed, MergeEntries, SplitEntry};
use dayloom_domain::{EntryId, review::Change};
use dayloom_storage::Reviewed;

use super::{InputRefusals, Refusals, entries};
use crate::{ApiError, Call, Caller, ServerState, gates::PathIds};

/// Cuts an entry at instants inside it. The first piece keeps the id.
#[utoipa::path(
    post, path = "/tracker/timesheet/entries/{entry_id}/~split", tag = "tracker", request_body = SplitEntry,
    params(("entry_id" = Uuid, Path, description = "An inferred entry of the caller")),
    responses((status = 200, body = EntriesReviewed), Refusals, InputRefusals)
)]
pub async fn split(
    State(state): State<ServerState>,
    ids: PathIds,
    Call { caller, body, .. }: Call<(), SplitEntry>,
) -> Result<Json<EntriesReviewed>, ApiError> {
    let id: EntryId = ids.get("entry_id", entries::UNKNOWN)?;
    let at = body.at.into_iter().map(|at| at.0).collect();
    let said = say(&state, caller, id, &Change::Split { at }).await?;
    Ok(Json(EntriesReviewed {
        entries: entries::rows(&state, caller.id, &said.entries).await?,
        review_id: said.review.id,
    }))
}

/// Makes neighbours one, under one task.
#[utoipa::path(
    post, path = "/tracker/timesheet/entries:merge", tag = "tracker", request_body = MergeEntries,
    responses(
        (status = 200, body = EntriesMerged),
        (status = 400, body = dayloom_api::Refusal, description = "A task the caller may not name"),
        Refusals, InputRefusals
    )
)]
pub async fn merge(
    State(state): State<ServerState>,
    Call { caller, body, .. }: Call<(), MergeEntries>,
) -> Result<Json<EntriesMerged>, ApiError> {
    let MergeEntries { mut ids, task_id } = body;
    let first = ids.remove(0);
    for id in std::iter::once(&first).chain(&ids) {
        entries::reviewable(&state, caller.id, *id).await?;
    }
    if let Some(task) = task_id {
        entries::assignable(&state, caller.id, task).await?;
    }
    let said = say(&state, caller, first, &Change::Merge { with: ids, task_id }).await?;
    let one = said.entries.first().copied().unwrap_or(first);
    Ok(Json(EntriesMerged {
        entry: entries::row(entries::one(&state, caller.id, one).await?),
        review_id: said.review.id,
    }))
}

async fn say(
    state: &ServerState,
    caller: Caller,
    id: EntryId,
    change: &Change,
) -> Result<Reviewed, ApiError> {
    let reviews = state.store().reviews();
    match reviews.apply(caller.id, id, change, None, state.now()).await {
        Ok(said) => {
            state.settle(caller.id, [said.review.date]).await;
            Ok(said)
        }
        Err(error) => Err(entries::refused(state, caller.id, error).await),
    }
}
