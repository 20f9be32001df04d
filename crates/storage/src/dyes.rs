//! Dyes of a person's tasks: given when a day is first written with the task, never changed by themselves
//! (`design/pages.md`, drawing rule 7).

use std::collections::HashMap;

use dayloom_domain::{DeveloperId, TaskId, day::Day, dye::DyeCounts};
use jiff::{Timestamp, ToSpan};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::{
    StorageError,
    db::{Columns, at, day as date_value, id, listed, rows, run},
    store::Inner,
};

/// Tasks of so many days before the one that is written have a claim on their dye.
const DAYS: i64 = 28;
/// Tasks named in one statement.
const AT_ONCE: usize = 500;

/// The repository of dyes.
#[derive(Clone, Copy)]
pub struct Dyes<'a>(pub(crate) &'a Inner);

impl Dyes<'_> {
    /// The dyes of those of the tasks that were ever attributed to the person's time, 1 to [`dayloom_domain::dye::DYES`].
    pub async fn of(
        &self,
        developer: DeveloperId,
        tasks: &[TaskId],
    ) -> Result<HashMap<TaskId, u8>, StorageError> {
        given(&self.0.read, developer, tasks).await
    }
}

async fn given<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    tasks: &[TaskId],
) -> Result<HashMap<TaskId, u8>, StorageError> {
    let mut tasks = tasks.to_vec();
    tasks.sort_unstable();
    tasks.dedup();
    let mut dyes = HashMap::new();
    for some in tasks.chunks(AT_ONCE) {
        let (places, some) = listed(2, some.iter().map(|task| id(*task)));
        let sql =
            format!("SELECT task_id, dye FROM task_dyes WHERE developer_id = $1 AND task_id IN ({places})");
        let values = std::iter::once(id(developer)).chain(some);
        for row in rows(on, &sql, values.collect()).await? {
            dyes.insert(row.id("task_id")?, dye(row.col("dye")?)?);
        }
    }
    Ok(dyes)
}

fn dye(number: i64) -> Result<u8, StorageError> {
    u8::try_from(number).map_err(|_| StorageError::Unreadable("dye"))
}

/// Gives each task of a day that has none yet the dye fewest tasks of the person's last four weeks have, in the order
/// of the day. The day's entries are written before.
pub(crate) async fn give(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    day: &Day,
    now: Timestamp,
) -> Result<(), StorageError> {
    let tasks: Vec<TaskId> = day.blocks.iter().filter_map(|block| block.task_id).collect();
    if tasks.is_empty() {
        return Ok(());
    }
    let mut given = given(on, developer, &tasks).await?;
    let mut counts: Option<DyeCounts> = None;
    for task in tasks {
        if given.contains_key(&task) {
            continue;
        }
        let counted = match &mut counts {
            Some(counts) => counts,
            None => counts.insert(in_use(on, developer, day).await?),
        };
        let next = counted.least_used();
        run(
            on,
            "INSERT INTO task_dyes (developer_id, task_id, dye, given_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (developer_id, task_id) DO NOTHING",
            vec![id(developer), id(task), i64::from(next).into(), at(now)],
        )
        .await?;
        counted.add(next, 1);
        given.insert(task, next);
    }
    Ok(())
}

/// How many tasks with time since four weeks before the day have each dye.
async fn in_use(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    day: &Day,
) -> Result<DyeCounts, StorageError> {
    let since = day.date.saturating_sub((DAYS - 1).days());
    let sql = "SELECT t.dye AS dye, COUNT(*) AS tasks FROM task_dyes t WHERE t.developer_id = $1 AND EXISTS (
                   SELECT 1 FROM time_entries e
                   WHERE e.task_id = t.task_id AND e.developer_id = $1 AND e.entry_date >= $2)
               GROUP BY t.dye";
    let mut counts = DyeCounts::default();
    for row in rows(on, sql, vec![id(developer), date_value(since)]).await? {
        let tasks: i64 = row.col("tasks")?;
        counts.add(dye(row.col("dye")?)?, u32::try_from(tasks).unwrap_or(u32::MAX));
    }
    Ok(counts)
}
