//! What people said about their time: an append-only log, and the entries as they stand by it.
//!
//! A review, the rows it changes and the mark on its day are one transaction; what is in force is worked out from the
//! log each time, so that neither a replay nor a review taken back loses another. The reviews of one person are
//! taken one after the other, whichever tab or server they come from.

mod apply;
mod enter;
mod foresee;
mod log;
mod rows;

use std::collections::BTreeMap;

use dayloom_domain::{
    DeveloperId, EntryId, ProjectId, ReviewId, TaskId,
    review::{Change, ChangeError, Pin, Review},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::ConnectionTrait;

use crate::{StorageError, error::retried, store::Inner};

/// Why a review was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The day does not allow it.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A review that was taken, or found to be in force already.
#[derive(Clone, Debug, PartialEq)]
pub struct Reviewed {
    /// The review.
    pub review: Review,
    /// The entries it leaves, by start; derive the day before reading their minutes.
    pub entries: Vec<EntryId>,
}

/// Time entered by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEntry {
    /// Its local date.
    pub date: Date,
    /// First instant; for an entry without a place in the day, the first of the date.
    pub start: Timestamp,
    /// First instant after it; the same as `start` without a place.
    pub end: Timestamp,
    /// Its length in microseconds.
    pub micros: i64,
    /// The project it is filed under.
    pub project_id: ProjectId,
    /// Its task, if any.
    pub task_id: Option<TaskId>,
    /// The person's own words.
    pub description: Option<String>,
    /// `web` or `api`.
    pub source: &'static str,
}

/// The repository of reviews.
#[derive(Clone, Copy)]
pub struct Reviews<'a>(pub(crate) &'a Inner);

impl Reviews<'_> {
    /// Takes a review of an entry, of inferred time only, and marks its day dirty. `seen` is the task the person saw
    /// the entry with. One that changes nothing is answered with the review that stands.
    pub async fn apply(
        &self,
        developer: DeveloperId,
        entry: EntryId,
        change: &Change,
        seen: Option<Option<TaskId>>,
        now: Timestamp,
    ) -> Result<Reviewed, ReviewError> {
        retried(|| apply::apply(self.0, developer, entry, change, seen, now)).await
    }
    /// Takes an entry made by hand and marks its day dirty.
    pub async fn enter(
        &self,
        developer: DeveloperId,
        new: &NewEntry,
        now: Timestamp,
    ) -> Result<Reviewed, ReviewError> {
        retried(|| enter::enter(self.0, developer, new, now)).await
    }
    /// Takes a review back and marks its day dirty; the second time it changes nothing. `None` if the person has no
    /// such review.
    pub async fn undo(
        &self,
        developer: DeveloperId,
        review: ReviewId,
        now: Timestamp,
    ) -> Result<Option<Reviewed>, StorageError> {
        retried(|| apply::undo(self.0, developer, review, now)).await
    }
    /// What would be in force on each day of these entries if the person said this of them, one after the other. Nothing
    /// is changed; a wish that cannot be counts for nothing.
    pub async fn foresee(
        &self,
        developer: DeveloperId,
        wishes: &[(EntryId, Change)],
    ) -> Result<BTreeMap<Date, Vec<Pin>>, StorageError> {
        foresee::foresee(&self.0.read, developer, wishes).await
    }
    /// A person's reviews, newest first, those taken back included; with `before`, only those said before that one.
    pub async fn page(
        &self,
        developer: DeveloperId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Review>, StorageError> {
        log::page(&self.0.read, developer, before, limit).await
    }
    /// A person's reviews of one local date in the order they were said, those taken back included.
    pub async fn of_day(&self, developer: DeveloperId, date: Date) -> Result<Vec<Review>, StorageError> {
        log::of_day(&self.0.read, developer, date).await
    }
    /// A person's reviews that were said or taken back at this instant or later, in the order they were said, those
    /// taken back included.
    pub async fn since(
        &self,
        developer: DeveloperId,
        instant: Timestamp,
    ) -> Result<Vec<Review>, StorageError> {
        log::since(&self.0.read, developer, instant).await
    }
}

/// What is in force and overlaps `[from, to)`, or is entered by hand without a place in between; by start.
pub(crate) async fn pins<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Pin>, StorageError> {
    log::pins(on, developer, from, to).await
}
