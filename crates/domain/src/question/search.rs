//! Search by words over rows of the timesheet and journals, all of which are the asking person's own.

use super::hindi;
use crate::facts::{Facts, Work, table::Note};

/// What was found, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Rows whose task, project or reason has the words.
    pub works: Vec<Work>,
    /// Journals that have them.
    pub notes: Vec<Note>,
}

/// Words that are in every text.
const COMMON: [&str; 58] = [
    "a", "an", "the", "and", "or", "of", "on", "in", "to", "for", "with", "at", "by", "from", "is", "are",
    "was", "were", "be", "been", "has", "have", "had", "i", "me", "my", "mine", "you", "we", "it", "its",
    "that", "this", "these", "those", "what", "which", "who", "when", "where", "how", "why", "did", "do",
    "does", "last", "all", "any", "about", "between", "during", "please", "tell", "show", "give", "list",
    "draft", "write",
];

/// Lower-case words of a text. Hyphens stay, so that a key is one word; Hindi is brought to one spelling.
pub(super) fn words(text: &str) -> Vec<String> {
    hindi::one_spelling(&text.to_lowercase())
        .split(|c: char| !(c.is_alphanumeric() || hindi::is_within_word(c) || c == '-' || c == '_'))
        .map(|word| word.trim_matches('-').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Whether a word says nothing by itself.
pub(super) fn is_common(word: &str) -> bool {
    COMMON.contains(&word) || hindi::is_common(word)
}

/// Rows and journals that have most of the words. A word is met by one that begins with it.
pub fn search(facts: &Facts, notes: &[Note], wanted: &[String]) -> Found {
    let of_works: Vec<usize> = facts
        .works
        .iter()
        .map(|work| met(&text_of(work), wanted))
        .collect();
    let of_notes: Vec<usize> = notes.iter().map(|note| met(&note.text, wanted)).collect();
    let most = of_works.iter().chain(&of_notes).copied().max().unwrap_or(0);
    if most == 0 {
        return Found::default();
    }
    Found {
        works: facts
            .works
            .iter()
            .zip(&of_works)
            .filter(|(_, met)| **met == most)
            .map(|(work, _)| work.clone())
            .collect(),
        notes: notes
            .iter()
            .zip(&of_notes)
            .filter(|(_, met)| **met == most)
            .map(|(note, _)| note.clone())
            .collect(),
    }
}

/// The rows that are about these words: those whose task is named so, else those whose project is, else any that have
/// them at all.
pub(super) fn about(facts: &Facts, wanted: &[String]) -> Vec<Work> {
    let by = |text: fn(&Work) -> Option<String>| {
        let met: Vec<usize> = facts
            .works
            .iter()
            .map(|work| text(work).map_or(0, |text| met(&text, wanted)))
            .collect();
        let most = met.iter().copied().max().unwrap_or(0);
        let best = facts
            .works
            .iter()
            .zip(met)
            .filter(move |(_, met)| most > 0 && *met == most);
        best.map(|(work, _)| work.clone()).collect::<Vec<_>>()
    };
    let of_task = by(|work| work.task.as_ref().map(|task| task.full()));
    if !of_task.is_empty() {
        return of_task;
    }
    let of_project = by(|work| work.project.clone());
    if of_project.is_empty() {
        search(facts, &[], wanted).works
    } else {
        of_project
    }
}

fn text_of(work: &Work) -> String {
    let mut text = work.reason.clone();
    for part in [&work.project, &work.task.as_ref().map(|task| task.full())]
        .into_iter()
        .flatten()
    {
        text.push(' ');
        text.push_str(part);
    }
    text
}

/// How many of the words a text has.
fn met(text: &str, wanted: &[String]) -> usize {
    let has = words(text);
    let meets = |word: &str, wanted: &str| {
        word == wanted
            || (wanted.chars().count() >= 3
                && word
                    .split(['-', '_'])
                    .chain([word])
                    .any(|part| part.starts_with(wanted)))
    };
    wanted
        .iter()
        .filter(|wanted| has.iter().any(|word| meets(word, wanted)))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::samples;

    #[test]
    fn rows_and_journals_with_most_of_the_words_are_found() {
        let facts = samples::thursday();
        let notes = [Note {
            date: samples::DAY,
            text: "Talked to the auditors about rounding.".to_owned(),
        }];
        let of = |text: &str| search(&facts, &notes, &words(text));
        let ledger = of("ledger export");
        assert_eq!((ledger.works.len(), ledger.notes.len()), (1, 0));
        assert_eq!(of("auditors").notes.len(), 1);
        assert_eq!(of("pay-398").works.len(), 1);
        assert_eq!(
            of("refund").works.len(),
            10,
            "the branch of every row has the word"
        );
        assert_eq!(of("kubernetes"), Found::default());
    }
}
