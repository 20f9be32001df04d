//! The stage that writes the journals of days (`contract/tracker.md` §4.5): composed from facts, or phrased by a
//! language model and held against them.
//!
//! A journal follows its day: composed anew whenever the day has changed, phrased by a model at most every three hours
//! while the day goes on, and once more after local midnight, when it becomes final. What a person wrote stands. A day
//! that changes later is written again, and stays on its day.

use std::collections::BTreeSet;

use dayloom_domain::{
    DeveloperId, EntryId, ProjectId, TaskId, WorkspaceId, Zone,
    day::Day,
    facts::{Facts, Sentence, Work, table},
    journal::{FEWEST, MOST, compose},
};
use dayloom_llm::{Prompt, Purpose};
use dayloom_storage::{DueDay, Journal, NewJournal, StorageError, Store, StoredDay};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use crate::{Models, phrase};

/// No day is older.
const FIRST: Date = Date::constant(1970, 1, 1);

/// Journals looked at with one look at the database.
const PAGE: u32 = 200;

/// How long a model is left alone about a day that goes on.
const ASK_AGAIN: SignedDuration = SignedDuration::from_hours(3);

/// How long it is left alone about a day that is over, after it failed.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// A journal is final at the latest so long after its day, whether or not a model could be asked.
const FINAL_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Days back from today that a model is still asked about; older ones are composed, so that a replay of a year costs
/// nothing.
const ASKED_DAYS: i64 = 3;

/// The longest answer, in tokens: six sentences.
const ANSWER_TOKENS: u32 = 700;

/// Who wrote what was composed from facts.
pub const FACTS: &str = "facts";

/// Writes every journal that is missing, older than its day, or to be made final; of everyone, newest days first. Returns
/// how many were written. Run every six hours; more often does no harm.
pub async fn sweep(store: &Store, models: &Models, now: Timestamp) -> Result<u64, StorageError> {
    since(store, models, FIRST, now).await
}

/// The same for the days that may still be going on somewhere, or ended last night: cheap enough for every few minutes.
pub async fn refresh(store: &Store, models: &Models, now: Timestamp) -> Result<u64, StorageError> {
    since(
        store,
        models,
        Zone::utc().date_of(now).saturating_sub(2.days()),
        now,
    )
    .await
}

async fn since(store: &Store, models: &Models, since: Date, now: Timestamp) -> Result<u64, StorageError> {
    let (mut written, mut last) = (0, None);
    loop {
        let page = store.journals().due(since, last, PAGE).await?;
        let Some(&end) = page.last() else { break };
        for due in page {
            match of_day(store, models, due, now).await {
                Ok(wrote) => written += u64::from(wrote),
                // One day that cannot be read must not keep everybody's from being written.
                Err(StorageError::Unreadable(what)) => {
                    tracing::warn!(developer = %due.developer_id, date = %due.date,
                    what, "a journal could not be written; it is tried again with the next sweep")
                }
                Err(error) => return Err(error),
            }
        }
        last = Some(end);
    }
    metrics::counter!("dayloom_journals_written_total").increment(written);
    Ok(written)
}

/// Writes the journal of a day from its facts at once, if there is anything to write about; no model is asked.
pub async fn compose_now(
    store: &Store,
    developer: DeveloperId,
    date: Date,
    now: Timestamp,
) -> Result<(), StorageError> {
    let due = DueDay {
        developer_id: developer,
        date,
        revision: 0,
    };
    of_day(store, &Models::none(), due, now).await.map(|_| ())
}

/// Writes the journal of one day, if there is anything new to write.
async fn of_day(store: &Store, models: &Models, due: DueDay, now: Timestamp) -> Result<bool, StorageError> {
    let standing = store.journals().read(due.developer_id, due.date).await?;
    let Some(stored) = store.days().read(due.developer_id, due.date).await? else {
        return Ok(false);
    };
    let end = end_of(&stored.day);
    let over = now >= end;
    let fresh = standing
        .as_ref()
        .is_some_and(|journal| journal.day_revision == stored.revision);
    if fresh && !over {
        return Ok(false);
    }
    let facts = facts(store, due, &stored).await?;
    let Some(workspace_id) = workspace(&facts.works) else {
        store.journals().remove(due.developer_id, due.date).await?;
        return Ok(false);
    };
    let turn = Turn {
        store,
        models,
        due,
        now,
        end,
    };
    let (text, is_final) = turn.text(&facts, standing.as_ref(), fresh).await;
    let new = NewJournal {
        developer_id: due.developer_id,
        date: due.date,
        workspace_id,
        sentences: text.sentences,
        basis: basis(&facts.works),
        written_by: text.written_by,
        is_final,
        day_revision: stored.revision,
        asked_at: text.asked_at,
        logged_at: end.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(end),
    };
    store.journals().write(&new, now).await
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

/// Sentences and where they come from.
struct Text {
    sentences: Vec<Sentence>,
    written_by: String,
    asked_at: Option<Timestamp>,
}

/// One journal being written.
struct Turn<'t> {
    store: &'t Store,
    models: &'t Models,
    due: DueDay,
    now: Timestamp,
    end: Timestamp,
}

impl Turn<'_> {
    /// The text, and whether it is the last one.
    async fn text(&self, facts: &Facts, standing: Option<&Journal>, fresh: bool) -> (Text, bool) {
        let over = self.now >= self.end;
        let late = self.now.duration_since(self.end) > FINAL_AFTER;
        let asked_at = standing.and_then(|journal| journal.asked_at);
        let phrased = standing.filter(|journal| journal.written_by != FACTS);
        if let (Some(journal), true) = (phrased, fresh) {
            let text = Text {
                sentences: journal.sentences.clone(),
                written_by: journal.written_by.clone(),
                asked_at,
            };
            return (text, over);
        }
        let mut again = false;
        let mut asked_at = asked_at;
        if self.may_ask(asked_at, over) {
            match self.ask(facts).await {
                Ok(sentences) if sentences.len() >= FEWEST => {
                    let text = Text {
                        sentences,
                        written_by: phrase::name(self.models).unwrap_or_default(),
                        asked_at: Some(self.now),
                    };
                    return (text, over);
                }
                Ok(_) => asked_at = Some(self.now),
                Err(Silence::ForNow) => (asked_at, again) = (Some(self.now), true),
                Err(Silence::ForGood) => {}
            }
        } else {
            again = !self.models.is_none() && self.is_recent();
        }
        let kept =
            phrased.and_then(|journal| Some((still_true(journal, facts)?, journal.written_by.clone())));
        let (sentences, written_by) = kept.unwrap_or_else(|| (compose(facts), FACTS.to_owned()));
        let text = Text {
            sentences,
            written_by,
            asked_at,
        };
        (text, over && (late || !again))
    }

    fn is_recent(&self) -> bool {
        self.now.duration_since(self.end) < SignedDuration::from_hours(24 * ASKED_DAYS)
    }

    fn may_ask(&self, asked_at: Option<Timestamp>, over: bool) -> bool {
        let rest = if over { ASK_AGAIN_AFTER } else { ASK_AGAIN };
        let rested = asked_at.is_none_or(|at| {
            let since_end_of_day = at < self.end && over;
            since_end_of_day || self.now.duration_since(at) >= rest
        });
        !self.models.is_none() && self.is_recent() && rested
    }

    async fn ask(&self, facts: &Facts) -> Result<Vec<Sentence>, Silence> {
        let table = table::of_day(facts);
        let prompt = prompt(&table, self.due.date);
        let projects = projects(&facts.works);
        let ask = (self.store, self.models);
        let answer = phrase::ask(ask, self.due.developer_id, (&projects, false), &prompt, self.now).await;
        match answer.and_then(|answer| phrase::sentences(&answer.text, &table, MOST)) {
            Ok(sentences) => Ok(sentences),
            Err(failure) => {
                tracing::debug!(%failure, "a journal was composed without a language model");
                Err(if failure.is_retryable() {
                    Silence::ForNow
                } else {
                    Silence::ForGood
                })
            }
        }
    }
}

/// Why a model said nothing.
enum Silence {
    /// It may answer later.
    ForNow,
    /// It will not.
    ForGood,
}

fn prompt(table: &[table::Row], date: Date) -> Prompt {
    Prompt {
        purpose: Purpose::Journal,
        system: format!(
            "{}\nWrite the journal of one day: {FEWEST} to {MOST} sentences, the most important first. Say how much was \
             worked and when, what it went to, and what has no task yet.",
            phrase::RULES
        ),
        user: format!("Day: {date}\nFacts:\n{}", phrase::lines(table)),
        schema: Some(phrase::schema(MOST)),
        max_output_tokens: ANSWER_TOKENS,
    }
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
        None => (journal.sentences, journal.written_by) = (compose(&facts), FACTS.to_owned()),
    }
    let texts: Vec<&str> = journal
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect();
    journal.text = texts.join(" ");
    Ok(Some(journal))
}
