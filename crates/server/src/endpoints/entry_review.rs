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
use dayloom_storage::{ReviewError, Reviewed};

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
    let wish = (id, wished, body.seen_task_id.into_option());
    let (mut said, moves) = take(&state, caller.id, &[wish], Order::Alone).await;
    let said = match said.pop() {
        Some(Ok(said)) => said,
        Some(Err(error)) => return Err(entries::refused(&state, caller.id, error).await),
        None => return Err(ApiError::internal("a review was neither taken nor refused")),
    };
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

/// A review to be taken: the entry, what is said of it, and the task it was seen with.
pub(crate) type Wish = (EntryId, Change, Option<Option<TaskId>>);

/// What a refused review means for those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Nothing: each is taken on its own.
    Alone,
    /// The first leads: where it is refused, none is taken.
    Led,
}

/// Takes reviews in their order and derives their days, each once. Says of each what became of it, and how many others
/// follow those that correct. Whether a correction may name its task is the caller's question.
pub(crate) async fn take(
    state: &ServerState,
    person: DeveloperId,
    wishes: &[Wish],
    order: Order,
) -> (Vec<Result<Reviewed, ReviewError>>, Option<u32>) {
    let meant: Vec<(EntryId, Change)> = wishes
        .iter()
        .map(|(id, change, _)| (*id, change.clone()))
        .collect();
    let moves = moves(state, person, &meant).await;
    let mut dates = BTreeSet::new();
    let mut all = Vec::with_capacity(wishes.len());
    for (id, change, seen) in wishes {
        let reviews = state.store().reviews();
        let said = reviews.apply(person, *id, change, *seen, state.now()).await;
        let stop = said.is_err() && all.is_empty() && order == Order::Led;
        if let Ok(said) = &said {
            dates.insert(said.review.date);
        }
        all.push(said);
        if stop {
            break;
        }
    }
    state.settle(person, dates).await;
    (all, moves)
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
    let mut allowed = Vec::with_capacity(body.reviews.len());
    let mut refused = Vec::with_capacity(body.reviews.len());
    for one in body.reviews {
        match wanted(&state, caller.id, one.id, &one.change).await {
            Ok(change) => {
                allowed.push((one.id, change, one.change.seen_task_id.into_option()));
                refused.push((one.id, None));
            }
            Err(error) => refused.push((one.id, Some(error))),
        }
    }
    let (said, moves) = take(&state, caller.id, &allowed, Order::Alone).await;
    let mut said = said.into_iter();
    let mut results = Vec::with_capacity(refused.len());
    for (id, error) in refused {
        let said = match error {
            Some(error) => Err(error),
            None => match said.next() {
                Some(Ok(said)) => Ok(said),
                Some(Err(error)) => Err(entries::refused(&state, caller.id, error).await),
                None => return Err(ApiError::internal("a review was neither taken nor refused")),
            },
        };
        let (review_id, detail) = match said {
            Ok(said) => (Some(said.review.id), None),
            Err(error) => (None, Some(text_of(error)?)),
        };
        results.push(OneReviewed {
            id,
            review_id,
            detail,
        });
    }
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
