//! `/tracker/timesheet/entries/{id}` and `entries:review`: what a person says of one entry, or of many
//! (`contract/tracker.md` §2.6, §9.3).

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use dayloom_api::{
    Refusal,
    tracker::{
        EntryAction, EntryChange, EntryConflict, EntryReviewed, ManyReviewed, ManyReviews, OneReviewed,
    },
};
use dayloom_domain::{DeveloperId, EntryId, TaskId, day::Category, review::Change};
use dayloom_storage::Reviewed;

use super::{InputRefusals, Refusals, entries};
use crate::{ApiError, Call, ServerState, gates::PathIds};

const NEEDS_TASK: &str = "task_id is required to correct an entry";
const NO_TASK: &str = "Personal time has no task; leave task_id out or null";

/// Confirms, corrects or dismisses an entry. Any status may follow any other, and repeats are harmless. With other
/// borders or words it is an edit, which leaves the entry corrected.
#[utoipa::path(
    patch, path = "/tracker/timesheet/entries/{entry_id}", tag = "tracker", request_body = EntryChange,
    params(("entry_id" = Uuid, Path, description = "An inferred entry of the caller")),
    responses(
        (status = 200, body = EntryReviewed),
        (status = 400, body = Refusal, description = "No task, or none the caller may name"),
        (status = 409, body = EntryConflict, description = "The entry has another task than the caller saw; or time \
            entered by hand stands where it would reach"),
        Refusals, InputRefusals
    )
)]
pub async fn change(
    State(state): State<ServerState>,
    ids: PathIds,
    Call { caller, body, .. }: Call<(), EntryChange>,
) -> Result<Json<EntryReviewed>, ApiError> {
    let id: EntryId = ids.get("entry_id", entries::UNKNOWN)?;
    let wished = wanted(&state, caller.id, id, &body).await?;
    let (said, moves) = taken(&state, caller.id, id, &wished, body.seen_task_id.into_option()).await?;
    let row = entries::one(&state, caller.id, id).await?;
    Ok(Json(EntryReviewed {
        id,
        task_id: row.task_id,
        task_title: row.task_title,
        attribution_status: row.attribution_status,
        review_id: said.review.id,
        moves,
    }))
}

/// Takes one review of an inferred entry of the person's, as the endpoint does, and says how many others follow it.
pub(crate) async fn take(
    state: &ServerState,
    person: DeveloperId,
    id: EntryId,
    change: &Change,
    seen: Option<Option<TaskId>>,
) -> Result<Option<u32>, ApiError> {
    entries::reviewable(state, person, id).await?;
    if let Some(task) = task_of(change) {
        entries::assignable(state, person, task).await?;
    }
    let (_, moves) = taken(state, person, id, change, seen).await?;
    Ok(moves)
}

/// Takes a review that may be taken, and derives its day.
async fn taken(
    state: &ServerState,
    person: DeveloperId,
    id: EntryId,
    change: &Change,
    seen: Option<Option<TaskId>>,
) -> Result<(Reviewed, Option<u32>), ApiError> {
    let moves = moves(state, person, &[(id, change.clone())]).await;
    let said = say(state, person, id, change, seen).await?;
    state.settle(person, [said.review.date]).await;
    Ok((said, moves))
}

/// Many reviews, each on its own: what one is refused for holds up no other.
#[utoipa::path(
    post, path = "/tracker/timesheet/entries:review", tag = "tracker", request_body = ManyReviews,
    responses((status = 200, body = ManyReviewed), Refusals, InputRefusals)
)]
pub async fn many(
    State(state): State<ServerState>,
    Call { caller, body, .. }: Call<(), ManyReviews>,
) -> Result<Json<ManyReviewed>, ApiError> {
    let mut wishes = Vec::with_capacity(body.reviews.len());
    for one in &body.reviews {
        wishes.push(wanted(&state, caller.id, one.id, &one.change).await);
    }
    let meant = body.reviews.iter().zip(&wishes);
    let meant: Vec<(EntryId, Change)> = meant
        .filter_map(|(one, wish)| Some((one.id, wish.as_ref().ok()?.clone())))
        .collect();
    let moves = moves(&state, caller.id, &meant).await;
    let mut dates = BTreeSet::new();
    let mut results = Vec::with_capacity(body.reviews.len());
    for (one, wished) in body.reviews.into_iter().zip(wishes) {
        let said = match wished {
            Ok(wished) => {
                let seen = one.change.seen_task_id.into_option();
                say(&state, caller.id, one.id, &wished, seen).await
            }
            Err(error) => Err(error),
        };
        let (review_id, detail) = match said {
            Ok(said) => {
                dates.insert(said.review.date);
                (Some(said.review.id), None)
            }
            Err(error) => (None, Some(text_of(error)?)),
        };
        results.push(OneReviewed {
            id: one.id,
            review_id,
            detail,
        });
    }
    state.settle(caller.id, dates).await;
    Ok(Json(ManyReviewed { results, moves }))
}

/// A refusal in one line. What failed of ours fails the call: what was taken before it stands, and sending all of it
/// again is harmless.
fn text_of(error: ApiError) -> Result<String, ApiError> {
    match error {
        ApiError::Refused { detail, .. } => Ok(detail.into_owned()),
        ApiError::Shown(_, body) => Ok(body["detail"].as_str().unwrap_or_default().to_owned()),
        ApiError::Invalid(problems) => Ok(problems.into_iter().map(|problem| problem.msg).collect()),
        failed @ ApiError::Internal(_) => Err(failed),
    }
}

/// What the body asks for, where it may be asked.
async fn wanted(
    state: &ServerState,
    person: DeveloperId,
    id: EntryId,
    body: &EntryChange,
) -> Result<Change, ApiError> {
    // Whose entry it is comes before what is wrong with the wish.
    entries::reviewable(state, person, id).await?;
    let change = wish(body)?;
    if let Some(task) = task_of(&change) {
        entries::assignable(state, person, task).await?;
    }
    Ok(change)
}

/// How many entries that nobody reviewed will go where these corrections put others; none where nothing is corrected.
/// It is found out before the review, as the days it reaches change as soon as it stands.
async fn moves(state: &ServerState, person: DeveloperId, wishes: &[(EntryId, Change)]) -> Option<u32> {
    if !wishes.iter().any(|(_, change)| corrects(change)) {
        return None;
    }
    match dayloom_pipeline::similar(state.store(), person, wishes, state.now()).await {
        Ok(found) => u32::try_from(found.len()).ok(),
        Err(error) => {
            tracing::warn!(%error, "what a correction moves could not be counted; it is taken all the same");
            None
        }
    }
}

fn corrects(change: &Change) -> bool {
    matches!(
        change,
        Change::Correct { .. } | Change::Edit { answer: Some(_), .. }
    )
}

async fn say(
    state: &ServerState,
    person: DeveloperId,
    id: EntryId,
    change: &Change,
    seen: Option<Option<TaskId>>,
) -> Result<Reviewed, ApiError> {
    let said = state
        .store()
        .reviews()
        .apply(person, id, change, seen, state.now())
        .await;
    match said {
        Ok(said) => Ok(said),
        Err(error) => Err(entries::refused(state, person, error).await),
    }
}

/// What the body asks for. `confirm` and `dismiss` ignore a task (`contract/tracker.md` §2.6).
fn wish(body: &EntryChange) -> Result<Change, ApiError> {
    let answer = match (body.action, body.task_id.into_option().flatten(), body.category) {
        (EntryAction::Dismiss, ..) => return Ok(Change::Dismiss),
        (EntryAction::Confirm, ..) => None,
        (EntryAction::Correct, Some(_), Some(Category::Personal)) => {
            return Err(ApiError::invalid_field("category", NO_TASK, "personal"));
        }
        (EntryAction::Correct, Some(task), _) => Some((Some(task), Category::Productive)),
        (EntryAction::Correct, None, Some(category)) => Some((None, category)),
        (EntryAction::Correct, None, None) => None,
    };
    if body.is_edit() {
        return Ok(Change::Edit {
            answer,
            start: body.started_at.map(|at| at.0),
            end: body.ended_at.map(|at| at.0),
            description: body
                .description
                .clone()
                .into_option()
                .map(|words| words.filter(|words| !words.trim().is_empty())),
        });
    }
    match (body.action, answer) {
        (EntryAction::Correct, Some((task_id, category))) => Ok(Change::Correct { task_id, category }),
        (EntryAction::Correct, None) => Err(ApiError::bad_request(NEEDS_TASK)),
        _ => Ok(Change::Confirm),
    }
}

fn task_of(change: &Change) -> Option<TaskId> {
    match change {
        Change::Correct { task_id, .. } => *task_id,
        Change::Edit { answer, .. } => answer.and_then(|(task, _)| task),
        _ => None,
    }
}
