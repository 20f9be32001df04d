//! What a stored day teaches the days after it, beside the day and written in its transaction. Where that changes, the days
//! that were answered for by it are marked in the same transaction, so that whoever derived one of them from what stood
//! there before derives it again.

use dayloom_domain::DeveloperId;
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::{Lesson, beside::Beside, queue};
use crate::{
    StorageError,
    db::{Columns, day as date_value, id, rows},
};

/// Where the texts stand.
const TAUGHT: Beside = Beside {
    table: "tracker_day_taught",
    column: "taught",
};

/// Keeps the text; without one, what was kept before goes.
pub(super) async fn write(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    date: Date,
    lesson: Lesson<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    if TAUGHT.put(on, developer, date, lesson.text).await? {
        let (from, to) = (
            date.saturating_add(1.day()),
            date.saturating_add(lesson.days.days()),
        );
        queue::mark_range(on, developer, from, to, now).await?;
    }
    Ok(())
}

/// What the days between the two teach, both included, oldest first.
pub(super) async fn between<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    from: Date,
    to: Date,
) -> Result<Vec<(Date, String)>, StorageError> {
    let sql = "SELECT local_date, taught FROM tracker_day_taught
               WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3 ORDER BY local_date";
    let found = rows(on, sql, vec![id(developer), date_value(from), date_value(to)]).await?;
    found
        .iter()
        .map(|row| Ok((row.day("local_date")?, row.col("taught")?)))
        .collect()
}
