//! The stage that derives one day: evidence, reviews, rules and tasks are read, the pure derivation runs, and the
//! difference to what was stored is written.

use dayloom_domain::{
    DeveloperId,
    day::Day,
    derive::{self, Woven},
    review::Pin,
};
use dayloom_storage::{Derived, StorageError, Store, Written};
use jiff::{Timestamp, civil::Date};

use crate::{evidence, grounds::Kept, learn};

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

/// A day that was derived, and what its answers were computed from.
pub(crate) struct Computed {
    /// The day.
    pub day: Day,
    /// What is kept beside it.
    pub kept: Kept,
    /// The same as it is stored.
    pub text: String,
}

impl<'c> From<&'c Computed> for Derived<'c> {
    fn from(computed: &'c Computed) -> Self {
        Self {
            day: &computed.day,
            evidence: Some(&computed.text),
        }
    }
}

/// Derives a day from what is stored now, and writes nothing.
///
/// Whatever changes while this reads (an event from a new zone included) has marked the day again, so it is derived
/// once more.
pub async fn compute_day(store: &Store, developer: DeveloperId, date: Date) -> Result<Day, DeriveError> {
    compute(store, developer, date).await.map(|computed| computed.day)
}

/// The same, with what the answers were computed from.
pub(crate) async fn compute(
    store: &Store,
    developer: DeveloperId,
    date: Date,
) -> Result<Computed, DeriveError> {
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
) -> Result<Computed, DeriveError> {
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
) -> Result<Computed, DeriveError> {
    let attributor = evidence::attributor_for(store, developer, &woven.spans).await?;
    // Off the threads that serve requests: a day sampled each second takes a while.
    tokio::task::spawn_blocking(move || {
        let answered = attributor.attribute_with_grounds(&woven.spans);
        let kept = Kept::of(&woven, &answered, &pins);
        let text = serde_json::to_string(&kept).map_err(|_| DeriveError::Broken)?;
        let day = derive::assemble(woven, answered.answers, &pins);
        Ok(Computed { day, kept, text })
    })
    .await
    .map_err(|_| DeriveError::Broken)?
}

/// Derives a day and writes it, without a lease: for replays and tests. The runner goes through the queue.
pub async fn derive_day(
    store: &Store,
    developer: DeveloperId,
    date: Date,
    now: Timestamp,
) -> Result<(Day, Written), DeriveError> {
    let computed = learn_and_compute(store, developer, date, now).await?;
    let written = store.days().write(developer, &computed, now).await?;
    Ok((computed.day, written))
}
