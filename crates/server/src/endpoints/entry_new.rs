//! Time entered by hand, and all time of a person as the published companion app asks for it
//! (`contract/tracker.md` §9.3, §5.7).

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use dayloom_api::{
    Refusal,
    tracker::{
        EntryMade, Moment, NewTimesheetEntry, TimesheetQuery, Tracked, TrackedEntry, TrackedQuery,
        TrackedTime,
    },
};
use dayloom_domain::{DeveloperId, ProjectId, TaskId, Zone};
use dayloom_storage::NewEntry;
use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{InputRefusals, Refusals, entries, timesheet};
use crate::{
    ApiError, ApiQuery, Call, Caller, ServerState,
    auth::{account, credential::API_TOKEN_PREFIX},
};

const NO_PROJECT: &str = "You are in no project yet; make one, or have yourself added to one, first";
/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;
/// The longest entry.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Enters time by hand. Where it has an interval, inferred time flows around it: no hour counts twice.
#[utoipa::path(
    post, path = "/tracker/timesheet/entries", tag = "tracker", request_body = NewTimesheetEntry,
    responses(
        (status = 201, body = EntryMade),
        (status = 400, body = Refusal, description = "A task the caller may not name, or no project to file it under"),
        (status = 409, body = Refusal, description = "Time entered by hand stands there already"),
        Refusals, InputRefusals
    )
)]
pub async fn create(
    State(state): State<ServerState>,
    headers: HeaderMap,
    Call { caller, body, .. }: Call<(), NewTimesheetEntry>,
) -> Result<(StatusCode, Json<EntryMade>), ApiError> {
    let zone = account(caller, &state).await?.timezone.unwrap_or_else(Zone::utc);
    let made = by_hand(&state, caller, &zone, body, source(&headers)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Enters time by hand; times of the clock are those of the zone.
pub(crate) async fn by_hand(
    state: &ServerState,
    caller: Caller,
    zone: &Zone,
    body: NewTimesheetEntry,
    source: &'static str,
) -> Result<EntryMade, ApiError> {
    let minutes = body.minutes.map(SignedDuration::from_mins);
    let at = |moment: Moment| match moment {
        Moment::At(at) => at,
        Moment::Clock(time) => zone.at(body.date, time),
    };
    let add = |at: Timestamp, by: SignedDuration| at.saturating_add(by).unwrap_or(at);
    let interval = match (body.start.map(at), body.end.map(at), minutes) {
        (Some(start), Some(end), _) => Some((start, end)),
        (Some(start), None, Some(length)) => Some((start, add(start, length))),
        (None, Some(end), Some(length)) => Some((add(end, -length), end)),
        _ => None,
    };
    if let Some((start, end)) = interval {
        within(state, caller, zone, body.date, start, end).await?;
    }
    let midnight = zone.start_of(body.date);
    let (start, end) = interval.unwrap_or((midnight, midnight));
    let micros = match interval {
        Some(_) => end.as_microsecond() - start.as_microsecond(),
        None => body.minutes.unwrap_or_default() * MINUTE,
    };
    let new = NewEntry {
        date: body.date,
        start,
        end,
        micros,
        project_id: project(state, caller.id, body.task_id).await?,
        task_id: body.task_id,
        description: words(body.description),
        source,
    };
    enter(state, caller, &new).await
}

/// Enters minutes by hand, for the published companion app.
#[utoipa::path(
    post, path = "/tracking/time", tag = "tracker", request_body = TrackedTime,
    responses(
        (status = 201, body = EntryMade),
        (status = 400, body = Refusal, description = "A task the caller may not name, or no project to file it under"),
        Refusals, InputRefusals
    )
)]
pub async fn track(
    State(state): State<ServerState>,
    Call { caller, body, .. }: Call<(), TrackedTime>,
) -> Result<(StatusCode, Json<EntryMade>), ApiError> {
    let zone = account(caller, &state).await?.timezone.unwrap_or_else(Zone::utc);
    let date = body.entry_date.unwrap_or_else(|| zone.date_of(state.now()));
    let midnight = zone.start_of(date);
    let new = NewEntry {
        date,
        start: midnight,
        end: midnight,
        micros: body.duration_minutes * MINUTE,
        project_id: project(&state, caller.id, body.task_id).await?,
        task_id: body.task_id,
        description: words(body.description),
        source: body.source,
    };
    let made = enter(&state, caller, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// All time of the caller, latest date first: inferred and by hand, without what they dismissed.
#[utoipa::path(
    get, path = "/tracking/time/me", tag = "tracker", params(TrackedQuery),
    responses(
        (status = 200, body = Tracked),
        (status = 400, body = Refusal, description = "A date that is none, or the range is reversed."),
        Refusals, InputRefusals
    )
)]
pub async fn mine(
    caller: Caller,
    State(state): State<ServerState>,
    ApiQuery(query): ApiQuery<TrackedQuery>,
) -> Result<Json<Tracked>, ApiError> {
    let range = TimesheetQuery {
        start: query.start_date,
        end: query.end_date,
    };
    let (start, end) = timesheet::range(&range, state.now())?;
    let mut rows = state.store().days().timesheet(caller.id, start, end).await?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.entry_date));
    let entries: Vec<TrackedEntry> = rows
        .into_iter()
        .map(|row| TrackedEntry {
            id: row.id,
            duration_minutes: row.duration_minutes,
            description: row.description,
            entry_date: row.entry_date,
            task_id: row.task_id,
            task_title: row.task_title,
            source: row.source,
        })
        .collect();
    Ok(Json(Tracked {
        total: entries.len(),
        total_minutes: entries.iter().map(|entry| entry.duration_minutes).sum(),
        entries,
    }))
}

async fn enter(state: &ServerState, caller: Caller, new: &NewEntry) -> Result<EntryMade, ApiError> {
    let made = match state.store().reviews().enter(caller.id, new, state.now()).await {
        Ok(made) => made,
        Err(error) => return Err(entries::refused(state, caller.id, error).await),
    };
    state.settle(caller.id, [new.date]).await;
    let row = entries::rows(state, caller.id, &made.entries).await?.pop();
    let entry = row.ok_or_else(|| ApiError::internal("an entry made by hand is gone at once"))?;
    Ok(EntryMade {
        entry,
        review_id: made.review.id,
    })
}

/// The interval begins before it ends, and lies on its date in one of the zones the person's days are cut in.
async fn within(
    state: &ServerState,
    caller: Caller,
    zone: &Zone,
    date: Date,
    start: Timestamp,
    end: Timestamp,
) -> Result<(), ApiError> {
    let refuse = |msg: &str| Err(ApiError::invalid_field("end", msg, end.to_string()));
    if start >= end || end.duration_since(start) > DAY {
        return refuse("An entry ends after it begins, and within a day");
    }
    let last = end.saturating_sub(SignedDuration::from_micros(1)).unwrap_or(end);
    let holds = |zone: &Zone| zone.date_of(start) == date && zone.date_of(last) == date;
    let zones = state.store().events().zones(caller.id).await?;
    if holds(zone) || zones.iter().any(holds) {
        return Ok(());
    }
    refuse("An entry stays within its day; enter the rest on the other one")
}

/// The project an entry is filed under: the task's own, that of the newest device, or any the person is in.
async fn project(
    state: &ServerState,
    person: DeveloperId,
    task: Option<TaskId>,
) -> Result<ProjectId, ApiError> {
    let task = match task {
        Some(task) => Some(entries::assignable(state, person, task).await?),
        None => None,
    };
    if let Some(project) = task.as_ref().and_then(|task| task.project_id) {
        return Ok(project);
    }
    let fits = |workspace| task.as_ref().is_none_or(|task| task.workspace_id == workspace);
    let store = state.store();
    for device in store.devices().list(person).await?.iter().rev() {
        let project = store.projects().by_id(device.project_id).await?;
        if let Some(project) = project.filter(|project| fits(project.workspace_id)) {
            return Ok(project.id);
        }
    }
    for (workspace, _) in store.workspaces().list_for(person).await? {
        if fits(workspace.id)
            && let Some(project) = store.projects().list(workspace.id).await?.first()
        {
            return Ok(project.id);
        }
    }
    Err(ApiError::bad_request(NO_PROJECT))
}

fn words(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// Programs use API tokens, people a session.
fn source(headers: &HeaderMap) -> &'static str {
    let credential = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = credential
        .and_then(|value| value.split_once(' '))
        .map(|(_, token)| token.trim());
    if token.is_some_and(|token| token.starts_with(API_TOKEN_PREFIX)) {
        "api"
    } else {
        "web"
    }
}
