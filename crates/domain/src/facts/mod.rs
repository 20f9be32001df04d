//! What is known about a person's time over some days, computed from its blocks: the only source of every figure and
//! task name that a journal, an answer or a stand-up may hold.
//!
//! Personal and dismissed time is no block and so never in here. Minutes are those of the timesheet, so that parts
//! add up to wholes. [`table`] lays the facts out for a language model, [`check`] holds its sentences against them.

pub mod check;
pub mod figures;
#[cfg(test)]
pub(crate) mod samples;
mod sums;
pub mod table;
pub mod text;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{EntryId, Locale, ProjectId, TaskId, WorkspaceId, Zone, derive::BLOCK_GAP_AT_MOST};

/// A task as its person knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTask {
    /// Id.
    pub id: TaskId,
    /// Key such as `PROJ-12`.
    pub key: Option<String>,
    /// Title; none where the person may no longer see the task.
    pub title: Option<String>,
    /// The project it is filed under, which need not be the one its time was tracked into.
    pub project_id: Option<ProjectId>,
    /// Whether its status closes it.
    pub closed: bool,
    /// Its status.
    pub status: String,
}

impl NamedTask {
    /// Key and title, `PROJ-12 Resume uploads`, on one line and at most 120 characters.
    pub fn full(&self) -> String {
        self.full_in(Locale::En)
    }

    /// The same in a language: what stands for a task that can no longer be seen is words of ours.
    pub fn full_in(&self, locale: Locale) -> String {
        let title = self.title.as_deref().map(text::clean).unwrap_or_default();
        let whole = match (&self.key, title.is_empty()) {
            (Some(key), true) => text::clean(key),
            (Some(key), false) => format!("{} {title}", text::clean(key)),
            (None, true) => match locale {
                Locale::En => "a task I can no longer see".to_owned(),
                Locale::Hi => "एक कार्य जो मुझे अब नहीं दिखता".to_owned(),
            },
            (None, false) => title,
        };
        text::cut(&whole, 120)
    }

    /// Whether its status says that it cannot go on.
    pub fn is_blocked(&self) -> bool {
        !self.closed && self.status.to_lowercase().contains("block")
    }

    /// The key, or the title where it has none.
    pub fn short(&self) -> String {
        self.short_in(Locale::En)
    }

    /// The same in a language.
    pub fn short_in(&self, locale: Locale) -> String {
        self.key
            .as_deref()
            .map_or_else(|| self.full_in(locale), text::clean)
    }
}

/// One row of the timesheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The row.
    pub entry_id: EntryId,
    /// Its local date.
    pub date: Date,
    /// First instant and the first after it; none for time entered without.
    pub interval: Option<(Timestamp, Timestamp)>,
    /// Minutes, as in the timesheet.
    pub minutes: i64,
    /// The task, or none.
    pub task: Option<NamedTask>,
    /// The workspace it is filed under.
    pub workspace_id: WorkspaceId,
    /// The project it is filed under.
    pub project_id: Option<ProjectId>,
    /// That project's name, where the person may see it.
    pub project: Option<String>,
    /// Why it stands there, in words.
    pub reason: String,
    /// Minutes of it in calls.
    pub call_minutes: i64,
}

impl Work {
    fn start(&self) -> Option<Timestamp> {
        self.interval.map(|(start, _)| start)
    }
}

/// A sum of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum {
    /// Minutes.
    pub minutes: i64,
    /// The rows, by start.
    pub entries: Vec<EntryId>,
    /// Their dates, ascending.
    pub days: Vec<Date>,
}

/// What one task took.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskSum {
    /// The task.
    pub task: NamedTask,
    /// How much.
    pub sum: Sum,
}

/// What one project took.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectSum {
    /// Its name.
    pub name: String,
    /// How much.
    pub sum: Sum,
}

/// One day.
#[derive(Clone, Debug, PartialEq)]
pub struct DaySum {
    /// The local date.
    pub date: Date,
    /// How much.
    pub sum: Sum,
    /// When the first row begins and the last one ends.
    pub bounds: Option<(Timestamp, Timestamp)>,
    /// Changes from one task to another, or to none, without an absence between. The gap is that of a block,
    /// [`BLOCK_GAP_AT_MOST`], so neither a break nor a night counts.
    pub switches: i64,
    /// What each task took on this day, most first.
    pub tasks: Vec<TaskSum>,
    /// Time of this day without a task.
    pub no_task: Sum,
}

/// Everything computed about some days.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// First date asked for.
    pub start: Date,
    /// Last date asked for.
    pub end: Date,
    /// The zone times are shown in.
    pub zone: Zone,
    /// All of it.
    pub total: Sum,
    /// What each task took, most first.
    pub tasks: Vec<TaskSum>,
    /// Time without a task.
    pub no_task: Sum,
    /// What each project took, most first.
    pub projects: Vec<ProjectSum>,
    /// Days with time, ascending.
    pub days: Vec<DaySum>,
    /// The row with the most minutes, if it has an interval.
    pub longest: Option<Work>,
    /// Time in calls.
    pub calls: Sum,
    /// The rows, by start.
    pub works: Vec<Work>,
}

/// A sentence that speaks of these rows and days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// The sentence.
    pub text: String,
    /// Rows of the timesheet it speaks of.
    pub entries: Vec<EntryId>,
    /// Local dates it speaks of.
    #[serde(default)]
    pub days: Vec<Date>,
}

impl Sentence {
    /// A sentence about a sum.
    pub fn about(text: String, sum: &Sum) -> Self {
        Self {
            text,
            entries: sum.entries.clone(),
            days: sum.days.clone(),
        }
    }

    /// A sentence about nothing that has a row.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            entries: Vec::new(),
            days: Vec::new(),
        }
    }
}

impl Facts {
    /// Adds up rows. Those outside of the two dates are left out.
    pub fn of(works: Vec<Work>, start: Date, end: Date, zone: Zone) -> Self {
        sums::facts(works, start, end, zone)
    }

    /// With the time in calls of these days, known for whole days only.
    #[must_use]
    pub fn with_calls(mut self, minutes: &[(Date, i64)]) -> Self {
        self.calls = Sum {
            minutes: minutes.iter().map(|(_, minutes)| minutes).sum(),
            entries: Vec::new(),
            days: minutes.iter().map(|(date, _)| *date).collect(),
        };
        self
    }

    /// Whether there is no time at all.
    pub fn is_empty(&self) -> bool {
        self.total.entries.is_empty()
    }

    /// The facts of some of these days.
    pub fn within(&self, start: Date, end: Date) -> Self {
        Self::of(self.works.clone(), start, end, self.zone.clone())
    }

    /// The facts of the rows that a question is about.
    pub fn only(&self, keep: impl Fn(&Work) -> bool) -> Self {
        let works = self.works.iter().filter(|work| keep(work)).cloned().collect();
        Self::of(works, self.start, self.end, self.zone.clone())
    }
}
