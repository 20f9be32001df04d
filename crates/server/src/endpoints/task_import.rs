//! `POST /workspaces/{id}/tasks:import`: tasks from another tracker, CSV or JSON (`contract/tracker.md` §9). The same
//! import twice changes nothing.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, State},
    http::{HeaderMap, header::CONTENT_TYPE},
    response::IntoResponse,
};
use dayloom_api::{
    Invalid, Problem,
    decode::Fault,
    json::with_json,
    tasks::{ImportOutcome, ImportRow, RejectedRow},
};
use dayloom_storage as storage;
use serde_json::Value;

use super::Refusals;
use crate::{
    ApiError, ServerState,
    extract::{is_json, known_caller},
    gates::{Gate, PathIds, WorkspaceMember},
    import::{self, CheckedRow, Import},
    replay,
};

/// An import that can be read, whatever its rows, into a workspace the caller is in.
pub struct Importing {
    inside: WorkspaceMember,
    import: Import,
}

impl FromRequest<ServerState> for Importing {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let Ok(ids) = PathIds::from_request_parts(&mut parts, state).await;
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
        let body = body.map_err(|refused| {
            let status = refused.into_response().status();
            ApiError::refused(status, "The import could not be received whole: send it in parts")
        })?;
        // Malformed JSON is told before an unknown credential, all other faults after it (`contract/tracker.md` §0).
        let json = is_json(&parts.headers);
        let caller = known_caller(&mut parts, state, json, &body).await?;
        let json = json.then(|| read_json(&body)).transpose()?;
        let import = read(&parts.headers, json.as_ref(), &body)?;
        let inside = WorkspaceMember::open(caller, &ids, state).await?;
        Ok(Self { inside, import })
    }
}

fn read_json(body: &[u8]) -> Result<Value, ApiError> {
    with_json(body, |json| json.to_value())
        .map_err(|error| ApiError::Invalid(vec![Problem::malformed(&error)]))
}

fn read(headers: &HeaderMap, json: Option<&Value>, body: &[u8]) -> Result<Import, ApiError> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let read = match json {
        Some(value) => import::read_json(value).map_err(|unreadable| unreadable.to_string()),
        None if kind.eq_ignore_ascii_case("text/csv") => {
            import::read_csv(body).map_err(|unreadable| unreadable.to_string())
        }
        None => Err("Input should be text/csv or a JSON array: set the content type".to_owned()),
    };
    read.map_err(|fault| {
        ApiError::Invalid(vec![Problem::at(
            &["body"],
            Fault::new("value_error", fault),
            Value::Null,
        )])
    })
}

/// Makes and changes tasks by key. A row that cannot stand is named and left out; the others are taken.
#[utoipa::path(
    post, path = "/workspaces/{workspace_id}/tasks:import", tag = "tasks",
    params(("workspace_id" = Uuid, Path, description = "A workspace the caller is in")),
    request_body(content(([ImportRow] = "application/json"), (String = "text/csv"))),
    responses((status = 200, body = ImportOutcome), Refusals, (status = 422, body = Invalid))
)]
pub async fn import(
    State(state): State<ServerState>,
    Importing { inside, import }: Importing,
) -> Result<Json<ImportOutcome>, ApiError> {
    let numbers: Vec<u64> = import.rows.iter().map(|row| row.row).collect();
    let rows: Vec<storage::ImportRow> = import.rows.into_iter().map(stored).collect();
    let outcome = state
        .store()
        .tasks()
        .import(inside.workspace, &rows, state.now())
        .await?;
    let mut rejected = import.rejected;
    // The storage counts the rows it was given; people count those of their file.
    rejected.extend(outcome.rejected.into_iter().filter_map(|(row, reason)| {
        let at = usize::try_from(row).ok()?.checked_sub(1)?;
        Some(RejectedRow {
            row: *numbers.get(at)?,
            reason,
        })
    }));
    rejected.sort_by_key(|rejected| rejected.row);
    if outcome.created + outcome.updated > 0 {
        replay::after_task(&state, inside.caller, None).await?;
    }
    Ok(Json(ImportOutcome {
        created: outcome.created,
        updated: outcome.updated,
        unchanged: outcome.unchanged,
        rejected,
    }))
}

fn stored(row: CheckedRow) -> storage::ImportRow {
    storage::ImportRow {
        key: Some(row.key),
        title: row.title,
        url: row.url,
        status: row.status,
        assignee: row.assignee,
    }
}
