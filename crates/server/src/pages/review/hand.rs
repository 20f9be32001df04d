//! Time that nothing saw, entered by hand on the page of its day.

use axum::response::{IntoResponse, Redirect, Response};
use dayloom_api::tracker::{Moment, NewTimesheetEntry, review::MAX_DESCRIPTION};
use dayloom_domain::{DeveloperId, TaskId, Zone};
use dayloom_views::{
    day::{Desk, Refusal},
    urls,
};
use jiff::Timestamp;

use super::{
    Stop, again, anchor,
    sent::{Sent, answer, end_at, start_at},
};
use crate::{
    ApiError, Caller, ServerState,
    endpoints::entry_new,
    pages::{failure::PageError, gather, visitor::Visitor},
};

/// Minutes of an entry, at most: those of a day.
const MOST: i64 = 1_440;

pub(super) async fn enter(state: &ServerState, visitor: Visitor, sent: &Sent) -> Result<Response, PageError> {
    let zone = gather::zone_of(&visitor.person);
    match entered(state, visitor.person.id, &zone, sent).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(stop) => {
            let desk = Desk {
                by_hand: true,
                typed: sent.typed(),
                ..Desk::default()
            };
            again(state, visitor, sent.day, desk, None, stop).await
        }
    }
}

async fn entered(state: &ServerState, person: DeveloperId, zone: &Zone, sent: &Sent) -> Result<String, Stop> {
    let stored = state.store().days().read(person, sent.day).await?;
    let zone = stored.map_or_else(|| zone.clone(), |stored| stored.day.timezone);
    let new = read(sent, &zone)?;
    let task = new.task_id;
    let made = entry_new::by_hand(state, Caller { id: person }, &zone, new, "web").await;
    let made = made.map_err(|error| refused(error, task))?;
    let anchor = anchor(state, person, made.entry.entry.id, false).await?;
    Ok(urls::block(sent.day, &anchor))
}

/// What the form says: two of start, end and minutes, or minutes alone.
fn read(sent: &Sent, zone: &Zone) -> Result<NewTimesheetEntry, Refusal> {
    let filled = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
    let start = filled(&sent.from)
        .map(|text| start_at(&text, sent.day, zone))
        .transpose()?;
    let end = filled(&sent.to)
        .map(|text| end_at(&text, sent.day, zone))
        .transpose()?;
    let minutes = filled(&sent.minutes).map(|text| text.trim().parse::<i64>());
    let minutes = minutes.transpose().map_err(|_| Refusal::Length)?;
    if minutes.is_some_and(|minutes| !(1..=MOST).contains(&minutes)) {
        return Err(Refusal::Length);
    }
    match (start, end, minutes) {
        (Some(start), Some(end), None) if start >= end => return Err(Refusal::Reversed),
        (Some(_), Some(_), None) | (_, None, Some(_)) | (None, Some(_), Some(_)) => {}
        _ => return Err(Refusal::Length),
    }
    let task_id = match answer(&sent.task) {
        Some((task, _)) => task,
        None if sent.task.is_empty() => None,
        None => return Err(Refusal::Task),
    };
    if sent.what.chars().count() > MAX_DESCRIPTION {
        return Err(Refusal::Words);
    }
    let at = |at: Timestamp| Moment::At(at);
    Ok(NewTimesheetEntry {
        date: sent.day,
        start: start.map(at),
        end: end.map(at),
        minutes,
        task_id,
        description: filled(&sent.what),
    })
}

/// What the API refuses of an entry whose fields are each as they should be.
fn refused(error: ApiError, task: Option<TaskId>) -> Stop {
    let refusal = match &error {
        ApiError::Invalid(_) => Refusal::OtherDay,
        ApiError::Refused { status, .. } if *status == axum::http::StatusCode::CONFLICT => Refusal::ByHand,
        _ if task.is_some() => Refusal::Task,
        _ => Refusal::Project,
    };
    Stop::of(error, refusal)
}
