//! What is never captured: applications, titles and private windows. A hit yields nothing at all, only a count.

use regex::{RegexSet, RegexSetBuilder};

use crate::Withheld;
use crate::source::Window;

/// A title pattern that does not compile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("title exclusion number {number} is not a regular expression. Write it like `(?i)payroll|salary`.")]
pub struct BadPattern {
    /// Which of the patterns, counted from 1.
    pub number: usize,
}

/// Exclusions in force. Private windows are always among them.
#[derive(Clone, Debug)]
pub struct Exclusions {
    apps: Vec<String>,
    titles: RegexSet,
}

impl Default for Exclusions {
    fn default() -> Self {
        Self {
            apps: Vec::new(),
            titles: RegexSet::empty(),
        }
    }
}

impl Exclusions {
    /// From application names (bundle id, class, instance or name, compared without case and whole) and regular
    /// expressions over titles (found anywhere, without case).
    pub fn new<A: AsRef<str>, T: AsRef<str>>(apps: &[A], titles: &[T]) -> Result<Self, BadPattern> {
        for (index, title) in titles.iter().enumerate() {
            if build(&[title.as_ref()]).is_err() {
                return Err(BadPattern { number: index + 1 });
            }
        }
        let titles = build(titles).map_err(|_| BadPattern { number: titles.len() })?;
        let apps = apps
            .iter()
            .map(|a| a.as_ref().trim().to_lowercase())
            .filter(|a| !a.is_empty())
            .collect();
        Ok(Self { apps, titles })
    }

    /// Why the window is not captured; `None` if it may be. `name` is the application's name as shown to people.
    pub fn verdict(&self, window: &Window, name: &str, browser: bool) -> Option<Withheld> {
        if self.app([window.class.as_str(), window.instance.as_str(), name]) {
            return Some(Withheld::ExcludedApp);
        }
        let title = window.title.as_deref()?;
        if self.title(title) {
            return Some(Withheld::ExcludedTitle);
        }
        (browser && is_private(title)).then_some(Withheld::PrivateWindow)
    }

    /// Whether one of the names of an application is excluded.
    pub fn app<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        !self.apps.is_empty() && names.into_iter().any(|n| self.apps.contains(&n.to_lowercase()))
    }

    /// Whether a title (or a page's address) is excluded.
    pub fn title(&self, title: &str) -> bool {
        self.titles.is_match(title)
    }
}

fn build<T: AsRef<str>>(patterns: &[T]) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(patterns)
        .case_insensitive(true)
        .size_limit(1 << 20)
        .build()
}

/// How browsers mark a private window in its title, in the languages they come in, lower case. Firefox and Chromium
/// put it at the end, in brackets or after a dash; only there is it taken for a mark, so that a page *about* private
/// browsing is none.
const PRIVATE_MARKS: &[&str] = &[
    // Firefox: the brand of a private window
    "private browsing",
    "privater modus",
    "navigation privée",
    "navegación privada",
    "navegação privada",
    "navigazione anonima",
    "privénavigatie",
    "tryb prywatny",
    "приватный просмотр",
    "приватний перегляд",
    "anonymní prohlížení",
    "súkromné prehliadanie",
    "privát böngészés",
    "navigare privată",
    "privat browsing",
    "privat surfning",
    "privat nettlesing",
    "privat selaus",
    "yksityinen selaus",
    "gizli gezinti",
    "ιδιωτική περιήγηση",
    "プライベートブラウジング",
    "隐私浏览",
    "隱私瀏覽",
    "사생활 보호 모드",
    "निजी ब्राउज़िंग",
    "التصفح الخاص",
    "גלישה פרטית",
    "duyệt riêng tư",
    "penjelajahan pribadi",
    // Chrome, Chromium and their kin
    "incognito",
    "inkognito",
    "navegação anônima",
    "modo incógnito",
    "incógnito",
    "navigazione in incognito",
    "in incognito",
    "режим инкогнито",
    "инкогнито",
    "анонімний перегляд",
    "gizli mod",
    "シークレット",
    "シークレット モード",
    "无痕模式",
    "无痕",
    "無痕模式",
    "시크릿 모드",
    "시크릿",
    "गुप्त",
    "ẩn danh",
    // Edge, Brave, Vivaldi, Opera
    "inprivate",
    "private",
    "private window",
    "private window with tor",
    "private with tor",
    "tor",
    "privates fenster",
    "fenêtre privée",
    "ventana privada",
    "janela privativa",
    "finestra privata",
];

/// Browsers that put the mark right after their own name.
const BRANDS_BEFORE_MARK: &[&str] = &[
    "mozilla firefox",
    "firefox nightly",
    "firefox developer edition",
    "librewolf",
];

/// Whether a browser's title ends in a mark of a private window.
pub fn is_private(title: &str) -> bool {
    let lower = title.to_lowercase();
    let text = lower.trim_end_matches([')', ']', ' ', '\u{200e}', '\u{200f}', '\u{202c}']);
    if PRIVATE_MARKS.iter().any(|mark| ends_in_mark(text, mark)) {
        return true;
    }
    // Edge puts its own name after the mark: "Page - [InPrivate] - Microsoft Edge".
    lower.contains("[inprivate]") || lower.contains("inprivate] -") || lower.contains("- inprivate")
}

fn ends_in_mark(text: &str, mark: &str) -> bool {
    let Some(before) = text.strip_suffix(mark) else {
        return false;
    };
    before.is_empty()
        || before.ends_with(['(', '[', '—', '–'])
        || before.ends_with("- ")
        || before.ends_with("— ")
        || before.ends_with("– ")
        || BRANDS_BEFORE_MARK
            .iter()
            .any(|brand| before.trim_end().ends_with(brand))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(class: &str, title: &str) -> Window {
        Window {
            class: class.to_owned(),
            title: Some(title.to_owned()),
            ..Window::default()
        }
    }

    #[test]
    fn applications_are_excluded_by_any_name_without_case() {
        let rules = Exclusions::new(&[" KeePassXC ", "signal desktop", ""], &[] as &[&str]).unwrap();
        assert_eq!(
            rules.verdict(&window("keepassxc", "x"), "KeePassXC", false),
            Some(Withheld::ExcludedApp)
        );
        assert_eq!(
            rules.verdict(&window("Signal", "x"), "Signal Desktop", false),
            Some(Withheld::ExcludedApp)
        );
        assert_eq!(
            rules.verdict(&window("", "x"), "", false),
            None,
            "a blank line in the list excludes nothing"
        );
        assert_eq!(rules.verdict(&window("Signals", "x"), "Signals", false), None);
    }

    #[test]
    fn titles_are_excluded_by_pattern() {
        let rules = Exclusions::new(&[] as &[&str], &["payroll", r"^Inbox \(\d+\)"]).unwrap();
        assert_eq!(
            rules.verdict(&window("a", "The PAYROLL run"), "A", false),
            Some(Withheld::ExcludedTitle)
        );
        assert_eq!(
            rules.verdict(&window("a", "Inbox (3) - mail"), "A", false),
            Some(Withheld::ExcludedTitle)
        );
        assert_eq!(rules.verdict(&window("a", "My Inbox (3)"), "A", false), None);
    }

    #[test]
    fn a_bad_pattern_is_named_by_its_place_not_its_text() {
        let error = Exclusions::new(&[] as &[&str], &["fine", "secret ("]).unwrap_err();
        assert_eq!(error.number, 2);
        assert!(!error.to_string().contains("secret"));
    }

    #[test]
    fn private_windows_are_known_in_many_languages() {
        for title in [
            "Bank — Mozilla Firefox Private Browsing",
            "Bank - Mozilla Firefox (Private Browsing)",
            "Mozilla Firefox Private Browsing",
            "Bank — Mozilla Firefox — Private Browsing",
            "Bank — Mozilla Firefox – Privater Modus",
            "Banque — Mozilla Firefox (navigation privée)",
            "Bank - Google Chrome (Incognito)",
            "Bank - Chromium (Inkognito)",
            "銀行 - Google Chrome (シークレット モード)",
            "Bank - [InPrivate] - Microsoft\u{200b} Edge",
            "Bank - Brave (Private)",
            "Bank - Brave (Private Window with Tor)",
        ] {
            assert!(is_private(title), "{title}");
        }
        for title in [
            "What is private browsing? — Mozilla Firefox",
            "incognito mode explained - Google Chrome",
            "Monitor - Chromium",
            "private/repo: issues - Brave",
        ] {
            assert!(!is_private(title), "{title}");
        }
    }
}
