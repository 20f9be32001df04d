//! The row that is opened: what it needs to be shown, and what is said there.

use std::collections::HashMap;

use axum::response::{IntoResponse, Redirect, Response};
use dayloom_api::{
    tasks::{MAX_KEY, MAX_TITLE},
    tracker::review::MAX_REVIEWS,
};
use dayloom_domain::{
    DeveloperId, EntryId, TaskId,
    day::Category,
    review::{Change, ChangeError},
};
use dayloom_pipeline::similar;
use dayloom_storage::{NewTask, ReviewError, TaskError};
use dayloom_views::{
    day::{Desk, LikeFact, Refusal},
    urls,
};
use jiff::civil::Date;

use super::{
    Stop, again, allowed, anchor, block, is_personal, last_of, said,
    sent::{Seen, Sent, answer},
    task_of,
};
use crate::{
    ServerState,
    endpoints::entry_review::{self, Order, Wish},
    gates::active_member,
    pages::{failure::PageError, gather, visitor::Visitor},
    replay,
};

/// What an answer is: a task or none, and the kind of time.
type Answer = (Option<TaskId>, Category);

/// Adds to a desk what it needs to be shown: the tasks to choose from, the review that stands, and what is like the row
/// if that was asked for. `ticked` are those that go along; without it all do.
pub(in crate::pages) async fn furnish(
    state: &ServerState,
    person: DeveloperId,
    day: Date,
    desk: &mut Desk,
    ticked: Option<&[EntryId]>,
) -> Result<(), PageError> {
    if !desk.is_busy() {
        return Ok(());
    }
    desk.tasks = gather::choices(state.store(), person).await?;
    let Some(entry) = desk.open else {
        return Ok(());
    };
    let reviews = state.store().reviews().of_day(person, day).await?;
    desk.stands = last_of(&reviews, entry).map_or_else(String::new, |review| review.to_string());
    if desk.likes.is_some() {
        desk.likes = match answer(&desk.typed.task) {
            Some(answer) => likes(state, person, entry, answer, desk).await?,
            None => None,
        };
    }
    if let (Some(likes), Some(ticked)) = (&desk.likes, ticked) {
        let left = likes.iter().map(|like| like.entry);
        desk.unticked = left.filter(|entry| !ticked.contains(entry)).collect();
    }
    Ok(())
}

/// What would go along with the entry; none where that cannot be told.
async fn likes(
    state: &ServerState,
    person: DeveloperId,
    entry: EntryId,
    (task_id, category): Answer,
    desk: &Desk,
) -> Result<Option<Vec<LikeFact>>, PageError> {
    match allowed(state, person, entry, task_id).await {
        Ok(()) => {}
        Err(Stop::Refused(_)) => return Ok(None),
        Err(Stop::Failed(error)) => return Err(error),
    }
    let wish = [(entry, Change::Correct { task_id, category })];
    let mut found = match similar(state.store(), person, &wish, state.now()).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "what is like a block could not be found");
            return Ok(None);
        }
    };
    // As many as one call takes, the newest.
    found.drain(..found.len().saturating_sub(MAX_REVIEWS - 1));
    let ids: Vec<EntryId> = found.iter().map(|one| one.entry).collect();
    let rows = state.store().days().entries(person, &ids).await?;
    let titles: HashMap<EntryId, String> = rows
        .into_iter()
        .filter_map(|row| Some((row.id, row.task_title?)))
        .collect();
    let name = |one: &dayloom_pipeline::Similar| {
        let task = desk.tasks.iter().find(|task| Some(task.id) == one.task_id);
        let key = task.and_then(|task| task.key.clone());
        key.or_else(|| titles.get(&one.entry).cloned())
            .unwrap_or_default()
    };
    let likes = found.iter().map(|one| LikeFact {
        entry: one.entry,
        date: one.date,
        start: one.start,
        end: one.end,
        minutes: one.minutes,
        task: one.task_id,
        name: name(one),
        confidence: one.confidence,
    });
    Ok(Some(likes.collect()))
}

/// The row with what is like it.
pub(super) fn look(sent: &Sent, seen: Seen) -> String {
    let typed = sent.typed();
    urls::looked(sent.day, seen.entry, &typed.task, &typed.from, &typed.to)
}

/// Leads to where it went, or shows the row as it was sent, with why that was not taken.
async fn answered(
    state: &ServerState,
    visitor: Visitor,
    sent: &Sent,
    seen: Seen,
    said: Result<String, Stop>,
) -> Result<Response, PageError> {
    let stop = match said {
        Ok(to) => return Ok(Redirect::to(&to).into_response()),
        Err(stop) => stop,
    };
    let (desk, ticks) = (opened(sent, seen), ticks(sent));
    again(state, visitor, sent.day, desk, Some(&ticks), stop).await
}

/// Saves the task that was chosen or typed and the times that were typed, and moves what is ticked to the same task.
pub(super) async fn save(
    state: &ServerState,
    visitor: Visitor,
    mut sent: Sent,
    seen: Seen,
    ticked: Vec<Seen>,
) -> Result<Response, PageError> {
    let person = visitor.person.id;
    let done = match make(state, person, &mut sent, seen).await {
        Ok(made) => {
            let done = saved(state, person, &sent, seen, ticked).await;
            if made {
                // Not before: what is told of the block here must still be about this block.
                replay::after_task(state, person, None).await?;
            }
            done
        }
        Err(stop) => Err(stop),
    };
    answered(state, visitor, &sent, seen, done).await
}

/// Makes the task that was typed, in the project of the block; from then on it is the one that was chosen. False where
/// none was typed.
async fn make(state: &ServerState, person: DeveloperId, sent: &mut Sent, seen: Seen) -> Result<bool, Stop> {
    let Some((key, title)) = sent.made() else {
        return Ok(false);
    };
    let is_long = |text: &str, most| text.chars().count() > most;
    if is_long(&title, MAX_TITLE) || key.as_deref().is_some_and(|key| is_long(key, MAX_KEY)) {
        return Err(Refusal::Title.into());
    }
    still(state, person, sent, seen).await?;
    let (block, _) = block(state, person, sent.day, seen.entry).await?;
    let project = state.store().projects().by_id(block.project_id).await?;
    let workspace = project.ok_or(Refusal::Project)?.workspace_id;
    active_member(state, workspace, person)
        .await
        .map_err(|error| Stop::of(error, Refusal::Project))?;
    let new = NewTask {
        title,
        key,
        url: None,
        status: None,
        assignee_id: Some(person),
        project_id: Some(block.project_id),
    };
    let made = state.store().tasks().create(workspace, &new, state.now()).await;
    let task = made.map_err(|error| match error {
        TaskError::KeyTaken => Stop::from(Refusal::Key),
        TaskError::Storage(error) => error.into(),
        TaskError::NotFound | TaskError::Assignee | TaskError::Project => Refusal::Project.into(),
    })?;
    sent.task = task.id.to_string();
    sent.make.clear();
    Ok(true)
}

async fn saved(
    state: &ServerState,
    person: DeveloperId,
    sent: &Sent,
    seen: Seen,
    mut ticked: Vec<Seen>,
) -> Result<String, Stop> {
    let change = wished(state, person, sent, seen).await?;
    let answer = answer(&sent.task);
    let Some((task_id, category)) = answer else {
        let moves = super::take(state, person, seen, change).await?;
        let anchor = anchor(state, person, seen.entry, false).await?;
        return Ok(said(sent.day, moves, &anchor));
    };
    allowed(state, person, seen.entry, task_of(&change)).await?;
    ticked.retain(|one| one.entry != seen.entry);
    ticked.truncate(MAX_REVIEWS - 1);
    let mut wishes: Vec<Wish> = vec![(seen.entry, change, Some(seen.task))];
    let along = |one: &Seen| (one.entry, Change::Correct { task_id, category }, Some(one.task));
    wishes.extend(ticked.iter().map(along));
    let (all, moves) = entry_review::take(state, person, &wishes, Order::Led).await;
    let mut all = all.into_iter();
    if let Some(first) = all.next() {
        first?;
    }
    let mut taken = 0;
    for one in all {
        match one {
            Ok(_) => taken += 1,
            // Its day was derived between this word and the first, and it went there by itself.
            Err(ReviewError::Change(ChangeError::Seen(pin)))
                if (pin.task_id, pin.category) == (task_id, category) =>
            {
                taken += 1;
            }
            Err(ReviewError::Change(_)) => {}
            Err(ReviewError::Storage(error)) => return Err(error.into()),
        }
    }
    let anchor = anchor(state, person, seen.entry, is_personal(answer)).await?;
    Ok(match ticked.len() {
        0 => said(sent.day, moves, &anchor),
        of => urls::together(sent.day, taken, of, &anchor),
    })
}

/// What the opened row asks for.
async fn wished(state: &ServerState, person: DeveloperId, sent: &Sent, seen: Seen) -> Result<Change, Stop> {
    let (_, zone) = block(state, person, sent.day, seen.entry).await?;
    still(state, person, sent, seen).await?;
    let (start, end) = sent.borders(&zone)?;
    match answer(&sent.task) {
        None if !sent.task.is_empty() => Err(Refusal::Task.into()),
        None if start.is_none() && end.is_none() => Err(Refusal::Nothing.into()),
        Some((task_id, category)) if start.is_none() && end.is_none() => {
            Ok(Change::Correct { task_id, category })
        }
        answer => Ok(Change::Edit {
            answer,
            start,
            end,
            description: None,
        }),
    }
}

/// Whether nothing was said of the entry since the form was shown.
async fn still(state: &ServerState, person: DeveloperId, sent: &Sent, seen: Seen) -> Result<(), Stop> {
    let Some(stood) = &sent.stands else {
        return Ok(());
    };
    let reviews = state.store().reviews().of_day(person, sent.day).await?;
    let stands = last_of(&reviews, seen.entry).map_or_else(String::new, |review| review.to_string());
    if stands == *stood {
        Ok(())
    } else {
        Err(Refusal::Gone.into())
    }
}

/// Cuts the block where it was typed.
pub(super) async fn split(
    state: &ServerState,
    visitor: Visitor,
    sent: &Sent,
    seen: Seen,
) -> Result<Response, PageError> {
    let said = cut(state, visitor.person.id, sent, seen).await;
    answered(state, visitor, sent, seen, said).await
}

async fn cut(state: &ServerState, person: DeveloperId, sent: &Sent, seen: Seen) -> Result<String, Stop> {
    let (_, zone) = block(state, person, sent.day, seen.entry).await?;
    still(state, person, sent, seen).await?;
    let at = vec![sent.cut(&zone)?];
    super::take(state, person, seen, Change::Split { at }).await?;
    let anchor = anchor(state, person, seen.entry, false).await?;
    Ok(urls::block(sent.day, &anchor))
}

/// The entries that are ticked.
fn ticks(sent: &Sent) -> Vec<EntryId> {
    sent.ticked().into_iter().map(|one| one.entry).collect()
}

/// The row as it was when the form was sent.
fn opened(sent: &Sent, seen: Seen) -> Desk {
    Desk {
        open: Some(seen.entry),
        about: Some(seen.entry),
        typed: sent.typed(),
        likes: sent.listed().then(Vec::new),
        ..Desk::default()
    }
}
