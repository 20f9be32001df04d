//! The stage that learns: what a person said of a day's time becomes examples, the examples a model, and the days the
//! model may change are derived again, so that a correction moves what is like it.
//!
//! The examples of a day are a function of its spans and reviews, the model one of all examples; doing this twice, or on
//! several machines at once, comes out the same. The person's own word is never touched: reviewed time is pinned.

use dayloom_attribution::{DAYS_AT_MOST, Example, Learned, Scope, Teacher, Weights};
use dayloom_domain::{
    DeveloperId,
    derive::{self, Woven},
    people::Task,
    review::Pin,
};
use dayloom_storage::{StorageError, Store};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::{DeriveError, evidence};

/// Days before today that a correction reaches back to (`contract/tracker.md` §9.3).
pub const REACHES_BACK: i64 = 30;

/// How often a model that was overtaken by other reviews is fitted again before it is left to whoever overtook it.
const TRIES: usize = 3;

/// Takes the reviews of a day up into the person's model, where they are new. Returns whether the model changed; then
/// the other days of the last thirty are marked to be derived again.
pub async fn take_up(
    store: &Store,
    developer: DeveloperId,
    woven: &Woven,
    pins: &[Pin],
    now: Timestamp,
) -> Result<bool, DeriveError> {
    let learned = store.learned();
    let standing = learned.standing(developer, woven.date).await?;
    let mut due = standing.fit_due;
    if standing.day.is_some() || pins.iter().any(|pin| pin.date == woven.date) {
        let tasks = store.tasks().for_attribution(developer).await?;
        let examples = examples(woven, pins, tasks).await?;
        if examples != standing.day {
            due |= learned
                .put_day(developer, woven.date, examples.as_deref(), now)
                .await?;
        }
    }
    if !due {
        return Ok(false);
    }
    let changed = fit(store, developer, now).await?;
    if changed {
        mark_others(store, developer, woven.date, now).await?;
    }
    Ok(changed)
}

/// The examples of a day as they are stored; none where nothing in it teaches anything.
async fn examples(woven: &Woven, pins: &[Pin], tasks: Vec<Task>) -> Result<Option<String>, DeriveError> {
    let (spans, date, pins) = (woven.spans.clone(), woven.date, pins.to_vec());
    tokio::task::spawn_blocking(move || {
        let teacher = Teacher::new(&tasks);
        let examples: Vec<Example> = derive::reviewed(&spans, date, &pins)
            .iter()
            .filter_map(|(span, pin)| teacher.example(date, span, pin))
            .collect();
        if examples.is_empty() {
            return Ok(None);
        }
        serde_json::to_string(&examples)
            .map(Some)
            .map_err(|_| DeriveError::Broken)
    })
    .await
    .map_err(|_| DeriveError::Broken)?
}

/// Fits the model where examples changed since, and says whether it came out another one.
async fn fit(store: &Store, developer: DeveloperId, now: Timestamp) -> Result<bool, DeriveError> {
    for _ in 0..TRIES {
        let Some(standing) = store.learned().model(developer).await? else {
            return Ok(false);
        };
        if standing.fitted >= standing.generation {
            return Ok(false);
        }
        let days = u32::try_from(DAYS_AT_MOST).unwrap_or(u32::MAX);
        let (generation, stored) = store.learned().examples(developer, days).await?;
        let examples = stored.iter().flat_map(|day| read(day)).collect();
        let tasks = store.tasks().for_attribution(developer).await?;
        let text = fitted(store, developer, examples, tasks).await?;
        if store
            .learned()
            .put_model(developer, generation, &text, now)
            .await?
        {
            return Ok(standing.model.as_deref() != Some(&text));
        }
    }
    Ok(false)
}

/// The model of these examples as it is stored.
async fn fitted(
    store: &Store,
    developer: DeveloperId,
    examples: Vec<Example>,
    tasks: Vec<Task>,
) -> Result<String, DeriveError> {
    let scope = scope(store, developer, &examples).await?;
    tokio::task::spawn_blocking(move || {
        let learned = Learned::fit(&examples, &tasks, &scope, &Weights::default());
        serde_json::to_string(&learned).map_err(|_| DeriveError::Broken)
    })
    .await
    .map_err(|_| DeriveError::Broken)?
}

/// Stored examples. Those of another release that cannot be read are left out until their day is derived again.
fn read(day: &str) -> Vec<Example> {
    serde_json::from_str(day).unwrap_or_default()
}

/// What would be learned if this were in force on these days; nothing is stored.
pub(crate) async fn foresee(
    store: &Store,
    developer: DeveloperId,
    days: &[(Woven, &[Pin])],
) -> Result<Learned, DeriveError> {
    let tasks = store.tasks().for_attribution(developer).await?;
    let at_most = u32::try_from(DAYS_AT_MOST).unwrap_or(u32::MAX);
    let (_, stored) = store.learned().examples(developer, at_most).await?;
    let mut all: Vec<Example> = stored.iter().flat_map(|day| read(day)).collect();
    all.retain(|example| days.iter().all(|(woven, _)| woven.date != example.date));
    for (woven, pins) in days {
        let of_day = examples(woven, pins, tasks.clone()).await?;
        all.extend(of_day.iter().flat_map(|day| read(day)));
    }
    let model = fitted(store, developer, all, tasks).await?;
    serde_json::from_str(&model).map_err(|_| DeriveError::Broken)
}

/// The local dates a review reaches, both included: the last thirty, and one further on either side for the zones ahead
/// of and behind UTC.
pub(crate) fn reached(now: Timestamp) -> (Date, Date) {
    let today = now.to_zoned(TimeZone::UTC).date();
    (
        today.saturating_sub((REACHES_BACK + 1).days()),
        today.saturating_add(1.day()),
    )
}

async fn scope(store: &Store, developer: DeveloperId, examples: &[Example]) -> Result<Scope, StorageError> {
    let projects = examples.iter().map(|example| example.project_id);
    evidence::scope(store, developer, projects, true).await
}

/// Marks the days of the last thirty, but for the one that is being derived.
async fn mark_others(
    store: &Store,
    developer: DeveloperId,
    date: Date,
    now: Timestamp,
) -> Result<(), StorageError> {
    let (from, to) = reached(now);
    let parts = [
        (from, to.min(date.saturating_sub(1.day()))),
        (from.max(date.saturating_add(1.day())), to),
    ];
    for (from, to) in parts.into_iter().filter(|(from, to)| from <= to) {
        store.days().mark_range(developer, from, to, now).await?;
    }
    Ok(())
}
