//! How the agent is, as other programs of this person read it from home. Must not know how it is shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::link::DeviceConfig;
use crate::spool::SpoolStatus;
use crate::{AgentError, Home, home};

/// What capturing is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capture {
    /// Not begun: this device is not enrolled yet.
    #[default]
    NotEnrolled,
    /// Samples are taken.
    Running,
    /// Samples are not taken now; `withheld` says why.
    Withheld,
    /// The project or the person paused this device.
    Paused,
    /// The agent has ended.
    Stopped,
}

/// What uploading is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upload {
    /// Nothing stands in the way.
    #[default]
    Flowing,
    /// The server does not answer; it is tried again.
    Unreachable,
    /// The server answers with failures; it is tried again.
    Failing,
    /// The server asks for patience.
    Limited,
    /// The token is refused: a person must sign in again.
    TokenRefused,
    /// The server does not speak this version's schema.
    SchemaRefused,
    /// The device is not enrolled and could not be.
    NotEnrolled,
    /// The spool could not be written.
    SpoolFailed,
}

/// How the agent is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentStatus {
    /// The process.
    pub pid: u32,
    /// The version of Dayloom it runs.
    pub version: String,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When this was written.
    pub updated_at: Option<Timestamp>,
    /// What capturing is at.
    pub capture: Capture,
    /// Why no sample is taken now: `idle`, `excluded_app`, and so on.
    pub withheld: Option<String>,
    /// The last sample committed to the spool.
    pub last_sample_at: Option<Timestamp>,
    /// What uploading is at.
    pub upload: Upload,
    /// The status the server last refused with, where it did.
    pub upload_status: Option<u16>,
    /// When the server last accounted for events.
    pub last_upload_at: Option<Timestamp>,
    /// When the server last said what this device is to do.
    pub last_heartbeat_at: Option<Timestamp>,
    /// One sentence of what is wrong and what to do, where something is.
    pub problem: Option<String>,
    /// The server's base address.
    pub server: Option<String>,
    /// This device's id.
    pub device_id: Option<String>,
    /// This device's name.
    pub device_name: Option<String>,
    /// The project's id.
    pub project_id: Option<String>,
    /// The project's name.
    pub project_name: Option<String>,
    /// Seconds between samples, in force.
    pub interval_s: Option<u32>,
    /// Seconds without input above which no sample is taken, in force.
    pub idle_threshold_s: Option<u32>,
    /// The config in force.
    pub config_etag: Option<String>,
    /// What the project asks for in the way of screenshots. None is ever taken by this version.
    pub screenshot_policy: Option<String>,
    /// The spool's numbers.
    pub spool: SpoolStatus,
}

impl AgentStatus {
    /// The status last written in this home, if there is a readable one.
    pub fn load(home: &Home) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(home.status()).ok()?).ok()
    }

    pub(crate) fn show_config(&mut self, config: &DeviceConfig, interval_s: u32) {
        self.interval_s = Some(interval_s);
        self.idle_threshold_s = Some(config.idle_threshold_s);
        self.config_etag = Some(config.config_etag.clone());
        self.screenshot_policy = Some(config.screenshot_policy.clone());
    }

    /// Writes it, whole or not at all. It need not survive a power cut: the next sample writes it again.
    pub fn save(&self, home: &Home) -> Result<(), AgentError> {
        let path = home.status();
        let bytes = serde_json::to_vec(self).expect("a status is plain data");
        home::write_private(&path, &bytes, false).map_err(|error| AgentError::Home { path, error })
    }
}
