//! Globs over `owner/repo` names that decide which repositories are a team's own (`contract/team.md` §2).

use regex::Regex;

/// Patterns one pattern with braces may stand for.
const MOST_EXPANDED: usize = 256;

/// Characters a pattern may have.
pub const MOST_CHARACTERS: usize = 200;

/// A compiled pattern. `*` stays within a segment, `**` goes across, `?` is one character but no `/`, `{a,b}` is a choice;
/// all else is literal, and case does not count. One without a `/` matches nothing, `**` apart, which is every repository;
/// with choices that holds for each pattern they stand for.
#[derive(Clone, Debug)]
pub struct RepoPattern {
    text: String,
    matcher: Regex,
}

/// Why a pattern is refused; reads as the reason in an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRepoPattern {
    /// Empty or too long.
    #[error("a pattern has 1 to 200 characters")]
    Length,
    /// A control character inside.
    #[error("a pattern has no control characters")]
    Control,
    /// A brace inside a brace.
    #[error("braces do not nest")]
    Nested,
    /// A brace without its other half.
    #[error("a brace is not closed, or closes none")]
    Unbalanced,
    /// Too many choices.
    #[error("the choices in braces stand for more than 256 patterns")]
    TooMany,
}

impl RepoPattern {
    /// Compiles a pattern.
    pub fn compile(text: &str) -> Result<Self, BadRepoPattern> {
        let length = text.chars().count();
        if length == 0 || length > MOST_CHARACTERS {
            return Err(BadRepoPattern::Length);
        }
        if text.chars().any(char::is_control) {
            return Err(BadRepoPattern::Control);
        }
        let source = format!("(?is)^(?:{})$", to_regex(text)?);
        let matcher = Regex::new(&source).map_err(|_| BadRepoPattern::TooMany)?;
        Ok(Self {
            text: text.to_owned(),
            matcher,
        })
    }

    /// Whether a repository's name matches.
    pub fn matches(&self, repo: &str) -> bool {
        self.matcher.is_match(repo)
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// One text among those a choice is of: as a regular expression, and what decides whether it may stand without a `/`.
#[derive(Clone, Debug, Default)]
struct Piece {
    source: String,
    has_slash: bool,
    /// Nothing but stars.
    only_stars: bool,
    stars: usize,
}

/// A pattern as the regular expression of all it stands for. Choices become alternatives, which is the same as expanding them.
fn to_regex(text: &str) -> Result<String, BadRepoPattern> {
    let choices = choices(text)?;
    let mut arms = Vec::new();
    // Of all it stands for, those in which this choice is the first with a `/`; one that has none anywhere is left out.
    for (at, first) in choices.iter().enumerate() {
        let with: Vec<&Piece> = first.iter().filter(|piece| piece.has_slash).collect();
        let without = |choice: &'_ Vec<Piece>| choice.iter().any(|piece| !piece.has_slash);
        if with.is_empty() || !choices[..at].iter().all(without) {
            continue;
        }
        let mut arm = String::new();
        for choice in &choices[..at] {
            arm.push_str(&alternatives(choice.iter().filter(|piece| !piece.has_slash)));
        }
        arm.push_str(&alternatives(with.into_iter()));
        for choice in &choices[at + 1..] {
            arm.push_str(&alternatives(choice.iter()));
        }
        arms.push(arm);
    }
    if is_every(&choices) {
        arms.push(".*".to_owned());
    }
    if arms.is_empty() {
        // A class of nothing: it matches no text at all.
        return Ok(r"[^\s\S]".to_owned());
    }
    Ok(arms.join("|"))
}

fn alternatives<'a>(pieces: impl Iterator<Item = &'a Piece>) -> String {
    let sources: Vec<&str> = pieces.map(|piece| piece.source.as_str()).collect();
    match sources.as_slice() {
        [only] => (*only).to_owned(),
        several => format!("(?:{})", several.join("|")),
    }
}

/// Whether one of the patterns it stands for is `**`.
fn is_every(choices: &[Vec<Piece>]) -> bool {
    let most = |choice: &Vec<Piece>| {
        let stars = choice.iter().filter(|piece| piece.only_stars);
        stars.map(|piece| piece.stars).max()
    };
    let stars: Option<Vec<usize>> = choices.iter().map(most).collect();
    stars.is_some_and(|stars| stars.iter().sum::<usize>() >= 2)
}

/// The pattern cut into what stands outside of braces, each a choice of one, and the choices inside.
fn choices(text: &str) -> Result<Vec<Vec<Piece>>, BadRepoPattern> {
    let mut found = Vec::new();
    let (mut choice, mut piece) = (Vec::new(), Piece::new());
    let (mut inside, mut expanded) = (false, 1);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' if inside => return Err(BadRepoPattern::Nested),
            '{' => {
                inside = true;
                found.push(vec![std::mem::replace(&mut piece, Piece::new())]);
            }
            ',' if inside => choice.push(std::mem::replace(&mut piece, Piece::new())),
            '}' if inside => {
                inside = false;
                choice.push(std::mem::replace(&mut piece, Piece::new()));
                expanded *= choice.len();
                if expanded > MOST_EXPANDED {
                    return Err(BadRepoPattern::TooMany);
                }
                found.push(std::mem::take(&mut choice));
            }
            '}' => return Err(BadRepoPattern::Unbalanced),
            letter => {
                let across = letter == '*' && letters.next_if_eq(&'*').is_some();
                while across && letters.next_if_eq(&'*').is_some() {}
                piece.add(letter, across);
            }
        }
    }
    found.push(vec![piece]);
    if inside {
        Err(BadRepoPattern::Unbalanced)
    } else {
        Ok(found)
    }
}

impl Piece {
    fn new() -> Self {
        Self {
            only_stars: true,
            ..Self::default()
        }
    }

    fn add(&mut self, letter: char, across: bool) {
        match letter {
            '*' if across => self.source.push_str(".*"),
            '*' => self.source.push_str("[^/]*"),
            '?' => self.source.push_str("[^/]"),
            literal => {
                let literal = regex::escape(literal.encode_utf8(&mut [0; 4]));
                self.source.push_str(&literal);
            }
        }
        self.has_slash |= letter == '/';
        self.only_stars &= letter == '*';
        self.stars += if across { 2 } else { 1 };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, repo: &str) -> bool {
        RepoPattern::compile(pattern).expect("a pattern").matches(repo)
    }

    #[test]
    fn wildcards_know_segments() {
        for (pattern, repo, expected) in [
            ("acme/*", "acme/app", true),
            ("ACME/*", "acme/App", true),
            ("acme/*", "acme/group/app", false),
            ("acme/**", "acme/group/app", true),
            ("**", "any/thing", true),
            ("*", "any/thing", false),
            ("app", "acme/app", false),
            ("app", "app", false),
            ("acme**", "acme/app", false),
            ("**app", "acme/app", false),
            ("a**p", "acme/app", false),
            ("***", "any/thing", true),
            ("{**,app}", "any/thing", true),
            ("{acme**,acme/web}", "acme/app", false),
            ("{acme**,acme/web}", "acme/web", true),
            ("{acme,other}{/app,**}", "other/app", true),
            ("{acme,other}{/app,**}", "acme/web", false),
            ("{a,b}**", "a/b", false),
            ("{acme/,other/}*", "other/app", true),
            ("*/**", "any/thing", true),
            ("acme/app*", "acme/app", true),
            ("acme/ap?", "acme/app", true),
            ("acme?app", "acme/app", false),
            ("acme/{app,web}-*", "acme/web-ui", true),
            ("acme/{app,}", "acme/", true),
            ("acme/{app,web}", "acme/cli", false),
            ("acme/[ab]", "acme/[ab]", true),
            ("acme/[ab]", "acme/a", false),
            ("!acme/*", "other/app", false),
            ("acme/a.p", "acme/axp", false),
        ] {
            assert_eq!(matches(pattern, repo), expected, "{pattern} on {repo}");
        }
    }

    #[test]
    fn bad_patterns_say_why() {
        let told = |pattern: &str| RepoPattern::compile(pattern).expect_err("refused");
        assert_eq!(told(""), BadRepoPattern::Length);
        assert_eq!(told(&"a".repeat(201)), BadRepoPattern::Length);
        assert_eq!(told("a/\u{7}"), BadRepoPattern::Control);
        assert_eq!(told("a/{b,{c}}"), BadRepoPattern::Nested);
        assert_eq!(told("a/{b"), BadRepoPattern::Unbalanced);
        assert_eq!(told("a/b}"), BadRepoPattern::Unbalanced);
        assert_eq!(told(&"{a,b}".repeat(9)), BadRepoPattern::TooMany);
        assert!(RepoPattern::compile(&"{a,b}".repeat(8)).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_stalls_or_panics(pattern in "\\PC{0,60}", repo in "\\PC{0,60}") {
            if let Ok(compiled) = RepoPattern::compile(&pattern) {
                compiled.matches(&repo);
            }
        }

        #[test]
        fn what_has_no_slash_matches_nothing(pattern in "[a-z?]{0,3}[a-z?*]{0,6}[a-z?]", repo in "[a-z]{1,3}(/[a-z]{1,3}){0,2}") {
            prop_assert!(!matches(&pattern, &repo));
        }

        #[test]
        fn a_name_without_wildcards_matches_itself(repo in "[a-z]{1,8}/[a-z.\\-]{1,8}") {
            prop_assert!(matches(&repo, &repo.to_uppercase()));
        }
    }
}
