//! The sampler: asks the sources, applies presence and privacy, and makes a [`Sample`] of what is left.
//!
//! The order is the promise: exclusions are judged on the window before anything else about it is looked up, and a
//! withheld moment returns nothing but its reason.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dayloom_domain::event::{ActiveApp, Browser, DevContext, FileContext, Meeting};
use dayloom_domain::redact;
use jiff::Timestamp;

use crate::files::Files;
use crate::recognise::{Kind, Style, recognise};
use crate::repo::RepoCache;
use crate::source::{Process, ShellState, SourceReport, Window};
use crate::terminal;
use crate::title::{Hint, editor_hint, terminal_dir, terminal_editor_hint};
use crate::{Outcome, Platform, Policy, Sample, Withheld, WithheldCounts};

/// Takes samples from a platform under a policy.
pub struct Sampler {
    platform: Platform,
    policy: Policy,
    counts: WithheldCounts,
    repos: RepoCache,
    files: Files,
}

/// Asks the source of a slot, if there is one; a loss is settled and counts as no answer.
macro_rules! ask {
    ($platform:expr, $slot:ident . $call:ident ( $($arg:expr),* )) => {{
        match $platform.$slot.get().await {
            Some(source) => {
                let answer = source.$call($($arg),*).await;
                $platform.$slot.settle(answer)
            }
            None => None,
        }
    }};
}

/// What was found out about the inside of a window.
#[derive(Default)]
struct Inside {
    dev: DevContext,
    file: Option<PathBuf>,
    folder: Option<PathBuf>,
    browser: Option<Browser>,
}

impl Sampler {
    /// A sampler over the sources of a machine.
    pub fn new(platform: Platform, policy: Policy) -> Self {
        let files = Files::new(platform.home.clone());
        Self {
            platform,
            policy,
            counts: WithheldCounts::default(),
            repos: RepoCache::default(),
            files,
        }
    }

    /// Puts new rules in force, from the next sample on.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// How often each reason withheld a sample.
    pub fn withheld(&self) -> &WithheldCounts {
        &self.counts
    }

    /// Looks at the machine now. Every call restarts the counting of input, also where nothing comes of it.
    pub async fn sample(&mut self, now: Timestamp) -> Outcome {
        match self.look(now).await {
            Ok(sample) => Outcome::Taken(Box::new(sample.within_limits())),
            Err(reason) => {
                self.counts.add(reason);
                Outcome::Withheld(reason)
            }
        }
    }

    /// Starts every source anew and says of every candidate whether it works.
    pub async fn doctor(&mut self) -> Vec<SourceReport> {
        let platform = &mut self.platform;
        let mut lines = Vec::new();
        macro_rules! ask_all {
            ($($slot:ident),*) => { $( platform.$slot.check().await; lines.extend(platform.$slot.report()); )* };
        }
        ask_all!(window, idle, input, system, browser, shell, process, call);
        lines
    }

    async fn look(&mut self, now: Timestamp) -> Result<Sample, Withheld> {
        let input_cadence = ask!(self.platform, input.take(now));
        let shells = ask!(self.platform, shell.shells()).unwrap_or_default();
        let call = ask!(self.platform, call.call());
        let in_call = matches!(call, Some(Some(_)));
        let idle = self.presence(now, &shells, in_call).await?;
        let (window, is_shell_only) = self.window(now, &shells).await?;
        let (name, kind) = recognise(&window);
        if let Some(reason) = self
            .policy
            .exclusions
            .verdict(&window, &name, kind == Kind::Browser)
        {
            return Err(reason);
        }
        let inside = if is_shell_only {
            self.newest_shell(&shells)
        } else {
            match kind {
                Kind::Terminal => self.inside_terminal(&window, &shells).await,
                Kind::Editor(style) => self.inside_editor(&window, style).await,
                Kind::Browser => self.inside_browser(&window, &name, now).await?,
                Kind::Other => Inside::default(),
            }
        };
        let file_context = self.file_context(&inside);
        let bundle_id = if window.class.is_empty() {
            window.instance
        } else {
            window.class
        };
        let window_title = match kind {
            // Shells write the command that runs into it.
            Kind::Terminal => window.title.as_deref().map(redact::command),
            _ => window.title,
        };
        Ok(Sample {
            active_app: ActiveApp {
                name,
                bundle_id,
                window_title,
            },
            file_context,
            dev_context: Some(inside.dev),
            browser: inside.browser,
            input_cadence,
            meeting: call.map(|app| Meeting {
                in_call: app.is_some(),
                call_app: app,
                calendar_event_id: None,
            }),
            system: ask!(self.platform, system.system()),
            idle_s: idle.and_then(|i| u32::try_from(i.as_secs()).ok()),
            tz: (self.platform.zone)(),
        })
    }

    /// How long there has been no input. Where only shells can tell, their last prompt was the last input. In a
    /// call a person is there; else above the threshold, or where nobody can tell, nothing is recorded.
    async fn presence(
        &mut self,
        now: Timestamp,
        shells: &[ShellState],
        in_call: bool,
    ) -> Result<Option<Duration>, Withheld> {
        let by_shell = || {
            let last = shells.iter().map(|s| s.at).max()?;
            Some(Duration::try_from(now.duration_since(last)).unwrap_or_default())
        };
        let idle = ask!(self.platform, idle.idle(now)).or_else(by_shell);
        if in_call {
            return Ok(idle);
        }
        match idle {
            None => Err(Withheld::PresenceUnknown),
            Some(idle) if idle.as_secs() > u64::from(self.policy.idle_threshold_s) => Err(Withheld::Idle),
            known => Ok(known),
        }
    }

    /// The window in focus; without any source of windows, a shell that was used within the idle threshold.
    async fn window(&mut self, now: Timestamp, shells: &[ShellState]) -> Result<(Window, bool), Withheld> {
        if let Some(window) = ask!(self.platform, window.window(now)) {
            return Ok((window.unwrap_or_default(), false));
        }
        let threshold = i64::from(self.policy.idle_threshold_s);
        if !shells
            .iter()
            .any(|s| now.duration_since(s.at).as_secs() <= threshold)
        {
            return Err(Withheld::NothingSeen);
        }
        Ok((
            Window {
                class: "Terminal".to_owned(),
                instance: "shell".to_owned(),
                ..Window::default()
            },
            true,
        ))
    }

    fn newest_shell(&mut self, shells: &[ShellState]) -> Inside {
        let Some(shell) = shells.iter().max_by_key(|s| s.at) else {
            return Inside::default();
        };
        Inside {
            dev: DevContext {
                terminal_cwd: Some(text(&shell.cwd)),
                last_command: shell.last_command.clone(),
                editor_file: None,
            },
            folder: Some(shell.cwd.clone()),
            ..Inside::default()
        }
    }

    async fn family(&mut self, window: &Window) -> Vec<Process> {
        match window.pid {
            Some(pid) => ask!(self.platform, process.family(pid)).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    async fn inside_terminal(&mut self, window: &Window, shells: &[ShellState]) -> Inside {
        let family = self.family(window).await;
        let title = window.title.as_deref().unwrap_or_default();
        let title_dir = terminal_dir(title)
            .and_then(|d| self.files.absolute(&d))
            .filter(|d| d.is_dir());
        let mut seen = terminal::look(&family, shells, title_dir.as_ref());
        if family.is_empty() {
            seen.cwd = title_dir;
        }
        let hint = terminal_editor_hint(title);
        let file = match (&seen.editor_argument, hint.file) {
            (_, Some(named)) => self.files.file(&named, seen.cwd.as_deref()),
            (Some(argument), None) => self.files.file(argument, seen.cwd.as_deref()),
            (None, None) => None,
        };
        Inside {
            dev: DevContext {
                terminal_cwd: seen.cwd.as_deref().map(text),
                last_command: seen.last_command,
                editor_file: file.as_deref().map(text),
            },
            file,
            folder: seen.cwd,
            browser: None,
        }
    }

    async fn inside_editor(&mut self, window: &Window, style: Style) -> Inside {
        let hint = editor_hint(style, window.title.as_deref().unwrap_or_default());
        if hint.remote {
            return Inside {
                dev: DevContext {
                    editor_file: hint.file,
                    ..DevContext::default()
                },
                ..Inside::default()
            };
        }
        let folder = self.folder(&hint, window, style).await;
        let file = hint
            .file
            .as_deref()
            .and_then(|f| self.files.file(f, folder.as_deref()));
        Inside {
            dev: DevContext {
                editor_file: file.as_deref().map(text).or(hint.file),
                ..DevContext::default()
            },
            file,
            folder,
            browser: None,
        }
    }

    /// Folders the editor itself has open, as far as its arguments, directory and settings say.
    async fn folders_of(&mut self, window: &Window, style: Style) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        let process = match window.pid {
            Some(pid) => ask!(self.platform, process.process(pid)).flatten(),
            None => None,
        };
        if let Some(process) = process {
            let arguments = process.args.iter().skip(1).filter(|a| !a.starts_with('-'));
            folders.extend(arguments.filter_map(|a| match &process.cwd {
                Some(cwd) => Some(cwd.join(a)),
                None => self.files.absolute(a),
            }));
            folders.extend(process.cwd);
        }
        if let (Style::VsCode(settings), Some(config)) = (style, &self.platform.config_home) {
            folders.extend_from_slice(self.files.open_in_editor(&config.join(settings)));
        }
        folders
    }

    async fn folder(&mut self, hint: &Hint, window: &Window, style: Style) -> Option<PathBuf> {
        let project = hint.project.as_deref()?;
        let offered = self.folders_of(window, style).await;
        self.files.project(project, &offered)
    }

    async fn inside_browser(
        &mut self,
        window: &Window,
        name: &str,
        now: Timestamp,
    ) -> Result<Inside, Withheld> {
        let page = ask!(self.platform, browser.page(name, window.title.as_deref(), now)).flatten();
        let mut browser = Browser {
            url: None,
            title: window.title.clone(),
        };
        if let Some(page) = page {
            if page.private {
                return Err(Withheld::PrivateWindow);
            }
            let texts = [&page.url, &page.title];
            if texts
                .into_iter()
                .flatten()
                .any(|t| self.policy.exclusions.title(t))
            {
                return Err(Withheld::ExcludedTitle);
            }
            browser.url = page.url;
            browser.title = page.title.or(browser.title);
        }
        Ok(Inside {
            browser: Some(browser),
            ..Inside::default()
        })
    }

    fn file_context(&mut self, inside: &Inside) -> Option<FileContext> {
        let at = inside.file.as_deref().or(inside.folder.as_deref())?;
        let repo = self.repos.find(at);
        if let Some(root) = repo.as_ref().map(|r| r.root.as_path()) {
            self.files.learn(root);
        } else if let Some(folder) = &inside.folder {
            self.files.learn(folder);
        }
        let (name, branch) = repo.map_or((None, None), |r| (Some(r.name), r.branch));
        Some(FileContext {
            path: inside.file.as_deref().map(text),
            repo: name,
            branch,
        })
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
#[path = "sampler_tests.rs"]
mod tests;
