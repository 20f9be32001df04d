//! A derived day of the caller (`contract/tracker.md` §9).

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use dayloom_api::{
    Stamp,
    tracker::{BlockRow, DayAnswer, DeviceRow, Seconds, SpanRow},
};
use dayloom_domain::{
    Zone,
    day::{AttributedSpan, Block, DeviceDay, Signal},
};
use dayloom_storage::{StoredDay, TaskLabel};
use jiff::civil::Date;

use super::{explain, timesheet::date};
use crate::{
    ApiError, ApiPath, Caller, ServerState,
    auth::account,
    etag::{self, is_known, tagged},
};

/// The day of a local date. Its `ETag` changes with whatever the answer says; 304 to who has it already.
#[utoipa::path(get, path = "/tracker/days/{date}", tag = "tracker",
    params(("date" = String, Path, format = Date, description = "Local date of the caller, `YYYY-MM-DD`.")),
    responses((status = 200, body = DayAnswer), (status = 304, description = "As it was."),
        (status = 400, body = dayloom_api::Refusal, description = "Not a date.")))]
pub async fn read(
    State(state): State<ServerState>,
    caller: Caller,
    ApiPath(day): ApiPath<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let date = date(&day)?;
    let answer = match state.store().days().read(caller.id, date).await? {
        Some(stored) => answer(stored),
        None => {
            let zone = account(caller, &state).await?.timezone.unwrap_or_else(Zone::utc);
            empty(date, &zone, state.store().days().pending(caller.id, date).await?)
        }
    };
    let body = serde_json::to_string(&answer).expect("a day is plain data");
    // Of the whole answer: a task may be renamed without a new revision of the days it is on.
    let etag = etag::of(&body);
    let mut response = if is_known(&headers, &etag) {
        tagged(StatusCode::NOT_MODIFIED.into_response(), &etag)
    } else {
        let json = [(header::CONTENT_TYPE, "application/json")];
        tagged((json, body).into_response(), &etag)
    };
    let cache = HeaderValue::from_static("private, no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, cache);
    Ok(response)
}

fn empty(date: Date, zone: &Zone, pending: bool) -> DayAnswer {
    DayAnswer {
        date,
        timezone: zone.name().to_owned(),
        revision: 0,
        pending,
        attention_s: Seconds(0),
        attributed_s: Seconds(0),
        unattributed_s: Seconds(0),
        personal_s: Seconds(0),
        spans: Vec::new(),
        blocks: Vec::new(),
        devices: Vec::new(),
    }
}

fn answer(stored: StoredDay) -> DayAnswer {
    let StoredDay {
        day,
        revision,
        pending,
        tasks,
    } = stored;
    let blocks = day.blocks.into_iter().filter_map(|b| {
        let label = b.task_id.and_then(|task| tasks.get(&task).cloned());
        block(b, label)
    });
    DayAnswer {
        date: day.date,
        timezone: day.timezone.name().to_owned(),
        revision,
        pending,
        attention_s: Seconds(day.attention_micros),
        attributed_s: Seconds(day.attributed_micros),
        unattributed_s: Seconds(day.unattributed_micros),
        personal_s: Seconds(day.personal_micros),
        blocks: blocks.collect(),
        spans: day.spans.into_iter().map(span).collect(),
        devices: day.devices.iter().map(device).collect(),
    }
}

fn span(AttributedSpan { span, attribution }: AttributedSpan) -> SpanRow {
    SpanRow {
        start: Stamp(span.start),
        end: Stamp(span.end),
        seconds: Seconds(span.micros),
        device_id: span.device_id,
        signal: signal_text(&span.signal),
        app: span.signal.app.clone(),
        category: attribution.category,
        task_id: attribution.task_id,
        confidence: attribution.confidence,
        answered_by: explain::word(&attribution.answered_by),
        reason: attribution.reason,
        event_ids: span.event_ids,
    }
}

/// A stored block always has its entry.
fn block(block: Block, label: Option<TaskLabel>) -> Option<BlockRow> {
    let (task_key, task_title) = label.map_or((None, None), |label| (label.key, Some(label.title)));
    Some(BlockRow {
        entry_id: block.entry_id?,
        start: Stamp(block.start),
        end: Stamp(block.end),
        seconds: Seconds(block.micros),
        minutes: block.minutes,
        task_id: block.task_id,
        task_key,
        task_title,
        category: block.category,
        confidence: block.confidence,
        reason: block.reason,
        status: block.status,
    })
}

fn device(device: &DeviceDay) -> DeviceRow {
    DeviceRow {
        device_id: device.device_id,
        events: device.events,
        attention_s: Seconds(device.attention_micros),
        shadowed_s: Seconds(device.shadowed_micros),
    }
}

/// A signal in one line: application, title, repository and branch, file, page.
pub(crate) fn signal_text(signal: &Signal) -> String {
    let mut parts = vec![signal.app.clone()];
    parts.extend(signal.title.clone());
    parts.extend(match (&signal.repo, &signal.branch) {
        (Some(repo), Some(branch)) => Some(format!("{repo}@{branch}")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    });
    parts.extend(signal.path.clone());
    parts.extend(
        signal
            .host
            .as_ref()
            .map(|host| format!("{host}{}", signal.url_path.as_deref().unwrap_or_default())),
    );
    parts.join(" · ")
}
