//! What the person was on, without what changes by itself: two equal signals are the same thing to the eye.
//!
//! [`title`] cleans titles by a table of rules, [`address`] keeps host and path of a page.

mod address;
mod title;

use std::collections::HashMap;

use crate::{day::Signal, event::Event};

pub use address::host_and_path;
pub use title::clean as clean_title;

/// The signal of an event.
pub fn of(event: &Event) -> Signal {
    Reader::default().of(event)
}

/// Reads the signals of many events and cleans each title once: titles come back all day, and cleaning one costs
/// more than all else about an event.
#[derive(Default)]
pub struct Reader<'e> {
    titles: HashMap<&'e str, Option<String>>,
}

impl<'e> Reader<'e> {
    /// The signal of an event; the same as [`of`].
    pub fn of(&mut self, event: &'e Event) -> Signal {
        let name = squeeze(&event.active_app.name);
        let bundle_id = squeeze(&event.active_app.bundle_id);
        let browser = event.browser.as_ref();
        let file = event.file_context.as_ref();
        let dev = event.dev_context.as_ref();
        let (host, url_path) = match browser.and_then(|b| b.url.as_deref()).and_then(host_and_path) {
            Some((host, path)) => (Some(host), Some(path)),
            None => (None, None),
        };
        let app = name.or_else(|| bundle_id.clone()).unwrap_or_default();
        let title = [
            event.active_app.window_title.as_deref(),
            browser.and_then(|b| b.title.as_deref()),
        ]
        .into_iter()
        .flatten()
        .find_map(|title| {
            self.titles
                .entry(title)
                .or_insert_with(|| clean_title(title))
                .clone()
        });
        let path = [
            file.and_then(|f| f.path.as_deref()),
            dev.and_then(|d| d.editor_file.as_deref()),
            dev.and_then(|d| d.terminal_cwd.as_deref()),
        ]
        .into_iter()
        .flatten()
        .find_map(squeeze);
        Signal {
            app,
            bundle_id,
            title,
            repo: file.and_then(|f| f.repo.as_deref()).and_then(squeeze),
            branch: file.and_then(|f| f.branch.as_deref()).and_then(squeeze),
            path,
            host,
            url_path,
        }
    }
}

impl Signal {
    /// The signal in one line, for a person to read: what is most telling first.
    pub fn line(&self) -> String {
        let mut parts: Vec<String> = vec![self.app.clone()];
        match (&self.repo, &self.branch) {
            (Some(repo), Some(branch)) => parts.push(format!("{repo}@{branch}")),
            (Some(one), None) | (None, Some(one)) => parts.push(one.clone()),
            (None, None) => {}
        }
        if let Some(host) = &self.host {
            parts.push(format!("{host}{}", self.url_path.as_deref().unwrap_or_default()));
        }
        parts.extend(self.title.clone());
        if self.title.is_none() {
            parts.extend(self.path.clone());
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }
}

/// The text with single spaces and without control characters; none if nothing is left.
fn squeeze(text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if plain && !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ") {
        return (!text.is_empty()).then(|| text.to_owned());
    }
    let visible = text.split(|c: char| c.is_whitespace() || c.is_control());
    let joined = visible
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    (!joined.is_empty()).then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_from_left_to_right() {
        let signal = Signal {
            app: "firefox".into(),
            host: Some("example.org".into()),
            url_path: Some("/a".into()),
            title: Some("A page".into()),
            ..Signal::default()
        };
        assert_eq!(signal.line(), "firefox · example.org/a · A page");
    }
}
