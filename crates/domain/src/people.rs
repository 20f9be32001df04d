//! People, workspaces, projects, devices and tasks as the rest of Dayloom sees them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DeveloperId, DeviceId, ProjectId, TaskId, WorkspaceId, Zone};

/// A role in a workspace, by its legacy name (`contract/tracker.md` §2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owns the workspace.
    Owner,
    /// Runs it.
    Admin,
    /// Leads people.
    Manager,
    /// Works in it.
    Developer,
    /// Looks on.
    Viewer,
}

impl Role {
    /// `can_edit_projects` of the built-in role templates: owner, admin and manager.
    pub fn can_edit_projects(self) -> bool {
        matches!(self, Role::Owner | Role::Admin | Role::Manager)
    }

    /// `can_view_tracker_records` of the built-in role templates: owner, admin and manager.
    pub fn can_view_tracker_records(self) -> bool {
        self.can_edit_projects()
    }
}

/// Standing of a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// Invited.
    Pending,
    /// In force.
    Active,
    /// Held.
    Suspended,
    /// Ended.
    Removed,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Developer {
    /// Id.
    pub id: DeveloperId,
    /// E-mail address, unique without case.
    pub email: String,
    /// Name.
    pub name: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// Zone where an event names none.
    pub timezone: Option<Zone>,
    /// Working hours as `HH:MM`, start and end.
    pub working_hours: Option<(String, String)>,
    /// Language of pages, such as `en` or `hi`.
    pub locale: Option<String>,
    /// The person paused capture on all devices.
    pub paused: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// When screenshots are taken. Off unless a person turns them on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScreenshotPolicy {
    /// Never.
    #[default]
    Off,
    /// The window in focus.
    ActiveWindow,
    /// The whole screen.
    FullScreen,
}

/// How a device captures (`contract/tracker.md` §2.2). The etag is a function of the content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureConfig {
    /// Seconds between samples, 1 to 600.
    pub sample_interval_s: u32,
    /// Screenshots.
    pub screenshot_policy: ScreenshotPolicy,
    /// Every how many samples, 1 to 100.
    pub screenshot_every_n_samples: u32,
    /// Seconds without input that count as away, 30 to 3600.
    pub idle_threshold_s: u32,
    /// Nothing is captured.
    pub paused: bool,
    /// Applications never captured.
    pub excluded_bundle_ids: Vec<String>,
}

impl Default for CaptureConfig {
    fn default() -> Self {
        Self {
            sample_interval_s: 60,
            screenshot_policy: ScreenshotPolicy::Off,
            screenshot_every_n_samples: 5,
            idle_threshold_s: 300,
            paused: false,
            excluded_bundle_ids: Vec::new(),
        }
    }
}

/// Who may answer from what is tracked into a project: each step allows what the steps before it allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelPolicy {
    /// No language model, and no question is answered either: not even from the facts alone.
    NoAnswers,
    /// No language model. Questions are answered from the facts.
    None,
    /// Only one in the server's own network.
    Local,
    /// Whichever the operator chose, hosted ones included.
    #[default]
    Hosted,
}

impl ModelPolicy {
    /// Whether a model may see it, which is local or not.
    pub fn allows(self, local: bool) -> bool {
        match self {
            ModelPolicy::NoAnswers | ModelPolicy::None => false,
            ModelPolicy::Local => local,
            ModelPolicy::Hosted => true,
        }
    }

    /// Whether questions about its time are answered at all.
    pub fn answers(self) -> bool {
        self != ModelPolicy::NoAnswers
    }
}

/// A workspace and the caller's role in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Id.
    pub id: WorkspaceId,
    /// Name.
    pub name: String,
    /// Slug, unique.
    pub slug: String,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Id.
    pub id: ProjectId,
    /// Its workspace.
    pub workspace_id: WorkspaceId,
    /// Name.
    pub name: String,
    /// Slug, unique in the workspace.
    pub slug: String,
    /// Not archived.
    pub is_active: bool,
    /// Opted into tracking.
    pub tracker_enabled: bool,
    /// Capture settings its devices get.
    pub config: CaptureConfig,
    /// Which language models may see its time.
    pub models: ModelPolicy,
}

/// An enrolled device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Id, made by the client.
    pub id: DeviceId,
    /// Whose.
    pub developer_id: DeveloperId,
    /// Where its events go.
    pub project_id: ProjectId,
    /// Name.
    pub name: Option<String>,
    /// Platform, such as `macos` or `linux`.
    pub platform: String,
    /// Version of the client, where known.
    pub version: Option<String>,
    /// Settings in force, by the project and the person together.
    pub config: CaptureConfig,
    /// The person paused this device.
    pub paused_by_person: bool,
    /// `cfg_` and 12 hex digits, a function of the config in force.
    pub config_etag: String,
    /// Highest `client_seq` seen.
    pub server_seq: i64,
    /// Last heartbeat or batch.
    pub last_seen_at: Option<Timestamp>,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Id.
    pub id: TaskId,
    /// Its workspace.
    pub workspace_id: WorkspaceId,
    /// Its project, if it has one.
    pub project_id: Option<ProjectId>,
    /// Key such as `PROJ-12`, unique in the workspace without case.
    pub key: Option<String>,
    /// Title.
    pub title: String,
    /// Address.
    pub url: Option<String>,
    /// Status, such as `todo`.
    pub status: String,
    /// Who works on it.
    pub assignee_id: Option<DeveloperId>,
    /// Made.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
}

/// Statuses that close a task, compared without case (`contract/tracker.md` §4.3).
pub const CLOSED_STATUSES: [&str; 5] = ["done", "closed", "completed", "cancelled", "archived"];
