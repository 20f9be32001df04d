//! Gates of paths that name a `{project_id}`.

use dayloom_domain::{
    DeveloperId, ProjectId,
    people::{MemberStatus, Project},
};
use dayloom_storage::Member;

use super::{Gate, PathIds, holds};
use crate::{
    ApiError, Caller, ServerState,
    permissions::{Permission, Standing, allows},
};

/// Text for a project of a workspace the caller is not in, whether it exists or not (`contract/tracker.md` §2.7).
const UNKNOWN: &str = "Project not found";
/// Text for a person who is not in the project, whether they exist or not.
const UNKNOWN_MEMBER: &str = "Member not found";
/// Text for a member without the right.
const DENIED: &str = "Permission denied";

/// A project of a workspace the caller is an active member of.
struct Visible {
    caller: DeveloperId,
    project: Project,
    member: Member,
}

impl Visible {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let id = ids.get("project_id", UNKNOWN)?;
        Self::of(caller.id, id, state).await
    }

    async fn of(caller: DeveloperId, id: ProjectId, state: &ServerState) -> Result<Self, ApiError> {
        let unknown = || ApiError::not_found(UNKNOWN);
        let project = state.store().projects().by_id(id).await?;
        let project = project.filter(|project| project.is_active).ok_or_else(unknown)?;
        let member = state
            .store()
            .workspaces()
            .member(project.workspace_id, caller)
            .await?;
        let member = member
            .filter(|member| member.status == MemberStatus::Active)
            .ok_or_else(unknown)?;
        Ok(Self {
            caller,
            project,
            member,
        })
    }

    /// The project, if the caller is an admin of its workspace.
    fn administered(&self) -> Result<&Project, ApiError> {
        if holds(&self.member, Permission::EditProjects) {
            Ok(&self.project)
        } else {
            Err(ApiError::forbidden(DENIED))
        }
    }
}

/// Whether the caller is an admin of the project's workspace: 404 where they are not in it, 403 where they only are in
/// it. For a project named elsewhere than in the path.
pub async fn administers(
    state: &ServerState,
    caller: DeveloperId,
    project: ProjectId,
) -> Result<(), ApiError> {
    Visible::of(caller, project, state)
        .await?
        .administered()
        .map(|_| ())
}

/// A caller who holds `can_edit_projects` in the context of the project: its own role there replaces the one in the
/// workspace (`contract/tracker.md` §2.7).
#[derive(Clone, Debug)]
pub struct ProjectEditor {
    /// The project.
    pub project: Project,
}

impl Gate for ProjectEditor {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let Visible {
            caller,
            project,
            member,
        } = Visible::open(caller, ids, state).await?;
        let there = state.store().projects().member(project.id, caller).await?;
        let workspace = Standing {
            role: Some(member.role),
            status: member.status,
            overrides: &member.overrides,
        };
        let there = there.as_ref().map(|there| Standing {
            role: there.role,
            status: there.status,
            overrides: &there.overrides,
        });
        if allows(Permission::EditProjects, workspace, there) {
            Ok(Self { project })
        } else {
            Err(ApiError::forbidden(DENIED))
        }
    }
}

/// An admin of the project's workspace, and the person named by `{developer_id}` in the path.
#[derive(Clone, Debug)]
pub struct ProjectAdmin {
    /// The project.
    pub project: Project,
    /// The person in the path.
    pub person: DeveloperId,
}

impl Gate for ProjectAdmin {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let visible = Visible::open(caller, ids, state).await?;
        Ok(Self {
            project: visible.administered()?.clone(),
            person: ids.get("developer_id", UNKNOWN_MEMBER)?,
        })
    }
}

/// An admin of the project's workspace, or the person named by `{developer_id}` in the path.
#[derive(Clone, Debug)]
pub struct ProjectAdminOrSelf {
    /// The project.
    pub project: Project,
    /// The person in the path.
    pub person: DeveloperId,
}

impl Gate for ProjectAdminOrSelf {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let visible = Visible::open(caller, ids, state).await?;
        let person = ids.get("developer_id", UNKNOWN_MEMBER)?;
        if person != visible.caller {
            visible.administered()?;
        }
        Ok(Self {
            project: visible.project,
            person,
        })
    }
}
