//! What the answers of a stored day were computed from, beside the day and written in its transaction. It may speak of
//! titles and addresses: it is read for its person alone, and its text never leaves by a log or an error.

use dayloom_domain::{DeveloperId, day::Day};
use jiff::civil::Date;
use sea_orm::ConnectionTrait;

use super::{EvidencedDay, beside::Beside, read};
use crate::{
    StorageError,
    db::{Columns, day as date_value, id, row},
};

/// Where the texts stand.
pub(super) const EVIDENCE: Beside = Beside {
    table: "tracker_day_evidence",
    column: "evidence",
};

/// Day and evidence come in one statement, so that they are of one derivation.
pub(super) async fn day<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<Option<EvidencedDay>, StorageError> {
    let pending = read::pending(on, developer, date).await?;
    let sql = "SELECT d.content, e.evidence FROM tracker_days d LEFT JOIN tracker_day_evidence e
                   ON e.developer_id = d.developer_id AND e.local_date = d.local_date
               WHERE d.developer_id = $1 AND d.local_date = $2";
    let Some(found) = row(on, sql, vec![id(developer), date_value(date)]).await? else {
        return Ok(None);
    };
    let content: String = found.col("content")?;
    let day: Day = serde_json::from_str(&content).map_err(|_| StorageError::Unreadable("content"))?;
    Ok(Some(EvidencedDay {
        day,
        evidence: found.col("evidence")?,
        pending,
    }))
}
