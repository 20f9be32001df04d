//! Task keys in what the person was on: `PROJ-12` in a branch, an address or a title, without case and as a whole
//! token; and the task's own page.
//!
//! A branch beats an address, an address beats a title. Where one field names several tasks nobody answers: a
//! guess between two tasks is worse than none.

use std::collections::HashMap;

use dayloom_domain::{
    ProjectId, TaskId,
    day::{AnsweredBy, Attribution, Category, Signal},
    people::Task,
    signal::host_and_path,
};

use serde::{Deserialize, Serialize};

use crate::reason::{self, listed};

/// Confidence of a key in the branch: mostly right, but branches outlive the work on them.
pub const BRANCH_CONFIDENCE: f64 = 0.9;

/// Confidence of a key in the address of a page, and of the task's own page: one may be reading a colleague's.
pub const URL_CONFIDENCE: f64 = 0.8;

/// Confidence of a key in a title: titles also list, quote and mention.
pub const TITLE_CONFIDENCE: f64 = 0.7;

/// Where a key was seen, the most telling place first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// In the branch.
    Branch,
    /// The page is the task's own.
    Page,
    /// In the address of the page.
    Address,
    /// In the title.
    Title,
}

/// The keys of the tasks given, found by their first word.
pub(crate) struct Keys {
    by_first_word: HashMap<String, Vec<Key>>,
    pages: HashMap<String, Vec<(String, usize)>>,
    tasks: Vec<Known>,
}

struct Key {
    lower: String,
    tasks: Vec<usize>,
}

struct Known {
    id: TaskId,
    project: Option<ProjectId>,
    /// Its key, or its title where it has none.
    name: String,
    has_key: bool,
}

impl Keys {
    /// Only keys with a letter and a digit are looked for; a plain word or number means too many things.
    pub fn new(tasks: &[Task]) -> Self {
        let mut keys = Self {
            by_first_word: HashMap::new(),
            pages: HashMap::new(),
            tasks: Vec::new(),
        };
        let mut sorted: Vec<&Task> = tasks.iter().collect();
        sorted.sort_by_key(|task| task.id);
        sorted.dedup_by_key(|task| task.id);
        for task in sorted {
            let place = keys.tasks.len();
            let key = task.key.as_deref().map(str::trim).unwrap_or_default();
            keys.tasks.push(Known {
                id: task.id,
                project: task.project_id,
                name: reason::name_of(task),
                has_key: !key.is_empty(),
            });
            keys.add_key(&key.to_lowercase(), place);
            if let Some((host, path)) = task
                .url
                .as_deref()
                .and_then(host_and_path)
                .filter(|(_, p)| !p.is_empty())
            {
                keys.pages
                    .entry(host)
                    .or_default()
                    .push((path.to_lowercase(), place));
            }
        }
        keys
    }

    fn add_key(&mut self, lower: &str, place: usize) {
        let telling = lower.chars().any(char::is_alphabetic) && lower.chars().any(char::is_numeric);
        let Some((first, _)) = words(lower).next().filter(|_| telling) else {
            return;
        };
        let keys = self.by_first_word.entry(first.to_owned()).or_default();
        match keys.iter_mut().find(|key| key.lower == lower) {
            Some(key) => key.tasks.push(place),
            None => keys.push(Key {
                lower: lower.to_owned(),
                tasks: vec![place],
            }),
        }
    }

    /// The task a key names, or nobody with the reason why not.
    pub fn answer(&self, project: ProjectId, signal: &Signal) -> Result<Attribution, Attribution> {
        let branch = signal.branch.as_deref();
        if let Some(found) = branch.and_then(|text| self.one(project, self.in_text(text), "the branch")) {
            return found.map(|task| {
                self.task(
                    task,
                    BRANCH_CONFIDENCE,
                    format!("branch {}", branch.unwrap_or_default()),
                )
            });
        }
        if let Some(found) = self.one(project, self.at_page(signal), "the page address") {
            return found.map(|task| {
                self.task(
                    task,
                    URL_CONFIDENCE,
                    format!("the page of {}", self.tasks[task].name),
                )
            });
        }
        let path = signal.url_path.as_deref();
        if let Some(found) = path.and_then(|text| self.one(project, self.in_text(text), "the page address")) {
            return found.map(|task| {
                self.task(
                    task,
                    URL_CONFIDENCE,
                    format!("key {} in the page address", self.tasks[task].name),
                )
            });
        }
        let title = if signal.host.is_some() {
            "the page title"
        } else {
            "the window title"
        };
        let text = signal.title.as_deref();
        if let Some(found) = text.and_then(|text| self.one(project, self.in_text(text), title)) {
            return found.map(|task| {
                self.task(
                    task,
                    TITLE_CONFIDENCE,
                    format!("key {} in {title}", self.tasks[task].name),
                )
            });
        }
        Err(Attribution::nobody("no rule and no task key"))
    }

    /// Every task whose key is in sight, with the most telling place it is seen at; several where a place names
    /// several.
    pub fn in_sight(&self, project: ProjectId, signal: &Signal) -> Vec<(Place, TaskId)> {
        let text = |field: &Option<String>| {
            field
                .as_deref()
                .map(|text| self.in_text(text))
                .unwrap_or_default()
        };
        let places = [
            (Place::Branch, text(&signal.branch)),
            (Place::Page, self.at_page(signal)),
            (Place::Address, text(&signal.url_path)),
            (Place::Title, text(&signal.title)),
        ];
        let mut seen: Vec<(Place, TaskId)> = Vec::new();
        for (place, found) in places {
            for task in self.of_project(project, found) {
                let id = self.tasks[task].id;
                if seen.iter().all(|(_, known)| *known != id) {
                    seen.push((place, id));
                }
            }
        }
        seen
    }

    /// What a task is called.
    pub fn name(&self, task: TaskId) -> &str {
        let at = self.tasks.binary_search_by_key(&task, |known| known.id);
        at.map_or("a task", |at| &self.tasks[at].name)
    }

    /// Where the key of a task of this name was seen, in words.
    pub fn sighting(name: &str, task: TaskId, seen: &[(Place, TaskId)], signal: &Signal) -> String {
        match seen.iter().find(|key| key.1 == task).map(|key| key.0) {
            Some(Place::Branch) => format!("branch {}", signal.branch.as_deref().unwrap_or_default()),
            Some(Place::Page) => format!("the page of {name}"),
            Some(Place::Address) => format!("key {name} in the page address"),
            Some(Place::Title) if signal.host.is_some() => format!("key {name} in the page title"),
            Some(Place::Title) => format!("key {name} in the window title"),
            None => format!("a key of {name}"),
        }
    }

    fn task(&self, place: usize, confidence: f64, reason: String) -> Attribution {
        Attribution {
            category: Category::Productive,
            task_id: Some(self.tasks[place].id),
            project_id: None,
            confidence,
            reason,
            answered_by: AnsweredBy::Key,
        }
    }

    /// The one task of those found. A key that several workspaces use means the task of the span's project, if one
    /// is of it. `None` if nothing was found, an error if several tasks remain.
    fn one(
        &self,
        project: ProjectId,
        found: Vec<Vec<usize>>,
        place: &str,
    ) -> Option<Result<usize, Attribution>> {
        let tasks = self.of_project(project, found);
        match tasks[..] {
            [] => None,
            [one] => Some(Ok(one)),
            _ => {
                let mut names: Vec<&str> = tasks.iter().map(|&at| self.tasks[at].name.as_str()).collect();
                names.dedup();
                let why = match names[..] {
                    [one] => format!("{place} names {one}, which several workspaces have"),
                    // A title is for those alone who see the task, and this time goes to none of them.
                    _ if tasks.iter().any(|&at| !self.tasks[at].has_key) => {
                        format!("{place} names several tasks")
                    }
                    _ => format!("{place} names several tasks: {}", listed(&names)),
                };
                Some(Err(Attribution::nobody(why)))
            }
        }
    }

    /// The tasks found, each once. A key that several workspaces use means the task of the span's project.
    fn of_project(&self, project: ProjectId, found: Vec<Vec<usize>>) -> Vec<usize> {
        let mut tasks: Vec<usize> = Vec::new();
        for same_key in found {
            let here = same_key
                .iter()
                .copied()
                .filter(|&at| self.tasks[at].project == Some(project));
            let here: Vec<usize> = here.collect();
            tasks.extend(if here.len() == 1 { here } else { same_key });
        }
        tasks.sort_unstable();
        tasks.dedup();
        tasks
    }

    /// The tasks whose own page this is, or lies above it.
    fn at_page(&self, signal: &Signal) -> Vec<Vec<usize>> {
        let (Some(host), Some(path)) = (&signal.host, &signal.url_path) else {
            return Vec::new();
        };
        let path = path.to_lowercase();
        let below = |page: &str| {
            path.strip_prefix(page)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let pages = self.pages.get(host).map(Vec::as_slice).unwrap_or_default();
        let longest = pages
            .iter()
            .filter(|(page, _)| below(page))
            .map(|(page, _)| page.len())
            .max();
        let found: Vec<usize> = pages
            .iter()
            .filter(|(page, _)| Some(page.len()) == longest && below(page))
            .map(|&(_, place)| place)
            .collect();
        if found.is_empty() { Vec::new() } else { vec![found] }
    }

    /// The tasks of each key that stands in the text as a whole token; of overlapping keys the longest.
    fn in_text(&self, text: &str) -> Vec<Vec<usize>> {
        let lower = text.to_lowercase();
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut reached = 0;
        for (word, at) in words(&lower) {
            if at < reached {
                continue;
            }
            let keys = self
                .by_first_word
                .get(word)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let longest = keys
                .iter()
                .filter(|key| {
                    lower[at..].starts_with(&key.lower) && ends_token(&lower[at + key.lower.len()..])
                })
                .max_by_key(|key| key.lower.len());
            if let Some(key) = longest {
                reached = at + key.lower.len();
                found.push(key.tasks.clone());
            }
        }
        found
    }
}

/// Runs of letters or of digits with what they touch, and where they begin: `fix/proj-12` is `fix`, `proj`, `12`.
fn words(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(move |word| (word, word.as_ptr() as usize - text.as_ptr() as usize))
}

/// Whether a token ends before `rest`. A point and a digit go on with a number (`v-1` is not in `v-1.2`).
fn ends_token(rest: &str) -> bool {
    let mut next = rest.chars();
    match next.next() {
        None => true,
        Some('.') => !next.next().is_some_and(char::is_numeric),
        Some(c) => !c.is_alphanumeric(),
    }
}
