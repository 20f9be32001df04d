//! Globs over `owner/repo` names that decide which repositories are a team's own (`contract/team.md` §2).

use regex::Regex;

/// Patterns one pattern with braces may stand for.
const MOST_EXPANDED: usize = 256;

/// Characters a pattern may have.
pub const MOST_CHARACTERS: usize = 200;

/// A compiled pattern. `*` stays within a segment, `**` goes across, `?` is one character but no `/`, `{a,b}` is a choice;
/// all else is literal, and case does not count.
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

/// The pattern as a regular expression. Choices become alternatives, which is the same as expanding them.
fn to_regex(text: &str) -> Result<String, BadRepoPattern> {
    let mut out = String::with_capacity(text.len() * 2);
    let mut letters = text.chars().peekable();
    let (mut inside, mut choices, mut expanded) = (false, 1, 1);
    while let Some(letter) = letters.next() {
        match letter {
            '*' if letters.next_if_eq(&'*').is_some() => {
                while letters.next_if_eq(&'*').is_some() {}
                out.push_str(".*");
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '{' if inside => return Err(BadRepoPattern::Nested),
            '{' => {
                (inside, choices) = (true, 1);
                out.push_str("(?:");
            }
            ',' if inside => {
                choices += 1;
                out.push('|');
            }
            '}' if inside => {
                inside = false;
                expanded *= choices;
                if expanded > MOST_EXPANDED {
                    return Err(BadRepoPattern::TooMany);
                }
                out.push(')');
            }
            '}' => return Err(BadRepoPattern::Unbalanced),
            literal => out.push_str(&regex::escape(literal.encode_utf8(&mut [0; 4]))),
        }
    }
    if inside {
        Err(BadRepoPattern::Unbalanced)
    } else {
        Ok(out)
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
        fn a_name_without_wildcards_matches_itself(repo in "[a-z]{1,8}/[a-z.\\-]{1,8}") {
            prop_assert!(matches(&repo, &repo.to_uppercase()));
        }
    }
}
