//! The four roles ActivityWatch can play.

use std::time::Duration;

use async_trait::async_trait;
use dayloom_domain::event::InputCadence;
use jiff::{SignedDuration, Timestamp};

use super::client::{ActivityWatch, AwEvent};
use crate::slot::Candidate;
use crate::source::{BrowserSource, IdleSource, InputCounter, Lost, Page, Unavailable, Window, WindowSource};

/// Name of the source in reports.
const NAME: &str = "activitywatch";
/// An event that ended longer ago than this says nothing about the present window.
const WINDOW_FRESH: SignedDuration = SignedDuration::from_secs(60);
/// A tab whose title is the window's may have been reported this long ago: watchers repeat themselves each minute.
const TAB_FRESH: SignedDuration = SignedDuration::from_secs(600);
/// Without a title to compare, a tab must be this fresh, and of this browser's own watcher.
const UNTITLED_TAB_FRESH: SignedDuration = SignedDuration::from_secs(120);
/// Events of input read at once: one a second for the longest interval of ten minutes.
const INPUT_EVENTS: u32 = 600;

/// What a candidate starts from: the connection, or why there is none.
type Start = Result<ActivityWatch, Unavailable>;

macro_rules! candidate {
    ($(#[$doc:meta])* $name:ident, $trait:ident, $source:ident, $kind:literal, $watcher:literal) => {
        $(#[$doc])*
        pub fn $name(server: Start) -> Candidate<dyn $trait> {
            Candidate::new(NAME, move || {
                let server = server.clone();
                async move {
                    let server = server?;
                    server.check($kind, $watcher).await?;
                    Ok(Box::new($source::new(server)) as Box<dyn $trait>)
                }
            })
        }
    };
}

candidate!(
    /// The window in focus, by a `currentwindow` bucket.
    window, WindowSource, AwWindow, "currentwindow", "aw-watcher-window, or aw-awatcher on Wayland"
);
candidate!(
    /// Idle time, by an `afkstatus` bucket.
    idle, IdleSource, AwIdle, "afkstatus", "aw-watcher-afk"
);
candidate!(
    /// Counts of input, by an `os.hid.input` bucket.
    input, InputCounter, AwInput, "os.hid.input", "aw-watcher-input"
);
candidate!(
    /// The page in a browser, by a `web.tab.current` bucket.
    browser, BrowserSource, AwBrowser, "web.tab.current", "the ActivityWatch extension in your browser"
);

struct AwWindow {
    server: ActivityWatch,
}

impl AwWindow {
    fn new(server: ActivityWatch) -> Self {
        Self { server }
    }
}

/// The newest event of all buckets of a kind, by its end.
async fn newest(
    server: &ActivityWatch,
    kind: &str,
    now: Timestamp,
) -> Result<Option<(Timestamp, AwEvent)>, Lost> {
    let mut found: Option<(Timestamp, AwEvent)> = None;
    for bucket in server.buckets(kind, now).await? {
        for event in server.events(&bucket, 1, None).await? {
            if let Some(end) = event.end()
                && found.as_ref().is_none_or(|(best, _)| end > *best)
            {
                found = Some((end, event));
            }
        }
    }
    Ok(found)
}

#[async_trait]
impl WindowSource for AwWindow {
    async fn window(&mut self, now: Timestamp) -> Result<Option<Window>, Lost> {
        let Some((end, event)) = newest(&self.server, "currentwindow", now).await? else {
            return Ok(None);
        };
        if now.duration_since(end) > WINDOW_FRESH {
            return Ok(None);
        }
        let Some(app) = event.text("app") else {
            return Ok(None);
        };
        Ok(Some(Window {
            class: app,
            instance: String::new(),
            title: event.text("title"),
            pid: None,
        }))
    }
}

struct AwIdle {
    server: ActivityWatch,
}

impl AwIdle {
    fn new(server: ActivityWatch) -> Self {
        Self { server }
    }
}

#[async_trait]
impl IdleSource for AwIdle {
    /// While a person is there, the newest event is `not-afk` and ends at the last input; once away, the newest is
    /// `afk` and begins there.
    async fn idle(&mut self, now: Timestamp) -> Result<Duration, Lost> {
        let mut last_input: Option<Timestamp> = None;
        for bucket in self.server.buckets("afkstatus", now).await? {
            for event in self.server.events(&bucket, 1, None).await? {
                let at = match event.text("status").as_deref() {
                    Some("not-afk") => event.end(),
                    Some("afk") => event.start(),
                    _ => None,
                };
                last_input = last_input.max(at);
            }
        }
        let at = last_input.ok_or_else(|| Lost("ActivityWatch has not seen any input yet".to_owned()))?;
        Ok(Duration::try_from(now.duration_since(at)).unwrap_or_default())
    }
}

struct AwInput {
    server: ActivityWatch,
    since: Option<Timestamp>,
}

impl AwInput {
    fn new(server: ActivityWatch) -> Self {
        Self { server, since: None }
    }
}

#[async_trait]
impl InputCounter for AwInput {
    async fn take(&mut self, now: Timestamp) -> Result<InputCadence, Lost> {
        let mut sum = InputCadence::default();
        let Some(since) = self.since else {
            self.since = Some(now);
            return Ok(sum);
        };
        for bucket in self.server.buckets("os.hid.input", now).await? {
            for event in self.server.events(&bucket, INPUT_EVENTS, Some(since)).await? {
                // An event that began before was counted then.
                if event.start().is_none_or(|start| start < since || start >= now) {
                    continue;
                }
                let count = |key: &str| {
                    event
                        .data
                        .get(key)
                        .and_then(serde_json::Value::as_f64)
                        .unwrap_or(0.0)
                };
                sum.key_events += count("presses").max(0.0) as u64;
                let has_moved = count("deltaX") != 0.0 || count("deltaY") != 0.0;
                let has_scrolled = count("scrollX") != 0.0 || count("scrollY") != 0.0;
                sum.mouse_events +=
                    count("clicks").max(0.0) as u64 + u64::from(has_moved) + u64::from(has_scrolled);
            }
        }
        self.since = Some(now);
        Ok(sum)
    }
}

struct AwBrowser {
    server: ActivityWatch,
}

impl AwBrowser {
    fn new(server: ActivityWatch) -> Self {
        Self { server }
    }
}

#[async_trait]
impl BrowserSource for AwBrowser {
    async fn page(&mut self, app: &str, title: Option<&str>, now: Timestamp) -> Result<Option<Page>, Lost> {
        let mut best: Option<(Timestamp, Page)> = None;
        for bucket in self.server.buckets("web.tab.current", now).await? {
            for event in self.server.events(&bucket, 1, None).await? {
                let Some(end) = event.end() else { continue };
                let age = now.duration_since(end);
                let tab = event.text("title");
                let is_it = match (title, tab.as_deref()) {
                    (Some(window), Some(tab)) => age <= TAB_FRESH && is_title_of(window, tab),
                    _ => age <= UNTITLED_TAB_FRESH && is_watcher_of(&bucket.id, &bucket.client, app),
                };
                if is_it && best.as_ref().is_none_or(|(at, _)| end > *at) {
                    let private =
                        event.data.get("incognito").and_then(serde_json::Value::as_bool) == Some(true);
                    best = Some((
                        end,
                        Page {
                            url: event.text("url"),
                            title: tab,
                            private,
                        },
                    ));
                }
            }
        }
        Ok(best.map(|(_, page)| page))
    }
}

/// Whether a window's title is a tab's title, the browser's name after it apart. White space may differ.
fn is_title_of(window: &str, tab: &str) -> bool {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (window, tab) = (squeeze(window), squeeze(tab));
    match window.strip_prefix(&tab) {
        Some("") => true,
        Some(rest) => !tab.is_empty() && rest.trim_start().starts_with(['-', '—', '–', '|']),
        None => false,
    }
}

/// Whether a browser's watcher names that browser. Watchers of Chromium's kin all say `chrome`.
fn is_watcher_of(bucket: &str, client: &str, app: &str) -> bool {
    let app = app.to_lowercase();
    let word = if app.contains("firefox") {
        "firefox"
    } else {
        app.rsplit(' ').next().unwrap_or(&app)
    };
    let says = |word: &str| bucket.contains(word) || client.contains(word);
    says(word) || (word != "firefox" && says("chrome"))
}

#[cfg(test)]
mod tests {
    use super::{is_title_of, is_watcher_of};

    #[test]
    fn a_tab_belongs_to_a_window_by_its_title() {
        assert!(is_title_of("Issue 12 — Mozilla Firefox", "Issue 12"));
        assert!(is_title_of("Issue  12 - Chromium", "Issue 12"));
        assert!(is_title_of("Issue 12", "Issue 12"));
        assert!(!is_title_of("Issue 123 - Chromium", "Issue 12"));
        assert!(!is_title_of("Other - Chromium", "Issue 12"));
        assert!(!is_title_of("- Chromium", ""));
        assert!(is_watcher_of(
            "aw-watcher-web-chrome_host",
            "aw-client-web",
            "Brave"
        ));
        assert!(!is_watcher_of(
            "aw-watcher-web-chrome_host",
            "aw-client-web",
            "Firefox"
        ));
        assert!(is_watcher_of("aw-watcher-web-edge_host", "", "Microsoft Edge"));
    }
}
