//! Attribution rules: a person's own, and those of the projects they are in.

use dayloom_domain::{
    DeveloperId, ProjectId, RuleId, TaskId,
    day::Category,
    rule::{Rule, RuleField, RuleMatch, RuleScope},
};
use jiff::Timestamp;

use crate::{StorageError, store::Inner};

/// A rule to be made. Whether its pattern compiles is the caller's question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRule {
    /// Whose.
    pub scope: RuleScope,
    /// The project of a project rule.
    pub scope_project_id: Option<ProjectId>,
    /// Where it looks.
    pub field: RuleField,
    /// How it compares.
    pub matching: RuleMatch,
    /// With what.
    pub pattern: String,
    /// Files under this task.
    pub task_id: Option<TaskId>,
    /// Files under this project.
    pub project_id: Option<ProjectId>,
    /// Says what kind of time it is.
    pub category: Option<Category>,
    /// Order within its scope; without one it goes last.
    pub position: Option<i64>,
}

/// What to change; outer `None` leaves a field, inner `None` empties it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulePatch {
    /// Where it looks.
    pub field: Option<RuleField>,
    /// How it compares.
    pub matching: Option<RuleMatch>,
    /// With what.
    pub pattern: Option<String>,
    /// Task.
    pub task_id: Option<Option<TaskId>>,
    /// Project.
    pub project_id: Option<Option<ProjectId>>,
    /// Kind of time.
    pub category: Option<Option<Category>>,
    /// Order within its scope.
    pub position: Option<i64>,
}

/// Why a rule could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// No such rule that the person can see.
    #[error("there is no such rule")]
    NotFound,
    /// The task is in no workspace the person is active in (one text for unknown and foreign).
    #[error("the task is in none of your workspaces")]
    Task,
    /// The project is in no workspace the person is active in (one text for unknown and foreign).
    #[error("the project is in none of your workspaces")]
    Project,
    /// Nothing would be left for the rule to say: no task, no project, no category.
    #[error("a rule needs a task, a project or a category")]
    Empty,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The repository of rules.
#[derive(Clone, Copy)]
pub struct Rules<'a>(pub(crate) &'a Inner);

impl Rules<'_> {
    /// The person's rules and those of the projects they are in, in the order of evaluation: personal before project,
    /// then by position, then id.
    pub async fn list(&self, developer: DeveloperId) -> Result<Vec<Rule>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// The same rules without those whose task or project the person can no longer see.
    pub async fn list_for_attribution(&self, developer: DeveloperId) -> Result<Vec<Rule>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// A rule the person can see.
    pub async fn by_id(&self, developer: DeveloperId, id: RuleId) -> Result<Option<Rule>, StorageError> {
        let _ = (developer, id);
        unimplemented!()
    }
    /// Makes a rule. Whether the person administers the project of a project rule is the caller's question.
    pub async fn create(
        &self,
        developer: DeveloperId,
        new: &NewRule,
        now: Timestamp,
    ) -> Result<Rule, RuleError> {
        let _ = (developer, new, now);
        unimplemented!()
    }
    /// Changes what the patch names.
    pub async fn update(
        &self,
        developer: DeveloperId,
        id: RuleId,
        patch: &RulePatch,
        now: Timestamp,
    ) -> Result<Rule, RuleError> {
        let _ = (developer, id, patch, now);
        unimplemented!()
    }
    /// Removes a rule the person can see; false if there is none.
    pub async fn delete(&self, developer: DeveloperId, id: RuleId) -> Result<bool, StorageError> {
        let _ = (developer, id);
        unimplemented!()
    }
    /// Puts a rule at that place (from 0) among those of its scope; the others close up.
    pub async fn move_to(
        &self,
        developer: DeveloperId,
        id: RuleId,
        place: usize,
        now: Timestamp,
    ) -> Result<Rule, RuleError> {
        let _ = (developer, id, place, now);
        unimplemented!()
    }
}
