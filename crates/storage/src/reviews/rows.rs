//! The entries of a day as reviews see them, and their rows as reviews leave them.

use std::collections::HashMap;

use dayloom_domain::{
    DeveloperId, WorkspaceId, Zone,
    day::Category,
    review::{EntryStatus, Pin},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value, json};

use crate::{
    StorageError, days,
    db::{Columns, at, at_opt, day as date_value, id, id_opt, json as json_value, row, rows, run, word},
};

/// How many microseconds make a minute.
const MINUTE: i64 = 60_000_000;

/// The inferred entries of a day that nobody reviewed.
pub(super) async fn inferred<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<Vec<Pin>, StorageError> {
    let sql = "SELECT id, external_task_ref, started_at, ended_at, task_id, inference_metadata FROM time_entries
               WHERE developer_id = $1 AND entry_date = $2 AND is_inferred AND source = 'inferred'
                 AND attribution_status = 'inferred' AND external_task_ref IS NOT NULL ORDER BY started_at, id";
    let mut entries = Vec::new();
    for row in rows(on, sql, vec![id(developer), date_value(date)]).await? {
        let metadata = row.json("inference_metadata")?;
        entries.push(Pin {
            entry_id: row.id("id")?,
            external_ref: row.col("external_task_ref")?,
            date,
            start: row.at("started_at")?,
            end: row.at("ended_at")?,
            project_id: serde_json::from_value(metadata["project_id"].clone())
                .map_err(|_| StorageError::Unreadable("inference_metadata"))?,
            status: EntryStatus::Inferred,
            task_id: row.id_opt("task_id")?,
            category: serde_json::from_value::<Category>(metadata["category"].clone()).unwrap_or_default(),
            description: None,
            hand: None,
        });
    }
    Ok(entries)
}

/// The zones the person's days may be cut in.
pub(super) async fn zones<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
) -> Result<Vec<Zone>, StorageError> {
    let sql = "SELECT zone FROM developer_zones WHERE developer_id = $1
               UNION SELECT COALESCE(timezone, 'UTC') AS zone FROM developers WHERE id = $1";
    let mut zones = Vec::new();
    for row in rows(on, sql, vec![id(developer)]).await? {
        zones.extend(row.zone_opt("zone")?);
    }
    Ok(zones)
}

/// The personal time of a day as it was last derived.
pub(super) async fn personal<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<Vec<(Timestamp, Timestamp)>, StorageError> {
    let Some(day) = days::stored_day(on, developer, date).await? else {
        return Ok(Vec::new());
    };
    let personal = day
        .spans
        .into_iter()
        .filter(|span| span.attribution.category == Category::Personal);
    Ok(personal.map(|span| (span.span.start, span.span.end)).collect())
}

/// Brings the rows from what was in force to what is. Deriving the day afterwards gives those that nobody reviews any
/// more what belongs to them, or takes them away, and the others their minutes.
pub(super) async fn follow(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    was: &[Pin],
    gone: &[Pin],
    is: &[Pin],
    source: Option<&str>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let before: HashMap<&str, &Pin> = was.iter().map(|pin| (pin.external_ref.as_str(), pin)).collect();
    let after: HashMap<&str, &Pin> = is.iter().map(|pin| (pin.external_ref.as_str(), pin)).collect();
    for pin in was.iter().chain(gone) {
        if after.contains_key(pin.external_ref.as_str()) {
            continue;
        }
        let sql = if pin.is_by_hand() {
            "DELETE FROM time_entries WHERE developer_id = $1 AND id = $2"
        } else {
            "UPDATE time_entries SET attribution_status = 'inferred' WHERE developer_id = $1 AND id = $2"
        };
        run(on, sql, vec![id(developer), id(pin.entry_id)]).await?;
    }
    for pin in is {
        let old = before.get(pin.external_ref.as_str()).copied();
        if old != Some(pin) {
            put(on, developer, pin, old, source, now).await?;
        }
    }
    Ok(())
}

/// Writes the row of one entry in force. Of an entry that was inferred, what deriving found stays: its reason, and the
/// events it rests on.
async fn put(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    pin: &Pin,
    old: Option<&Pin>,
    source: Option<&str>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let found =
        "SELECT description, inference_metadata FROM time_entries WHERE developer_id = $1 AND id = $2";
    let found = row(on, found, vec![id(developer), id(pin.entry_id)]).await?;
    let (description, metadata) = match &found {
        Some(row) => (row.col("description")?, row.json("inference_metadata")?),
        None => (None, Value::Null),
    };
    // Words that were taken back must not stay as if they were a reason.
    let description: Option<String> = description.filter(|_| old.is_none_or(|old| old.description.is_none()));
    let mut map: Map<String, Value> = match metadata {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    map.entry("event_ids").or_insert_with(|| json!([]));
    map.insert(
        "origin".to_owned(),
        if pin.is_by_hand() { "manual" } else { "tracker" }.into(),
    );
    map.insert("category".to_owned(), word(pin.category).into());
    map.insert("project_id".to_owned(), json!(pin.project_id));
    let by_hand = pin.is_by_hand();
    let placed = pin.claims() || !by_hand;
    let values = vec![
        id(pin.entry_id),
        id(developer),
        id_opt(pin.task_id),
        id(workspace(on, pin).await?),
        pin.hand.map_or(0, |micros| (micros + MINUTE / 2) / MINUTE).into(),
        pin.description.clone().or(description).into(),
        date_value(pin.date),
        at_opt(placed.then_some(pin.start)),
        at_opt(placed.then_some(pin.end)),
        source.filter(|_| by_hand).unwrap_or("inferred").into(),
        (!by_hand).into(),
        (!by_hand).then_some(1.0).into(),
        json_value(Value::Object(map)),
        (!by_hand).then(|| word(pin.status)).into(),
        pin.external_ref.clone().into(),
        at(now),
    ];
    run(
        on,
        "INSERT INTO time_entries (id, developer_id, task_id, workspace_id, duration_minutes, description, entry_date,
             started_at, ended_at, source, is_inferred, confidence_score, inference_metadata, attribution_status,
             external_task_ref, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)
         ON CONFLICT (id) DO UPDATE SET task_id = excluded.task_id, description = excluded.description,
             entry_date = excluded.entry_date, started_at = excluded.started_at, ended_at = excluded.ended_at,
             inference_metadata = excluded.inference_metadata, attribution_status = excluded.attribution_status,
             updated_at = excluded.updated_at",
        values,
    )
    .await?;
    Ok(())
}

async fn workspace(on: &DatabaseTransaction, pin: &Pin) -> Result<WorkspaceId, StorageError> {
    let sql = "SELECT workspace_id FROM projects WHERE id = $1";
    let found = row(on, sql, vec![id(pin.project_id)]).await?;
    found
        .ok_or(StorageError::Unreadable("project_id"))?
        .id("workspace_id")
}
