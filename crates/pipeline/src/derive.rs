//! The stage that derives one day: evidence, reviews, rules and tasks are read, the pure derivation runs, and the
//! difference to what was stored is written.

use dayloom_domain::{DeveloperId, day::Day, derive};
use dayloom_storage::{StorageError, Store, Written};
use jiff::{Timestamp, civil::Date};

use crate::evidence;

/// A day could not be derived.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The derivation itself broke off.
    #[error("the derivation of this day broke off; it is tried again, and should be reported if it goes on")]
    Broken,
}

/// Derives a day from what is stored now, and writes nothing.
///
/// Whatever changes while this reads (an event from a new zone included) has marked the day again, so it is derived
/// once more.
pub async fn compute_day(store: &Store, developer: DeveloperId, date: Date) -> Result<Day, DeriveError> {
    let woven = evidence::woven(store, developer, date).await?;
    // A person may have moved a review anywhere in the date, in whatever zone.
    let (from, to) = derive::evidence_window(date);
    let pins = store.days().pins(developer, from, to).await?;
    let attributor = evidence::attributor_for(store, developer, &woven.spans).await?;
    // Off the threads that serve requests: a day sampled each second takes a while.
    tokio::task::spawn_blocking(move || {
        let answers = attributor.attribute(&woven.spans);
        derive::assemble(woven, answers, &pins)
    })
    .await
    .map_err(|_| DeriveError::Broken)
}

/// Derives a day and writes it, without a lease: for replays and tests. The runner goes through the queue.
pub async fn derive_day(
    store: &Store,
    developer: DeveloperId,
    date: Date,
    now: Timestamp,
) -> Result<(Day, Written), DeriveError> {
    let day = compute_day(store, developer, date).await?;
    let written = store.days().write(developer, &day, now).await?;
    Ok((day, written))
}
