//! Workspaces, their members and projects (`contract/tracker.md` §9).

use dayloom_api::{
    members::{MemberChange, MemberOut, NewMember, ProjectMemberOut, ProjectMemberPut},
    projects::{NewProject, ProjectList, ProjectOut},
    workspaces::{NewWorkspace, WorkspaceOut},
};
use dayloom_domain::{DeveloperId, ProjectId, WorkspaceId};

use crate::{Client, ClientError};

impl Client {
    /// Makes a workspace; the caller becomes its owner.
    pub async fn create_workspace(&self, new: &NewWorkspace) -> Result<WorkspaceOut, ClientError> {
        self.post("/workspaces", new).await
    }

    /// The caller's workspaces, oldest first.
    pub async fn workspaces(&self) -> Result<Vec<WorkspaceOut>, ClientError> {
        self.get("/workspaces", &[]).await
    }

    /// Adds a person by their address; they are made if unknown.
    pub async fn add_member(
        &self,
        workspace: WorkspaceId,
        new: &NewMember,
    ) -> Result<MemberOut, ClientError> {
        self.post(&format!("/workspaces/{workspace}/members"), new).await
    }

    /// The members of a workspace.
    pub async fn members(&self, workspace: WorkspaceId) -> Result<Vec<MemberOut>, ClientError> {
        self.get(&format!("/workspaces/{workspace}/members"), &[]).await
    }

    /// Changes a member's role or standing.
    pub async fn change_member(
        &self,
        workspace: WorkspaceId,
        member: DeveloperId,
        change: &MemberChange,
    ) -> Result<MemberOut, ClientError> {
        self.patch(&format!("/workspaces/{workspace}/members/{member}"), change)
            .await
    }

    /// Ends a membership.
    pub async fn remove_member(
        &self,
        workspace: WorkspaceId,
        member: DeveloperId,
    ) -> Result<(), ClientError> {
        self.delete(&format!("/workspaces/{workspace}/members/{member}"))
            .await
    }

    /// Makes a project; the caller becomes a member of it.
    pub async fn create_project(
        &self,
        workspace: WorkspaceId,
        new: &NewProject,
    ) -> Result<ProjectOut, ClientError> {
        self.post(&format!("/workspaces/{workspace}/projects"), new).await
    }

    /// The projects of a workspace.
    pub async fn projects(&self, workspace: WorkspaceId) -> Result<Vec<ProjectOut>, ClientError> {
        let list: ProjectList = self
            .get(&format!("/workspaces/{workspace}/projects"), &[])
            .await?;
        Ok(list.projects)
    }

    /// Makes a member of the workspace one of the project.
    pub async fn put_project_member(
        &self,
        project: ProjectId,
        member: DeveloperId,
        put: &ProjectMemberPut,
    ) -> Result<ProjectMemberOut, ClientError> {
        self.put(&format!("/projects/{project}/members/{member}"), put)
            .await
    }

    /// Ends a membership of a project.
    pub async fn remove_project_member(
        &self,
        project: ProjectId,
        member: DeveloperId,
    ) -> Result<(), ClientError> {
        self.delete(&format!("/projects/{project}/members/{member}"))
            .await
    }
}
