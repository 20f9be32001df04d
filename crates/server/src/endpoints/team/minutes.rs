//! `POST /active-minutes`: the flush. Minutes are unioned, so a collector may send them late, twice and cut in any way.

use axum::{Json, extract::State};
use dayloom_api::team::{Flush, FlushAnswer, FlushedDay, IncomingFlush, IncomingMinute, RejectedMinute};
use dayloom_domain::team::day::Label;
use dayloom_storage::team::{Flushed, ItemOutcome, Reported};
use jiff::{SignedDuration, Timestamp};

use super::TeamRefusals;
use crate::{
    ApiError, ServerState,
    team::{SignedIn, TeamCall, TeamError, refusal::GONE},
};

/// How far ahead of the server's clock a minute may be, inclusive.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// How old a minute may be, inclusive.
const OLDEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The reason of an item for a workspace that is not the caller's.
const UNKNOWN: &str = "unknown_workspace";

/// Takes minutes in. Each minute is stored on its own or refused with its reason; sent again it is a duplicate.
#[utoipa::path(
    post, path = "/active-minutes", tag = "team", request_body = Flush,
    responses((status = 200, body = FlushAnswer), TeamRefusals)
)]
pub(super) async fn flush(
    State(state): State<ServerState>,
    TeamCall {
        gate: SignedIn(caller),
        body: flush,
        ..
    }: TeamCall<SignedIn, (), IncomingFlush>,
) -> Result<Json<FlushAnswer>, TeamError> {
    let IncomingFlush { timezone, minutes } = flush;
    let now = state.now();
    let mut rejected = Vec::new();
    let mut items = Vec::new();
    for (index, minute) in minutes.into_iter().enumerate() {
        match minute {
            Err(unreadable) => rejected.push(refused(index, None, unreadable.word())),
            Ok(minute) if !in_range(minute.at.unwrap_or(now), now) => {
                rejected.push(refused(index, None, "at_out_of_range"));
            }
            Ok(minute) => take(index, minute, now, &mut items, &mut rejected),
        }
    }
    let reported: Vec<Reported> = items.iter().map(|item: &Item| item.reported.clone()).collect();
    let flushed = state
        .store()
        .team()
        .flush(caller, timezone.as_ref(), &reported)
        .await?;
    let flushed = flushed.ok_or_else(|| ApiError::not_found(GONE))?;
    let answer = answer(flushed, items, rejected);
    count(&answer);
    Ok(Json(answer))
}

/// An item with where it came from.
struct Item {
    index: usize,
    sent: String,
    reported: Reported,
}

fn take(
    index: usize,
    minute: IncomingMinute,
    now: Timestamp,
    items: &mut Vec<Item>,
    rejected: &mut Vec<RejectedMinute>,
) {
    let at = minute.at.unwrap_or(now);
    for item in minute.items {
        match item.workspace.parse() {
            Err(_) => rejected.push(refused(index, Some(item.workspace), UNKNOWN)),
            Ok(workspace) => {
                let label = Label {
                    kind: item.kind,
                    source: item.source,
                };
                items.push(Item {
                    index,
                    sent: item.workspace,
                    reported: Reported { workspace, at, label },
                });
            }
        }
    }
}

fn in_range(at: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(at);
    -AHEAD <= age && age <= OLDEST
}

fn refused(index: usize, workspace_id: Option<String>, reason: &str) -> RejectedMinute {
    RejectedMinute {
        index,
        workspace_id,
        reason: reason.to_owned(),
    }
}

fn answer(flushed: Flushed, items: Vec<Item>, mut rejected: Vec<RejectedMinute>) -> FlushAnswer {
    let mut answer = FlushAnswer::default();
    for (item, outcome) in items.into_iter().zip(flushed.items) {
        match outcome {
            ItemOutcome::Accepted => answer.accepted += 1,
            ItemOutcome::Duplicate => answer.duplicates += 1,
            ItemOutcome::Capped => answer.capped += 1,
            ItemOutcome::UnknownWorkspace => rejected.push(refused(item.index, Some(item.sent), UNKNOWN)),
        }
    }
    rejected.sort_by_key(|refused| refused.index);
    answer.rejected = rejected;
    answer.days = flushed
        .days
        .into_iter()
        .map(|day| FlushedDay {
            workspace_id: day.workspace.0,
            day: day.day,
            internal: day.internal,
            external: day.external,
        })
        .collect();
    answer
}

fn count(answer: &FlushAnswer) {
    for (outcome, items) in [
        ("accepted", answer.accepted),
        ("duplicate", answer.duplicates),
        ("capped", answer.capped),
        ("rejected", answer.rejected.len() as u64),
    ] {
        if items > 0 {
            metrics::counter!("dayloom_team_minutes_total", "outcome" => outcome).increment(items);
        }
    }
}
