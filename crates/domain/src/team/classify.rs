//! Internal or external, for one workspace, with the label of its source (`contract/team.md` §2).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::repo_pattern::RepoPattern;

/// Label of a minute in an application that nobody could name, while an allowlist is set.
pub const UNKNOWN_APP: &str = "_app:unknown";

/// Label of a minute without a known repository, where no allowlist is set.
pub const UNKNOWN: &str = "_unknown";

/// Characters a label may have.
const MOST_LABEL: usize = 255;

/// Whose minute it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The workspace's own work.
    Internal,
    /// Anything else.
    External,
}

/// The window in focus.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// Name of the application; empty counts as not known.
    pub app: &'a str,
    /// Title, looked through whether or not the application is known; never leaves the machine.
    pub title: &'a str,
}

/// What decides: the workspace's patterns. An allowlist pattern is asked through [`AppPattern`], so that this module need
/// not know an engine for regular expressions.
#[derive(Clone, Copy)]
pub struct Patterns<'a> {
    /// Globs of the workspace's repositories.
    pub repos: &'a [RepoPattern],
    /// The allowlist of applications; empty means that every application counts.
    pub apps: &'a [&'a dyn AppPattern],
}

/// One pattern of an allowlist.
pub trait AppPattern {
    /// Whether it is found in an application's name or a title.
    fn found_in(&self, text: &str) -> bool;
}

/// The verdict, and which patterns bore it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Internal or external.
    pub kind: Kind,
    /// 1 to 255 characters, none of them a control character.
    pub source: String,
    /// Place of the repository pattern that matched.
    pub repo_pattern: Option<usize>,
    /// Place of the allowlist pattern that matched.
    pub app_pattern: Option<usize>,
}

/// Classifies one active minute for one workspace.
pub fn classify(repo: Option<&str>, window: Option<Window<'_>>, patterns: Patterns<'_>) -> Verdict {
    let repo = repo.filter(|r| !label(r).is_empty());
    let repo_pattern = repo.and_then(|r| patterns.repos.iter().position(|p| p.matches(r)));
    let app = window.map(|w| w.app).filter(|app| !label(app).is_empty());
    let title = window.map(|w| w.title);
    let title = title.filter(|title| app.is_some() || !title.trim().is_empty());
    let app_pattern = patterns.apps.iter().position(|pattern| {
        let found = |text: Option<&str>| text.is_some_and(|text| pattern.found_in(text));
        found(app) || found(title)
    });
    let app_allowed = patterns.apps.is_empty() || app_pattern.is_some();
    let (kind, source) = match repo {
        Some(repo) if repo_pattern.is_some() && app_allowed => (Kind::Internal, label(repo)),
        Some(repo) if repo_pattern.is_none() => (Kind::External, label(repo)),
        None if patterns.apps.is_empty() => (Kind::External, Cow::Borrowed(UNKNOWN)),
        _ => (Kind::External, app_label(app)),
    };
    Verdict {
        kind,
        source: source.into_owned(),
        repo_pattern,
        app_pattern,
    }
}

fn app_label(app: Option<&str>) -> Cow<'static, str> {
    match app {
        Some(app) => Cow::Owned(label(&format!("_app:{app}")).into_owned()),
        None => Cow::Borrowed(UNKNOWN_APP),
    }
}

/// A text as a label: trimmed, without control characters, at most 255 characters.
fn label(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.chars().any(char::is_control) || text.chars().count() > MOST_LABEL {
        Cow::Owned(
            text.chars()
                .filter(|c| !c.is_control())
                .take(MOST_LABEL)
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Contains(&'static str);

    impl AppPattern for Contains {
        fn found_in(&self, text: &str) -> bool {
            text.contains(self.0)
        }
    }

    fn verdict(repo: Option<&str>, app: Option<&str>, allow: bool) -> (Kind, String) {
        let repos = [RepoPattern::compile("acme/*").expect("a pattern")];
        let code = Contains("Code");
        let apps: [&dyn AppPattern; 1] = [&code];
        let window = app.map(|app| Window { app, title: "notes" });
        let patterns = Patterns {
            repos: &repos,
            apps: if allow { &apps } else { &[] },
        };
        let verdict = classify(repo, window, patterns);
        (verdict.kind, verdict.source)
    }

    #[test]
    fn rows_of_the_labels() {
        use Kind::{External, Internal};
        for (repo, app, allow, kind, source) in [
            (Some("acme/app"), Some("Code"), true, Internal, "acme/app"),
            (Some("acme/app"), None, false, Internal, "acme/app"),
            (Some("other/x"), Some("Code"), true, External, "other/x"),
            (Some("other/x"), None, true, External, "other/x"),
            (Some("acme/app"), Some("Slack"), true, External, "_app:Slack"),
            (Some("acme/app"), None, true, External, "_app:unknown"),
            (Some("acme/app"), Some(" "), true, External, "_app:unknown"),
            (None, Some("Code"), true, External, "_app:Code"),
            (None, None, true, External, "_app:unknown"),
            (None, Some("Code"), false, External, "_unknown"),
            (None, None, false, External, "_unknown"),
        ] {
            assert_eq!(
                verdict(repo, app, allow),
                (kind, source.to_owned()),
                "{repo:?} {app:?} {allow}"
            );
        }
    }

    #[test]
    fn a_title_may_bear_the_app_out() {
        let apps: [&dyn AppPattern; 1] = [&Contains(".tsx")];
        let repos = [RepoPattern::compile("**").expect("a pattern")];
        let window = Some(Window {
            app: "Editor",
            title: "page.tsx",
        });
        let verdict = classify(
            Some("a/b"),
            window,
            Patterns {
                repos: &repos,
                apps: &apps,
            },
        );
        assert_eq!(
            (verdict.kind, verdict.repo_pattern, verdict.app_pattern),
            (Kind::Internal, Some(0), Some(0))
        );
    }

    #[test]
    fn a_title_counts_where_nobody_knows_the_app() {
        let apps: [&dyn AppPattern; 1] = [&Contains(".tsx")];
        let repos = [RepoPattern::compile("acme/*").expect("a pattern")];
        let patterns = Patterns {
            repos: &repos,
            apps: &apps,
        };
        for (repo, title, kind, source, found) in [
            (Some("acme/app"), "page.tsx", Kind::Internal, "acme/app", Some(0)),
            (Some("acme/app"), "notes", Kind::External, UNKNOWN_APP, None),
            (Some("acme/app"), " ", Kind::External, UNKNOWN_APP, None),
            (Some("other/x"), "page.tsx", Kind::External, "other/x", Some(0)),
            (None, "page.tsx", Kind::External, UNKNOWN_APP, Some(0)),
        ] {
            let verdict = classify(repo, Some(Window { app: "", title }), patterns);
            assert_eq!(
                (verdict.kind, verdict.source.as_str(), verdict.app_pattern),
                (kind, source, found),
                "{repo:?} {title}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_label_is_always_fit_to_store(repo in proptest::option::of("\\PC{0,300}"), app in proptest::option::of(any::<String>()), allow in any::<bool>()) {
            let (_, source) = verdict(repo.as_deref(), app.as_deref(), allow);
            prop_assert!((1..=255).contains(&source.chars().count()) && !source.chars().any(char::is_control));
        }
    }
}
