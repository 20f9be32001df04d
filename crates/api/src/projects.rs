//! Projects of a workspace as the wire shows them (`contract/tracker.md` §9). Must not know who may see one.

use dayloom_domain::people::Project;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Decode, Fields, rules::boolean, words};

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectOut {
    /// Id.
    pub id: Uuid,
    /// Its workspace.
    pub workspace_id: Uuid,
    /// Name, 1 to 255 characters.
    pub name: String,
    /// Slug, unique in the workspace.
    pub slug: String,
    /// Devices may be enrolled into it and their events are kept.
    pub tracker_enabled: bool,
}

impl From<Project> for ProjectOut {
    fn from(project: Project) -> Self {
        Self {
            id: project.id.0,
            workspace_id: project.workspace_id.0,
            name: project.name,
            slug: project.slug,
            tracker_enabled: project.tracker_enabled,
        }
    }
}

/// Answer of `GET /workspaces/{id}/projects`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectList {
    /// Active projects by name, then id.
    pub projects: Vec<ProjectOut>,
}

/// Body of `POST /workspaces/{id}/projects`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewProject {
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// 1 to 100 of `a-z`, `0-9`, `-`, `_` and `.`; made from the name where absent.
    #[schema(max_length = 100)]
    pub slug: Option<String>,
    /// Whether tracking is on from the start; `false` where absent.
    #[schema(default = false)]
    pub tracker_enabled: bool,
}

impl Decode for NewProject {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let name = fields.required("name", words::label(255));
        let slug = fields.optional("slug", words::slug);
        let tracker_enabled = fields.or("tracker_enabled", false, boolean);
        Some(Self {
            name: name?,
            slug: slug?,
            tracker_enabled: tracker_enabled?,
        })
    }
}
