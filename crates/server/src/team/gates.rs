//! Who may call an endpoint of the team API. Admins here are owners and admins of the Tracker; rights that its overrides
//! give or take away are the Tracker's own.

use dayloom_api::team::TeamRole;
use dayloom_domain::{DeveloperId, WorkspaceId};
use dayloom_storage::team::TeamSpace;

use super::refusal::{ADMINS_ONLY, UNKNOWN_MEMBER, UNKNOWN_WORKSPACE};
use crate::{
    ApiError, Caller, ServerState,
    gates::{Gate, PathIds},
};

/// Anyone with a credential.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedIn(pub DeveloperId);

impl Gate for SignedIn {
    async fn open(caller: Caller, _: &PathIds, _: &ServerState) -> Result<Self, ApiError> {
        Ok(Self(caller.id))
    }
}

/// An active member of the workspace in the path.
#[derive(Clone, Debug)]
pub(crate) struct TeamMember {
    /// The caller.
    pub caller: DeveloperId,
    /// The workspace as the caller sees it.
    pub space: TeamSpace,
}

impl TeamMember {
    /// The caller's view of a workspace; the same 404 for one that is unknown and one they are not in.
    pub(crate) async fn of(
        state: &ServerState,
        workspace: WorkspaceId,
        caller: DeveloperId,
    ) -> Result<Self, ApiError> {
        let space = state.store().team().space(workspace, caller).await?;
        let space = space.ok_or_else(|| ApiError::not_found(UNKNOWN_WORKSPACE))?;
        Ok(Self { caller, space })
    }

    /// Whether they are an admin.
    pub(crate) fn is_admin(&self) -> bool {
        TeamRole::of(self.space.role) == TeamRole::Admin
    }
}

impl Gate for TeamMember {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let workspace = ids.get("workspace_id", UNKNOWN_WORKSPACE)?;
        Self::of(state, workspace, caller.id).await
    }
}

/// An admin of the workspace in the path.
#[derive(Clone, Debug)]
pub(crate) struct TeamAdmin(pub TeamMember);

impl Gate for TeamAdmin {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let inside = TeamMember::open(caller, ids, state).await?;
        if inside.is_admin() {
            Ok(Self(inside))
        } else {
            Err(ApiError::forbidden(ADMINS_ONLY))
        }
    }
}

/// An admin, or the person named by `{developer_id}` in the path.
#[derive(Clone, Debug)]
pub(crate) struct TeamAdminOrSelf {
    /// The caller's membership.
    pub inside: TeamMember,
    /// The person in the path.
    pub person: DeveloperId,
}

impl Gate for TeamAdminOrSelf {
    async fn open(caller: Caller, ids: &PathIds, state: &ServerState) -> Result<Self, ApiError> {
        let inside = TeamMember::open(caller, ids, state).await?;
        let person = ids.get::<DeveloperId>("developer_id", UNKNOWN_MEMBER);
        if inside.is_admin() || person.as_ref().is_ok_and(|person| *person == inside.caller) {
            Ok(Self {
                inside,
                person: person?,
            })
        } else {
            Err(ApiError::forbidden(ADMINS_ONLY))
        }
    }
}
