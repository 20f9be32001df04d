//! One journal being written: composed first, then, where a model may be asked, claimed, asked for and phrased. The claim
//! is a row of the database, so that of several sweeps or servers one asks.

use dayloom_domain::{
    Locale, WorkspaceId,
    facts::{Facts, Sentence, table},
    journal::{FEWEST, MOST, compose},
};
use dayloom_llm::{Failure, Prompt, Purpose};
use dayloom_storage::{DueDay, Journal, NewJournal, StorageError, Store};
use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio_util::sync::CancellationToken;

use super::{FACTS, basis, projects, still_true};
use crate::{Models, phrase};

/// How long after its end a day is left alone before a model phrases it: what waited for the day to end (the last
/// upload, the last questions about its signals) still changes it.
const SETTLES: SignedDuration = SignedDuration::from_mins(30);

/// How long a model is left alone about a day after it was asked; where it failed, at least as long as the day had been
/// over when it was asked, so that the waits double and a day costs six calls in vain at most.
const ASK_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// A journal is final at the latest so long after its day, whether or not a model could be asked.
const FINAL_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Days back from today that a model is still asked about; older ones are composed, so that a replay of a year costs
/// nothing.
const ASKED_DAYS: i64 = 3;

/// The longest answer, in tokens: six sentences.
const ANSWER_TOKENS: u32 = 700;

/// One journal being written.
pub(super) struct Writer<'w> {
    pub(super) store: &'w Store,
    pub(super) models: &'w Models,
    /// The day, with the revision the facts are of.
    pub(super) due: DueDay,
    /// The workspace of most of its time.
    pub(super) workspace: WorkspaceId,
    pub(super) facts: &'w Facts,
    /// The language its person reads.
    pub(super) locale: Locale,
    pub(super) now: Timestamp,
    /// The first instant after the day.
    pub(super) end: Timestamp,
}

/// What a journal is to say.
#[derive(Clone)]
struct Text {
    sentences: Vec<Sentence>,
    written_by: String,
    is_final: bool,
    held_back: Option<String>,
}

impl Writer<'_> {
    /// Writes what there is to write. `fresh` is whether the journal that stands is of the day as it is; a model is asked
    /// until `stop`, without it not at all. True if anything was written.
    pub(super) async fn write(
        &self,
        standing: Option<&Journal>,
        fresh: bool,
        stop: Option<&CancellationToken>,
    ) -> Result<bool, StorageError> {
        let seen = standing.and_then(|journal| journal.asked_at);
        let stop = stop.filter(|_| self.may_ask(standing, fresh));
        let asks = stop.is_some();
        let text = self.without_asking(standing, fresh, asks);
        let mut wrote = false;
        if !standing.is_some_and(|journal| fresh && says(journal, &text)) {
            wrote = self.keep(&text, seen).await?;
            if !wrote {
                // Somebody else is at it, or the person wrote their own.
                return Ok(false);
            }
        }
        let Some(stop) = stop else {
            return Ok(wrote);
        };
        let journals = self.store.journals();
        if !journals
            .claim(self.due.developer_id, self.due.date, seen, self.now)
            .await?
        {
            return Ok(wrote);
        }
        let answer = tokio::select! {
            answer = self.ask() => answer,
            // It is claimed and so asked for again in an hour.
            () = stop.cancelled() => return Ok(wrote),
        };
        let phrased = self.with_answer(text.clone(), answer);
        Ok(self.keep(&phrased, Some(self.now)).await? || wrote)
    }

    /// What the journal says as long as no model has been asked.
    fn without_asking(&self, standing: Option<&Journal>, fresh: bool, asks: bool) -> Text {
        let phrased = standing.filter(|journal| journal.written_by != FACTS);
        let waits = asks || (self.has_model() && self.is_recent());
        let is_final = self.is_over() && (!waits || (self.is_late() && !asks));
        if let (Some(journal), true) = (phrased, fresh) {
            return Text {
                sentences: journal.sentences.clone(),
                written_by: journal.written_by.clone(),
                is_final: journal.is_final || is_final,
                held_back: None,
            };
        }
        let kept =
            phrased.and_then(|journal| Some((still_true(journal, self.facts)?, journal.written_by.clone())));
        let (sentences, written_by) =
            kept.unwrap_or_else(|| (compose(self.facts, self.locale), FACTS.to_owned()));
        Text {
            sentences,
            written_by,
            is_final,
            held_back: standing.and_then(|journal| journal.held_back.clone()),
        }
    }

    /// What it says after a model was asked.
    fn with_answer(&self, composed: Text, answer: Result<Vec<Sentence>, Failure>) -> Text {
        match answer {
            Ok(sentences) if sentences.len() >= FEWEST => Text {
                sentences,
                written_by: phrase::name(self.models).unwrap_or_default(),
                is_final: true,
                held_back: None,
            },
            // It answered, and too little of that is true.
            Ok(_) => Text {
                is_final: true,
                held_back: None,
                ..composed
            },
            Err(failure) => {
                tracing::debug!(%failure, "a journal was composed without a language model");
                let again = failure.is_retryable() || failure == Failure::OverBudget;
                Text {
                    is_final: !again || self.is_late(),
                    held_back: Some(failure.word().to_owned()),
                    ..composed
                }
            }
        }
    }

    /// False where another wrote or claimed it meanwhile.
    async fn keep(&self, text: &Text, asked_at: Option<Timestamp>) -> Result<bool, StorageError> {
        let new = NewJournal {
            developer_id: self.due.developer_id,
            date: self.due.date,
            workspace_id: self.workspace,
            sentences: text.sentences.clone(),
            basis: basis(&self.facts.works),
            written_by: text.written_by.clone(),
            is_final: text.is_final,
            held_back: text.held_back.clone(),
            day_revision: self.due.revision,
            asked_at,
            logged_at: self
                .end
                .saturating_sub(SignedDuration::from_secs(1))
                .unwrap_or(self.end),
        };
        self.store.journals().write(&new, self.now).await
    }

    /// Whether there is a model, and sentences of it could be checked: figures are read in English alone, so in another
    /// language the facts speak for themselves.
    fn has_model(&self) -> bool {
        !self.models.is_none() && self.locale == Locale::En
    }

    fn is_over(&self) -> bool {
        self.now >= self.end
    }

    fn is_late(&self) -> bool {
        self.now.duration_since(self.end) > FINAL_AFTER
    }

    fn is_recent(&self) -> bool {
        self.now.duration_since(self.end) < SignedDuration::from_hours(24 * ASKED_DAYS)
    }

    /// A model phrases a day once, when it is over and has settled, and again only where the day has changed since or
    /// the model failed.
    fn may_ask(&self, standing: Option<&Journal>, fresh: bool) -> bool {
        // What still held after a change was kept, and is not final.
        let is_phrased =
            standing.is_some_and(|journal| fresh && journal.is_final && journal.written_by != FACTS);
        let failed = standing.is_some_and(|journal| journal.held_back.is_some());
        let rested = standing.and_then(|journal| journal.asked_at).is_none_or(|at| {
            let grown = if failed {
                at.duration_since(self.end)
            } else {
                ASK_AGAIN
            };
            at < self.end || self.now.duration_since(at) >= grown.max(ASK_AGAIN)
        });
        let settled = self.now.duration_since(self.end) >= SETTLES;
        self.has_model() && !is_phrased && settled && self.is_recent() && rested
    }

    async fn ask(&self) -> Result<Vec<Sentence>, Failure> {
        let table = table::of_day(self.facts);
        let prompt = prompt(&table, self.due.date);
        let projects = projects(&self.facts.works);
        let ask = (self.store, self.models);
        let within = (projects.as_slice(), false);
        let answer = phrase::ask(ask, self.due.developer_id, within, &prompt, self.now, None).await?;
        phrase::sentences(&answer.text, &table, MOST)
    }
}

/// Whether a journal says this already.
fn says(journal: &Journal, text: &Text) -> bool {
    journal.sentences == text.sentences
        && journal.written_by == text.written_by
        && journal.is_final == text.is_final
        && journal.held_back == text.held_back
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
