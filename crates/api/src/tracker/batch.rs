//! A batch of events on the wire and its answer (`contract/tracker.md` §2.3).

use dayloom_domain::{DeviceId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Stamp,
    decode::{Decode, Fields},
    rules,
    tracker::event::{self, Received},
};

/// Most events in one batch.
pub const MAX_EVENTS: usize = 500;

/// The version clients of this workspace write.
pub const SCHEMA_VERSION: &str = "1.0";

/// A batch as a client sends it; `E` is [`super::Event`] or its JSON text.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EventBatch<E> {
    /// Version of the event's shape; must begin `1.`.
    #[schema(max_length = 16)]
    pub schema_version: String,
    /// The device.
    #[schema(value_type = Uuid)]
    pub device_id: DeviceId,
    /// When it was sent.
    pub sent_at: Stamp,
    /// The events, at most 500.
    #[schema(max_items = 500)]
    pub events: Vec<E>,
}

/// A batch as the server reads it: each event on its own.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingBatch {
    /// Version of the event's shape.
    pub schema_version: String,
    /// The device.
    pub device_id: DeviceId,
    /// The events, in their order.
    pub events: Vec<Received>,
}

impl Decode for IncomingBatch {
    const CUTS_TEXTS: bool = true;

    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let schema_version = fields.required("schema_version", rules::text(16));
        let device_id = fields.required("device_id", rules::id);
        let sent_at = fields.required("sent_at", rules::instant);
        let mut last_zone: Option<Zone> = None;
        let events = fields.list("events", MAX_EVENTS, |event| {
            Ok(event::read(event, &mut last_zone))
        });
        sent_at?;
        Some(Self {
            schema_version: schema_version?,
            device_id: device_id?,
            events: events?,
        })
    }
}

/// What became of a batch: `accepted + duplicates + rejected.len()` is its length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchAnswer {
    /// Stored now.
    pub accepted: u64,
    /// Stored before, or twice in the batch.
    pub duplicates: u64,
    /// Refused, each with its reason.
    pub rejected: Vec<Rejection>,
    /// Highest `client_seq` seen from the device.
    pub server_seq: i64,
    /// Seconds between samples in force.
    pub next_poll_after_s: Option<u32>,
    /// Etag of the config in force.
    pub config_etag: Option<String>,
}

/// An event that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rejection {
    /// Its id as it was sent; null where that was missing or no text.
    pub event_id: Option<String>,
    /// `ts_out_of_range`, `invalid_event_id`, `invalid_event`, `excluded_app`, `paused` or `capture_disabled`.
    pub reason: String,
}
