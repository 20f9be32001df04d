//! Tasks of a workspace, their list and their import as the wire shows them (`contract/tracker.md` §9). Must not know
//! who may see one.

use dayloom_domain::people::Task;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Decode, Fields, Stamp,
    rules::{boolean, id, text, text_between, unsigned},
    words,
};

/// Characters of a title, at most (`contract/tracker.md` §9).
pub const MAX_TITLE: usize = 500;
/// Characters of a key, at most (`contract/tracker.md` §9).
pub const MAX_KEY: usize = 100;

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskOut {
    /// Id.
    pub id: Uuid,
    /// Its workspace.
    pub workspace_id: Uuid,
    /// Its project, if it has one.
    pub project_id: Option<Uuid>,
    /// Key such as `PROJ-12`, unique in the workspace without case.
    pub key: Option<String>,
    /// Title, 1 to 500 characters.
    pub title: String,
    /// Address.
    pub url: Option<String>,
    /// Status, such as `todo`.
    pub status: String,
    /// Who works on it.
    pub assignee_id: Option<Uuid>,
    /// Made.
    pub created_at: Stamp,
    /// Changed.
    pub updated_at: Stamp,
}

impl From<Task> for TaskOut {
    fn from(task: Task) -> Self {
        Self {
            id: task.id.0,
            workspace_id: task.workspace_id.0,
            project_id: task.project_id.map(|id| id.0),
            key: task.key,
            title: task.title,
            url: task.url,
            status: task.status,
            assignee_id: task.assignee_id.map(|id| id.0),
            created_at: task.created_at.into(),
            updated_at: task.updated_at.into(),
        }
    }
}

/// A page of tasks, newest `updated_at` first, ties by ascending id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskPage {
    /// At most `limit` tasks.
    pub tasks: Vec<TaskOut>,
    /// Where the next page starts; null on the last one.
    pub next_cursor: Option<String>,
}

/// A task as `GET /developers/me/assigned-tasks` shows it: with the fields the published companion app reads
/// (`contract/tracker.md` §5.7). Those Dayloom does not keep are null or empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssignedTask {
    /// The task.
    #[serde(flatten)]
    pub task: TaskOut,
    /// Not kept: null.
    pub priority: Option<String>,
    /// Not kept: null.
    pub story_points: Option<i32>,
    /// Not kept: empty.
    pub labels: Vec<String>,
    /// Not kept: null.
    pub sprint_id: Option<Uuid>,
}

impl From<Task> for AssignedTask {
    fn from(task: Task) -> Self {
        Self {
            task: task.into(),
            priority: None,
            story_points: None,
            labels: Vec::new(),
            sprint_id: None,
        }
    }
}

/// Body of `POST /workspaces/{id}/tasks`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewTask {
    /// 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub title: String,
    /// 1 to 100 characters, unique in the workspace without case.
    #[schema(min_length = 1, max_length = 100)]
    pub key: Option<String>,
    /// An `http` or `https` address of at most 2048 characters.
    #[schema(max_length = 2048)]
    pub url: Option<String>,
    /// 1 to 50 characters; `todo` where absent.
    #[schema(min_length = 1, max_length = 50)]
    pub status: Option<String>,
    /// An active member of the workspace.
    pub assignee_id: Option<Uuid>,
    /// A project of the workspace.
    pub project_id: Option<Uuid>,
}

/// Body of `PATCH /workspaces/{id}/tasks/{task_id}`. What is absent stays; null takes the value away where a task can
/// be without it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskChange {
    /// 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// 1 to 100 characters, or null.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Option<String>>,
    /// An `http` or `https` address of at most 2048 characters, or null.
    #[schema(value_type = Option<String>, max_length = 2048)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Option<String>>,
    /// 1 to 50 characters.
    #[schema(min_length = 1, max_length = 50)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// An active member of the workspace, or null.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<Option<Uuid>>,
    /// A project of the workspace, or null.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<Option<Uuid>>,
}

/// One row of `POST /workspaces/{id}/tasks:import`, in a JSON array or as the columns of a CSV text. An empty or null
/// cell leaves the field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportRow {
    /// Required; names the task, compared without case.
    pub key: Option<String>,
    /// Required for a task that is new.
    pub title: Option<String>,
    /// An `http` or `https` address.
    pub url: Option<String>,
    /// Status; `todo` for a task that is new.
    pub status: Option<String>,
    /// E-mail address of an active member of the workspace.
    pub assignee: Option<String>,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RejectedRow {
    /// Its number, from 1 after the header.
    pub row: u64,
    /// Why, and what would do.
    pub reason: String,
}

/// Answer of `POST /workspaces/{id}/tasks:import`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportOutcome {
    /// Tasks made.
    pub created: u64,
    /// Tasks that differed.
    pub updated: u64,
    /// Tasks that stood already just so.
    pub unchanged: u64,
    /// Rows left out, in their order.
    pub rejected: Vec<RejectedRow>,
}

/// Query of `GET /workspaces/{id}/tasks`.
#[derive(Clone, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// Only tasks of this person.
    #[param(required = false)]
    pub assignee_id: Option<Uuid>,
    /// Only tasks in this status, compared without case.
    #[param(required = false)]
    pub status: Option<String>,
    /// Only tasks whose status does not close them, by the operator's list of such statuses.
    #[param(required = false, default = false)]
    pub open: bool,
    /// `next_cursor` of the page before.
    #[param(required = false)]
    pub cursor: Option<String>,
    /// Most tasks in the page.
    #[param(required = false, minimum = 1, maximum = 200, default = 50)]
    pub limit: u32,
}

/// Query of `GET /developers/me/assigned-tasks`.
#[derive(Clone, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AssignedQuery {
    /// Closed tasks too.
    #[param(required = false, default = false)]
    pub include_done: bool,
}

impl Decode for NewTask {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let title = fields.required("title", words::label(MAX_TITLE));
        let key = fields.optional("key", words::label(MAX_KEY));
        let url = fields.optional("url", words::web_address);
        let status = fields.optional("status", words::label(50));
        let assignee_id = fields.optional("assignee_id", id);
        let project_id = fields.optional("project_id", id);
        Some(Self {
            title: title?,
            key: key?,
            url: url?,
            status: status?,
            assignee_id: assignee_id?,
            project_id: project_id?,
        })
    }
}

impl Decode for TaskChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let title = fields.optional("title", words::label(MAX_TITLE));
        let key = fields.patch("key", words::label(MAX_KEY));
        let url = fields.patch("url", words::web_address);
        let status = fields.optional("status", words::label(50));
        let assignee_id = fields.patch("assignee_id", id);
        let project_id = fields.patch("project_id", id);
        Some(Self {
            title: title?,
            key: key?.into_option(),
            url: url?.into_option(),
            status: status?,
            assignee_id: assignee_id?.into_option(),
            project_id: project_id?.into_option(),
        })
    }
}

impl Decode for TaskQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let assignee_id = fields.optional("assignee_id", id);
        let status = fields.optional("status", text(50));
        let open = fields.or("open", false, boolean);
        let cursor = fields.optional("cursor", text_between(1, 100));
        let limit = fields.or("limit", 50, unsigned(1, 200));
        Some(Self {
            assignee_id: assignee_id?,
            status: status?,
            open: open?,
            cursor: cursor?,
            limit: limit?,
        })
    }
}

impl Decode for AssignedQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            include_done: fields.or("include_done", false, boolean)?,
        })
    }
}
