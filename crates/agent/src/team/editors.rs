//! What editors say: which of their windows has the focus, and the Git remote of the file in it.
//!
//! Must not know how they say it.

use std::collections::HashMap;

use dayloom_domain::remote::repository_name;
use jiff::{SignedDuration, Timestamp};

/// Windows one editor may report; what is over replaces the one longest unused.
const MOST_WINDOWS: usize = 64;
/// Characters of a window's name that count.
const MOST_NAME: usize = 128;

/// The connection a report came over.
pub type EditorId = u64;

/// What a report says of the remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remote {
    /// Nothing: the last one stays.
    Unsaid,
    /// The file in front has none.
    None,
    /// Its address.
    Url(String),
}

#[derive(Clone, Debug)]
struct Window {
    focused: bool,
    last_focus: Option<Timestamp>,
    last_report: Timestamp,
    repo: Option<String>,
}

/// All editor windows of this person.
#[derive(Debug, Default)]
pub struct Editors {
    windows: HashMap<(EditorId, String), Window>,
    last_focus: Option<Timestamp>,
    /// The repository in front when the last editor closed.
    left: Option<String>,
}

/// What a tick is told of editors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdeFacts {
    /// Some window has the focus.
    pub focused: bool,
    /// How long ago one last had it; none where none ever did.
    pub focus_age: Option<SignedDuration>,
    /// `owner/name` of the repository in front, the last one kept while the focus is elsewhere.
    pub repo: Option<String>,
    /// Windows that are open.
    pub windows: usize,
}

impl Editors {
    /// A window reports itself.
    pub fn report(&mut self, editor: EditorId, window: &str, focused: bool, remote: Remote, now: Timestamp) {
        let key = (editor, window.chars().take(MOST_NAME).collect::<String>());
        self.make_room(&key);
        let seen = self.windows.entry(key).or_insert(Window {
            focused: false,
            last_focus: None,
            last_report: now,
            repo: None,
        });
        if focused || seen.focused {
            // Losing the focus is the last moment of having it.
            seen.last_focus = Some(now);
            self.last_focus = self.last_focus.max(Some(now));
        }
        seen.focused = focused;
        seen.last_report = now;
        match remote {
            Remote::Unsaid => {}
            Remote::None => seen.repo = None,
            Remote::Url(url) => seen.repo = repository_name(&url),
        }
    }

    /// A window closed.
    pub fn close(&mut self, editor: EditorId, window: &str, now: Timestamp) {
        let key = (editor, window.chars().take(MOST_NAME).collect::<String>());
        self.remove(|known| *known == key, now);
    }

    /// An editor ended, with all its windows.
    pub fn leave(&mut self, editor: EditorId, now: Timestamp) {
        self.remove(|(known, _)| *known == editor, now);
    }

    fn remove(&mut self, which: impl Fn(&(EditorId, String)) -> bool, now: Timestamp) {
        let in_front = self.front().and_then(|window| window.repo.clone());
        let had_focus = self
            .windows
            .iter()
            .any(|(key, window)| which(key) && window.focused);
        let before = self.windows.len();
        self.windows.retain(|key, _| !which(key));
        if had_focus {
            self.last_focus = self.last_focus.max(Some(now));
        }
        if before > 0 && self.windows.is_empty() {
            self.left = in_front;
        }
    }

    fn make_room(&mut self, key: &(EditorId, String)) {
        let of_this = self.windows.keys().filter(|(editor, _)| *editor == key.0).count();
        if of_this < MOST_WINDOWS || self.windows.contains_key(key) {
            return;
        }
        let oldest = self
            .windows
            .iter()
            .filter(|((editor, _), _)| *editor == key.0)
            .min_by_key(|(_, window)| window.last_report)
            .map(|(known, _)| known.clone());
        if let Some(oldest) = oldest {
            self.windows.remove(&oldest);
        }
    }

    /// Windows that are open.
    pub fn count(&self) -> usize {
        self.windows.len()
    }

    /// The window in front: one with the focus, else the one that last had it, else the one heard of last.
    fn front(&self) -> Option<&Window> {
        self.windows
            .values()
            .max_by_key(|w| (w.focused, w.last_focus, w.last_report))
    }

    /// What a tick is told. After the last editor closed, its repository is kept for one idle window, as its focus is.
    pub fn facts(&self, now: Timestamp, idle_window: SignedDuration) -> IdeFacts {
        let focused = self.windows.values().any(|window| window.focused);
        let focus_age = self
            .last_focus
            .map(|at| now.duration_since(at).max(SignedDuration::ZERO));
        let lingers = focus_age.is_some_and(|age| age < idle_window);
        let repo = match self.front() {
            Some(window) => window.repo.clone(),
            None => self.left.clone().filter(|_| lingers),
        };
        IdeFacts {
            focused,
            focus_age,
            repo,
            windows: self.windows.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: SignedDuration = SignedDuration::from_mins(5);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("an instant")
    }

    fn url(repo: &str) -> Remote {
        Remote::Url(format!("git@github.com:{repo}.git"))
    }

    #[test]
    fn the_window_last_in_focus_says_the_repository() {
        let mut editors = Editors::default();
        assert_eq!(editors.facts(at(0), WINDOW), IdeFacts::default());
        editors.report(1, "a", true, url("acme/app"), at(1));
        editors.report(2, "a", false, url("acme/web"), at(2));
        let facts = editors.facts(at(3), WINDOW);
        assert_eq!(
            (facts.focused, facts.repo.as_deref(), facts.windows),
            (true, Some("acme/app"), 2)
        );
        editors.report(1, "a", false, Remote::Unsaid, at(4));
        let facts = editors.facts(at(64), WINDOW);
        assert_eq!(
            (facts.focused, facts.focus_age),
            (false, Some(SignedDuration::from_secs(60)))
        );
        assert_eq!(
            facts.repo.as_deref(),
            Some("acme/app"),
            "kept while the focus is elsewhere"
        );
        editors.report(2, "a", true, Remote::Unsaid, at(70));
        assert_eq!(editors.facts(at(70), WINDOW).repo.as_deref(), Some("acme/web"));
        editors.report(2, "a", true, Remote::None, at(71));
        assert_eq!(
            editors.facts(at(71), WINDOW).repo,
            None,
            "a file of no repository"
        );
        editors.report(2, "a", true, Remote::Url("/srv/app".to_owned()), at(72));
        assert_eq!(editors.facts(at(72), WINDOW).repo, None, "a local remote");
    }

    #[test]
    fn a_closed_editor_is_not_in_focus_and_its_repository_fades() {
        let mut editors = Editors::default();
        editors.report(7, "a", true, url("acme/app"), at(0));
        editors.report(7, "b", false, url("acme/lib"), at(0));
        editors.leave(7, at(100));
        let facts = editors.facts(at(110), WINDOW);
        assert_eq!(
            (facts.focused, facts.focus_age),
            (false, Some(SignedDuration::from_secs(10)))
        );
        assert_eq!(facts.repo.as_deref(), Some("acme/app"));
        assert_eq!(editors.facts(at(400), WINDOW).repo, None);
        editors.report(8, "a", true, Remote::None, at(401));
        editors.close(8, "a", at(402));
        assert_eq!(editors.facts(at(402), WINDOW).repo, None);
    }

    #[test]
    fn an_editor_cannot_fill_the_memory() {
        let mut editors = Editors::default();
        for n in 0..1000 {
            editors.report(1, &n.to_string(), false, Remote::Unsaid, at(n));
        }
        assert_eq!(editors.facts(at(0), WINDOW).windows, MOST_WINDOWS);
    }
}
