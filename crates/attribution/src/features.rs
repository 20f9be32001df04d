//! What is learned from: a signal as a few hashed tokens, each of a group that says how much it can tell.
//!
//! Only hashes are kept, so that a model holds no title and no address. The hash is ours and never changes: models
//! are stored.

use dayloom_domain::day::Signal;
use serde::{Deserialize, Serialize};

/// The groups, from the most particular to the most common.
pub(crate) const GROUPS: usize = 9;
/// Exactly this signal.
pub(crate) const SAME: usize = 0;
/// The file, or the page.
pub(crate) const PLACE: usize = 1;
/// The folder of the file, or the first steps of the page's path.
pub(crate) const FOLDER: usize = 2;
/// Repository and branch.
pub(crate) const BRANCH: usize = 3;
/// The repository.
pub(crate) const REPO: usize = 4;
/// The host of the page.
pub(crate) const HOST: usize = 5;
/// The window's title, as a whole.
pub(crate) const TITLE: usize = 6;
/// The application, and whether it is in a call.
pub(crate) const APP: usize = 7;
/// The hour of the day.
pub(crate) const HOUR: usize = 8;

/// The tokens of one span.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Features {
    /// One token for each group, 0 where the signal has nothing of it.
    pub(crate) single: [u32; GROUPS],
    /// Words of title, path and address, each once, in order.
    pub(crate) words: Vec<u32>,
    /// Words of the branch, which stays in sight long after somebody chose it.
    #[serde(default)]
    pub(crate) branch_words: Vec<u32>,
}

/// The most words kept of one signal: what a long title says is said at its beginning.
const WORDS_AT_MOST: usize = 24;

impl Features {
    /// The tokens of a signal, in a call or not, at this hour of the local day.
    pub fn of(signal: &Signal, in_call: bool, hour: i8) -> Self {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let (repo, branch, path) = (text(&signal.repo), text(&signal.branch), text(&signal.path));
        let (host, page, title) = (text(&signal.host), text(&signal.url_path), text(&signal.title));
        let mut single = [0; GROUPS];
        let mut set = |group: usize, parts: &[&str]| {
            if parts.iter().any(|part| !part.is_empty()) {
                single[group] = hash(group, parts);
            }
        };
        set(SAME, &[&signal.app, &title, &repo, &branch, &path, &host, &page]);
        if !path.is_empty() {
            set(PLACE, &["file", &repo, &path]);
            set(
                FOLDER,
                &[
                    "folder",
                    &repo,
                    path.rsplit_once('/').map_or("", |(folder, _)| folder),
                ],
            );
        } else if !page.is_empty() {
            set(PLACE, &["page", &host, &page]);
            set(FOLDER, &["steps", &host, first_steps(&page)]);
        }
        if !branch.is_empty() {
            set(BRANCH, &[&repo, &branch]);
        }
        set(REPO, &[&repo]);
        set(HOST, &[&host]);
        set(TITLE, &[&title]);
        set(APP, &[&signal.app, if in_call { "call" } else { "" }]);
        set(HOUR, &[&hour.to_string()]);
        let mut words = Vec::new();
        for part in [&title, &path, &page] {
            words.extend(words_of(part));
        }
        Self {
            single,
            words: unique(words),
            branch_words: unique(words_of(&branch)),
        }
    }
}

impl Features {
    /// The token of the file in front, 0 without one. A page is none.
    pub(crate) fn file(&self) -> u32 {
        if self.repo() == 0 { 0 } else { self.single[PLACE] }
    }

    /// The token of the repository, 0 without one.
    pub(crate) fn repo(&self) -> u32 {
        self.single[REPO]
    }

    /// The token of repository and branch, 0 without one.
    pub(crate) fn branch(&self) -> u32 {
        self.single[BRANCH]
    }
}

/// The hashed words of a text: runs of letters, split where lower case turns upper, without what is too short or
/// too common to tell anything.
pub(crate) fn words_of(text: &str) -> Vec<u32> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut lower_before = false;
    for c in text.chars().chain(std::iter::once(' ')) {
        let cut = !c.is_alphabetic() || (c.is_uppercase() && lower_before);
        if cut {
            if word.chars().count() >= 3 && !COMMON.contains(&word.as_str()) {
                words.push(hash(GROUPS, &[stem(&word)]));
            }
            word.clear();
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase();
    }
    words
}

/// Words of programs, paths and languages that stand everywhere.
const COMMON: [&str; 30] = [
    "the", "and", "for", "with", "from", "how", "home", "users", "src", "lib", "test", "tests", "main",
    "mod", "index", "www", "com", "http", "https", "html", "feature", "fix", "pull", "request", "issues",
    "browse", "search", "google", "new", "tab",
];

/// A plural is the same word.
fn stem(word: &str) -> &str {
    if word.len() > 4 && !word.ends_with("ss") {
        word.strip_suffix('s').unwrap_or(word)
    } else {
        word
    }
}

/// The first two steps of a path: the repository of a forge, the space of a wiki.
fn first_steps(path: &str) -> &str {
    let end = path
        .match_indices('/')
        .map(|(at, _)| at)
        .nth(2)
        .unwrap_or(path.len());
    &path[..end]
}

fn unique(words: Vec<u32>) -> Vec<u32> {
    let mut kept: Vec<u32> = Vec::new();
    for word in words {
        if kept.len() < WORDS_AT_MOST && !kept.contains(&word) {
            kept.push(word);
        }
    }
    kept
}

/// FNV-1a with a last stir, of the group and its parts; never 0.
fn hash(group: usize, parts: &[&str]) -> u32 {
    let mut state: u64 = 0xCBF2_9CE4_8422_2325 ^ (group as u64);
    for part in parts {
        for byte in part.bytes().chain(std::iter::once(0)) {
            state = (state ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01B3);
        }
    }
    state ^= state >> 33;
    state = state.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    state ^= state >> 33;
    ((state >> 32) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_and_the_common_ones_left_out() {
        let same = |a: &str, b: &str| assert_eq!(words_of(a), words_of(b), "{a} and {b}");
        same("RefundQueue.rs", "refund queue");
        same("feature/refunds-queue", "refund QUEUE");
        same("https://www.google.com/search", "");
        assert_eq!(words_of("refund ledger").len(), 2);
    }

    #[test]
    fn a_hash_never_changes() {
        assert_eq!(hash(REPO, &["acme/shop"]), 1_296_765_514);
    }

    #[test]
    fn an_empty_field_has_no_token() {
        let features = Features::of(
            &Signal {
                app: "code".into(),
                ..Signal::default()
            },
            false,
            9,
        );
        assert_eq!(features.single[BRANCH], 0);
        assert_ne!(features.single[APP], 0);
        assert!(features.words.is_empty());
    }
}
