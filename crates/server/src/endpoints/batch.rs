//! Events in: each judged on its own, durable before the answer (`contract/tracker.md` §2.3, §9.1).

use axum::{Json, extract::State};
use dayloom_api::tracker::{
    BatchAnswer, EventBatch, IncomingBatch, IncomingEvent, Rejection,
    event::{Event, Received, Unreadable},
};
use dayloom_storage::{Batch, IngestError, NewEvent, RejectReason, Submitted};
use jiff::{SignedDuration, Timestamp};

use super::devices::NOT_ENROLLED;
use crate::{ApiError, Call, ServerState};

/// How old an event may be, inclusive.
const OLDEST: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How far ahead of the server's clock an event may be, inclusive.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Takes a batch of events. 200 means every accepted event is on disk; a bad event is refused alone, with its reason.
#[utoipa::path(post, path = "/tracker/events:batch", tag = "tracker", request_body = EventBatch<Event>,
    responses((status = 200, body = BatchAnswer),
        (status = 409, body = dayloom_api::Refusal, description = "A schema version this server does not read."),
        (status = 429, body = dayloom_api::Refusal, description = "Too many; try again after `Retry-After`.")))]
pub async fn send(
    State(state): State<ServerState>,
    call: Call<(), IncomingBatch>,
) -> Result<Json<BatchAnswer>, ApiError> {
    let IncomingBatch {
        schema_version,
        device_id,
        events,
    } = call.body;
    if !schema_version.starts_with("1.") {
        return Err(ApiError::conflict(format!(
            "Unsupported schema_version {schema_version}"
        )));
    }
    let now = state.now();
    if state.settings().rate_limits {
        let device = state.store().devices().by_id(call.caller.id, device_id).await?;
        let device = device.ok_or_else(|| ApiError::not_found(NOT_ENROLLED))?;
        state
            .limiter()
            .batch(device.id, device.project_id, events.len(), now)
            .await?;
    }
    let (submitted, ids): (Vec<Submitted>, Vec<SentId>) =
        events.into_iter().map(|event| submit(event, now)).unzip();
    let batch = Batch {
        device_id,
        developer_id: call.caller.id,
        now,
        events: submitted,
    };
    let outcome = state
        .store()
        .events()
        .ingest(batch)
        .await
        .map_err(|error| match error {
            IngestError::NotEnrolled => ApiError::not_found(NOT_ENROLLED),
            IngestError::Storage(error) => error.into(),
        })?;
    count(outcome.accepted, outcome.duplicates, &outcome.rejected);
    if outcome.accepted > 0 {
        state.wake_project(outcome.project_id);
    }
    let rejected = outcome.rejected.into_iter().map(|(place, reason)| Rejection {
        event_id: ids.get(place).and_then(SentId::text),
        reason: reason.as_str().to_owned(),
    });
    Ok(Json(BatchAnswer {
        accepted: outcome.accepted,
        duplicates: outcome.duplicates,
        rejected: rejected.collect(),
        server_seq: outcome.server_seq,
        next_poll_after_s: Some(outcome.sample_interval_s),
        config_etag: Some(outcome.config_etag),
    }))
}

/// The id of a place of the batch, kept to name it as it was sent.
enum SentId {
    Canonical(dayloom_domain::EventId),
    Text(String),
    None,
}

impl SentId {
    fn text(&self) -> Option<String> {
        match self {
            SentId::Canonical(id) => Some(id.to_string()),
            SentId::Text(text) => Some(text.clone()),
            SentId::None => None,
        }
    }
}

fn submit(received: Received, now: Timestamp) -> (Submitted, SentId) {
    let Received { sent_id, id, event } = received;
    let id = match (sent_id, id) {
        (Some(text), _) => SentId::Text(text),
        (None, Some(id)) => SentId::Canonical(id),
        (None, None) => SentId::None,
    };
    let submitted = match event {
        Err(Unreadable::Id) => Submitted::Rejected(RejectReason::InvalidEventId),
        Err(Unreadable::Event) => Submitted::Rejected(RejectReason::InvalidEvent),
        Ok(event) if !in_range(event.ts, now) => Submitted::Rejected(RejectReason::TsOutOfRange),
        Ok(event) => Submitted::Event(Box::new(new_event(*event))),
    };
    (submitted, id)
}

fn in_range(ts: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(ts);
    -AHEAD <= age && age <= OLDEST
}

fn new_event(event: IncomingEvent) -> NewEvent {
    NewEvent {
        id: event.id,
        client_seq: event.client_seq,
        ts: event.ts,
        interval_s: event.interval_s,
        tz: event.tz,
        idle_s: event.idle_s,
        active_app: event.active_app,
        file_context: event.file_context,
        dev_context: event.dev_context,
        browser: event.browser,
        input_cadence: event.input_cadence,
        meeting: event.meeting,
        system: event.system,
        evidence_ref: event.evidence_ref,
    }
}

fn count(accepted: u64, duplicates: u64, rejected: &[(usize, RejectReason)]) {
    metrics::counter!("dayloom_events_total", "outcome" => "accepted").increment(accepted);
    metrics::counter!("dayloom_events_total", "outcome" => "duplicate").increment(duplicates);
    for (_, reason) in rejected {
        metrics::counter!("dayloom_events_total", "outcome" => reason.as_str()).increment(1);
    }
}
