//! The stage that derives one day: evidence, reviews, rules and tasks are read, the pure derivation runs, and the
//! difference to what was stored is written.

use dayloom_domain::{
    DeveloperId,
    day::Day,
    derive::{self, Woven},
    review::Pin,
};
use dayloom_storage::{StorageError, Store, Written};
use jiff::{Timestamp, civil::Date};

use crate::{evidence, learn};

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
    let (woven, pins) = gather(store, developer, date).await?;
    answer(store, developer, woven, pins).await
}

/// The same, but first takes up what the person said of the day, so that it and the days like it are answered by that
/// too.
pub(crate) async fn learn_and_compute(
    store: &Store,
    developer: DeveloperId,
    date: Date,
    now: Timestamp,
) -> Result<Day, DeriveError> {
    let (woven, pins) = gather(store, developer, date).await?;
    learn::take_up(store, developer, &woven, &pins, now).await?;
    answer(store, developer, woven, pins).await
}

/// The spans of a day, and what the person said of them.
async fn gather(store: &Store, developer: DeveloperId, date: Date) -> Result<(Woven, Vec<Pin>), DeriveError> {
    let woven = evidence::woven(store, developer, date).await?;
    // A person may have moved a review anywhere in the date, in whatever zone.
    let (from, to) = derive::evidence_window(date);
    let pins = store.days().pins(developer, from, to).await?;
    Ok((woven, pins))
}

async fn answer(
    store: &Store,
    developer: DeveloperId,
    woven: Woven,
    pins: Vec<Pin>,
) -> Result<Day, DeriveError> {
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
    let day = learn_and_compute(store, developer, date, now).await?;
    let written = store.days().write(developer, &day, now).await?;
    Ok((day, written))
}
