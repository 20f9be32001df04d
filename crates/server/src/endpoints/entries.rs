//! What the endpoints of reviews share: entries as they are shown, refusals, and which tasks a person may name.

use axum::http::StatusCode;
use dayloom_api::{
    Problem, Stamp,
    decode::{Fault, Loc},
    tracker::{EntryConflict, EntryRow},
};
use dayloom_domain::{DeveloperId, EntryId, TaskId, people::Task, review::ChangeError};
use dayloom_storage::{ReviewError, TimesheetRow};

use super::timesheet;
use crate::{ApiError, ServerState};

/// Text for an entry that is none of the caller's inferred ones (`contract/tracker.md` §2.6).
pub(super) const UNKNOWN: &str = "Inferred entry not found";
/// Text for a task that is not open, or not the caller's (`contract/tracker.md` §2.6).
const UNASSIGNABLE: &str = "task_id is not an assignable task";

pub(super) fn row(row: TimesheetRow) -> EntryRow {
    EntryRow {
        started_at: row.started_at.map(Stamp),
        ended_at: row.ended_at.map(Stamp),
        source: row.source.clone(),
        entry: timesheet::entry(row),
    }
}

/// The caller's entries with these ids, as they stand.
pub(super) async fn rows(
    state: &ServerState,
    person: DeveloperId,
    ids: &[EntryId],
) -> Result<Vec<EntryRow>, ApiError> {
    let rows = state.store().days().entries(person, ids).await?;
    Ok(rows.into_iter().map(row).collect())
}

/// One entry as it stands.
pub(super) async fn one(
    state: &ServerState,
    person: DeveloperId,
    id: EntryId,
) -> Result<TimesheetRow, ApiError> {
    let mut rows = state.store().days().entries(person, &[id]).await?;
    rows.pop().ok_or_else(|| ApiError::not_found(UNKNOWN))
}

/// One entry that reviews are for: one that was inferred.
pub(crate) async fn reviewable(
    state: &ServerState,
    person: DeveloperId,
    id: EntryId,
) -> Result<TimesheetRow, ApiError> {
    let row = one(state, person, id).await?;
    if row.source == "inferred" {
        Ok(row)
    } else {
        Err(ApiError::not_found(UNKNOWN))
    }
}

/// The task, if the caller may file time under it: an open one that is assigned to them.
pub(crate) async fn assignable(
    state: &ServerState,
    person: DeveloperId,
    task: TaskId,
) -> Result<Task, ApiError> {
    let open = state.store().tasks().assigned(person, false).await?;
    open.into_iter()
        .find(|one| one.id == task)
        .ok_or_else(|| ApiError::bad_request(UNASSIGNABLE))
}

/// The answer to a review that was not taken. One who saw another task is shown the entry.
pub(super) async fn refused(state: &ServerState, person: DeveloperId, error: ReviewError) -> ApiError {
    let change = match error {
        ReviewError::Storage(error) => return error.into(),
        ReviewError::Change(change) => change,
    };
    let text = change.to_string();
    match change {
        ChangeError::Gone => ApiError::not_found(UNKNOWN),
        ChangeError::Seen(pin) => match one(state, person, pin.entry_id).await {
            Ok(entry) => {
                let body = EntryConflict {
                    detail: text,
                    entry: row(entry),
                };
                match serde_json::to_value(body) {
                    Ok(body) => ApiError::Shown(StatusCode::CONFLICT, Box::new(body)),
                    Err(_) => ApiError::internal("an entry could not be written"),
                }
            }
            Err(error) => error,
        },
        ChangeError::ByHand => ApiError::conflict(text),
        ChangeError::Reversed | ChangeError::OtherDay => fault(&["body", "ended_at"], None, text),
        ChangeError::NotInside(at) => fault(&["body", "at"], Some(at), text),
        ChangeError::NotNeighbours => fault(&["body", "ids"], None, text),
    }
}

fn fault(place: &[&str], at: Option<usize>, text: String) -> ApiError {
    let mut problem = Problem::at(place, Fault::new("value_error", text), serde_json::Value::Null);
    problem.loc.extend(at.map(Loc::Index));
    ApiError::Invalid(vec![problem])
}
