//! The stage that derives one day: evidence, reviews, rules and tasks are read, the pure derivation runs, and the
//! difference to what was stored is written.

use dayloom_attribution::Attributor;
use dayloom_domain::{DeveloperId, Zone, day::Day, derive};
use dayloom_storage::{StorageError, Store, Written};
use jiff::{Timestamp, civil::Date};

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
    let zones = store.events().zones(developer).await?;
    let (from, to) = derive::evidence_window_in(date, &zones);
    let events = store.events().window(developer, from, to).await?;
    // A person may have moved a review anywhere in the date, in whatever zone.
    let (from, to) = derive::evidence_window(date);
    let pins = store.days().pins(developer, from, to).await?;
    let rules = store.rules().list_for_attribution(developer).await?;
    let tasks = store.tasks().for_attribution(developer).await?;
    let zone = store
        .people()
        .by_id(developer)
        .await?
        .and_then(|person| person.timezone);
    let fallback = zone.unwrap_or_else(Zone::utc);
    // Off the threads that serve requests: a day sampled each second takes a while.
    tokio::task::spawn_blocking(move || {
        let woven = derive::weave(&events, date, &fallback);
        let answers = Attributor::new(rules, tasks).attribute(&woven.spans);
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
