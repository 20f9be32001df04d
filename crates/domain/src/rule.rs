//! Attribution rules as a person writes them (`contract/tracker.md` §9), personal before project.

use serde::{Deserialize, Serialize};

use crate::{DeveloperId, ProjectId, RuleId, TaskId, day::Category};

/// Whose rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleScope {
    /// One person's.
    Personal,
    /// A project's; every member's time in it.
    Project,
}

/// The part of a signal a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleField {
    /// Application name or bundle id.
    App,
    /// Window title.
    Title,
    /// Repository.
    Repo,
    /// Branch.
    Branch,
    /// File path.
    Path,
    /// Host of the page.
    Host,
    /// Host and path of the page.
    Url,
}

/// How the pattern is read. All compare without case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleMatch {
    /// `*`, `**`, `?`, `{a,b}`.
    Glob,
    /// A regular expression, linear in time.
    Regex,
    /// A substring.
    Contains,
}

/// One rule. At least one of task, project and category is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// Whose.
    pub scope: RuleScope,
    /// Who made it; the owner of a personal rule.
    pub developer_id: DeveloperId,
    /// The project of a project rule.
    pub scope_project_id: Option<ProjectId>,
    /// Where it looks.
    pub field: RuleField,
    /// How it compares.
    pub matching: RuleMatch,
    /// With what; at most 200 characters.
    pub pattern: String,
    /// Files the time under this task.
    pub task_id: Option<TaskId>,
    /// Files the time under this project.
    pub project_id: Option<ProjectId>,
    /// Says what kind of time it is.
    pub category: Option<Category>,
    /// Order within its scope, lowest first; ties by id.
    pub position: i64,
}
