//! The stage that derives one day: evidence, reviews, rules and tasks are read, the pure derivation runs, and the
//! difference to what was stored is written.

use dayloom_attribution::{DAYS_BEFORE, Taught};
use dayloom_domain::{
    DeveloperId,
    day::Day,
    derive::{self, Woven},
    review::Pin,
};
use dayloom_storage::{Derived, Lesson, StorageError, Store, Written};
use jiff::{Timestamp, civil::Date};

use crate::{Lessons, evidence, grounds::Kept, learn, lessons};

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
    /// What is kept beside it, as it is stored.
    pub text: String,
    /// What it teaches the days after it.
    pub taught: Taught,
    /// The same as it is stored, unless it teaches nothing.
    pub lesson: Option<String>,
}

impl<'c> From<&'c Computed> for Derived<'c> {
    fn from(computed: &'c Computed) -> Self {
        Self {
            day: &computed.day,
            evidence: Some(&computed.text),
            lesson: Lesson {
                text: computed.lesson.as_deref(),
                days: DAYS_BEFORE,
            },
        }
    }
}

/// Derives a day from what is stored now, and writes nothing.
///
/// Whatever changes while this reads (an event from a new zone included) has marked the day again, so it is derived
/// once more.
pub async fn compute_day(store: &Store, developer: DeveloperId, date: Date) -> Result<Day, DeriveError> {
    let computed = compute(store, developer, date, &Lessons::default()).await?;
    Ok(computed.day)
}

/// The same, with what the answers were computed from, had other days taught this.
pub(crate) async fn compute(
    store: &Store,
    developer: DeveloperId,
    date: Date,
    lessons: &Lessons,
) -> Result<Computed, DeriveError> {
    let (woven, pins) = gather(store, developer, date).await?;
    answer(store, developer, woven, pins, lessons).await
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
    answer(store, developer, woven, pins, &Lessons::default()).await
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
    lessons: &Lessons,
) -> Result<Computed, DeriveError> {
    let attributor = evidence::attributor_for(store, developer, &woven, lessons)
        .await?
        .with_reviewed(lessons::reviewed(woven.date, &pins));
    // Off the threads that serve requests: a day sampled each second takes a while.
    tokio::task::spawn_blocking(move || {
        let answered = attributor.attribute_with_grounds(&woven.spans);
        // A long day is heavy, so each thing goes as soon as it was used.
        drop(attributor);
        let kept = Kept::of(&woven, &answered, &pins);
        let (answers, taught) = (answered.answers, answered.taught);
        drop((answered.grounds, answered.of));
        let text = serde_json::to_string(&kept).map_err(|_| DeriveError::Broken)?;
        drop(kept);
        let lesson = (!taught.is_empty()).then(|| serde_json::to_string(&taught));
        let lesson = lesson.transpose().map_err(|_| DeriveError::Broken)?;
        let day = derive::assemble(woven, answers, &pins);
        Ok(Computed {
            day,
            text,
            taught,
            lesson,
        })
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
