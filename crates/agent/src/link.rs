//! What the agent asks of a server, and how it can fail. Must not know how the calls travel.

mod http;

use std::future::Future;

use dayloom_domain::{DeviceId, ProjectId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::uploader::Counts;

pub use http::connect;

/// A project this person can track into (`contract/tracker.md` §2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
}

/// What the server says this device is to do (`contract/tracker.md` §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceConfig {
    /// Names this config; changes when it does.
    pub config_etag: String,
    /// Seconds between samples.
    pub sample_interval_s: u32,
    /// `off`, `active_window` or `full_screen`. This version takes no screenshots, whatever stands here.
    pub screenshot_policy: String,
    /// Seconds without input above which no sample is taken.
    pub idle_threshold_s: u32,
    /// Whether to take no samples at all.
    pub paused: bool,
    /// Applications never captured.
    pub excluded_bundle_ids: Vec<String>,
}

impl Default for DeviceConfig {
    fn default() -> Self {
        Self {
            config_etag: "cfg_0".to_owned(),
            sample_interval_s: 60,
            screenshot_policy: "off".to_owned(),
            idle_threshold_s: 300,
            paused: false,
            excluded_bundle_ids: vec![],
        }
    }
}

/// The answer to a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchAnswer {
    /// What became of the events.
    pub counts: Counts,
    /// The largest `client_seq` the server has seen of this device.
    pub server_seq: i64,
    /// The etag of the device's config, where the server says.
    pub config_etag: Option<String>,
}

/// Why a call did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The server answered with another status than success.
    #[error("the server answered {status}: {detail}; `dayloom doctor` looks for the reason")]
    Refused {
        /// The status.
        status: u16,
        /// The server's words.
        detail: String,
        /// Seconds to wait, where the server named them.
        retry_after_s: Option<u64>,
    },
    /// There was no answer.
    #[error("the server could not be reached; check its address and the network")]
    Unreachable,
    /// The answer could not be read.
    #[error("the server's answer could not be read; is this the address of a Dayloom server?")]
    Undecodable,
    /// The call could not even be made.
    #[error("the server's address or the token cannot be used; check both for stray characters")]
    Unusable,
}

/// The calls of one person to one server.
pub trait Link: Send + Sync + 'static {
    /// `GET /developers/me`: the person's id.
    fn person(&self) -> impl Future<Output = Result<String, LinkError>> + Send;

    /// `GET /tracker/projects`.
    fn projects(&self) -> impl Future<Output = Result<Vec<Project>, LinkError>> + Send;

    /// `POST /tracker/devices:enroll`.
    fn enroll(
        &self,
        device: DeviceId,
        project: ProjectId,
        name: &str,
        platform: &str,
    ) -> impl Future<Output = Result<DeviceConfig, LinkError>> + Send;

    /// `POST /tracker/devices:heartbeat`.
    fn heartbeat(&self, device: DeviceId) -> impl Future<Output = Result<DeviceConfig, LinkError>> + Send;

    /// `POST /tracker/events:batch`; `events` are wire forms.
    fn batch(
        &self,
        device: DeviceId,
        sent_at: Timestamp,
        events: Vec<String>,
    ) -> impl Future<Output = Result<BatchAnswer, LinkError>> + Send;
}
