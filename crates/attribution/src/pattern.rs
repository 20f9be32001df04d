//! Patterns of rules: compiled once, within limits that keep a careless or hostile pattern from costing time or
//! memory. All compare without case.

use dayloom_domain::{
    day::Signal,
    rule::{Rule, RuleField, RuleMatch},
};
use globset::{GlobBuilder, GlobMatcher};
use regex::{Regex, RegexBuilder};

/// Characters a pattern may have (`contract/tracker.md` §9).
pub const PATTERN_AT_MOST: usize = 200;

/// Bytes a compiled expression may take: ample for any pattern of 200 characters written in good faith, and far
/// below what a counted repetition inside another one asks for.
const COMPILED_AT_MOST: usize = 1 << 20;

/// The pattern cannot be used. The text names it, as the person who wrote it is the one who reads this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing to look for.
    #[error("the pattern is empty; say what to look for")]
    Empty,
    /// Too long.
    #[error("the pattern has {0} characters; at most {PATTERN_AT_MOST} are allowed")]
    TooLong(usize),
    /// Not a glob.
    #[error("the pattern `{pattern}` is no valid glob: {why}")]
    Glob {
        /// As written.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// Not a regular expression.
    #[error("the pattern `{pattern}` is no valid regular expression: {why}")]
    Regex {
        /// As written.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Compiles the pattern of a rule.
pub fn compile(rule: &Rule) -> Result<Matcher, PatternError> {
    Matcher::new(rule.field, rule.matching, &rule.pattern)
}

/// A compiled pattern and the field it looks at.
#[derive(Clone, Debug)]
pub struct Matcher {
    field: RuleField,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Glob { glob: GlobMatcher, last_name_only: bool },
    Regex(Regex),
    Contains(String),
}

impl Matcher {
    /// Compiles a pattern for a field. In a glob `*` stops at `/` where the field is a path of some kind (`repo`,
    /// `branch`, `path`, `url`) and not elsewhere; a glob without `/` for `repo` or `path` is compared with the last
    /// name of it, so that `shop` catches `acme/shop`.
    pub fn new(field: RuleField, matching: RuleMatch, pattern: &str) -> Result<Self, PatternError> {
        let length = pattern.chars().count();
        if pattern.trim().is_empty() {
            return Err(PatternError::Empty);
        }
        if length > PATTERN_AT_MOST {
            return Err(PatternError::TooLong(length));
        }
        let test = match matching {
            RuleMatch::Contains => Test::Contains(pattern.to_lowercase()),
            RuleMatch::Glob => glob(field, pattern)?,
            RuleMatch::Regex => Test::Regex(
                RegexBuilder::new(pattern)
                    .case_insensitive(true)
                    .size_limit(COMPILED_AT_MOST)
                    .dfa_size_limit(COMPILED_AT_MOST)
                    .nest_limit(32)
                    .build()
                    .map_err(|error| PatternError::Regex {
                        pattern: pattern.to_owned(),
                        why: why(&error),
                    })?,
            ),
        };
        Ok(Self { field, test })
    }

    /// Whether the pattern catches this signal. An absent field is never caught, not even by `*`.
    pub fn is_match(&self, signal: &Signal) -> bool {
        match self.field {
            RuleField::App => {
                self.test.passes(&signal.app)
                    || signal.bundle_id.as_deref().is_some_and(|id| self.test.passes(id))
            }
            RuleField::Title => self.passes(signal.title.as_deref()),
            RuleField::Repo => self.passes(signal.repo.as_deref()),
            RuleField::Branch => self.passes(signal.branch.as_deref()),
            RuleField::Path => self.passes(signal.path.as_deref()),
            RuleField::Host => self.passes(signal.host.as_deref()),
            RuleField::Url => signal.host.as_deref().is_some_and(|host| {
                self.test.passes(&format!(
                    "{host}{}",
                    signal.url_path.as_deref().unwrap_or_default()
                ))
            }),
        }
    }

    fn passes(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| self.test.passes(text))
    }
}

impl Test {
    fn passes(&self, text: &str) -> bool {
        if text.is_empty() {
            return false;
        }
        match self {
            Test::Glob {
                glob,
                last_name_only: true,
            } => glob.is_match(text.rsplit('/').next().unwrap_or(text)),
            Test::Glob { glob, .. } => glob.is_match(text),
            Test::Regex(regex) => regex.is_match(text),
            Test::Contains(part) => text.to_lowercase().contains(part),
        }
    }
}

fn glob(field: RuleField, pattern: &str) -> Result<Test, PatternError> {
    let is_path = matches!(
        field,
        RuleField::Repo | RuleField::Branch | RuleField::Path | RuleField::Url
    );
    let refused = |why: String| PatternError::Glob {
        pattern: pattern.to_owned(),
        why,
    };
    // Each brace multiplies what the expression may be; eight are more than a rule needs.
    if pattern.matches('{').count() > 8 {
        return Err(refused("it has more than eight braces".to_owned()));
    }
    let glob = GlobBuilder::new(pattern)
        .case_insensitive(true)
        .literal_separator(is_path)
        .backslash_escape(true)
        .build()
        .map_err(|error| refused(error.kind().to_string()))?;
    let last_name_only = matches!(field, RuleField::Repo | RuleField::Path) && !pattern.contains('/');
    Ok(Test::Glob {
        glob: glob.compile_matcher(),
        last_name_only,
    })
}

fn why(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it grows too large when compiled".to_owned(),
        // The last line says what is wrong; those before it draw the pattern.
        other => other
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(field: RuleField, matching: RuleMatch, pattern: &str, signal: &Signal) -> bool {
        Matcher::new(field, matching, pattern)
            .expect("compiles")
            .is_match(signal)
    }

    fn signal() -> Signal {
        Signal {
            app: "Code".into(),
            bundle_id: Some("com.microsoft.VSCode".into()),
            title: Some("main.rs / Shop".into()),
            repo: Some("acme/shop".into()),
            branch: Some("feature/PROJ-12".into()),
            path: Some("/home/me/shop/src/main.rs".into()),
            host: Some("github.com".into()),
            url_path: Some("/acme/shop/pull/12".into()),
        }
    }

    #[test]
    fn each_way_of_matching_compares_without_case() {
        use {RuleField::*, RuleMatch::*};
        for (field, matching, pattern, caught) in [
            (App, Glob, "code", true),
            (App, Glob, "com.microsoft.*", true),
            (App, Contains, "VSC", true),
            (App, Glob, "cod", false),
            (Title, Glob, "*shop", true),
            (Repo, Glob, "shop", true),
            (Repo, Glob, "acme/*", true),
            (Repo, Glob, "other/*", false),
            (Branch, Glob, "FEATURE/*", true),
            (Branch, Glob, "feature*", false),
            (Branch, Glob, "{feature,fix}/**", true),
            (Branch, Regex, r"^feature/proj-\d+$", true),
            (Path, Glob, "*.rs", true),
            (Path, Glob, "**/shop/**", true),
            (Path, Glob, "/home/*/shop", false),
            (Host, Glob, "*.com", true),
            (Url, Glob, "github.com/acme/**", true),
            (Url, Contains, "shop/PULL", true),
        ] {
            assert_eq!(
                matches(field, matching, pattern, &signal()),
                caught,
                "{field:?} {matching:?} {pattern}"
            );
        }
    }

    #[test]
    fn an_absent_field_is_never_caught() {
        let bare = Signal {
            app: "x".into(),
            ..Signal::default()
        };
        for field in [
            RuleField::Title,
            RuleField::Repo,
            RuleField::Branch,
            RuleField::Host,
            RuleField::Url,
        ] {
            assert!(!matches(field, RuleMatch::Glob, "**", &bare), "{field:?}");
            assert!(!matches(field, RuleMatch::Regex, ".*", &bare), "{field:?}");
        }
    }

    #[test]
    fn a_bad_pattern_is_refused_by_name() {
        let refuse = |matching, pattern: &str| {
            Matcher::new(RuleField::Title, matching, pattern)
                .expect_err(pattern)
                .to_string()
        };
        assert_eq!(
            refuse(RuleMatch::Regex, "(shop"),
            "the pattern `(shop` is no valid regular expression: unclosed group"
        );
        assert_eq!(
            refuse(RuleMatch::Regex, "(((x{100}){100}){100})"),
            "the pattern `(((x{100}){100}){100})` is no valid regular expression: it grows too large when compiled"
        );
        assert!(refuse(RuleMatch::Glob, "shop[").starts_with("the pattern `shop[` is no valid glob: "));
        assert_eq!(
            refuse(RuleMatch::Contains, " "),
            "the pattern is empty; say what to look for"
        );
        assert_eq!(
            refuse(RuleMatch::Contains, &"é".repeat(201)),
            "the pattern has 201 characters; at most 200 are allowed"
        );
    }
}
