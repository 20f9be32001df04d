//! The caller's account, devices and capture settings (`contract/tracker.md` §1.3, §2.7, §9).

use dayloom_api::{
    admin::{AdminProject, ProjectConfigOut, ProjectConfigPut},
    developers::{DeveloperChange, DeveloperOut},
    devices::{DeviceChange, DeviceOut},
    tracker::Timesheet,
};
use dayloom_domain::{DeveloperId, DeviceId, ProjectId, WorkspaceId};
use jiff::civil::Date;

use crate::{Client, ClientError};

impl Client {
    /// The caller.
    pub async fn me(&self) -> Result<DeveloperOut, ClientError> {
        self.get("/developers/me", &[]).await
    }

    /// Changes the caller's name, zone, working hours or language.
    pub async fn change_me(&self, change: &DeveloperChange) -> Result<DeveloperOut, ClientError> {
        self.patch("/developers/me", change).await
    }

    /// The caller's devices.
    pub async fn devices(&self) -> Result<Vec<DeviceOut>, ClientError> {
        self.get("/tracker/devices", &[]).await
    }

    /// Renames, pauses or resumes a device.
    pub async fn change_device(
        &self,
        device: DeviceId,
        change: &DeviceChange,
    ) -> Result<DeviceOut, ClientError> {
        self.patch(&format!("/tracker/devices/{device}"), change).await
    }

    /// Releases a device, so that another person may enrol it; its events are kept.
    pub async fn release_device(&self, device: DeviceId) -> Result<(), ClientError> {
        self.delete(&format!("/tracker/devices/{device}")).await
    }

    /// The capture settings of a project.
    pub async fn project_config(&self, project: ProjectId) -> Result<ProjectConfigOut, ClientError> {
        self.get(&format!("/tracker/admin/projects/{project}/config"), &[])
            .await
    }

    /// Replaces the capture settings of a project; they reach its devices.
    pub async fn set_project_config(
        &self,
        project: ProjectId,
        config: &ProjectConfigPut,
    ) -> Result<ProjectConfigOut, ClientError> {
        self.put(&format!("/tracker/admin/projects/{project}/config"), config)
            .await
    }

    /// All projects of a workspace with counts of their devices.
    pub async fn admin_projects(&self, workspace: WorkspaceId) -> Result<Vec<AdminProject>, ClientError> {
        let workspace = workspace.to_string();
        self.get("/tracker/admin/projects", &[("workspace_id", &workspace)])
            .await
    }

    /// The timesheet of a member of a workspace.
    pub async fn member_timesheet(
        &self,
        workspace: WorkspaceId,
        member: DeveloperId,
        start: Date,
        end: Date,
    ) -> Result<Timesheet, ClientError> {
        let (workspace, member) = (workspace.to_string(), member.to_string());
        let (start, end) = (start.to_string(), end.to_string());
        let query = [
            ("workspace_id", workspace.as_str()),
            ("developer_id", &member),
            ("start", &start),
            ("end", &end),
        ];
        self.get("/tracker/admin/timesheet", &query).await
    }
}
