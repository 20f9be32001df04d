//! Tasks of a workspace: made, changed, listed, and found for attribution.

use dayloom_domain::{DeveloperId, ProjectId, TaskId, WorkspaceId, people::Task};
use jiff::Timestamp;

use crate::{ImportOutcome, ImportRow, StorageError, store::Inner};

/// A task to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// Title.
    pub title: String,
    /// Key, unique in the workspace without case.
    pub key: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Status; `todo` if none is given.
    pub status: Option<String>,
    /// Who works on it: an active member of the workspace.
    pub assignee_id: Option<DeveloperId>,
    /// Its project: one of the workspace.
    pub project_id: Option<ProjectId>,
}

/// What to change; outer `None` leaves a field, inner `None` empties it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskPatch {
    /// Title.
    pub title: Option<String>,
    /// Key.
    pub key: Option<Option<String>>,
    /// Address.
    pub url: Option<Option<String>>,
    /// Status.
    pub status: Option<String>,
    /// Who works on it.
    pub assignee_id: Option<Option<DeveloperId>>,
    /// Its project.
    pub project_id: Option<Option<ProjectId>>,
}

/// Which tasks to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only of this person.
    pub assignee_id: Option<DeveloperId>,
    /// Only in this status, compared without case.
    pub status: Option<String>,
}

/// Where a list goes on: after this task. Its text form is opaque to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskCursor {
    /// When the last task shown was changed.
    pub updated_at: Timestamp,
    /// Its id.
    pub id: TaskId,
}

impl std::fmt::Display for TaskCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}-{}", self.updated_at.as_microsecond(), self.id.0.simple())
    }
}

/// The text is no cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this cursor is not one that was handed out; start again without one")]
pub struct BadCursor;

impl std::str::FromStr for TaskCursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (at, id) = text.rsplit_once('-').ok_or(BadCursor)?;
        let at = i64::from_str_radix(at, 16).map_err(|_| BadCursor)?;
        Ok(Self {
            updated_at: Timestamp::from_microsecond(at).map_err(|_| BadCursor)?,
            id: id.parse().map_err(|_| BadCursor)?,
        })
    }
}

/// A page of tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskPage {
    /// Newest change first, ties by ascending id.
    pub tasks: Vec<Task>,
    /// Where the next page begins, if there is one.
    pub next: Option<TaskCursor>,
}

/// Why a task could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// No such task in the workspace.
    #[error("there is no such task in this workspace")]
    NotFound,
    /// Another task of the workspace has the key.
    #[error("another task of the workspace has this key")]
    KeyTaken,
    /// The assignee is no active member of the workspace (one text for unknown and foreign).
    #[error("the assignee is no active member of this workspace")]
    Assignee,
    /// The project is none of the workspace's (one text for unknown and foreign).
    #[error("the project does not belong to this workspace")]
    Project,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The repository of tasks.
#[derive(Clone, Copy)]
pub struct Tasks<'a>(pub(crate) &'a Inner);

impl Tasks<'_> {
    /// Makes a task.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        new: &NewTask,
        now: Timestamp,
    ) -> Result<Task, TaskError> {
        let _ = (workspace, new, now);
        unimplemented!()
    }
    /// Changes what the patch names; `updated_at` moves only if something changed.
    pub async fn update(
        &self,
        workspace: WorkspaceId,
        id: TaskId,
        patch: &TaskPatch,
        now: Timestamp,
    ) -> Result<Task, TaskError> {
        let _ = (workspace, id, patch, now);
        unimplemented!()
    }
    /// A task of the workspace.
    pub async fn by_id(&self, workspace: WorkspaceId, id: TaskId) -> Result<Option<Task>, StorageError> {
        let _ = (workspace, id);
        unimplemented!()
    }
    /// A page of at most `limit` tasks after the cursor.
    pub async fn list(
        &self,
        workspace: WorkspaceId,
        filter: &TaskFilter,
        cursor: Option<TaskCursor>,
        limit: u32,
    ) -> Result<TaskPage, StorageError> {
        let _ = (workspace, filter, cursor, limit);
        unimplemented!()
    }
    /// Takes rows in, idempotent on the key. Each row stands or is rejected on its own.
    pub async fn import(
        &self,
        workspace: WorkspaceId,
        rows: &[ImportRow],
        now: Timestamp,
    ) -> Result<ImportOutcome, StorageError> {
        let _ = (workspace, rows, now);
        unimplemented!()
    }
    /// The person's open tasks in workspaces they are active in, newest change first, at most 25
    /// (`contract/tracker.md` §4.3; closed ones are dropped before the limit).
    pub async fn candidates(&self, developer: DeveloperId) -> Result<Vec<Task>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// Every task, closed ones included, of the workspaces the person is active in: what a key may name.
    pub async fn for_attribution(&self, developer: DeveloperId) -> Result<Vec<Task>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
}
