//! Gates of paths that begin with `/workspaces/{workspace_id}`.

use dayloom_domain::{DeveloperId, WorkspaceId, people::MemberStatus};
use dayloom_storage::Member;

use super::{Gate, PathIds};
use crate::{
    ApiError, Caller, ServerState,
    permissions::{Permission, Standing, allows},
};

/// Text for a workspace the caller is not in, whether it exists or not.
const UNKNOWN: &str = "Workspace not found";
/// Text for a person who is not in the workspace, whether they exist or not.
const UNKNOWN_MEMBER: &str = "Member not found";
/// Text for a member without the right (`contract/tracker.md` §2.7).
const DENIED: &str = "Permission denied";

/// An active member of the workspace in the path.
#[derive(Clone, Debug)]
pub struct WorkspaceMember {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The caller.
    pub caller: DeveloperId,
    /// The caller's membership.
    pub member: Member,
}

impl Gate for WorkspaceMember {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let caller = caller.id;
        let workspace = ids.get("workspace_id", UNKNOWN)?;
        let member = active_member(state, workspace, caller).await?;
        Ok(Self {
            workspace,
            caller,
            member,
        })
    }
}

/// The caller's membership where it is in force; 404 for any other workspace.
pub async fn active_member(
    state: &ServerState,
    workspace: WorkspaceId,
    caller: DeveloperId,
) -> Result<Member, ApiError> {
    let member = state.store().workspaces().member(workspace, caller).await?;
    member
        .filter(|member| member.status == MemberStatus::Active)
        .ok_or_else(|| ApiError::not_found(UNKNOWN))
}

/// Whether a member holds a right in the workspace at large.
pub fn holds(member: &Member, permission: Permission) -> bool {
    let standing = Standing {
        role: Some(member.role),
        status: member.status,
        overrides: &member.overrides,
    };
    allows(permission, standing, None)
}

/// An active member who holds `can_edit_projects` in the workspace: an *admin* of `contract/tracker.md` §9.
#[derive(Clone, Debug)]
pub struct WorkspaceAdmin(pub WorkspaceMember);

impl Gate for WorkspaceAdmin {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let inside = WorkspaceMember::open(caller, ids, state).await?;
        if holds(&inside.member, Permission::EditProjects) {
            Ok(Self(inside))
        } else {
            Err(ApiError::forbidden(DENIED))
        }
    }
}

/// An admin, or the person named by `{developer_id}` in the path.
#[derive(Clone, Debug)]
pub struct WorkspaceAdminOrSelf {
    /// The caller's membership.
    pub inside: WorkspaceMember,
    /// The person in the path.
    pub person: DeveloperId,
}

impl Gate for WorkspaceAdminOrSelf {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let inside = WorkspaceMember::open(caller, ids, state).await?;
        let person = ids.get("developer_id", UNKNOWN_MEMBER)?;
        if person == inside.caller || holds(&inside.member, Permission::EditProjects) {
            Ok(Self { inside, person })
        } else {
            Err(ApiError::forbidden(DENIED))
        }
    }
}
