//! What is in front during an episode: editor, terminal, issue, page, call, chat, and what interrupts.

use super::Generator;
use crate::bench::quality::{
    persona::Work,
    words::{CHORES, FIELDS, PLAIN_PAGES, PRIVATE_PAGES},
};

/// What is in front for a while.
#[derive(Clone, Default)]
pub(super) struct Seen {
    pub(super) app: &'static str,
    pub(super) title: String,
    pub(super) repo: Option<String>,
    pub(super) branch: Option<String>,
    pub(super) path: Option<String>,
    pub(super) url: Option<String>,
    pub(super) call: bool,
}

impl Seen {
    pub(super) fn window(app: &'static str, title: &str) -> Self {
        Self {
            app,
            title: title.to_owned(),
            ..Self::default()
        }
    }

    fn page(host: &str, path: &str, title: &str) -> Self {
        Self {
            url: Some(format!("https://{host}{path}")),
            ..Self::window("Firefox", &format!("{title} — Mozilla Firefox"))
        }
    }
}

impl Generator<'_> {
    pub(super) fn editor(&mut self, work: &Work, second_week: bool) -> Seen {
        if !self.random.chance(self.persona.habits.own_files) {
            return self.shared_file(work.field);
        }
        // Work goes on: some of the files of the second week are new.
        let (low, high) = if second_week { (2, 7) } else { (0, 5) };
        let at = usize::try_from(self.random.between(low, high)).unwrap_or(0);
        self.in_editor(work.field, &work.files[at])
    }

    pub(super) fn shared_file(&mut self, field: usize) -> Seen {
        let persona = self.persona;
        let file = self.random.pick(&persona.shared[field]).clone();
        self.in_editor(field, &file)
    }

    fn in_editor(&mut self, field: usize, file: &str) -> Seen {
        let repo = FIELDS[field].repo;
        let name = file.rsplit('/').next().unwrap_or(file);
        let mut seen = Seen::window("Code", &format!("{name} - {repo} - Visual Studio Code"));
        if self.random.chance(self.persona.habits.bare_titles) {
            seen.title = "Visual Studio Code".to_owned();
        }
        // What is open is not always known: a scratch file, a remote folder.
        if self.random.chance(85) {
            seen.repo = Some(format!("acme/{repo}"));
            seen.branch = Some(self.checked_out[field].clone());
            seen.path = Some(format!("/home/sam/{repo}/{file}"));
        }
        seen
    }

    pub(super) fn terminal(&mut self, field: usize) -> Seen {
        let repo = FIELDS[field].repo;
        let title = if self.random.chance(self.persona.habits.bare_titles * 2) {
            "zsh".to_owned()
        } else {
            format!(
                "{}: ~/{repo}",
                self.random
                    .pick(&["cargo test", "git status", "npm run dev", "make", "vim"])
            )
        };
        let mut seen = Seen::window("Terminal", &title);
        if self.random.chance(55) {
            seen.repo = Some(format!("acme/{repo}"));
            seen.branch = Some(self.checked_out[field].clone());
            seen.path = Some(format!("/home/sam/{repo}"));
        }
        seen
    }

    /// The issue in the tracker, which names its key, or the pull request, which often does not.
    pub(super) fn issue(&mut self, work: &Work) -> Seen {
        let (key, repo) = (
            work.task.key.as_deref().unwrap_or_default(),
            FIELDS[work.field].repo,
        );
        if self.random.chance(45) {
            let title = format!("[{key}] {} - Acme Tracker", work.task.title);
            return Seen::page("tracker.acme.example", &format!("/browse/{key}"), &title);
        }
        let said = if self.random.chance(25) {
            format!("{key}: ")
        } else {
            String::new()
        };
        let title = format!(
            "{said}{} by sam · Pull Request #{} · acme/{repo}",
            work.task.title, work.pull
        );
        let tab = self.random.pick(&["", "/files", "/commits"]);
        Seen::page(
            "github.com",
            &format!("/acme/{repo}/pull/{}{tab}", work.pull),
            &title,
        )
    }

    /// The key of another task, seen in passing while working on this one.
    pub(super) fn misled(&mut self) -> Seen {
        let persona = self.persona;
        if !self.random.chance(persona.habits.misleading) {
            return self.plain_page();
        }
        let from = self.random.between(0, 2);
        let other = self.random.pick(match from {
            0 => &persona.colleagues,
            1 => &persona.dormant,
            _ => &persona.first,
        });
        self.issue(other)
    }

    pub(super) fn research(&mut self, work: &Work) -> Seen {
        if !self.random.chance(self.persona.habits.telling_pages) {
            return self.plain_page();
        }
        let field = &FIELDS[work.field];
        let one = *self.random.pick(&work.nouns);
        let other = *self.random.pick(field.nouns);
        let (host, path, title) = match self.random.between(0, 2) {
            0 => (
                "stackoverflow.com".to_owned(),
                format!("/questions/{}", self.random.between(1_000_000, 9_999_999)),
                format!("How to {other} a {one}? - Stack Overflow"),
            ),
            1 => (
                format!("docs.{one}.example"),
                format!("/guide/{other}"),
                format!("{one} guide: {other}"),
            ),
            _ => (
                "www.google.com".to_owned(),
                "/search".to_owned(),
                format!("{one} {other} - Google Search"),
            ),
        };
        Seen::page(&host, &path, &title)
    }

    pub(super) fn design_call(&mut self, work: &Work) -> Seen {
        let title = match self.random.between(0, 2) {
            0 => format!("{} {}", work.nouns[0], work.nouns[1]),
            1 => FIELDS[work.field].repo.to_owned(),
            _ => "Meeting".to_owned(),
        };
        Seen {
            call: true,
            ..Seen::window("Zoom", &title)
        }
    }

    pub(super) fn channel(&mut self, field: usize) -> Seen {
        if self.random.chance(self.persona.habits.bare_titles) {
            return Seen::window("Slack", "Acme");
        }
        Seen::window("Slack", &format!("{} - Acme", FIELDS[field].repo))
    }

    pub(super) fn plain_page(&mut self) -> Seen {
        let (host, path, title) = *self.random.pick(&PLAIN_PAGES);
        Seen::page(host, path, title)
    }

    pub(super) fn chore(&mut self) -> Seen {
        let (app, title, host, path) = *self.random.pick(&CHORES);
        if host.is_empty() {
            Seen::window(app, title)
        } else {
            Seen::page(host, path, title)
        }
    }

    pub(super) fn private(&mut self) -> Seen {
        let (host, path, title) = *self.random.pick(&PRIVATE_PAGES);
        Seen::page(host, path, title)
    }
}
