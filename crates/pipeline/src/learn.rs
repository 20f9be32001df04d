//! The stage that learns: what a person said of a day's time becomes examples, the examples a model, and the days the
//! model may change are derived again, so that a correction moves what is like it.
//!
//! The examples of a day are a function of its spans and reviews, the model one of all examples; doing this twice, or on
//! several machines at once, comes out the same. A model that follows the one day that changed,
//! as most do, is the one that would be fitted from nothing. The person's own word is never touched: reviewed time is pinned.

use std::collections::{BTreeMap, BTreeSet};

use dayloom_attribution::{DAYS_READ, Example, Learned, Revision, Teacher, Weights};
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
    let mut generation = None;
    if standing.day.is_some() || pins.iter().any(|pin| pin.date == woven.date) {
        let tasks = store.tasks().for_attribution(developer).await?;
        let examples = examples(woven, pins, tasks).await?;
        if examples != standing.day {
            generation = learned
                .put_day(developer, woven.date, examples.as_deref(), now)
                .await?;
        }
    }
    if generation.is_none() && standing.fitted >= standing.generation {
        return Ok(false);
    }
    // Where a model stood for all that was said till now, this day is all that changed.
    let is_all = standing.fitted == standing.generation && generation == Some(standing.generation + 1);
    let change = is_all.then(|| Change {
        fitted: standing.fitted,
        date: woven.date,
        before: standing.day.as_deref().map(read).unwrap_or_default(),
    });
    let changed = fit(store, developer, change, now).await?;
    if changed {
        mark_others(store, developer, woven.date, now).await?;
    }
    Ok(changed)
}

/// A day whose examples changed since a model was fitted, and nothing else.
struct Change {
    /// The generation it was fitted to.
    fitted: i64,
    /// The day.
    date: Date,
    /// What was said of it then.
    before: Vec<Example>,
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

/// Fits the model where examples changed since, and says whether it came out another one. A model that only one day is
/// missing in follows that day; else it is fitted from nothing.
async fn fit(
    store: &Store,
    developer: DeveloperId,
    mut change: Option<Change>,
    now: Timestamp,
) -> Result<bool, DeriveError> {
    let learned = store.learned();
    for _ in 0..TRIES {
        // The generation is read first: examples that come in between make the model that is fitted too old.
        let Some(standing) = learned.model(developer).await? else {
            return Ok(false);
        };
        if standing.fitted >= standing.generation {
            return Ok(false);
        }
        let follows = change
            .take()
            .filter(|change| (standing.fitted, standing.generation) == (change.fitted, change.fitted + 1));
        let model = standing.model.as_deref();
        let dates = dates(store, developer).await?;
        let revision = match (follows, model.and_then(|text| serde_json::from_str(text).ok())) {
            (Some(change), Some(model)) => Revision::of(model, change.date, change.before, dates),
            _ => Revision::of(Learned::default(), Date::default(), Vec::new(), dates),
        };
        let made = made(store, developer, revision, &BTreeMap::new()).await?;
        let text = serde_json::to_string(&made).map_err(|_| DeriveError::Broken)?;
        if learned
            .put_model(developer, standing.generation, &text, now)
            .await?
        {
            return Ok(model != Some(&text));
        }
    }
    Ok(false)
}

/// The newest reviewed dates that a model may rest on, and one more: it comes back when a newer one goes.
async fn dates(store: &Store, developer: DeveloperId) -> Result<Vec<Date>, StorageError> {
    let at_most = u32::try_from(DAYS_READ + 1).unwrap_or(u32::MAX);
    store.learned().dates(developer, at_most).await
}

/// A revised model, had this been said of some days instead of what is stored.
async fn made(
    store: &Store,
    developer: DeveloperId,
    revision: Revision,
    instead: &BTreeMap<Date, Vec<Example>>,
) -> Result<Learned, DeriveError> {
    let needed: Vec<Date> = revision.needs().into_iter().collect();
    let mut examples: BTreeMap<Date, Vec<Example>> = BTreeMap::new();
    for (date, text) in store.learned().examples(developer, &needed).await? {
        examples.insert(date, read(&text));
    }
    examples.extend(instead.iter().map(|(date, said)| (*date, said.clone())));
    let projects = examples.values().flatten().map(|example| example.project_id);
    let scope = evidence::scope(store, developer, projects, true).await?;
    let tasks = store.tasks().for_attribution(developer).await?;
    tokio::task::spawn_blocking(move || revision.made(&examples, &tasks, &scope, &Weights::default()))
        .await
        .map_err(|_| DeriveError::Broken)
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
    let mut dates: BTreeSet<Date> = dates(store, developer).await?.into_iter().collect();
    let mut instead: BTreeMap<Date, Vec<Example>> = BTreeMap::new();
    for (woven, pins) in days {
        let of_day = examples(woven, pins, tasks.clone()).await?;
        let said = of_day.as_deref().map(read).unwrap_or_default();
        if said.is_empty() {
            dates.remove(&woven.date);
        } else {
            dates.insert(woven.date);
        }
        instead.insert(woven.date, said);
    }
    let dates = dates.into_iter().collect();
    let revision = Revision::of(Learned::default(), Date::default(), Vec::new(), dates);
    made(store, developer, revision, &instead).await
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
