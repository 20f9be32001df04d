//! A person's own devices as the wire shows them (`contract/tracker.md` §9). Must not know enrolment or ingest.

use dayloom_domain::people::Device;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Decode, Fields, Stamp,
    rules::{boolean, text},
};

/// An enrolled device of the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceOut {
    /// Id, made by the client.
    pub device_id: Uuid,
    /// Name.
    pub name: Option<String>,
    /// Platform, such as `macos` or `linux`.
    pub platform: String,
    /// Where its events go.
    pub project_id: Uuid,
    /// Version of the client, where known.
    pub version: Option<String>,
    /// Last heartbeat or batch.
    pub last_seen_at: Option<Stamp>,
    /// Nothing is captured: the project or the person paused it.
    pub paused: bool,
    /// Highest `client_seq` seen.
    pub server_seq: i64,
}

impl From<Device> for DeviceOut {
    fn from(device: Device) -> Self {
        Self {
            device_id: device.id.0,
            name: device.name,
            platform: device.platform,
            project_id: device.project_id.0,
            version: device.version,
            last_seen_at: device.last_seen_at.map(Stamp),
            paused: device.config.paused,
            server_seq: device.server_seq,
        }
    }
}

/// Body of `PATCH /tracker/devices/{id}`. What is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeviceChange {
    /// At most 255 characters; null takes the name away.
    #[schema(value_type = Option<String>, max_length = 255)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// Whether the person pauses this device. A pause of the project stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
}

impl Decode for DeviceChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let name = fields.patch("name", text(255));
        let paused = fields.optional("paused", boolean);
        Some(Self {
            name: name?.into_option(),
            paused: paused?,
        })
    }
}
