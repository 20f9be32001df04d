//! `/tracker/reviews`: what the caller said, and taking it back (`contract/tracker.md` §9.3).

use axum::{Json, extract::State};
use dayloom_api::{
    Stamp,
    tracker::{ReviewOut, ReviewPage, ReviewState, ReviewUndone, ReviewsQuery, review::PAGE},
};
use dayloom_domain::{
    ReviewId,
    review::{Pin, Review},
};

use super::{InputRefusals, Refusals, entries};
use crate::{ApiError, ApiQuery, Caller, ServerState, gates::PathIds};

/// Text for a review that is not the caller's, whether it exists or not.
const UNKNOWN: &str = "Review not found";

/// The caller's reviews, newest first, those taken back included.
#[utoipa::path(
    get, path = "/tracker/reviews", tag = "tracker", params(ReviewsQuery),
    responses((status = 200, body = ReviewPage), Refusals, InputRefusals)
)]
pub async fn list(
    caller: Caller,
    State(state): State<ServerState>,
    ApiQuery(query): ApiQuery<ReviewsQuery>,
) -> Result<Json<ReviewPage>, ApiError> {
    let reviews = state
        .store()
        .reviews()
        .page(caller.id, query.cursor, PAGE)
        .await?;
    let full = u32::try_from(reviews.len()).is_ok_and(|found| found == PAGE);
    // The first review of a person has the number 1: before it there is no other page.
    let next = reviews
        .last()
        .filter(|last| full && last.seq > 1)
        .map(|last| last.seq);
    Ok(Json(ReviewPage {
        reviews: reviews.into_iter().map(shown).collect(),
        next_cursor: next.map(|seq| seq.to_string()),
    }))
}

/// Takes a review back. The second time it changes nothing.
#[utoipa::path(
    post, path = "/tracker/reviews/{review_id}/~undo", tag = "tracker",
    params(("review_id" = Uuid, Path, description = "One of the caller's reviews")),
    responses((status = 200, body = ReviewUndone), Refusals)
)]
pub async fn undo(
    caller: Caller,
    State(state): State<ServerState>,
    ids: PathIds,
) -> Result<Json<ReviewUndone>, ApiError> {
    let id: ReviewId = ids.get("review_id", UNKNOWN)?;
    let undone = state.store().reviews().undo(caller.id, id, state.now()).await?;
    let undone = undone.ok_or_else(|| ApiError::not_found(UNKNOWN))?;
    state.settle(caller.id, [undone.review.date]).await;
    Ok(Json(ReviewUndone {
        entries: entries::rows(&state, caller.id, &undone.entries).await?,
    }))
}

fn shown(review: Review) -> ReviewOut {
    ReviewOut {
        id: review.id,
        action: review.action,
        date: review.date,
        before: review.before.into_iter().map(stood).collect(),
        after: review.after.into_iter().map(stood).collect(),
        created_at: Stamp(review.created_at),
        undone_at: review.undone_at.map(Stamp),
    }
}

fn stood(pin: Pin) -> ReviewState {
    ReviewState {
        entry_id: pin.entry_id,
        started_at: Stamp(pin.start),
        ended_at: Stamp(pin.end),
        task_id: pin.task_id,
        category: pin.category,
        status: pin.status,
        description: pin.description,
    }
}
