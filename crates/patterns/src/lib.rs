//! Patterns of an application allowlist: JavaScript regular expressions that strangers write and everyone runs.
//!
//! They run on a real ECMAScript engine, so that a pattern means here what it means in a browser, under limits, so that a
//! pattern that is slow on purpose stalls nobody: its program has a size limit, a match a step limit, and the steps of
//! one question are shared by all patterns (`contract/team.md` §5). Steps are counted, not timed: the same pattern and text
//! give the same answer on a busy machine.
//!
//! Must not know workspaces, windows or the network.

mod engine;
mod shape;

use std::cell::RefCell;

use dayloom_domain::team::classify::AppPattern;
use engine::{Engine, Found};

/// Characters a pattern may have (`contract/team.md` §4).
pub const MOST_CHARACTERS: usize = 200;

/// Patterns an allowlist may hold (`contract/team.md` §4).
pub const MOST_PATTERNS: usize = 50;

/// Characters of a text that are looked at (`contract/team.md` §5).
pub const MOST_TEXT: usize = 1_024;

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
}

/// One pattern of an [`Allowlist`], with the memory of having passed its limit.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    exceeded: RefCell<bool>,
}

impl Allowlist {
    /// Takes the patterns as they are stored.
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Self {
        let pattern = |text| Pattern {
            text,
            exceeded: RefCell::new(false),
        };
        Self {
            patterns: patterns.into_iter().map(pattern).collect(),
        }
    }

    /// Asks with a fresh budget of steps: `ask` gets the patterns in order. Every call of [`AppPattern::found_in`] inside
    /// draws on the one budget.
    pub fn ask<R>(&self, ask: impl FnOnce(&[&dyn AppPattern]) -> R) -> R {
        Engine::with(Engine::refill);
        let patterns: Vec<&dyn AppPattern> = self.patterns.iter().map(|p| p as &dyn AppPattern).collect();
        ask(&patterns)
    }

    /// Places of the patterns that have passed a limit since the list was made, for the log and the admin.
    pub fn exceeded(&self) -> Vec<usize> {
        let passed = |(at, pattern): (usize, &Pattern)| pattern.exceeded.borrow().then_some(at);
        self.patterns.iter().enumerate().filter_map(passed).collect()
    }
}

impl AppPattern for Pattern {
    fn found_in(&self, text: &str) -> bool {
        let end = text
            .char_indices()
            .nth(MOST_TEXT)
            .map_or(text.len(), |(at, _)| at);
        match Engine::with(|engine| engine.search(&self.text, &text[..end])) {
            Found::Yes => true,
            Found::No => false,
            Found::Exceeded => {
                *self.exceeded.borrow_mut() = true;
                false
            }
        }
    }
}

#[cfg(test)]
mod tests;
