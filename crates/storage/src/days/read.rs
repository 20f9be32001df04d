//! Reading a stored day, whether it waits for evidence, and which days there are.

use std::collections::{BTreeSet, HashMap};

use dayloom_domain::{DeveloperId, TaskId, day::Day};
use jiff::civil::Date;
use sea_orm::ConnectionTrait;

use super::{StoredDay, TaskLabel, write::entry_id};
use crate::{
    StorageError,
    db::{Columns, day as date_value, id, row, rows},
};

pub(super) async fn pending<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<bool, StorageError> {
    let sql = "SELECT generation FROM tracker_dirty_days WHERE developer_id = $1 AND local_date = $2";
    Ok(row(on, sql, vec![id(developer), date_value(date)])
        .await?
        .is_some())
}

/// The mark is looked at first: a day read after a clean mark contains all that was stored before.
pub(super) async fn day<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<Option<StoredDay>, StorageError> {
    let pending = pending(on, developer, date).await?;
    let sql = "SELECT revision, content FROM tracker_days WHERE developer_id = $1 AND local_date = $2";
    let Some(found) = row(on, sql, vec![id(developer), date_value(date)]).await? else {
        return Ok(None);
    };
    let content: String = found.col("content")?;
    let mut day: Day = serde_json::from_str(&content).map_err(|_| StorageError::Unreadable("content"))?;
    for block in &mut day.blocks {
        block.entry_id = Some(
            block
                .entry_id
                .unwrap_or_else(|| entry_id(developer, &block.external_ref)),
        );
    }
    let tasks = labels(on, developer, &day).await?;
    Ok(Some(StoredDay {
        day,
        revision: found.col("revision")?,
        pending,
        tasks,
    }))
}

/// Names of the tasks of a day, of workspaces the person is active in.
async fn labels<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    day: &Day,
) -> Result<HashMap<TaskId, TaskLabel>, StorageError> {
    let of_spans = day.spans.iter().filter_map(|span| span.attribution.task_id);
    let of_blocks = day.blocks.iter().filter_map(|block| block.task_id);
    let wanted: BTreeSet<TaskId> = of_spans.chain(of_blocks).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let places: Vec<String> = (0..wanted.len()).map(|n| format!("${}", n + 2)).collect();
    let sql = format!(
        "SELECT t.id, t.key, t.title FROM sprint_tasks t JOIN workspace_members m
             ON m.workspace_id = t.workspace_id AND m.developer_id = $1 AND m.status = 'active'
         WHERE t.id IN ({})",
        places.join(", ")
    );
    let values = std::iter::once(id(developer))
        .chain(wanted.into_iter().map(id))
        .collect();
    let mut labels = HashMap::new();
    for row in rows(on, &sql, values).await? {
        labels.insert(
            row.id("id")?,
            TaskLabel {
                key: row.col("key")?,
                title: row.col("title")?,
            },
        );
    }
    Ok(labels)
}

pub(super) async fn known<C: ConnectionTrait>(
    on: &C,
    developer: Option<DeveloperId>,
    from: Date,
    to: Date,
) -> Result<Vec<(DeveloperId, Date)>, StorageError> {
    let whose = if developer.is_some() {
        "AND developer_id = $3"
    } else {
        ""
    };
    let sql = format!(
        "SELECT developer_id, local_date FROM tracker_days WHERE local_date BETWEEN $1 AND $2 {whose}
         UNION SELECT developer_id, local_date FROM tracker_dirty_days WHERE local_date BETWEEN $1 AND $2 {whose}
         ORDER BY developer_id, local_date"
    );
    let mut values = vec![date_value(from), date_value(to)];
    values.extend(developer.map(id));
    rows(on, &sql, values)
        .await?
        .iter()
        .map(|row| Ok((row.id("developer_id")?, row.day("local_date")?)))
        .collect()
}
