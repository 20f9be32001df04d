//! Tasks of a workspace: made, changed, listed, and found for attribution.

mod records;

use dayloom_domain::{DeveloperId, ProjectId, TaskId, WorkspaceId, people::Task};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, Value};

use crate::{
    ImportOutcome, ImportRow, StorageError,
    db::{at, row, rows},
    error::retried,
    projects,
    store::Inner,
    task_import, workspaces,
};

use records::{COLUMNS, VISIBLE, find, read};
pub(crate) use records::{blank, find_by_key, find_visible, insert, replace};

/// How many tasks are candidates (`contract/tracker.md` §4.3).
const CANDIDATES: i64 = 25;

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

/// Which candidates are wanted; by default all that there are now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CandidateFilter {
    /// Only of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// None that is filed under one of these projects.
    pub barred: Vec<ProjectId>,
    /// Work that ended at this instant or later does not bring a task forward.
    pub worked_before: Option<Timestamp>,
}

/// Which tasks to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only of this person.
    pub assignee_id: Option<DeveloperId>,
    /// Only in this status, compared without case.
    pub status: Option<String>,
    /// Only in a status that does not close it.
    pub open: bool,
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
pub struct Tasks<'a>(pub(crate) &'a Inner, pub(crate) &'a [String]);

impl Tasks<'_> {
    /// Makes a task.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        new: &NewTask,
        now: Timestamp,
    ) -> Result<Task, TaskError> {
        let mut task = blank(workspace, &new.title, now);
        task.project_id = new.project_id;
        task.key = new.key.clone();
        task.url = new.url.clone();
        task.status = new.status.clone().unwrap_or(task.status);
        task.assignee_id = new.assignee_id;
        let transaction = self.0.begin().await?;
        check(&transaction, &task).await?;
        if !insert(&transaction, &task).await? {
            return Err(TaskError::KeyTaken);
        }
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(task)
    }
    /// Changes what the patch names; `updated_at` moves only if something changed.
    pub async fn update(
        &self,
        workspace: WorkspaceId,
        id: TaskId,
        patch: &TaskPatch,
        now: Timestamp,
    ) -> Result<Task, TaskError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            let sql = self
                .0
                .locking("SELECT id FROM sprint_tasks WHERE workspace_id = $1 AND id = $2");
            row(
                &transaction,
                &sql,
                vec![crate::db::id(workspace), crate::db::id(id)],
            )
            .await?;
            let old = find(&transaction, workspace, id)
                .await?
                .ok_or(TaskError::NotFound)?;
            let patch = patch.clone();
            let mut task = Task {
                title: patch.title.unwrap_or_else(|| old.title.clone()),
                key: patch.key.unwrap_or_else(|| old.key.clone()),
                url: patch.url.unwrap_or_else(|| old.url.clone()),
                status: patch.status.unwrap_or_else(|| old.status.clone()),
                assignee_id: patch.assignee_id.unwrap_or(old.assignee_id),
                project_id: patch.project_id.unwrap_or(old.project_id),
                ..old.clone()
            };
            if task == old {
                return Ok(old);
            }
            task.updated_at = now;
            if patch.assignee_id.is_some() || patch.project_id.is_some() {
                check(&transaction, &task).await?;
            }
            replace(&transaction, &task).await.map_err(|error| match error {
                StorageError::Conflict => TaskError::KeyTaken,
                other => TaskError::Storage(other),
            })?;
            transaction.commit().await.map_err(StorageError::from)?;
            Ok(task)
        })
        .await
    }
    /// A task of the workspace.
    pub async fn by_id(&self, workspace: WorkspaceId, id: TaskId) -> Result<Option<Task>, StorageError> {
        find(&self.0.read, workspace, id).await
    }
    /// A page of at most `limit` tasks after the cursor.
    pub async fn list(
        &self,
        workspace: WorkspaceId,
        filter: &TaskFilter,
        cursor: Option<TaskCursor>,
        limit: u32,
    ) -> Result<TaskPage, StorageError> {
        let mut values: Vec<Value> = vec![crate::db::id(workspace)];
        let mut clauses = vec!["t.workspace_id = $1".to_owned()];
        if let Some(assignee) = filter.assignee_id {
            values.push(crate::db::id(assignee));
            clauses.push(format!("t.assignee_id = ${}", values.len()));
        }
        if let Some(status) = &filter.status {
            let [one, other] = folded(status);
            values.extend([one.into(), other.into()]);
            let last = values.len();
            clauses.push(format!("LOWER(t.status) IN (${}, ${last})", last - 1));
        }
        if filter.open {
            clauses.push(open_only(self.1));
        }
        if let Some(cursor) = cursor {
            values.push(at(cursor.updated_at));
            values.push(crate::db::id(cursor.id));
            let (time, task) = (values.len() - 1, values.len());
            clauses.push(format!(
                "(t.updated_at < ${time} OR (t.updated_at = ${time} AND t.id > ${task}))"
            ));
        }
        // One more than asked for tells whether there is a next page.
        values.push((i64::from(limit) + 1).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM sprint_tasks t WHERE {} ORDER BY t.updated_at DESC, t.id LIMIT ${}",
            clauses.join(" AND "),
            values.len()
        );
        let found = rows(&self.0.read, &sql, values).await?;
        let mut tasks = found.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let more = tasks.len() > limit as usize;
        tasks.truncate(limit as usize);
        let next = if more {
            tasks.last().map(|t| TaskCursor {
                updated_at: t.updated_at,
                id: t.id,
            })
        } else {
            None
        };
        Ok(TaskPage { tasks, next })
    }
    /// Takes rows in, idempotent on the key. Each row stands or is rejected on its own.
    pub async fn import(
        &self,
        workspace: WorkspaceId,
        import: &[ImportRow],
        now: Timestamp,
    ) -> Result<ImportOutcome, StorageError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            let outcome = task_import::import(&transaction, workspace, import, now).await?;
            transaction.commit().await?;
            Ok(outcome)
        })
        .await
    }
    /// The person's open tasks in workspaces they are active in, last changed or worked on first: of each workspace at
    /// most 25, as its time may go to its own tasks alone (`contract/tracker.md` §4.3; closed and barred ones are dropped
    /// before the limit). The one list for attribution, language models and people.
    pub async fn candidates(
        &self,
        developer: DeveloperId,
        filter: &CandidateFilter,
    ) -> Result<Vec<Task>, StorageError> {
        let mut values = vec![crate::db::id(developer), CANDIDATES.into()];
        let mut place = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let mut clauses = vec!["t.assignee_id = $1".to_owned(), open_only(self.1)];
        if let Some(workspace) = filter.workspace {
            clauses.push(format!("t.workspace_id = {}", place(crate::db::id(workspace))));
        }
        if !filter.barred.is_empty() {
            let barred: Vec<String> = filter.barred.iter().map(|&p| place(crate::db::id(p))).collect();
            clauses.push(format!(
                "(t.project_id IS NULL OR t.project_id NOT IN ({}))",
                barred.join(", ")
            ));
        }
        let before = filter.worked_before.map_or_else(String::new, |before| {
            format!("AND ended_at < {}", place(at(before)))
        });
        let sql = format!(
            "SELECT {COLUMNS} FROM (
                 SELECT {COLUMNS}, {LATELY} AS lately,
                     ROW_NUMBER() OVER (PARTITION BY t.workspace_id ORDER BY {LATELY} DESC, t.id) AS place
                 {VISIBLE} LEFT JOIN ({WORKED} {before} GROUP BY task_id) w ON w.task_id = t.id WHERE {}) t
             WHERE t.place <= $2 ORDER BY t.lately DESC, t.id",
            clauses.join(" AND ")
        );
        rows(&self.0.read, &sql, values).await?.iter().map(read).collect()
    }
    /// The tasks assigned to a person in workspaces they are active in, newest change first; closed ones on demand.
    pub async fn assigned(
        &self,
        developer: DeveloperId,
        closed_too: bool,
    ) -> Result<Vec<Task>, StorageError> {
        let open = if closed_too {
            "TRUE".to_owned()
        } else {
            open_only(self.1)
        };
        let sql = format!(
            "SELECT {COLUMNS} {VISIBLE} WHERE t.assignee_id = $1 AND {open} ORDER BY t.updated_at DESC, t.id"
        );
        rows(&self.0.read, &sql, vec![crate::db::id(developer)])
            .await?
            .iter()
            .map(read)
            .collect()
    }
    /// Every task, closed ones included, of the workspaces the person is active in: what a key may name.
    pub async fn for_attribution(&self, developer: DeveloperId) -> Result<Vec<Task>, StorageError> {
        let sql = format!("SELECT {COLUMNS} {VISIBLE} ORDER BY t.updated_at DESC, t.id");
        rows(&self.0.read, &sql, vec![crate::db::id(developer)])
            .await?
            .iter()
            .map(read)
            .collect()
    }
}

/// When the person last worked on each task; `GROUP BY task_id` follows.
const WORKED: &str = "SELECT task_id, MAX(ended_at) AS worked_at FROM time_entries
    WHERE developer_id = $1 AND task_id IS NOT NULL
        AND (attribution_status IS NULL OR attribution_status <> 'dismissed')";

/// When a task was last changed or worked on.
const LATELY: &str = "CASE WHEN w.worked_at > t.updated_at THEN w.worked_at ELSE t.updated_at END";

/// A status as `LOWER` may have it: not every database knows the small form of other letters than those from A to Z.
fn folded(status: &str) -> [String; 2] {
    [status.to_lowercase(), status.to_ascii_lowercase()]
}

/// The clause that leaves closed tasks out. The words are the operator's; a quote in one is doubled.
fn open_only(closed: &[String]) -> String {
    if closed.is_empty() {
        return "TRUE".to_owned();
    }
    let words: Vec<String> = closed
        .iter()
        .flat_map(|status| folded(status))
        .map(|status| format!("'{}'", status.replace('\'', "''")))
        .collect();
    format!("LOWER(t.status) NOT IN ({})", words.join(", "))
}

/// Whether assignee and project belong to the workspace.
async fn check<C: ConnectionTrait>(on: &C, task: &Task) -> Result<(), TaskError> {
    if let Some(assignee) = task.assignee_id
        && !workspaces::is_active(on, task.workspace_id, assignee).await?
    {
        return Err(TaskError::Assignee);
    }
    if let Some(project) = task.project_id {
        let project = projects::find(on, project).await?;
        if project.is_none_or(|p| p.workspace_id != task.workspace_id) {
            return Err(TaskError::Project);
        }
    }
    Ok(())
}
