//! What a person says of the blocks of a day, by plain forms: confirm, give another task, dismiss, take back, and confirm
//! all that are sure. Each is the review the API takes ([`entry_review::take`]), so it is stored and followed the same.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use dayloom_domain::{
    DeveloperId, EntryId, ReviewId, TaskId,
    day::{Block, Category},
    review::{Change, EntryStatus, Review},
};
use dayloom_views::{
    fill::{Weave, percent},
    rows::{personal_anchor, row_anchor},
    state::Trouble,
    urls,
};
use jiff::civil::Date;
use serde::Deserialize;

use super::{failure::PageError, visitor::Visitor};
use crate::{ApiError, ServerState, endpoints::entry_review};

/// One of these is sent: the name of the button that was pressed. Its value is the entry and the task it was seen with.
#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    csrf: String,
    day: Date,
    confirm: Option<String>,
    dismiss: Option<String>,
    undo: Option<String>,
    change: Option<String>,
    /// With `change`: a task, `work` for work without one, or `personal`.
    #[serde(default)]
    task: String,
    sure: Option<String>,
}

/// An entry as the page showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    entry: EntryId,
    task: Option<TaskId>,
}

impl Seen {
    /// Reads `{entry}.{task}`, or `{entry}.` without a task.
    fn read(text: &str) -> Option<Self> {
        let (entry, task) = text.split_once('.')?;
        let task = if task.is_empty() {
            None
        } else {
            Some(task.parse().ok()?)
        };
        Some(Self {
            entry: entry.parse().ok()?,
            task,
        })
    }
}

/// What one form asks for.
enum Wish {
    Change(Seen, Change),
    Undo(EntryId),
    ConfirmSure,
}

impl Said {
    fn wish(&self) -> Option<Wish> {
        let seen = |text: &Option<String>| text.as_deref().map(Seen::read);
        if let Some(seen) = seen(&self.confirm) {
            return Some(Wish::Change(seen?, Change::Confirm));
        }
        if let Some(seen) = seen(&self.dismiss) {
            return Some(Wish::Change(seen?, Change::Dismiss));
        }
        if let Some(seen) = seen(&self.change) {
            return Some(Wish::Change(seen?, answer(&self.task)?));
        }
        if let Some(seen) = seen(&self.undo) {
            return Some(Wish::Undo(seen?.entry));
        }
        self.sure.as_ref().map(|_| Wish::ConfirmSure)
    }
}

fn answer(task: &str) -> Option<Change> {
    let (task_id, category) = match task {
        "work" => (None, Category::Productive),
        "personal" => (None, Category::Personal),
        task => (Some(task.parse().ok()?), Category::Productive),
    };
    Some(Change::Correct { task_id, category })
}

/// Takes it and leads back to the row. One that cannot be taken leads to the day as it stands, which says so.
pub(super) async fn submit(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(said): Form<Said>,
) -> Result<Response, PageError> {
    visitor.check(&said.csrf, &headers, &state)?;
    let (person, day) = (visitor.person.id, said.day);
    let to = match said.wish().ok_or(PageError(Trouble::NotFound))? {
        Wish::Change(seen, change) => change_one(&state, person, day, seen, &change).await,
        Wish::Undo(entry) => undo(&state, person, day, entry).await,
        Wish::ConfirmSure => confirm_sure(&state, person, day).await,
    };
    let to = match to {
        Ok(to) => to,
        Err(ApiError::Refused { status, .. }) if status == StatusCode::UNAUTHORIZED => {
            return Err(PageError(Trouble::SignedOut));
        }
        Err(ApiError::Internal(what)) => return Err(ApiError::Internal(what).into()),
        Err(ApiError::Refused { .. } | ApiError::Shown(..) | ApiError::Invalid(_)) => urls::refused(day),
    };
    Ok(Redirect::to(&to).into_response())
}

async fn change_one(
    state: &ServerState,
    person: DeveloperId,
    day: Date,
    seen: Seen,
    change: &Change,
) -> Result<String, ApiError> {
    let moves = entry_review::take(state, person, seen.entry, change, Some(seen.task)).await?;
    let personal = matches!(
        change,
        Change::Correct {
            category: Category::Personal,
            ..
        }
    );
    let anchor = anchor(state, person, seen.entry, personal).await?;
    Ok(match moves {
        Some(others) if others > 0 => urls::moved(day, others, &anchor),
        _ => urls::block(day, &anchor),
    })
}

/// Takes back what was said last of an entry, of what is in force.
async fn undo(
    state: &ServerState,
    person: DeveloperId,
    day: Date,
    entry: EntryId,
) -> Result<String, ApiError> {
    let reviews = state.store().reviews();
    let said = reviews.of_day(person, day).await?;
    let Some(last) = last_of(&said, entry) else {
        return Ok(urls::refused(day));
    };
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

/// Confirms every open block that is shown as sure.
async fn confirm_sure(state: &ServerState, person: DeveloperId, day: Date) -> Result<String, ApiError> {
    let stored = state.store().days().read(person, day).await?;
    let blocks = stored.map(|stored| stored.day.blocks).unwrap_or_default();
    for block in blocks.iter().filter(|block| is_sure(block)) {
        if let Some(entry) = block.entry_id {
            entry_review::take(state, person, entry, &Change::Confirm, Some(block.task_id)).await?;
        }
    }
    Ok(urls::block(day, "blocks"))
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
) -> Result<String, ApiError> {
    let found = state.store().days().entries(person, &[entry]).await?;
    let placed = found.first().and_then(|row| {
        let start = row.started_at?;
        if personal {
            return Some(personal_anchor(start));
        }
        let dismissed = row.attribution_status == Some(EntryStatus::Dismissed);
        Some(row_anchor(start, dismissed))
    });
    Ok(placed.unwrap_or_else(|| "blocks".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_one_thing_or_nothing() {
        let id = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
        let seen = Seen::read(&format!("{id}.")).unwrap();
        assert_eq!((seen.entry.to_string().as_str(), seen.task), (id, None));
        assert!(Seen::read(&format!("{id}.{id}")).unwrap().task.is_some());
        for bad in ["", ".", id, "x.", &format!("{id}.x")] {
            assert_eq!(Seen::read(bad), None, "{bad}");
        }
        assert_eq!(
            answer("personal"),
            Some(Change::Correct {
                task_id: None,
                category: Category::Personal
            })
        );
        assert_eq!(answer(""), None, "no task was chosen");
        assert_eq!(answer("none"), None);
    }
}
