//! Administration of tracking as the wire shows it (`contract/tracker.md` §2.7). Must not know permissions.

use dayloom_domain::people::{CaptureConfig, Project, ScreenshotPolicy};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Decode, Fields,
    rules::{boolean, id, one_of, text, unsigned},
    tracker::device::SCREENSHOT_POLICIES,
};

/// How the devices of a project capture. What is absent from a request takes its default; unknown names are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaptureConfigBody {
    /// Seconds between samples.
    #[schema(minimum = 1, maximum = 600, default = 60)]
    pub sample_interval_s: u32,
    /// `off`, `active_window` or `full_screen`.
    #[schema(value_type = String, default = "off")]
    pub screenshot_policy: ScreenshotPolicy,
    /// Every how many samples a screenshot is due.
    #[schema(minimum = 1, maximum = 100, default = 5)]
    pub screenshot_every_n_samples: u32,
    /// Seconds without input that count as away.
    #[schema(minimum = 30, maximum = 3600, default = 300)]
    pub idle_threshold_s: u32,
    /// Nothing is captured.
    #[schema(default = false)]
    pub paused: bool,
    /// Applications never captured.
    pub excluded_bundle_ids: Vec<String>,
}

impl From<CaptureConfig> for CaptureConfigBody {
    fn from(config: CaptureConfig) -> Self {
        Self {
            sample_interval_s: config.sample_interval_s,
            screenshot_policy: config.screenshot_policy,
            screenshot_every_n_samples: config.screenshot_every_n_samples,
            idle_threshold_s: config.idle_threshold_s,
            paused: config.paused,
            excluded_bundle_ids: config.excluded_bundle_ids,
        }
    }
}

impl From<CaptureConfigBody> for CaptureConfig {
    fn from(body: CaptureConfigBody) -> Self {
        Self {
            sample_interval_s: body.sample_interval_s,
            screenshot_policy: body.screenshot_policy,
            screenshot_every_n_samples: body.screenshot_every_n_samples,
            idle_threshold_s: body.idle_threshold_s,
            paused: body.paused,
            excluded_bundle_ids: body.excluded_bundle_ids,
        }
    }
}

/// Answer of `GET` and `PUT /tracker/admin/projects/{id}/config`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectConfigOut {
    /// The project.
    pub project_id: Uuid,
    /// Tracking is on.
    pub enabled: bool,
    /// How its devices capture.
    pub config: CaptureConfigBody,
}

impl From<Project> for ProjectConfigOut {
    fn from(project: Project) -> Self {
        Self {
            project_id: project.id.0,
            enabled: project.tracker_enabled,
            config: project.config.into(),
        }
    }
}

/// Body of `PUT /tracker/admin/projects/{id}/config`. It replaces the whole config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectConfigPut {
    /// Tracking is on.
    pub enabled: bool,
    /// How its devices capture; absent or null: all defaults.
    pub config: CaptureConfigBody,
}

/// A row of `GET /tracker/admin/projects`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminProject {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Slug.
    pub slug: String,
    /// Tracking is on.
    pub enabled: bool,
    /// Devices enrolled into it.
    pub device_count: i64,
    /// Of these, seen within seven days.
    pub active_devices: i64,
}

const CONFIG_KEYS: [&str; 6] = [
    "sample_interval_s",
    "screenshot_policy",
    "screenshot_every_n_samples",
    "idle_threshold_s",
    "paused",
    "excluded_bundle_ids",
];

impl Decode for CaptureConfigBody {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let default = CaptureConfig::default();
        let sample_interval_s = fields.or("sample_interval_s", default.sample_interval_s, unsigned(1, 600));
        let screenshot_policy = fields.or(
            "screenshot_policy",
            default.screenshot_policy,
            one_of(SCREENSHOT_POLICIES),
        );
        let every = default.screenshot_every_n_samples;
        let screenshot_every_n_samples = fields.or("screenshot_every_n_samples", every, unsigned(1, 100));
        let idle_threshold_s = fields.or("idle_threshold_s", default.idle_threshold_s, unsigned(30, 3600));
        let paused = fields.or("paused", default.paused, boolean);
        let excluded_bundle_ids = if fields.has("excluded_bundle_ids") {
            // The contract bounds neither count nor length; the size of a body does.
            fields.list("excluded_bundle_ids", usize::MAX, text(usize::MAX))
        } else {
            Some(default.excluded_bundle_ids)
        };
        fields.only(&CONFIG_KEYS);
        Some(Self {
            sample_interval_s: sample_interval_s?,
            screenshot_policy: screenshot_policy?,
            screenshot_every_n_samples: screenshot_every_n_samples?,
            idle_threshold_s: idle_threshold_s?,
            paused: paused?,
            excluded_bundle_ids: excluded_bundle_ids?,
        })
    }
}

impl Decode for ProjectConfigPut {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let enabled = fields.required("enabled", boolean);
        let config = fields.object("config", CaptureConfigBody::decode);
        Some(Self {
            enabled: enabled?,
            config: config?.unwrap_or_else(|| CaptureConfig::default().into()),
        })
    }
}

/// Query of `GET /tracker/admin/projects`.
#[derive(Clone, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WorkspaceQuery {
    /// The workspace.
    pub workspace_id: Uuid,
}

impl Decode for WorkspaceQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            workspace_id: fields.required("workspace_id", id)?,
        })
    }
}

/// Query of `GET /tracker/admin/timesheet`.
#[derive(Clone, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AdminTimesheetQuery {
    /// The workspace whose time is shown.
    pub workspace_id: Uuid,
    /// Whose time.
    pub developer_id: Uuid,
    /// First local date, `YYYY-MM-DD`; six days before `end` where absent.
    #[param(required = false)]
    pub start: Option<String>,
    /// Last local date, `YYYY-MM-DD`; today (UTC) where absent.
    #[param(required = false)]
    pub end: Option<String>,
}

impl Decode for AdminTimesheetQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let workspace_id = fields.required("workspace_id", id);
        let developer_id = fields.required("developer_id", id);
        let start = fields.optional("start", text(usize::MAX));
        let end = fields.optional("end", text(usize::MAX));
        Some(Self {
            workspace_id: workspace_id?,
            developer_id: developer_id?,
            start: start?,
            end: end?,
        })
    }
}
