//! Writing a derived day: the difference to what is stored, and nothing else.
//!
//! An entry's id is a function of the person and its `external_task_ref`, so the same evidence gives the same ids in any
//! database. No title and no address goes into an entry: its description is the reason.

use std::collections::{BTreeMap, HashMap, HashSet};

use dayloom_domain::{
    DeveloperId, EntryId, ProjectId, WorkspaceId,
    day::{Block, Day},
    review::EntryStatus,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{DatabaseTransaction, QueryResult, Value};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Derived, Written, content::Laid, queue};
use crate::{
    StorageError,
    db::{Columns, at, day as date_value, id, id_opt, json as json_value, row, rows, run},
    dyes,
};

/// The id of the entry of a person with that `external_task_ref`.
pub(crate) fn entry_id(developer: DeveloperId, external_ref: &str) -> EntryId {
    let mut hash = Sha256::new();
    hash.update(developer.0.as_bytes());
    hash.update(external_ref.as_bytes());
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    EntryId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

pub(super) async fn write(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    Derived {
        day,
        evidence,
        lesson,
    }: Derived<'_>,
    laid: &Laid<'_>,
    now: Timestamp,
) -> Result<Written, StorageError> {
    let written = laid.put(on, developer, now).await?;
    super::evidence::EVIDENCE
        .put(on, developer, day.date, evidence)
        .await?;
    super::taught::write(on, developer, day.date, lesson, now).await?;
    entries(on, developer, day, now).await?;
    dyes::give(on, developer, day, now).await?;
    Ok(written)
}

/// The columns of an entry that deriving decides.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    task_id: Option<dayloom_domain::TaskId>,
    workspace_id: WorkspaceId,
    minutes: i64,
    description: String,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    confidence: Option<f64>,
    metadata: serde_json::Value,
}

struct Kept {
    entry: Entry,
    status: EntryStatus,
}

const KEPT: &str =
    "SELECT external_task_ref, task_id, workspace_id, duration_minutes, description, started_at, ended_at,
        confidence_score, inference_metadata, attribution_status
    FROM time_entries WHERE developer_id = $1 AND entry_date = $2 AND is_inferred AND source = 'inferred'
        AND external_task_ref IS NOT NULL";

fn kept(row: &QueryResult) -> Result<(String, Kept), StorageError> {
    let entry = Entry {
        task_id: row.id_opt("task_id")?,
        workspace_id: row.id("workspace_id")?,
        minutes: row.col("duration_minutes")?,
        description: row.col::<Option<String>>("description")?.unwrap_or_default(),
        start: row.at_opt("started_at")?,
        end: row.at_opt("ended_at")?,
        confidence: row.col("confidence_score")?,
        metadata: row.json("inference_metadata")?,
    };
    let status = row
        .word_opt("attribution_status")?
        .unwrap_or(EntryStatus::Inferred);
    Ok((row.col("external_task_ref")?, Kept { entry, status }))
}

async fn entries(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    day: &Day,
    now: Timestamp,
) -> Result<(), StorageError> {
    let found = rows(on, KEPT, vec![id(developer), date_value(day.date)]).await?;
    let stored = found.iter().map(kept).collect::<Result<BTreeMap<_, _>, _>>()?;
    let workspaces = workspaces(on, day).await?;
    let present: HashSet<&str> = day
        .blocks
        .iter()
        .map(|block| block.external_ref.as_str())
        .collect();
    for (external_ref, kept) in &stored {
        if kept.status == EntryStatus::Inferred && !present.contains(external_ref.as_str()) {
            run(
                on,
                "DELETE FROM time_entries WHERE developer_id = $1 AND external_task_ref = $2",
                vec![id(developer), external_ref.clone().into()],
            )
            .await?;
        }
    }
    for block in &day.blocks {
        let pinned = block.status != EntryStatus::Inferred;
        match stored.get(&block.external_ref) {
            Some(kept) if pinned || kept.status != EntryStatus::Inferred => {
                follow(on, developer, block, &kept.entry, now).await?;
            }
            None if pinned => minutes(on, developer, block, now).await?,
            old => {
                let workspace = workspaces.get(&block.project_id).copied();
                let workspace = workspace.ok_or(StorageError::Unreadable("project_id"))?;
                let entry = entry_of(block, workspace);
                if old.is_none_or(|kept| kept.entry != entry) {
                    if old.is_none() {
                        leave_other_day(on, developer, block, day.date, now).await?;
                    }
                    put(on, developer, block, &entry, day.date, now).await?;
                }
            }
        }
    }
    Ok(())
}

/// The workspace of each project that has a block.
async fn workspaces(
    on: &DatabaseTransaction,
    day: &Day,
) -> Result<HashMap<ProjectId, WorkspaceId>, StorageError> {
    let mut workspaces = HashMap::new();
    for block in &day.blocks {
        if workspaces.contains_key(&block.project_id) {
            continue;
        }
        let sql = "SELECT workspace_id FROM projects WHERE id = $1";
        if let Some(found) = row(on, sql, vec![id(block.project_id)]).await? {
            workspaces.insert(block.project_id, found.id("workspace_id")?);
        }
    }
    Ok(workspaces)
}

fn entry_of(block: &Block, workspace_id: WorkspaceId) -> Entry {
    Entry {
        task_id: block.task_id,
        workspace_id,
        minutes: block.minutes,
        description: block.reason.clone(),
        start: Some(block.start),
        end: Some(block.end),
        confidence: Some(block.confidence),
        metadata: json!({
            "origin": "tracker",
            "event_ids": block.event_ids,
            "category": block.category,
            "project_id": block.project_id,
        }),
    }
}

/// A reviewed entry keeps everything but its share of the day's minutes and the events it rests on; where it has no
/// words yet it gets a reason.
async fn follow(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    block: &Block,
    kept: &Entry,
    now: Timestamp,
) -> Result<(), StorageError> {
    let mut metadata = kept.metadata.clone();
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.insert("event_ids".to_owned(), json!(block.event_ids));
    }
    let description = if kept.description.is_empty() {
        &block.reason
    } else {
        &kept.description
    };
    if kept.minutes == block.minutes && kept.metadata == metadata && kept.description == *description {
        return Ok(());
    }
    run(
        on,
        "UPDATE time_entries SET duration_minutes = $3, inference_metadata = $4, description = $5, updated_at = $6
         WHERE developer_id = $1 AND external_task_ref = $2",
        vec![
            id(developer),
            block.external_ref.clone().into(),
            block.minutes.into(),
            json_value(metadata),
            description.clone().into(),
            at(now),
        ],
    )
    .await?;
    Ok(())
}

/// One made by hand has nothing of the day but its share of the minutes.
async fn minutes(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    block: &Block,
    now: Timestamp,
) -> Result<(), StorageError> {
    run(
        on,
        "UPDATE time_entries SET duration_minutes = $3, updated_at = $4
         WHERE developer_id = $1 AND external_task_ref = $2 AND duration_minutes <> $3",
        vec![
            id(developer),
            block.external_ref.clone().into(),
            block.minutes.into(),
            at(now),
        ],
    )
    .await?;
    Ok(())
}

/// Where the entry stood on another date until now, that date is derived again.
async fn leave_other_day(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    block: &Block,
    date: Date,
    now: Timestamp,
) -> Result<(), StorageError> {
    let sql = "SELECT entry_date FROM time_entries
               WHERE developer_id = $1 AND external_task_ref = $2 AND entry_date <> $3";
    let values = vec![id(developer), block.external_ref.clone().into(), date_value(date)];
    if let Some(other) = row(on, sql, values).await? {
        queue::mark(on, developer, &[other.day("entry_date")?], now).await?;
    }
    Ok(())
}

async fn put(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    block: &Block,
    entry: &Entry,
    date: Date,
    now: Timestamp,
) -> Result<(), StorageError> {
    let values: Vec<Value> = vec![
        id(entry_id(developer, &block.external_ref)),
        id(developer),
        id_opt(entry.task_id),
        id(entry.workspace_id),
        entry.minutes.into(),
        entry.description.clone().into(),
        date_value(date),
        at(block.start),
        at(block.end),
        block.confidence.into(),
        json_value(entry.metadata.clone()),
        block.external_ref.clone().into(),
        at(now),
    ];
    run(
        on,
        "INSERT INTO time_entries (id, developer_id, task_id, workspace_id, duration_minutes, description, entry_date,
             started_at, ended_at, source, is_inferred, confidence_score, inference_metadata, attribution_status,
             external_task_ref, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'inferred', TRUE, $10, $11, 'inferred', $12, $13, $13)
         ON CONFLICT (developer_id, external_task_ref) WHERE external_task_ref LIKE 'tracker:%'
         DO UPDATE SET task_id = excluded.task_id, workspace_id = excluded.workspace_id,
             duration_minutes = excluded.duration_minutes, description = excluded.description,
             entry_date = excluded.entry_date, started_at = excluded.started_at, ended_at = excluded.ended_at,
             confidence_score = excluded.confidence_score, inference_metadata = excluded.inference_metadata,
             updated_at = excluded.updated_at
         WHERE time_entries.attribution_status = 'inferred'",
        values,
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_id_depends_on_person_and_reference_alone() {
        let one = DeveloperId(uuid::Uuid::from_u128(1));
        let two = DeveloperId(uuid::Uuid::from_u128(2));
        assert_eq!(entry_id(one, "tracker:a"), entry_id(one, "tracker:a"));
        assert_ne!(entry_id(one, "tracker:a"), entry_id(two, "tracker:a"));
        assert_ne!(entry_id(one, "tracker:a"), entry_id(one, "tracker:b"));
    }
}
