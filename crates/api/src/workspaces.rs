//! Workspaces as the wire shows them (`contract/tracker.md` §9). Must not know who may see one.

use dayloom_domain::people::{Role, Workspace};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Decode, Fields, words};

/// A workspace and the caller's role in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceOut {
    /// Id.
    pub id: Uuid,
    /// Name, 1 to 255 characters.
    pub name: String,
    /// Slug, unique among workspaces.
    pub slug: String,
    /// `owner`, `admin`, `manager`, `developer` or `viewer`.
    #[schema(value_type = String, example = "owner")]
    pub role: Role,
}

impl WorkspaceOut {
    /// A workspace as a member with this role sees it.
    pub fn new(workspace: Workspace, role: Role) -> Self {
        Self {
            id: workspace.id.0,
            name: workspace.name,
            slug: workspace.slug,
            role,
        }
    }
}

/// Body of `POST /workspaces`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewWorkspace {
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// 1 to 100 of `a-z`, `0-9`, `-`, `_` and `.`; made from the name where absent.
    #[schema(max_length = 100)]
    pub slug: Option<String>,
}

impl Decode for NewWorkspace {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let name = fields.required("name", words::label(255));
        let slug = fields.optional("slug", words::slug);
        Some(Self {
            name: name?,
            slug: slug?,
        })
    }
}
