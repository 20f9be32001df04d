//! Workspaces and who is in them. The last owner is kept by the database, not by the caller.

use dayloom_domain::{
    DeveloperId, WorkspaceId,
    people::{MemberStatus, Role, Workspace},
};
use jiff::Timestamp;

use crate::{StorageError, store::Inner};

/// A workspace to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWorkspace {
    /// Name.
    pub name: String,
    /// Slug; without one it is made from the name and numbered until it is free.
    pub slug: Option<String>,
}

/// A membership with the person's name.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The person.
    pub developer_id: DeveloperId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: Option<String>,
    /// Role in the workspace.
    pub role: Role,
    /// Standing.
    pub status: MemberStatus,
    /// Permission overrides: name to granted or denied (`contract/tracker.md` §2.7).
    pub overrides: std::collections::BTreeMap<String, bool>,
}

/// What to change about a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemberPatch {
    /// Role.
    pub role: Option<Role>,
    /// Standing.
    pub status: Option<MemberStatus>,
}

/// Why a workspace could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The slug belongs to another workspace.
    #[error("this slug is taken; choose another")]
    SlugTaken,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a membership could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// No such member.
    #[error("there is no such member in this workspace")]
    NotFound,
    /// The workspace would be left without an owner.
    #[error("the last owner cannot leave or be demoted; make someone else an owner first")]
    LastOwner,
    /// Only an owner changes, removes or makes an owner.
    #[error("only an owner can change, remove or make an owner")]
    OwnerOnly,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The repository of workspaces.
#[derive(Clone, Copy)]
pub struct Workspaces<'a>(pub(crate) &'a Inner);

impl Workspaces<'_> {
    /// Makes a workspace; `owner` becomes its owner.
    pub async fn create(
        &self,
        owner: DeveloperId,
        new: &NewWorkspace,
        now: Timestamp,
    ) -> Result<Workspace, WorkspaceError> {
        let _ = (owner, new, now);
        unimplemented!()
    }
    /// The workspaces a person is an active member of, with their role, oldest first.
    pub async fn list_for(&self, developer: DeveloperId) -> Result<Vec<(Workspace, Role)>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// A person's membership, in any standing. `None` if there never was one.
    pub async fn member(
        &self,
        workspace: WorkspaceId,
        developer: DeveloperId,
    ) -> Result<Option<Member>, StorageError> {
        let _ = (workspace, developer);
        unimplemented!()
    }
    /// All members but removed ones, by e-mail address.
    pub async fn members(&self, workspace: WorkspaceId) -> Result<Vec<Member>, StorageError> {
        let _ = workspace;
        unimplemented!()
    }
    /// Adds the person of that address, made if unknown, active at once. An active member stays as they are.
    /// `actor` must be an owner to make an owner.
    pub async fn add_member(
        &self,
        workspace: WorkspaceId,
        actor: DeveloperId,
        email: &str,
        role: Role,
        now: Timestamp,
    ) -> Result<Member, MemberError> {
        let _ = (workspace, actor, email, role, now);
        unimplemented!()
    }
    /// Changes role or standing. Whether `actor` may administer at all is the caller's question.
    pub async fn update_member(
        &self,
        workspace: WorkspaceId,
        actor: DeveloperId,
        developer: DeveloperId,
        patch: MemberPatch,
        now: Timestamp,
    ) -> Result<Member, MemberError> {
        let _ = (workspace, actor, developer, patch, now);
        unimplemented!()
    }
    /// Ends a membership and the person's project memberships in the workspace.
    pub async fn remove_member(
        &self,
        workspace: WorkspaceId,
        actor: DeveloperId,
        developer: DeveloperId,
        now: Timestamp,
    ) -> Result<(), MemberError> {
        let _ = (workspace, actor, developer, now);
        unimplemented!()
    }
}
