//! Projects, who is in them, and the capture settings their devices get.

use std::collections::BTreeMap;

use dayloom_domain::{
    DeveloperId, ProjectId, WorkspaceId,
    people::{CaptureConfig, MemberStatus, Project, Role},
};
use jiff::Timestamp;

use crate::{StorageError, store::Inner};

/// A project to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProject {
    /// Name.
    pub name: String,
    /// Slug; without one it is made from the name and numbered until it is free in the workspace.
    pub slug: Option<String>,
    /// Whether it tracks.
    pub tracker_enabled: bool,
}

/// A membership of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectMember {
    /// The person.
    pub developer_id: DeveloperId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: Option<String>,
    /// Role in the project; where set it replaces that of the workspace (`contract/tracker.md` §2.7).
    pub role: Option<Role>,
    /// Standing.
    pub status: MemberStatus,
    /// Permission overrides: name to granted or denied.
    pub overrides: BTreeMap<String, bool>,
}

/// A project as an administrator sees it (`contract/tracker.md` §2.7).
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectOverview {
    /// The project.
    pub project: Project,
    /// Devices enrolled.
    pub device_count: i64,
    /// Devices seen in the last seven days.
    pub active_devices: i64,
}

/// Why a project could not be made or joined.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The slug belongs to another project of the workspace.
    #[error("this slug is taken in the workspace; choose another")]
    SlugTaken,
    /// The person is no active member of the project's workspace, or the project is unknown.
    #[error("the person is no active member of the project's workspace; add them there first")]
    NotMember,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The repository of projects.
#[derive(Clone, Copy)]
pub struct Projects<'a>(pub(crate) &'a Inner);

impl Projects<'_> {
    /// Makes a project; `creator` becomes an active member of it.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        creator: DeveloperId,
        new: &NewProject,
        now: Timestamp,
    ) -> Result<Project, ProjectError> {
        let _ = (workspace, creator, new, now);
        unimplemented!()
    }
    /// The active projects of a workspace, by name, then id.
    pub async fn list(&self, workspace: WorkspaceId) -> Result<Vec<Project>, StorageError> {
        let _ = workspace;
        unimplemented!()
    }
    /// The project of that id, archived ones included.
    pub async fn by_id(&self, project: ProjectId) -> Result<Option<Project>, StorageError> {
        let _ = project;
        unimplemented!()
    }
    /// A person's membership, in any standing.
    pub async fn member(
        &self,
        project: ProjectId,
        developer: DeveloperId,
    ) -> Result<Option<ProjectMember>, StorageError> {
        let _ = (project, developer);
        unimplemented!()
    }
    /// All members but removed ones, by e-mail address.
    pub async fn members(&self, project: ProjectId) -> Result<Vec<ProjectMember>, StorageError> {
        let _ = project;
        unimplemented!()
    }
    /// Makes the person an active member, who must be one of the workspace. A role given replaces the one there.
    pub async fn put_member(
        &self,
        project: ProjectId,
        developer: DeveloperId,
        role: Option<Role>,
        now: Timestamp,
    ) -> Result<ProjectMember, ProjectError> {
        let _ = (project, developer, role, now);
        unimplemented!()
    }
    /// Ends a membership; false if there was none.
    pub async fn remove_member(
        &self,
        project: ProjectId,
        developer: DeveloperId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let _ = (project, developer, now);
        unimplemented!()
    }
    /// Active, tracking projects in which the person is an active member, by name, then id (`contract/tracker.md` §2.1).
    pub async fn tracker_projects_for(&self, developer: DeveloperId) -> Result<Vec<Project>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// Replaces a project's capture settings and copies them onto its devices (`contract/tracker.md` §2.7). Opens or
    /// closes a pause at `now`. `None` if there is no such project.
    pub async fn set_config(
        &self,
        project: ProjectId,
        enabled: bool,
        config: &CaptureConfig,
        now: Timestamp,
    ) -> Result<Option<Project>, StorageError> {
        let _ = (project, enabled, config, now);
        unimplemented!()
    }
    /// All active projects of a workspace with counts of their devices; active is seen within 7 days before `now`.
    pub async fn admin_overview(
        &self,
        workspace: WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<ProjectOverview>, StorageError> {
        let _ = (workspace, now);
        unimplemented!()
    }
}
