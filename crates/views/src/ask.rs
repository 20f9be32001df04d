//! The page of questions: a question, the days it is about, and an answer whose every sentence leads to its blocks.

mod cited;

use askama::Template;
use dayloom_domain::facts::{
    Facts, Sentence,
    table::{Cell, Row},
};
use jiff::civil::Date;

use crate::{
    facts::Viewer,
    frame::{Frame, Section},
    range::dates,
    time::duration,
    words::{Words, counted, fill},
};

pub use cited::{Block, Cite};

/// Days that can be chosen with one click (`contract/tracker.md` §2.6: 1 to 90).
const CHOICES: [i64; 4] = [1, 7, 30, 90];

/// The language model of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFact {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub provider: String,
    /// What it is told stays on this machine or in its own network.
    pub local: bool,
}

/// What was asked, as the form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub question: String,
    /// So many days up to today.
    pub days: i64,
    /// First and last date, where they were chosen.
    pub dates: (Option<Date>, Option<Date>),
}

/// Who put the answer in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Nobody: the facts speak, and no model was asked.
    Facts,
    /// The model.
    Model,
    /// The model, which stopped before its end: why, in words.
    Unfinished {
        /// Why.
        why: String,
    },
    /// The facts, because the model did not: why, and whether it was told anything.
    Instead {
        /// Why, in words.
        why: String,
        /// The question and the facts went to it.
        sent: bool,
    },
}

/// An answer as it was given.
#[derive(Clone, Debug)]
pub struct AnswerFact<'f> {
    /// Its sentences.
    pub sentences: Vec<Sentence>,
    /// What it rests on.
    pub facts: &'f Facts,
    /// Journals of these days.
    pub journals: usize,
    /// What a model is told, if one is asked.
    pub given: Vec<Row>,
    /// Who put it in words.
    pub by: By,
}

/// A sentence of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The sentence.
    pub text: String,
    /// Number of what it rests on.
    pub cite: Option<usize>,
}

/// A fact a model was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// What it is.
    pub what: String,
    /// Its values with their names.
    pub values: String,
}

/// An answer on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `13 – 19 November 2026`.
    pub dates: String,
    /// Its sentences.
    pub said: Vec<Said>,
    /// What is not known; empty where all is.
    pub unknown: String,
    /// Why the model said no more; empty where it came to its end.
    pub stopped: String,
    /// `based on 5 journals, 48 entries`.
    pub based: String,
    /// What it rests on, by number.
    pub cites: Vec<Cite>,
    /// Where it was answered, and what left the machine.
    pub place: Vec<String>,
    /// The model chose the words.
    pub phrased: bool,
    /// The facts it was given.
    pub given: Vec<Given>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nothing was asked.
    Nothing,
    /// The question is too long.
    TooLong,
    /// A date cannot be read.
    Dates,
    /// The first date is after the last.
    Reversed,
    /// Every project forbids it.
    Forbidden,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/ask.html")]
pub struct AskPage {
    /// Around it.
    pub frame: Frame,
    /// The question; empty before one was asked.
    pub question: String,
    /// Days to choose: how many, their words, and whether they are chosen.
    pub choices: Vec<(i64, String, bool)>,
    /// First and last date, as a form has them.
    pub from: String,
    /// The last one.
    pub to: String,
    /// Questions to begin with.
    pub suggestions: [&'static str; 3],
    /// Who answers here.
    pub who: String,
    /// The answer.
    pub answer: Option<Answer>,
    /// Why there is none.
    pub refused: &'static str,
}

impl AskPage {
    /// The page before a question, or after one.
    pub fn new(
        viewer: &Viewer,
        model: Option<&ModelFact>,
        asked: &Asked,
        outcome: Result<Option<Answer>, NoAnswer>,
    ) -> Self {
        let words = Words::of(viewer.locale);
        let date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
        let (answer, refused) = match outcome {
            Ok(answer) => (answer, ""),
            Err(why) => (None, refusal(why, words)),
        };
        Self {
            frame: Frame::new(viewer, Section::Ask, words.ask),
            question: asked.question.clone(),
            choices: CHOICES
                .into_iter()
                .map(|days| (days, days_word(days, words), days == asked.days))
                .collect(),
            from: date(asked.dates.0),
            to: date(asked.dates.1),
            suggestions: [
                words.suggest_standup,
                words.suggest_shipped,
                words.suggest_where_time,
            ],
            who: who(model, words),
            answer,
            refused,
        }
    }
}

fn refusal(why: NoAnswer, words: &'static Words) -> &'static str {
    match why {
        NoAnswer::Nothing => words.ask_none,
        NoAnswer::TooLong => words.ask_long,
        NoAnswer::Dates => words.dates_unreadable,
        NoAnswer::Reversed => words.dates_reversed,
        NoAnswer::Forbidden => words.ask_forbidden,
    }
}

fn days_word(days: i64, words: &Words) -> String {
    match days {
        1 => words.day_1.to_owned(),
        n => fill(words.days_n, "n", &n.to_string()),
    }
}

/// Who answers: a model only in English, where its sentences can be checked.
fn who(model: Option<&ModelFact>, words: &Words) -> String {
    match model.filter(|_| words.locale == crate::words::Locale::En) {
        Some(model) => fill(words.ask_of_model, "model", &model.name),
        None => words.ask_of_facts.to_owned(),
    }
}

impl Answer {
    /// The answer for whoever looks.
    pub fn new(viewer: &Viewer, model: Option<&ModelFact>, fact: AnswerFact<'_>) -> Self {
        let words = Words::of(viewer.locale);
        let facts = fact.facts;
        let mut cites = cited::Cites::new(facts, words);
        let said: Vec<Said> = fact
            .sentences
            .iter()
            .map(|sentence| Said {
                text: sentence.text.clone(),
                cite: cites.number(sentence),
            })
            .collect();
        let journals = counted(fact.journals, words.ask_journal, words.based_journals, words);
        let entries = counted(facts.works.len(), words.ask_entry, words.based_entries, words);
        let based = fill(words.based_on, "journals", &journals);
        Self {
            dates: dates(facts.start, facts.end, words),
            said,
            unknown: unknown(facts, &fact.sentences, words),
            stopped: match &fact.by {
                By::Unfinished { why } => fill(words.ask_unfinished, "why", why),
                _ => String::new(),
            },
            based: fill(&based, "entries", &entries),
            cites: cites.all(),
            place: place(model, &fact.by, fact.given.len(), words),
            phrased: matches!(fact.by, By::Model | By::Unfinished { .. }),
            given: match fact.by {
                By::Model | By::Unfinished { .. } | By::Instead { sent: true, .. } => {
                    fact.given.iter().map(given).collect()
                }
                By::Facts | By::Instead { .. } => Vec::new(),
            },
        }
    }
}

/// Time without a task, unless a sentence speaks of all of it.
fn unknown(facts: &Facts, sentences: &[Sentence], words: &Words) -> String {
    let open = &facts.no_task;
    let spoken = |sentence: &Sentence| sentence.entries == open.entries;
    if open.entries.is_empty() || sentences.iter().any(spoken) {
        return String::new();
    }
    fill(words.ask_unknown, "time", &duration(open.minutes, words))
}

fn place(model: Option<&ModelFact>, by: &By, facts: usize, words: &Words) -> Vec<String> {
    let told = |model: &ModelFact| {
        let text = if model.local {
            words.ask_local
        } else {
            words.ask_hosted
        };
        let text = fill(text, "n", &counted(facts, words.fact, words.facts, words));
        // Names go in last: they come from outside and may themselves hold braces.
        let text = fill(&text, "provider", &model.provider);
        fill(&text, "model", &model.name)
    };
    match (by, model) {
        (By::Model | By::Unfinished { .. }, Some(model)) => vec![told(model)],
        (By::Instead { why, sent }, model) => {
            let mut place = vec![fill(words.ask_unsaid, "why", why)];
            place.extend(model.filter(|_| *sent).map(told));
            place
        }
        _ => vec![words.ask_here.to_owned()],
    }
}

/// A row of the table as it was sent, its names beside its values.
fn given(row: &Row) -> Given {
    let text = |cell: &Cell| match cell {
        Cell::Plain(words) => (*words).to_owned(),
        Cell::Name(words) | Cell::Words(words) => words.clone(),
        Cell::Minutes(minutes) => dayloom_domain::facts::text::duration(*minutes),
        Cell::Count(count) => count.to_string(),
        Cell::Clock(minute) => format!("{:02}:{:02}", minute / 60, minute % 60),
        Cell::Day(date) => date.to_string(),
    };
    let mut cells = row.cells.iter();
    let what = cells.next().map(|(_, cell)| text(cell)).unwrap_or_default();
    let values: Vec<String> = cells
        .map(|(name, cell)| format!("{name} {}", text(cell)))
        .collect();
    Given {
        what,
        values: values.join(" · "),
    }
}

/// The answer alone, for a page that asked without leaving.
#[derive(Debug, Template)]
#[template(path = "components/answer.html")]
pub struct AnswerPart {
    /// The answer.
    pub a: Answer,
    /// Words.
    pub w: &'static Words,
}

/// What is said while an answer is on its way.
#[derive(Debug, Template)]
#[template(path = "components/asking.html")]
pub struct AskingPart {
    /// The days it is about.
    pub dates: String,
    /// What is looked through, and who is asked.
    pub now: String,
    /// Words.
    pub w: &'static Words,
}

impl AskingPart {
    /// A question on its way: what it looks through, and the model that is asked, if one is.
    pub fn new(viewer: &Viewer, facts: &Facts, journals: usize, model: Option<&ModelFact>) -> Self {
        let words = Words::of(viewer.locale);
        let entries = counted(facts.works.len(), words.ask_entry, words.ask_entries, words);
        let journals = counted(journals, words.ask_journal, words.ask_journals, words);
        let looking = fill(words.ask_looking, "n", &entries);
        let mut now = fill(&looking, "j", &journals);
        if let Some(model) = model {
            now = format!("{now} {}", fill(words.ask_asking, "model", &model.name));
        }
        Self {
            dates: dates(facts.start, facts.end, words),
            now,
            w: words,
        }
    }
}

/// One more sentence of an answer on its way.
#[derive(Debug, Template)]
#[template(path = "components/sentence.html")]
pub struct SaidPart {
    /// The sentence.
    pub s: Said,
    /// Words.
    pub w: &'static Words,
}

/// What it rests on, if no sentence before it does.
#[derive(Debug, Template)]
#[template(path = "components/cite.html")]
pub struct CitePart {
    /// It.
    pub c: Cite,
}

impl SaidPart {
    /// The last of these sentences, drawn as it stands in the whole answer, and what it is the first to rest on.
    pub fn last_of(
        sentences: &[Sentence],
        facts: &Facts,
        viewer: &Viewer,
    ) -> Option<(Self, Option<CitePart>)> {
        let words = Words::of(viewer.locale);
        let (last, before) = sentences.split_last()?;
        let mut cites = cited::Cites::new(facts, words);
        let known = before.iter().filter_map(|sentence| cites.number(sentence)).max();
        let said = Said {
            text: last.text.clone(),
            cite: cites.number(last),
        };
        let is_new = said.cite > known;
        let c = cites.all().pop().filter(|_| is_new);
        Some((Self { s: said, w: words }, c.map(|c| CitePart { c })))
    }
}
