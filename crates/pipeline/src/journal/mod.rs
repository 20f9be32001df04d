//! The stage that writes the journals of days (`contract/tracker.md` §4.5): composed from facts, or phrased by a
//! language model and held against them.
//!
//! A journal follows its day: composed anew whenever the day has changed, so it is true from the first minute on. A
//! model phrases it once the day is over and has settled, when it becomes final. What a person wrote stands. A day that
//! changes later is written again, and stays on its day.

mod writer;

use std::collections::{BTreeMap, BTreeSet};

use dayloom_domain::{
    DeveloperId, EntryId, Locale, ProjectId, TaskId, WorkspaceId, Zone,
    day::Day,
    facts::{Facts, Sentence, Work},
    journal::{FEWEST, compose},
};
use dayloom_storage::{DueDay, Journal, StorageError, Store, StoredDay};
use jiff::{Timestamp, ToSpan, civil::Date};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::Models;

/// No day is older.
const FIRST: Date = Date::constant(1970, 1, 1);

/// Journals looked at with one look at the database.
const PAGE: u32 = 200;

/// People written for at the same time: one whose model hangs must not make the others wait.
const PARALLEL: usize = 4;

/// Who wrote what was composed from facts.
pub const FACTS: &str = "facts";

/// Writes every journal that is missing, older than its day, or to be made final; of everyone, newest days first. Returns
/// how many were written. Run every six hours; more often does no harm, and several at once ask a model once.
pub async fn sweep(store: &Store, models: &Models, now: Timestamp) -> Result<u64, StorageError> {
    let never = CancellationToken::new();
    sweep_until(store, models, now, &never).await
}

/// The same, ending early when `stop` is cancelled: what was written by then stands, and nobody else is asked for.
pub async fn sweep_until(
    store: &Store,
    models: &Models,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<u64, StorageError> {
    since(store, models, FIRST, now, stop).await
}

/// The same for the days that may still be going on somewhere, or ended last night: cheap enough for every few minutes.
pub async fn refresh(store: &Store, models: &Models, now: Timestamp) -> Result<u64, StorageError> {
    let never = CancellationToken::new();
    refresh_until(store, models, now, &never).await
}

/// [`refresh`], ending early when `stop` is cancelled.
pub async fn refresh_until(
    store: &Store,
    models: &Models,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<u64, StorageError> {
    let from = Zone::utc().date_of(now).saturating_sub(2.days());
    since(store, models, from, now, stop).await
}

async fn since(
    store: &Store,
    models: &Models,
    since: Date,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<u64, StorageError> {
    let (mut written, mut last) = (0, None);
    while !stop.is_cancelled() {
        let page = store.journals().due(since, last, PAGE).await?;
        let Some(&end) = page.last() else { break };
        let mut people: BTreeMap<DeveloperId, Vec<DueDay>> = BTreeMap::new();
        for due in page {
            people.entry(due.developer_id).or_default().push(due);
        }
        let mut waiting = people.into_values();
        let mut under_way = JoinSet::new();
        loop {
            let free = PARALLEL.saturating_sub(under_way.len());
            for days in waiting.by_ref().take(free) {
                let (store, models, stop) = (store.clone(), models.clone(), stop.clone());
                under_way.spawn(async move { of_person(&store, &models, days, now, &stop).await });
            }
            let Some(done) = under_way.join_next().await else {
                break;
            };
            // One that broke off is looked at again with the next sweep.
            written += done.unwrap_or(Ok(0))?;
        }
        last = Some(end);
    }
    metrics::counter!("dayloom_journals_written_total").increment(written);
    Ok(written)
}

/// Writes the journals of one person's days, one after the other.
async fn of_person(
    store: &Store,
    models: &Models,
    days: Vec<DueDay>,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<u64, StorageError> {
    let mut written = 0;
    for due in days {
        if stop.is_cancelled() {
            break;
        }
        match of_day(store, models, due, now, Some(stop)).await {
            Ok(wrote) => written += u64::from(wrote),
            // One day that cannot be read must not keep everybody's from being written.
            Err(StorageError::Unreadable(what)) => {
                tracing::warn!(developer = %due.developer_id, date = %due.date,
                what, "a journal could not be written; it is tried again with the next sweep")
            }
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

/// Writes the journal of a day from its facts at once, if there is anything to write about. No model is asked; where there
/// is one, the journal stays open for it.
pub async fn compose_now(
    store: &Store,
    models: &Models,
    developer: DeveloperId,
    date: Date,
    now: Timestamp,
) -> Result<(), StorageError> {
    let due = DueDay {
        developer_id: developer,
        date,
        revision: 0,
    };
    of_day(store, models, due, now, None).await.map(|_| ())
}

/// The journal of a day, composed at once where no sweep has come to it yet.
pub async fn read(
    store: &Store,
    models: &Models,
    developer: DeveloperId,
    date: Date,
    now: Timestamp,
) -> Result<Option<Journal>, StorageError> {
    if let Some(journal) = store.journals().read(developer, date).await? {
        return Ok(Some(journal));
    }
    compose_now(store, models, developer, date, now).await?;
    store.journals().read(developer, date).await
}

/// Writes the journal of one day, if there is anything new to write. A model is asked until `stop`, without it not at all.
async fn of_day(
    store: &Store,
    models: &Models,
    due: DueDay,
    now: Timestamp,
    stop: Option<&CancellationToken>,
) -> Result<bool, StorageError> {
    let standing = store.journals().read(due.developer_id, due.date).await?;
    let Some(stored) = store.days().read(due.developer_id, due.date).await? else {
        return Ok(false);
    };
    let end = end_of(&stored.day);
    let fresh = standing
        .as_ref()
        .is_some_and(|journal| journal.day_revision == stored.revision);
    if fresh && now < end {
        return Ok(false);
    }
    let facts = facts(store, due, &stored).await?;
    let Some(workspace) = workspace(&facts.works) else {
        if standing.is_some() {
            store.journals().remove(due.developer_id, due.date).await?;
        }
        return Ok(false);
    };
    let writer = writer::Writer {
        store,
        models,
        due: DueDay {
            revision: stored.revision,
            ..due
        },
        workspace,
        facts: &facts,
        locale: locale(store, due.developer_id).await?,
        now,
        end,
    };
    writer.write(standing.as_ref(), fresh, stop).await
}

/// The language a person reads.
async fn locale(store: &Store, developer: DeveloperId) -> Result<Locale, StorageError> {
    let person = store.people().by_id(developer).await?;
    Ok(Locale::of(person.and_then(|person| person.locale).as_deref()))
}

/// The first instant after a day, by its own clock.
fn end_of(day: &Day) -> Timestamp {
    day.timezone.start_of(day.date.saturating_add(1.day()))
}

/// The facts of a day: its rows, with the calls its spans saw.
async fn facts(store: &Store, due: DueDay, stored: &StoredDay) -> Result<Facts, StorageError> {
    let mut works = store.days().works(due.developer_id, due.date, due.date).await?;
    for work in &mut works {
        work.call_minutes = call_minutes(&stored.day, work);
    }
    Ok(Facts::of(works, due.date, due.date, stored.day.timezone.clone()))
}

/// Minutes in calls within a row, no more than the row has.
fn call_minutes(day: &Day, work: &Work) -> i64 {
    let Some((start, end)) = work.interval else {
        return 0;
    };
    let inside = day
        .spans
        .iter()
        .filter(|span| span.span.in_call && start <= span.span.start && span.span.end <= end);
    let micros: i64 = inside.map(|span| span.span.micros).sum();
    ((micros + 30_000_000) / 60_000_000).min(work.minutes)
}

/// The workspace of most of the time; of equal ones the lower id.
fn workspace(works: &[Work]) -> Option<WorkspaceId> {
    let all: BTreeSet<WorkspaceId> = works.iter().map(|work| work.workspace_id).collect();
    let minutes = |workspace: &WorkspaceId| -> i64 {
        works
            .iter()
            .filter(|work| work.workspace_id == *workspace)
            .map(|work| work.minutes)
            .sum()
    };
    all.into_iter().rev().max_by_key(minutes)
}

fn basis(works: &[Work]) -> Vec<(EntryId, Option<TaskId>)> {
    works
        .iter()
        .map(|work| (work.entry_id, work.task.as_ref().map(|task| task.id)))
        .collect()
}

/// The projects behind some rows, each once: those the time was tracked into, and those of the tasks that are named.
pub(crate) fn projects(works: &[Work]) -> Vec<ProjectId> {
    let of_task = |work: &Work| work.task.as_ref().and_then(|task| task.project_id);
    let all: BTreeSet<ProjectId> = works
        .iter()
        .flat_map(|work| [work.project_id, of_task(work)])
        .flatten()
        .collect();
    all.into_iter().collect()
}

/// The sentences of a journal whose rows all stand as they did, with the tasks they had; nothing where too few do.
/// A row that was dismissed or moved takes its sentences with it.
fn still_true(journal: &Journal, facts: &Facts) -> Option<Vec<Sentence>> {
    let now: BTreeSet<(EntryId, Option<TaskId>)> = basis(&facts.works).into_iter().collect();
    let stands = |entry: &EntryId| {
        journal
            .basis
            .iter()
            .any(|row| row.0 == *entry && now.contains(row))
    };
    let kept: Vec<Sentence> = journal
        .sentences
        .iter()
        .filter(|sentence| sentence.entries.iter().all(stands))
        .cloned()
        .collect();
    (kept.len() >= FEWEST).then_some(kept)
}

/// A journal as it may be shown now: where the day has changed since it was written, what no longer stands is gone at
/// once, and what was composed is composed anew. Nothing is stored and no model is asked.
pub async fn current(
    store: &Store,
    developer: DeveloperId,
    mut journal: Journal,
) -> Result<Option<Journal>, StorageError> {
    if journal.edited || !journal.stale {
        return Ok((!journal.text.is_empty()).then_some(journal));
    }
    let Some(stored) = store.days().read(developer, journal.date).await? else {
        return Ok(None);
    };
    let due = DueDay {
        developer_id: developer,
        date: journal.date,
        revision: stored.revision,
    };
    let facts = facts(store, due, &stored).await?;
    if facts.is_empty() {
        return Ok(None);
    }
    let phrased = journal.written_by != FACTS;
    match still_true(&journal, &facts).filter(|_| phrased) {
        Some(kept) => journal.sentences = kept,
        None => {
            let locale = locale(store, developer).await?;
            (journal.sentences, journal.written_by) = (compose(&facts, locale), FACTS.to_owned());
        }
    }
    let texts: Vec<&str> = journal
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect();
    journal.text = texts.join(" ");
    Ok(Some(journal))
}
