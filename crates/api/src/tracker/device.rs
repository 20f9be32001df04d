//! Devices on the wire: projects to enrol into, enrolment, config, sync status (`contract/tracker.md` §2.1, §2.2, §2.5).

use dayloom_domain::{DeviceId, ProjectId, people};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Stamp,
    decode::{Decode, Fields},
    rules,
};

/// A project that tracks and in which the caller is an active member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrackerProject {
    /// Id.
    #[schema(value_type = Uuid)]
    pub id: ProjectId,
    /// Name.
    pub name: String,
    /// Slug.
    pub slug: String,
}

/// A device to be enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EnrollRequest {
    /// The device, made by the client.
    #[schema(value_type = Uuid)]
    pub device_id: DeviceId,
    /// The project its events go to.
    #[schema(value_type = Uuid)]
    pub project_id: ProjectId,
    /// Name of the device.
    #[schema(max_length = 255)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Platform.
    #[schema(max_length = 32, default = "macos")]
    pub platform: String,
    /// Version of the client. Not known to older servers.
    #[schema(max_length = 64)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Decode for EnrollRequest {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let device_id = fields.required("device_id", rules::id);
        let project_id = fields.required("project_id", rules::id);
        let name = fields.optional("name", rules::text(255));
        let platform = fields.or("platform", "macos".to_owned(), rules::text(32));
        let version = fields.optional("version", rules::cut(64));
        Some(Self {
            device_id: device_id?,
            project_id: project_id?,
            name: name?,
            platform: platform?,
            version: version?,
        })
    }
}

/// The device an endpoint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeviceQuery {
    /// The device.
    #[param(value_type = Uuid)]
    pub device_id: DeviceId,
}

impl Decode for DeviceQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            device_id: fields.required("device_id", rules::id)?,
        })
    }
}

/// When screenshots are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

/// The words of [`ScreenshotPolicy`] for decoding.
pub const SCREENSHOT_POLICIES: &[(&str, people::ScreenshotPolicy)] = &[
    ("off", people::ScreenshotPolicy::Off),
    ("active_window", people::ScreenshotPolicy::ActiveWindow),
    ("full_screen", people::ScreenshotPolicy::FullScreen),
];

impl From<people::ScreenshotPolicy> for ScreenshotPolicy {
    fn from(policy: people::ScreenshotPolicy) -> Self {
        match policy {
            people::ScreenshotPolicy::Off => Self::Off,
            people::ScreenshotPolicy::ActiveWindow => Self::ActiveWindow,
            people::ScreenshotPolicy::FullScreen => Self::FullScreen,
        }
    }
}

/// How a device is to capture. Equal etags mean equal config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceConfig {
    /// `cfg_` and 12 hex digits.
    pub config_etag: String,
    /// Seconds between samples.
    pub sample_interval_s: u32,
    /// Screenshots.
    pub screenshot_policy: ScreenshotPolicy,
    /// Every how many samples a screenshot is taken.
    pub screenshot_every_n_samples: u32,
    /// Seconds without input that count as away.
    pub idle_threshold_s: u32,
    /// Nothing is captured.
    pub paused: bool,
    /// Applications never captured.
    pub excluded_bundle_ids: Vec<String>,
}

impl DeviceConfig {
    /// The config in force on a device.
    pub fn of(device: people::Device) -> Self {
        let people::Device {
            config, config_etag, ..
        } = device;
        Self {
            config_etag,
            sample_interval_s: config.sample_interval_s,
            screenshot_policy: config.screenshot_policy.into(),
            screenshot_every_n_samples: config.screenshot_every_n_samples,
            idle_threshold_s: config.idle_threshold_s,
            paused: config.paused,
            excluded_bundle_ids: config.excluded_bundle_ids,
        }
    }
}

/// The answer to an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Enrolled {
    /// The device.
    #[schema(value_type = Uuid)]
    pub device_id: DeviceId,
    /// Its project.
    #[schema(value_type = Uuid)]
    pub project_id: ProjectId,
    /// How it is to capture.
    pub config: DeviceConfig,
}

/// How far the server has a device's events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SyncStatus {
    /// The device.
    #[schema(value_type = Uuid)]
    pub device_id: DeviceId,
    /// Highest `client_seq` seen.
    pub server_seq: i64,
    /// Last heartbeat or batch.
    pub last_seen_at: Option<Stamp>,
}
