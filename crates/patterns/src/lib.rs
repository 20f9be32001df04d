//! Patterns of an application allowlist: JavaScript regular expressions that strangers write and everyone runs.
//!
//! A real ECMAScript engine says which are valid; the search is this crate's own, because every single thing it does must count:
//! a pattern that is slow on purpose stalls nobody. Its program has a size limit, a search a limit in steps, and the steps of
//! one question are shared by all patterns (`contract/team.md` §5). Steps are counted, not timed: the same pattern and text
//! give the same answer on a busy machine. Tests hold the search against the engine.
//!
//! Must not know workspaces, windows or the network.

mod class;
mod engine;
mod fold;
mod parse;
mod program;
mod run;
mod shape;
mod tree;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use dayloom_domain::team::classify::AppPattern;
use engine::Engine;
use program::Program;
use run::{Found, Text};

/// Characters a pattern may have (`contract/team.md` §4).
pub const MOST_CHARACTERS: usize = 200;

/// Patterns an allowlist may hold (`contract/team.md` §4).
pub const MOST_PATTERNS: usize = 50;

/// Characters of a text that are looked at (`contract/team.md` §5).
pub const MOST_TEXT: usize = 1_024;

/// Steps the searches of one question may take together, what [`STEPS_OF_EACH`] grants apart.
const STEPS_OF_QUESTION: u32 = 1_500_000;

/// Steps one search may take of them.
const STEPS_OF_SEARCH: u32 = 500_000;

/// Steps every search has, however much others of its question took: plenty for a word in an ordinary title. A question of 50
/// patterns, each looked for in a name and in a title, is thus over after two million steps: see
/// `docs/decisions/allowlist-engine.md`.
const STEPS_OF_EACH: u32 = 4_000;

/// Why a pattern is refused; reads as the reason in an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    /// Empty or too long.
    #[error("a pattern has 1 to 200 characters")]
    Length,
    /// Not in the language; the engine's own words.
    #[error("not a JavaScript regular expression: {0}")]
    Syntax(String),
    /// Newer than ES2023.
    #[error("not a JavaScript regular expression of ES2023: {0}")]
    Newer(&'static str),
    /// Its program would pass 1 MiB.
    #[error("the pattern is too large when its repetitions are written out; 1 MiB is the limit")]
    Size,
}

/// Says whether a pattern may stand in an allowlist.
pub fn validate(pattern: &str) -> Result<(), BadPattern> {
    let length = pattern.chars().count();
    if length == 0 || length > MOST_CHARACTERS {
        return Err(BadPattern::Length);
    }
    shape::check(pattern)?;
    Engine::with(|engine| engine.compile(pattern))
}

/// An allowlist ready to be asked. A pattern that does not compile, or passes its limit, counts as not matching.
#[derive(Debug)]
pub struct Allowlist {
    patterns: Vec<Pattern>,
    question: Rc<Question>,
}

/// One pattern of an [`Allowlist`], with the memory of having passed its limit.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    program: Option<Program>,
    exceeded: Cell<bool>,
    question: Rc<Question>,
}

/// What the searches of one question share.
#[derive(Debug, Default)]
struct Question {
    left: Cell<u32>,
    taken: Cell<u32>,
    /// Texts that were asked about, as programs read them: every pattern is asked about the same name and the same title.
    texts: RefCell<Vec<(String, Rc<Text>)>>,
}

impl Question {
    fn begin(&self) {
        self.left.set(STEPS_OF_QUESTION);
        self.taken.set(0);
        self.texts.borrow_mut().clear();
    }

    /// The text, read once.
    fn text(&self, text: &str) -> Rc<Text> {
        let mut texts = self.texts.borrow_mut();
        if let Some((_, known)) = texts.iter().find(|(known, _)| known == text) {
            return Rc::clone(known);
        }
        let read = Rc::new(Text::new(text));
        self.taken.set(self.taken.get().saturating_add(small(read.len())));
        texts.push((text.to_owned(), Rc::clone(&read)));
        read
    }

    fn search(&self, program: &Program, text: &Text) -> Found {
        let shared = self.left.get().min(STEPS_OF_SEARCH);
        let (found, steps) = run::search(program, text, shared.max(STEPS_OF_EACH));
        self.taken.set(self.taken.get().saturating_add(steps));
        if steps > STEPS_OF_EACH {
            self.left.set(self.left.get().saturating_sub(steps));
        }
        found
    }
}

impl Allowlist {
    /// Takes the patterns as they are stored.
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Self {
        let question = Rc::new(Question::default());
        let pattern = |text: String| Pattern {
            program: compiled(&text),
            text,
            exceeded: Cell::new(false),
            question: Rc::clone(&question),
        };
        Self {
            patterns: patterns.into_iter().map(pattern).collect(),
            question,
        }
    }

    /// Asks with a fresh budget of steps: `ask` gets the patterns in order. Every call of [`AppPattern::found_in`] inside
    /// draws on the one budget.
    pub fn ask<R>(&self, ask: impl FnOnce(&[&dyn AppPattern]) -> R) -> R {
        self.question.begin();
        let patterns: Vec<&dyn AppPattern> = self.patterns.iter().map(|p| p as &dyn AppPattern).collect();
        ask(&patterns)
    }

    /// Steps the last question took.
    pub fn steps(&self) -> u32 {
        self.question.taken.get()
    }

    /// The patterns that have passed a limit since the list was made, for the log and the admin: they are settings of an
    /// admin, not texts of a person.
    pub fn exceeded(&self) -> Vec<&str> {
        let passed = self.patterns.iter().filter(|pattern| pattern.exceeded.get());
        passed.map(|pattern| pattern.text.as_str()).collect()
    }
}

fn compiled(pattern: &str) -> Option<Program> {
    if pattern.chars().count() > MOST_CHARACTERS {
        return None;
    }
    program::compile(&parse::parse(pattern)?)
}

impl AppPattern for Pattern {
    fn found_in(&self, text: &str) -> bool {
        let Some(program) = &self.program else {
            return false;
        };
        let end = text
            .char_indices()
            .nth(MOST_TEXT)
            .map_or(text.len(), |(at, _)| at);
        let text = self.question.text(&text[..end]);
        let found = self.question.search(program, &text);
        if found == Found::Exceeded {
            self.exceeded.set(true);
        }
        found == Found::Yes
    }
}

/// The patterns that pass their limit on some title as long as titles are looked at: such a title is found by trying, so that
/// one that is not named here may still be slow. In the order given.
pub fn slow(patterns: &[String]) -> Vec<String> {
    let slow = |pattern: &&String| {
        let list = Allowlist::new([(*pattern).clone()]);
        trials(pattern).iter().any(|text| {
            list.ask(|asked| asked[0].found_in(text));
            !list.exceeded().is_empty()
        })
    };
    patterns.iter().filter(slow).cloned().collect()
}

/// Long texts a slow pattern is likely to stumble over: what it names again and again, and something else at the end.
fn trials(pattern: &str) -> Vec<String> {
    let mut letters: Vec<char> = pattern
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect();
    letters.extend(['a', '0', ' ', 'я']);
    letters.sort_unstable();
    letters.dedup();
    let words: Vec<String> = pattern
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.chars().count() > 1)
        .map(str::to_owned)
        .collect();
    let repeated = letters
        .into_iter()
        .map(String::from)
        .chain(words)
        .take(MOST_TRIALS);
    repeated
        .map(|part| {
            let times = (MOST_TEXT - 1) / part.chars().count();
            part.repeat(times) + "\u{1}"
        })
        .collect()
}

/// Texts a pattern is tried with.
const MOST_TRIALS: usize = 12;

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
