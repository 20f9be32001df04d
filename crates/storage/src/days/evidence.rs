//! What the answers of a stored day were computed from, beside the day and written in its transaction. It may speak of
//! titles and addresses: it is read for its person alone, and its text never leaves by a log or an error.

use dayloom_domain::DeveloperId;
use jiff::civil::Date;
use sea_orm::ConnectionTrait;

use super::{EvidencedDay, beside::Beside, content, read};
use crate::StorageError;

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
    let found = content::with_evidence(on, developer, date).await?;
    Ok(found.map(|(day, evidence)| EvidencedDay {
        day,
        evidence,
        pending,
    }))
}
