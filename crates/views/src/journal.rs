//! The journal on the page of its day: sentences in reading size, and beside each the times of the blocks it speaks of.

use dayloom_domain::EntryId;

use crate::{
    facts::{DayFacts, JournalFact, Viewer},
    rows::{Kind, Row},
    time::clock,
    words::{Words, fill},
};

/// Times shown beside a sentence; of more, the rest is counted.
const TIMES: usize = 3;

/// A link to a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockLink {
    /// Id of its row on the page.
    pub anchor: String,
    /// When it begins.
    pub time: String,
}

/// A sentence with what it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence.
    pub text: String,
    /// The first blocks it speaks of.
    pub blocks: Vec<BlockLink>,
    /// `+ 4`, leading to all blocks; empty where none is left out.
    pub more: String,
    /// A block it speaks of is open in review.
    pub open: bool,
}

/// The journal of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Its sentences; paragraphs where the person wrote it.
    pub sentences: Vec<Sentence>,
    /// Who wrote it, and as of when.
    pub note: String,
    /// The text as a form shows it.
    pub text: String,
    /// The person wrote it.
    pub edited: bool,
    /// The person took it away.
    pub taken: bool,
}

/// The journal to be shown, if there is one.
pub fn journal(facts: &DayFacts, rows: &[Row], viewer: &Viewer, words: &'static Words) -> Option<Journal> {
    let told = facts.journal.as_ref()?;
    Some(Journal {
        sentences: told
            .sentences
            .iter()
            .map(|(text, entries)| sentence(text, entries, rows, words))
            .collect(),
        note: note(told, viewer, words),
        text: told
            .sentences
            .iter()
            .map(|(text, _)| text.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        edited: told.edited,
        taken: told.edited && told.sentences.is_empty(),
    })
}

fn sentence(text: &str, entries: &[EntryId], rows: &[Row], words: &Words) -> Sentence {
    let spoken: Vec<&Row> = rows
        .iter()
        .filter(|row| row.entry.is_some_and(|entry| entries.contains(&entry)))
        .filter(|row| matches!(row.kind, Kind::Task | Kind::NoTask))
        .collect();
    let rest = spoken.len().saturating_sub(TIMES);
    Sentence {
        text: text.to_owned(),
        blocks: spoken
            .iter()
            .take(TIMES)
            .map(|row| BlockLink {
                anchor: row.anchor.clone(),
                time: if row.placed {
                    row.from.clone()
                } else {
                    row.when(words)
                },
            })
            .collect(),
        more: if rest > 0 {
            format!("+ {rest}")
        } else {
            String::new()
        },
        open: !spoken.is_empty() && spoken.iter().all(|row| !row.reviewed),
    }
}

fn note(told: &JournalFact, viewer: &Viewer, words: &Words) -> String {
    if told.edited {
        return words.journal_edited.to_owned();
    }
    let by = match &told.model {
        Some(model) => fill(words.journal_model, "model", model),
        None if told.over_budget => words.journal_over_budget.to_owned(),
        None => words.journal_facts.to_owned(),
    };
    match told.as_of {
        Some(at) => format!(
            "{by}, {}",
            fill(words.journal_as_of, "time", &clock(at, &viewer.zone))
        ),
        None => by,
    }
}
