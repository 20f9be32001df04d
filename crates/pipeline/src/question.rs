//! Answering a person's question about their own time (`contract/tracker.md` §2.6): facts are computed first; a
//! language model, where there is one, may only phrase them. Without one, or if it fails, the facts answer by themselves.

mod aloud;

use std::{collections::BTreeSet, time::Duration};

use dayloom_domain::{
    DeveloperId, Locale, ProjectId, Zone,
    facts::{
        Facts, Sentence, Work,
        table::{self, Note, Row},
    },
    question::{self, Intent, Span, intent},
};
use dayloom_llm::{Answer, Failure, Prompt, Purpose, quote};
use dayloom_storage::{Journal, StorageError, Store};
use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{Models, insights, journal, models::Listener, phrase};

pub use aloud::{Telling, Told, aloud};

/// How far back a stand-up reads, so that a Monday finds its Friday.
const STANDUP_DAYS: i64 = 7;

/// How far back is searched where nobody said which days.
const SEARCHED_DAYS: i64 = 366;

/// The most sentences of an answer.
const MOST: usize = 12;

/// The longest answer, in tokens.
const ANSWER_TOKENS: u32 = 1_200;

/// How long a model may take where the whole answer is waited for: less than a server gives a request, so that the facts
/// answer before the request is given up. A stream waits as long as the model's own time limit.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// A question.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    /// Who asks, about themselves.
    pub developer: DeveloperId,
    /// The text.
    pub text: &'q str,
    /// The days asked for; without them those the question names, else the last `days`.
    pub span: Option<Span>,
    /// So many days up to today, where nothing names any.
    pub days: i64,
}

/// What is known about a question, before anybody phrases it.
#[derive(Clone, Debug)]
pub struct Known {
    developer: DeveloperId,
    text: String,
    intent: Intent,
    today: Date,
    /// The language the person reads.
    locale: Locale,
    /// The days it is about.
    pub span: Span,
    /// The facts of these days.
    pub facts: Facts,
    /// Journals the person wrote themselves: they may say what no row says.
    notes: Vec<Note>,
    /// All journals of these days that are of the days as they stand, for searching.
    told: Vec<Note>,
    /// Journals of these days.
    pub journals: usize,
    /// Projects of the person that allow no answers: their time is left out.
    left_out: usize,
    /// Projects of the person that allow answers.
    open: usize,
}

impl Known {
    /// Whether every project the question is about, or the person tracks into, allows no answer of any kind.
    pub fn is_forbidden(&self) -> bool {
        self.left_out > 0 && self.open == 0
    }

    /// Whether a model is asked to phrase the answer: there is one, there is something to tell, and the answer is in
    /// English, as sentences can be checked in no other language.
    pub fn asks(&self, models: &Models) -> bool {
        let nothing = self.facts.is_empty() && self.notes.is_empty();
        !models.is_none() && !nothing && self.locale == Locale::En
    }

    /// The facts a model is given, each with its number in the order they stand in.
    pub fn given(&self) -> Vec<Row> {
        table::of_range(&self.facts, &self.notes)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its sentences, each with the days and rows it speaks of.
    pub sentences: Vec<Sentence>,
    /// The model that phrased it; none where the facts answer by themselves.
    pub model: Option<String>,
    /// Why no model phrased it, where one was asked; with a model, why it said no more than these.
    pub failure: Option<Failure>,
}

/// Reads the facts a question is about. Days are local to the person. What is searched for and not found in days that
/// nobody named is looked for in the year before today.
pub async fn gather(store: &Store, asked: &Question<'_>, now: Timestamp) -> Result<Known, StorageError> {
    let zone = zone_of(store, asked.developer).await?;
    let today = zone.date_of(now);
    let locale = locale_of(store, asked).await?;
    let at = (&zone, today, locale);
    let intent = intent(asked.text);
    let said = asked.span.or_else(|| question::named(asked.text, today));
    let mut span = said.unwrap_or_else(|| Span::last(asked.days, today));
    if intent == Intent::Standup {
        let from = today.saturating_sub(STANDUP_DAYS.days());
        span = Span {
            start: span.start.min(from),
            end: span.end.max(today),
        };
    }
    let known = read(store, asked, intent, span, at).await?;
    if said.is_some() || finds(&known) {
        return Ok(known);
    }
    let year = Span::last(SEARCHED_DAYS, today);
    let wider = read(store, asked, known.intent.clone(), year, at).await?;
    Ok(if finds(&wider) { wider } else { known })
}

/// Whether what is searched for is there; true where nothing is searched for.
fn finds(known: &Known) -> bool {
    match &known.intent {
        Intent::Find(words) | Intent::HowLong(words) => {
            let found = question::search(&known.facts, &known.told, words);
            !found.works.is_empty() || !found.notes.is_empty()
        }
        _ => true,
    }
}

async fn read(
    store: &Store,
    asked: &Question<'_>,
    intent: Intent,
    span: Span,
    (zone, today, locale): (&Zone, Date, Locale),
) -> Result<Known, StorageError> {
    let Span { start, end } = span;
    let mut works = store.days().works(asked.developer, start, end).await?;
    let mut calls = insights::calls(store, asked.developer, start, end).await?;
    let mut journals = store.journals().between(asked.developer, start, end).await?;
    journals.retain(|journal| !journal.text.is_empty());
    let (open, silent) = projects(store, asked.developer, &works).await?;
    if !silent.is_empty() {
        works.retain(|work| work.project_id.is_none_or(|project| !silent.contains(&project)));
        // Calls are known for whole days, and a journal may speak of any project.
        calls.clear();
        journals.clear();
    }
    let own = journals.iter().filter(|journal| journal.edited);
    // One that waits to be written anew may speak of what was dismissed since.
    let told = journals.iter().filter(|journal| journal.edited || !journal.stale);
    let note = |journal: &Journal| Note {
        date: journal.date,
        text: journal.text.clone(),
    };
    Ok(Known {
        developer: asked.developer,
        text: asked.text.to_owned(),
        intent,
        today,
        locale,
        span,
        facts: Facts::of(works, start, end, zone.clone()).with_calls(&calls),
        notes: own.map(note).collect(),
        told: told.map(note).collect(),
        journals: journals.len(),
        left_out: silent.len(),
        open,
    })
}

/// How many projects of the person allow answers, and which do not: of those they track into and those of these rows.
async fn projects(
    store: &Store,
    developer: DeveloperId,
    works: &[Work],
) -> Result<(usize, BTreeSet<ProjectId>), StorageError> {
    let mut known = store.projects().tracker_projects_for(developer).await?;
    for project in journal::projects(works) {
        if known.iter().all(|tracked| tracked.id != project) {
            known.extend(store.projects().by_id(project).await?);
        }
    }
    let silent: BTreeSet<ProjectId> = known
        .iter()
        .filter(|project| !project.models.answers())
        .map(|project| project.id)
        .collect();
    Ok((known.len() - silent.len(), silent))
}

/// The language to answer in: that of the profile; where it names none, Hindi if the question is.
async fn locale_of(store: &Store, asked: &Question<'_>) -> Result<Locale, StorageError> {
    let person = store.people().by_id(asked.developer).await?;
    Ok(match person.and_then(|person| person.locale) {
        Some(locale) => Locale::of(Some(&locale)),
        None if question::is_hindi(asked.text) => Locale::Hi,
        None => Locale::En,
    })
}

/// The person's zone: of their profile, else of their newest day, else UTC.
pub async fn zone_of(store: &Store, developer: DeveloperId) -> Result<Zone, StorageError> {
    let of_profile = store
        .people()
        .by_id(developer)
        .await?
        .and_then(|person| person.timezone);
    match of_profile {
        Some(zone) => Ok(zone),
        None => Ok(store.days().last_zone(developer).await?.unwrap_or_else(Zone::utc)),
    }
}

/// Answers. A model's failure is no failure: the facts answer then, and the reply says why. What had to be left out is
/// said in a sentence of its own.
pub async fn reply(store: &Store, models: &Models, known: &Known, now: Timestamp) -> Reply {
    with_left_out(answered(store, models, known, now).await, known)
}

fn with_left_out(mut reply: Reply, known: &Known) -> Reply {
    let left_out = question::left_out(known.left_out, known.locale);
    reply.sentences.extend(left_out.map(Sentence::plain));
    reply
}

/// The same for whoever waits for the whole of it: a model that takes longer than `patience` is not waited for, and the
/// facts answer.
pub async fn reply_within(
    patience: Duration,
    store: &Store,
    models: &Models,
    known: &Known,
    now: Timestamp,
) -> Reply {
    match tokio::time::timeout(patience, reply(store, models, known, now)).await {
        Ok(reply) => reply,
        Err(_) => {
            let failed = Reply {
                failure: Some(Failure::TooSlow),
                ..of_facts(known)
            };
            with_left_out(failed, known)
        }
    }
}

async fn answered(store: &Store, models: &Models, known: &Known, now: Timestamp) -> Reply {
    let Some(name) = phrase::name(models).filter(|_| known.asks(models)) else {
        return of_facts(known);
    };
    let table = known.given();
    let answer = ask((store, models), known, &table, now, None).await;
    let told = answer.and_then(|answer| phrase::sentences(&answer.text, &table, MOST));
    let (sentences, failure) = match told {
        Ok(sentences) => (sentences, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    phrased(known, name, sentences, failure)
}

/// The answer of these sentences of the model; of the facts, if there is none.
fn phrased(known: &Known, name: String, sentences: Vec<Sentence>, failure: Option<Failure>) -> Reply {
    if sentences.is_empty() {
        return Reply {
            failure: failure.or(Some(Failure::Undecodable)),
            ..of_facts(known)
        };
    }
    Reply {
        sentences,
        model: Some(name),
        failure,
    }
}

/// The answer that the facts give by themselves.
fn of_facts(known: &Known) -> Reply {
    let notes = match &known.intent {
        Intent::Find(_) => &known.told,
        _ => &known.notes,
    };
    Reply {
        sentences: question::answer(&known.intent, &known.facts, notes, known.today, known.locale),
        model: None,
        failure: None,
    }
}

async fn ask(
    of: (&Store, &Models),
    known: &Known,
    table: &[Row],
    now: Timestamp,
    listener: Option<Listener<'_>>,
) -> Result<Answer, Failure> {
    let prompt = Prompt {
        purpose: Purpose::Question,
        system: format!(
            "{}\nAnswer the person's question about their own time from the table alone. Name the dates and tasks you \
             speak of. If the table does not hold the answer, say in one sentence what it does hold. For a stand-up, \
             tell yesterday, then today, then blockers, and only tasks with status blocked are blockers.",
            phrase::RULES
        ),
        user: format!(
            "Today: {}\nQuestion: {}\nFacts:\n{}",
            known.today,
            quote(&known.text),
            phrase::lines(table)
        ),
        schema: Some(phrase::schema(MOST)),
        max_output_tokens: ANSWER_TOKENS,
    };
    let projects = journal::projects(&known.facts.works);
    // A journal of the person's own may speak of any project.
    let within = (projects.as_slice(), !known.notes.is_empty());
    phrase::ask(of, known.developer, within, &prompt, now, listener).await
}
