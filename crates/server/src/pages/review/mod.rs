//! What a person says of the blocks of a day, by plain forms: the buttons of the list, the row that is opened ([`desk`]),
//! and time by hand ([`hand`]). Each is the review the API takes ([`entry_review::take`]), so it is stored and followed
//! the same.
//!
//! What is not taken says why under its row. Forms with something typed are shown again as they were; the buttons of the
//! list lead back to the day.

mod desk;
mod hand;
mod sent;
mod stop;

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use dayloom_domain::{
    DeveloperId, EntryId, ReviewId, TaskId, Zone,
    day::{Block, Category},
    review::{Change, EntryStatus, Review},
};
use dayloom_storage::{ReviewError, Reviewed};
use dayloom_views::{
    day::{Desk, Refusal},
    fill::{Weave, percent},
    rows::{personal_anchor, row_anchor},
    state::Trouble,
    urls,
};
use jiff::{SignedDuration, civil::Date};

use super::{failure::PageError, visitor::Visitor};
use crate::{
    ServerState,
    endpoints::{
        entries,
        entry_review::{self, Order},
    },
};
pub(super) use desk::furnish;
use sent::{Border, Seen, Sent, Wish};
use stop::Stop;

/// Takes what a form says, and leads back to its row.
pub(super) async fn submit(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, PageError> {
    visitor.check(&sent.csrf, &headers, &state)?;
    let (person, day) = (visitor.person.id, sent.day);
    let (entry, said) = match sent.wish().ok_or(PageError(Trouble::NotFound))? {
        Wish::Say(seen, change) => (seen.entry, say(&state, person, day, seen, change).await),
        Wish::Undo(entry) => (entry, undo(&state, person, day, entry).await),
        Wish::Nudge(seen, border, by) => (seen.entry, nudge(&state, person, day, seen, border, by).await),
        Wish::ConfirmSure => {
            let said = confirm_sure(&state, person, day).await;
            return said.map(|to| Redirect::to(&to).into_response());
        }
        Wish::Look(seen) => return Ok(Redirect::to(&desk::look(&sent, seen)).into_response()),
        Wish::Save(seen) => return desk::save(&state, visitor, sent, seen, Vec::new()).await,
        Wish::SaveAll(seen) => {
            let ticked = sent.ticked();
            return desk::save(&state, visitor, sent, seen, ticked).await;
        }
        Wish::Split(seen) => return desk::split(&state, visitor, &sent, seen).await,
        Wish::Hand => return hand::enter(&state, visitor, &sent).await,
    };
    let to = match said {
        Ok(to) => to,
        Err(Stop::Failed(error)) => return Err(error),
        Err(Stop::Refused(refusal)) => {
            let anchor = anchor(&state, person, entry, false).await?;
            let about = (anchor != LIST).then_some(entry);
            urls::refused(day, refusal.name(), about, &anchor)
        }
    };
    Ok(Redirect::to(&to).into_response())
}

/// The place of the list, where a row has none.
const LIST: &str = "blocks";

/// Takes one word, if it may be said, and says how many others follow it.
async fn take(
    state: &ServerState,
    person: DeveloperId,
    seen: Seen,
    change: Change,
) -> Result<Option<u32>, Stop> {
    allowed(state, person, seen.entry, task_of(&change)).await?;
    let wish = (seen.entry, change, Some(seen.task));
    let (said, moves) = entry_review::take(state, person, &[wish], Order::Alone).await;
    said.into_iter().collect::<Result<Vec<Reviewed>, ReviewError>>()?;
    Ok(moves)
}

/// Whether it is an entry of the person's that is reviewed, and a task they may name.
async fn allowed(
    state: &ServerState,
    person: DeveloperId,
    entry: EntryId,
    task: Option<TaskId>,
) -> Result<(), Stop> {
    let found = entries::reviewable(state, person, entry).await;
    found.map_err(|error| Stop::of(error, Refusal::Gone))?;
    if let Some(task) = task {
        let found = entries::assignable(state, person, task).await;
        found.map_err(|error| Stop::of(error, Refusal::Task))?;
    }
    Ok(())
}

fn task_of(change: &Change) -> Option<TaskId> {
    match change {
        Change::Correct { task_id, .. } => *task_id,
        Change::Edit { answer, .. } => answer.and_then(|(task, _)| task),
        Change::Confirm | Change::Dismiss | Change::Split { .. } | Change::Merge { .. } => None,
    }
}

async fn say(
    state: &ServerState,
    person: DeveloperId,
    day: Date,
    seen: Seen,
    change: Change,
) -> Result<String, Stop> {
    let moves = take(state, person, seen, change).await?;
    let anchor = anchor(state, person, seen.entry, false).await?;
    Ok(said(day, moves, &anchor))
}

/// The row after what was said of it, with how many follow.
fn said(day: Date, moves: Option<u32>, anchor: &str) -> String {
    match moves {
        Some(others) if others > 0 => urls::moved(day, others, anchor),
        _ => urls::block(day, anchor),
    }
}

/// Takes back what was said last of an entry, of what is in force.
async fn undo(state: &ServerState, person: DeveloperId, day: Date, entry: EntryId) -> Result<String, Stop> {
    let reviews = state.store().reviews();
    let stands = last_of(&reviews.of_day(person, day).await?, entry);
    let last = stands.ok_or(Refusal::Gone)?;
    if let Some(undone) = reviews.undo(person, last, state.now()).await? {
        state.settle(person, [undone.review.date]).await;
    }
    Ok(urls::block(day, &anchor(state, person, entry, false).await?))
}

/// The newest review in force that left this entry as it is.
fn last_of(said: &[Review], entry: EntryId) -> Option<ReviewId> {
    let left =
        |review: &&Review| review.undone_at.is_none() && review.after.iter().any(|pin| pin.entry_id == entry);
    said.iter().rev().find(left).map(|review| review.id)
}

/// Moves a border by a minute.
async fn nudge(
    state: &ServerState,
    person: DeveloperId,
    day: Date,
    seen: Seen,
    border: Border,
    by: i64,
) -> Result<String, Stop> {
    let (block, _) = block(state, person, day, seen.entry).await?;
    let minute = SignedDuration::from_mins(by);
    let moved = |at: jiff::Timestamp| at.saturating_add(minute).unwrap_or(at);
    let change = Change::Edit {
        answer: None,
        start: (border == Border::Start).then(|| moved(block.start)),
        end: (border == Border::End).then(|| moved(block.end)),
        description: None,
    };
    say(state, person, day, seen, change).await
}

/// A block of the day as it is stored, with the zone the day is told in.
async fn block(
    state: &ServerState,
    person: DeveloperId,
    day: Date,
    entry: EntryId,
) -> Result<(Block, Zone), Stop> {
    let stored = state.store().days().read(person, day).await?;
    let day = stored.ok_or(Refusal::Gone)?.day;
    let zone = day.timezone;
    let found = day.blocks.into_iter().find(|block| block.entry_id == Some(entry));
    Ok((found.ok_or(Refusal::Gone)?, zone))
}

/// Confirms every open block that is shown as sure. One that became another meanwhile stays open.
async fn confirm_sure(state: &ServerState, person: DeveloperId, day: Date) -> Result<String, PageError> {
    let stored = state.store().days().read(person, day).await?;
    let blocks = stored.map(|stored| stored.day.blocks).unwrap_or_default();
    let sure = blocks.iter().filter(|block| is_sure(block));
    let wishes: Vec<entry_review::Wish> = sure
        .filter_map(|block| Some((block.entry_id?, Change::Confirm, Some(block.task_id))))
        .collect();
    let (said, _) = entry_review::take(state, person, &wishes, Order::Alone).await;
    for one in said {
        if let Err(ReviewError::Storage(error)) = one {
            return Err(error.into());
        }
    }
    Ok(urls::block(day, LIST))
}

fn is_sure(block: &Block) -> bool {
    let sure = percent(block.confidence) >= 75 && Weave::of(block.confidence) == Weave::Whole;
    block.status == EntryStatus::Inferred && block.task_id.is_some() && sure
}

/// The row of an entry as it stands now; the list where it has none.
async fn anchor(
    state: &ServerState,
    person: DeveloperId,
    entry: EntryId,
    personal: bool,
) -> Result<String, PageError> {
    let found = state.store().days().entries(person, &[entry]).await?;
    let placed = found.first().and_then(|row| {
        let start = row.started_at?;
        if personal {
            return Some(personal_anchor(start));
        }
        let dismissed = row.attribution_status == Some(EntryStatus::Dismissed);
        Some(row_anchor(start, dismissed))
    });
    Ok(placed.unwrap_or_else(|| LIST.to_owned()))
}

fn is_personal(answer: Option<(Option<TaskId>, Category)>) -> bool {
    matches!(answer, Some((_, Category::Personal)))
}

/// The day with what was typed, and why it was not taken.
async fn again(
    state: &ServerState,
    visitor: Visitor,
    day: Date,
    desk: Desk,
    ticked: Option<&[EntryId]>,
    stop: Stop,
) -> Result<Response, PageError> {
    let refused = match stop {
        Stop::Failed(error) => return Err(error),
        Stop::Refused(refusal) => refusal,
    };
    let mut desk = Desk {
        refused: Some(refused),
        ..desk
    };
    desk::furnish(state, visitor.person.id, day, &mut desk, ticked).await?;
    super::day::again(state, visitor, day, desk).await
}
