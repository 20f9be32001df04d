//! A sample: the payload of an event before it has an id, a number and an instant. Its texts are within the maxima
//! of `contract/tracker.md` §2.3 and free of NUL, so that no server has a reason to refuse them.

use dayloom_domain::Zone;
use dayloom_domain::event::{ActiveApp, Browser, DevContext, FileContext, InputCadence, Meeting, System};

/// What was seen at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// The window in focus.
    pub active_app: ActiveApp,
    /// File and repository.
    pub file_context: Option<FileContext>,
    /// Terminal and editor.
    pub dev_context: Option<DevContext>,
    /// The page in a browser.
    pub browser: Option<Browser>,
    /// Counts of input since the last time a sample was asked for.
    pub input_cadence: Option<InputCadence>,
    /// Whether in a call; absent where no source can tell.
    pub meeting: Option<Meeting>,
    /// State of the machine.
    pub system: Option<System>,
    /// Whole seconds since the last input, where a source tells (0 to 86,400).
    pub idle_s: Option<u32>,
    /// The zone the machine is in.
    pub tz: Option<Zone>,
}

/// Names: 255 code points.
const NAME: usize = 255;
/// Titles and commands: 1,024 code points.
const TITLE: usize = 1024;
/// Paths and addresses: 2,048 code points.
const PATH: usize = 2048;
/// Kinds of network: 32 code points.
const NETWORK: usize = 32;

impl Sample {
    /// Cuts every text to its maximum and removes NUL; texts that become empty are absent, and so are groups
    /// without a member. An empty application is `Unknown` / `unknown`.
    pub fn within_limits(mut self) -> Self {
        clean(&mut self.active_app.name, NAME);
        clean(&mut self.active_app.bundle_id, NAME);
        if self.active_app.name.is_empty() {
            self.active_app.name = "Unknown".to_owned();
        }
        if self.active_app.bundle_id.is_empty() {
            self.active_app.bundle_id = "unknown".to_owned();
        }
        clean_optional(&mut self.active_app.window_title, TITLE);
        if let Some(file) = &mut self.file_context {
            clean_optional(&mut file.path, PATH);
            clean_optional(&mut file.repo, NAME);
            clean_optional(&mut file.branch, NAME);
        }
        self.file_context.take_if(|f| *f == FileContext::default());
        if let Some(dev) = &mut self.dev_context {
            clean_optional(&mut dev.terminal_cwd, PATH);
            clean_optional(&mut dev.last_command, TITLE);
            clean_optional(&mut dev.editor_file, PATH);
        }
        self.dev_context.take_if(|d| *d == DevContext::default());
        if let Some(browser) = &mut self.browser {
            clean_optional(&mut browser.url, PATH);
            clean_optional(&mut browser.title, TITLE);
        }
        self.browser.take_if(|b| *b == Browser::default());
        if let Some(meeting) = &mut self.meeting {
            clean_optional(&mut meeting.call_app, NAME);
            clean_optional(&mut meeting.calendar_event_id, NAME);
        }
        if let Some(system) = &mut self.system {
            clean_optional(&mut system.network, NETWORK);
        }
        self.system.take_if(|s| *s == System::default());
        self.idle_s = self.idle_s.map(|s| s.min(86_400));
        self
    }
}

fn clean_optional(text: &mut Option<String>, max: usize) {
    if let Some(inner) = text {
        clean(inner, max);
    }
    text.take_if(|t| t.is_empty());
}

fn clean(text: &mut String, max: usize) {
    text.retain(|c| c != '\0');
    if let Some((end, _)) = text.char_indices().nth(max) {
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_code_points_and_lose_nul() {
        let sample = Sample {
            active_app: ActiveApp {
                name: "ä".repeat(256),
                bundle_id: "\0".to_owned(),
                window_title: Some(format!("a\0b{}", "語".repeat(2000))),
            },
            browser: Some(Browser {
                url: Some("\0\0".to_owned()),
                title: None,
            }),
            idle_s: Some(90_000),
            ..Sample::default()
        }
        .within_limits();
        assert_eq!(sample.active_app.name.chars().count(), 255);
        assert_eq!(sample.active_app.bundle_id, "unknown");
        let title = sample.active_app.window_title.unwrap();
        assert!(title.starts_with("ab語"));
        assert_eq!(title.chars().count(), 1024);
        assert_eq!(sample.browser, None, "a group without a member is absent");
        assert_eq!(sample.idle_s, Some(86_400));
    }
}
