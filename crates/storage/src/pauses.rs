//! Pauses as intervals: an event whose `ts` lies inside one is refused, whenever it arrives (`contract/tracker.md` §9.1).
//!
//! The subject of a pause is a project, a device or a person.

use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::{
    StorageError,
    db::{at, fresh_id, id, run},
};

/// Opens a pause at `now` unless one is open, or closes the open one.
pub(crate) async fn set<C: ConnectionTrait>(
    on: &C,
    subject: Uuid,
    paused: bool,
    now: Timestamp,
) -> Result<(), StorageError> {
    if paused {
        run(
            on,
            "INSERT INTO tracker_pauses (id, subject_id, started_at) VALUES ($1, $2, $3)
             ON CONFLICT (subject_id) WHERE ended_at IS NULL DO NOTHING",
            vec![id(fresh_id()), id(subject), at(now)],
        )
        .await?;
    } else {
        run(
            on,
            "UPDATE tracker_pauses SET ended_at = $2 WHERE subject_id = $1 AND ended_at IS NULL",
            vec![id(subject), at(now)],
        )
        .await?;
    }
    Ok(())
}
