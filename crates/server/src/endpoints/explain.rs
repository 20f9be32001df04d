//! `/tracker/spans/{event_id}/explain` and `entries/{id}:similar`: why time has its answer, and what a correction
//! would move (`contract/tracker.md` §9.3).

use axum::{Json, extract::State};
use dayloom_api::{
    Stamp,
    tracker::{CandidateRow, EvidenceRow, SimilarEntries, SimilarEntry, SimilarQuestion, SpanExplained},
};
use dayloom_domain::{EntryId, EventId, day::Category, review::Change};
use dayloom_pipeline::{DeriveError, Similar};

use super::{InputRefusals, Refusals, entries};
use crate::{ApiError, Call, Caller, ServerState, gates::PathIds};

/// Text for an event that is not the caller's, or on which no time rests.
const UNKNOWN: &str = "Span not found";

fn failed(error: DeriveError) -> ApiError {
    match error {
        DeriveError::Storage(error) => error.into(),
        DeriveError::Broken => ApiError::internal("weighing a day broke off"),
    }
}

/// Why the span an event is in has its answer: who answered, what was weighed, and which tasks.
#[utoipa::path(
    get, path = "/tracker/spans/{event_id}/explain", tag = "tracker",
    params(("event_id" = Uuid, Path, description = "An event of the caller")),
    responses((status = 200, body = SpanExplained), Refusals)
)]
pub async fn read(
    caller: Caller,
    State(state): State<ServerState>,
    ids: PathIds,
) -> Result<Json<SpanExplained>, ApiError> {
    let event: EventId = ids.get("event_id", UNKNOWN)?;
    let explained = dayloom_pipeline::explain(state.store(), caller.id, event).await;
    let explained = explained
        .map_err(failed)?
        .ok_or_else(|| ApiError::not_found(UNKNOWN))?;
    let candidates = explained.candidates.into_iter();
    Ok(Json(SpanExplained {
        reason: explained.reason,
        answered_by: word(&explained.answered_by),
        confidence: explained.confidence,
        evidence: explained
            .evidence
            .into_iter()
            .map(|item| EvidenceRow {
                kind: word(&item.kind),
                text: item.text,
                weight: item.weight,
            })
            .collect(),
        candidates: candidates
            .map(|(task_id, confidence)| CandidateRow { task_id, confidence })
            .collect(),
    }))
}

/// The word of a variant, without what it carries.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(serde_json::Value::Object(carrying)) => carrying
            .into_iter()
            .next()
            .map_or_else(String::new, |(word, _)| word),
        _ => String::new(),
    }
}

/// Unreviewed entries of the last 30 days, and of the entry's own, that correcting this one to the task would move: more
/// than half of their time would go to it. Nothing is changed, and no language model is asked.
#[utoipa::path(
    post, path = "/tracker/timesheet/entries/{entry_id}/~similar", tag = "tracker", request_body = SimilarQuestion,
    params(("entry_id" = Uuid, Path, description = "An inferred entry of the caller")),
    responses(
        (status = 200, body = SimilarEntries),
        (status = 400, body = dayloom_api::Refusal, description = "A task the caller may not name"),
        Refusals, InputRefusals
    )
)]
pub async fn similar(
    State(state): State<ServerState>,
    ids: PathIds,
    Call { caller, body, .. }: Call<(), SimilarQuestion>,
) -> Result<Json<SimilarEntries>, ApiError> {
    let id: EntryId = ids.get("entry_id", entries::UNKNOWN)?;
    entries::reviewable(&state, caller.id, id).await?;
    entries::assignable(&state, caller.id, body.task_id).await?;
    let correction = Change::Correct {
        task_id: Some(body.task_id),
        category: Category::Productive,
    };
    let found = dayloom_pipeline::similar(state.store(), caller.id, &[(id, correction)], state.now())
        .await
        .map_err(failed)?;
    let shown = |similar: Similar| SimilarEntry {
        id: similar.entry,
        date: similar.date,
        start: Stamp(similar.start),
        end: Stamp(similar.end),
        minutes: similar.minutes,
        task_id: similar.task_id,
        confidence: similar.confidence,
    };
    Ok(Json(SimilarEntries {
        entries: found.into_iter().map(shown).collect(),
    }))
}
