//! Reading stored days, whether one waits for evidence, and which days there are.

use std::collections::{BTreeSet, HashMap};

use dayloom_domain::{DeveloperId, TaskId, day::Day};
use jiff::civil::Date;
use sea_orm::ConnectionTrait;

use super::{StoredDay, StoredDays, TaskLabel, content, write::entry_id};
use crate::{
    StorageError,
    db::{Columns, day as date_value, id, listed, row, rows},
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

/// The marks are looked at first: a day read after a clean mark contains all that was stored before.
pub(super) async fn between<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    start: Date,
    end: Date,
) -> Result<StoredDays, StorageError> {
    let range = || vec![id(developer), date_value(start), date_value(end)];
    let sql =
        "SELECT local_date FROM tracker_dirty_days WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3";
    let marks = rows(on, sql, range()).await?;
    let pending = marks
        .iter()
        .map(|row| row.day("local_date"))
        .collect::<Result<BTreeSet<Date>, _>>()?;
    let mut days = content::between(on, developer, start, end).await?;
    for (_, day) in &mut days {
        name_entries(developer, day);
    }
    let names = names(on, developer, days.iter().flat_map(|(_, day)| tasks_of(day))).await?;
    let stored = days.into_iter().map(|(revision, day)| StoredDay {
        revision,
        pending: pending.contains(&day.date),
        tasks: tasks_of(&day)
            .filter_map(|task| Some((task, names.get(&task)?.clone())))
            .collect(),
        day,
    });
    Ok(StoredDays {
        days: stored.collect(),
        pending,
    })
}

/// Every block gets its entry's id.
fn name_entries(developer: DeveloperId, day: &mut Day) {
    for block in &mut day.blocks {
        block.entry_id = Some(
            block
                .entry_id
                .unwrap_or_else(|| entry_id(developer, &block.external_ref)),
        );
    }
}

fn tasks_of(day: &Day) -> impl Iterator<Item = TaskId> {
    let of_spans = day.spans.iter().filter_map(|span| span.attribution.task_id);
    let of_blocks = day.blocks.iter().filter_map(|block| block.task_id);
    of_spans.chain(of_blocks)
}

/// Names of tasks, of workspaces the person is active in.
async fn names<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    tasks: impl Iterator<Item = TaskId>,
) -> Result<HashMap<TaskId, TaskLabel>, StorageError> {
    let wanted: BTreeSet<TaskId> = tasks.collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let (places, wanted) = listed(2, wanted.into_iter().map(id));
    let sql = format!(
        "SELECT t.id, t.key, t.title FROM sprint_tasks t JOIN workspace_members m
             ON m.workspace_id = t.workspace_id AND m.developer_id = $1 AND m.status = 'active'
         WHERE t.id IN ({places})"
    );
    let values = std::iter::once(id(developer)).chain(wanted).collect();
    let mut names = HashMap::new();
    for row in rows(on, &sql, values).await? {
        names.insert(
            row.id("id")?,
            TaskLabel {
                key: row.col("key")?,
                title: row.col("title")?,
            },
        );
    }
    Ok(names)
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
