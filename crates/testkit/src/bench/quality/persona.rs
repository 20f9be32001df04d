//! Who the generated weeks are of: a person's tasks with all that may be seen of them, and their habits.
//!
//! Habits decide how hard a person's days are; every figure here is a share in percent of what it speaks of.

use dayloom_domain::{DeveloperId, ProjectId, TaskId, WorkspaceId, people::Task, sample::Random};
use jiff::Timestamp;
use uuid::Uuid;

use super::words::{FIELDS, Field, PLAIN_FILES, VERBS};

/// The workspace of everything generated.
pub const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(0xA));
/// Its project.
pub const PROJECT: ProjectId = ProjectId(Uuid::from_u128(0xB));
/// The person.
pub const PERSON: DeveloperId = DeveloperId(Uuid::from_u128(0xC));
/// Somebody else.
pub const COLLEAGUE: DeveloperId = DeveloperId(Uuid::from_u128(0xD));

/// How a person works.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// What the persona is called in the report.
    pub name: &'static str,
    /// Repositories worked in.
    pub fields: usize,
    /// Tasks under way in a week.
    pub tasks: usize,
    /// Tasks whose branch has their key.
    pub keyed_branches: i64,
    /// Tasks whose branch has words of their title; the rest are worked on `main`.
    pub worded_branches: i64,
    /// Changes of task within a repository after which the old branch stays checked out.
    pub stale_branches: i64,
    /// Tasks that look like another one: same repository, same folder, two words of three in common.
    pub lookalikes: i64,
    /// Files that belong to one task alone; the others are shared by all of the repository.
    pub own_files: i64,
    /// Pages in research that say what they are about.
    pub telling_pages: i64,
    /// Minutes in the browser of research that stand on the issue or the pull request itself.
    pub own_issue: i64,
    /// Episodes that are work without a task.
    pub chores: i64,
    /// Chores that look like any other work: a colleague's question, in the same repositories.
    pub helping: i64,
    /// Episodes that are the review of a colleague's task.
    pub reviews: i64,
    /// Episodes that are private.
    pub private: i64,
    /// Minutes of a task that a chat, a mail or a glance elsewhere interrupts.
    pub interruptions: i64,
    /// Mean minutes on one task before another.
    pub episode: i64,
    /// Windows whose title says nothing (a bare terminal, a chat without its room).
    pub bare_titles: i64,
    /// Pages seen in passing that carry the key of another task.
    pub misleading: i64,
}

/// A task and what may be seen of it.
#[derive(Clone, Debug)]
pub struct Work {
    /// The task as the tracker knows it.
    pub task: Task,
    /// The words it is about.
    pub nouns: Vec<&'static str>,
    /// Its field.
    pub field: usize,
    /// Its branch.
    pub branch: String,
    /// Files of its own, as paths in the repository; those of the second week come last.
    pub files: Vec<String>,
    /// The number of its pull request.
    pub pull: i64,
}

/// A person with everything their weeks are made of.
pub struct Persona {
    /// Habits.
    pub habits: Habits,
    /// What makes this one different from others with the same habits.
    pub seed: u64,
    /// Tasks worked on in the first week.
    pub first: Vec<Work>,
    /// Tasks that are new in the second week.
    pub fresh: Vec<Work>,
    /// Tasks of colleagues that are seen in reviews.
    pub colleagues: Vec<Work>,
    /// Open tasks of the person that nobody works on.
    pub dormant: Vec<Work>,
    /// Files of each field that many tasks touch.
    pub shared: Vec<Vec<String>>,
    /// The fields worked in.
    pub fields: Vec<usize>,
}

impl Persona {
    /// Makes a person; the same for the same habits and seed.
    pub fn new(habits: Habits, seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5EED);
        let mut order: Vec<usize> = (0..FIELDS.len()).collect();
        random.shuffle(&mut order);
        let fields: Vec<usize> = order.into_iter().take(habits.fields).collect();
        let mut maker = Maker {
            habits,
            random,
            fields: fields.clone(),
            made: Vec::new(),
        };
        let first = maker.works(habits.tasks, PERSON);
        let fresh = maker.works((habits.tasks / 3).max(2), PERSON);
        let colleagues = maker.works(5, COLLEAGUE);
        let dormant = maker.works(10, PERSON);
        let shared = (0..FIELDS.len())
            .map(|field| maker.shared(&FIELDS[field]))
            .collect();
        Self {
            habits,
            seed,
            first,
            fresh,
            colleagues,
            dormant,
            shared,
            fields,
        }
    }

    /// All tasks as the tracker lists them: in the first week those of the second are not there yet.
    pub fn tasks(&self, second_week: bool) -> Vec<Task> {
        let fresh = self.fresh.iter().filter(|_| second_week);
        let all = self
            .first
            .iter()
            .chain(&self.colleagues)
            .chain(&self.dormant)
            .chain(fresh);
        all.map(|work| work.task.clone()).collect()
    }
}

struct Maker {
    habits: Habits,
    random: Random,
    fields: Vec<usize>,
    made: Vec<Work>,
}

impl Maker {
    fn works(&mut self, count: usize, whose: DeveloperId) -> Vec<Work> {
        (0..count).map(|_| self.work(whose)).collect()
    }

    fn work(&mut self, whose: DeveloperId) -> Work {
        let twin = (!self.made.is_empty() && self.random.chance(self.habits.lookalikes))
            .then(|| self.random.pick(&self.made.clone()).clone());
        let at = *self.random.pick(&self.fields.clone());
        let at = twin.as_ref().map_or(at, |twin| twin.field);
        let field = &FIELDS[at];
        let mut nouns: Vec<&'static str> = twin.iter().flat_map(|twin| twin.nouns[..2].to_vec()).collect();
        while nouns.len() < 3 {
            let noun = *self.random.pick(field.nouns);
            if !nouns.contains(&noun) {
                nouns.push(noun);
            }
        }
        self.random.shuffle(&mut nouns);
        let number = 100 + i64::try_from(self.made.len()).unwrap_or(0) * 7 + self.random.between(0, 6);
        let key = format!("{}-{number}", field.prefix);
        let title = format!(
            "{} {} {} of the {}",
            self.random.pick(&VERBS),
            nouns[0],
            nouns[1],
            nouns[2]
        );
        let folder = twin
            .as_ref()
            .and_then(|twin| twin.files.first())
            .and_then(|file| file.rsplit_once('/'))
            .map_or_else(
                || (*self.random.pick(field.folders)).to_owned(),
                |(folder, _)| folder.to_owned(),
            );
        let kind = self.random.between(0, 99);
        let branch = if kind < self.habits.keyed_branches {
            format!("feature/{key}-{}", nouns[0])
        } else if kind < self.habits.keyed_branches + self.habits.worded_branches {
            format!(
                "{}/{}-{}",
                self.random.pick(&["feature", "fix", "sam"]),
                nouns[0],
                nouns[1]
            )
        } else {
            "main".to_owned()
        };
        let files = (0..8).map(|n| self.file(&folder, field, &nouns, n)).collect();
        let work = Work {
            task: task(self.made.len(), &key, &title, whose),
            nouns,
            field: at,
            branch,
            files,
            pull: self.random.between(1_000, 9_999),
        };
        self.made.push(work.clone());
        work
    }

    fn file(&mut self, folder: &str, field: &Field, nouns: &[&'static str], n: i64) -> String {
        match self.random.between(0, 9) {
            0..=2 => format!("{folder}/{}.rs", self.random.pick(nouns)),
            3..=4 => format!("{folder}/{}_{n}.rs", self.random.pick(field.nouns)),
            5 => format!("{folder}/{}_test.rs", self.random.pick(nouns)),
            6..=7 => format!("{folder}/{}", self.random.pick(&PLAIN_FILES)),
            _ => format!(
                "{}/{}",
                self.random.pick(field.folders),
                self.random.pick(&PLAIN_FILES)
            ),
        }
    }

    fn shared(&mut self, field: &Field) -> Vec<String> {
        (0..10)
            .map(|_| {
                format!(
                    "{}/{}",
                    self.random.pick(field.folders),
                    self.random.pick(&PLAIN_FILES)
                )
            })
            .collect()
    }
}

fn task(n: usize, key: &str, title: &str, whose: DeveloperId) -> Task {
    Task {
        id: TaskId(Uuid::from_u128(0x1000 + n as u128)),
        workspace_id: WORKSPACE,
        project_id: Some(PROJECT),
        key: Some(key.to_owned()),
        title: title.to_owned(),
        url: Some(format!("https://tracker.acme.example/browse/{key}")),
        status: "in progress".to_owned(),
        assignee_id: Some(whose),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}
