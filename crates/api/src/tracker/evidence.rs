//! Screenshots on the wire (`contract/tracker.md` §2.5).

use dayloom_domain::EventId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    decode::{Decode, Fields},
    rules,
};

/// A screenshot to be uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresignRequest {
    /// The event it belongs to.
    #[schema(value_type = Uuid)]
    pub event_id: EventId,
    /// Its media type.
    #[schema(max_length = 64)]
    pub content_type: String,
    /// Its size.
    #[schema(minimum = 1)]
    pub byte_size: i64,
    /// SHA-256 of its bytes in hex.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
}

impl Decode for PresignRequest {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let event_id = fields.required("event_id", rules::id);
        let content_type = fields.required("content_type", rules::text(64));
        let byte_size = fields.required("byte_size", rules::positive);
        let sha256 = fields.required("sha256", rules::text_between(64, 64));
        Some(Self {
            event_id: event_id?,
            content_type: content_type?,
            byte_size: byte_size?,
            sha256: sha256?,
        })
    }
}

/// Where to put it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Presigned {
    /// Goes into the event.
    pub evidence_ref: String,
    /// PUT the bytes here.
    pub upload_url: String,
    /// Seconds the address stays good.
    pub expires_in_s: u32,
}
