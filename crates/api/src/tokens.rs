//! API tokens on the wire (`contract/tracker.md` §1.2).

use dayloom_domain::ApiTokenId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Stamp,
    decode::{Decode, Fields, Patch},
    rules,
};

/// Days a token lives where the request does not say.
pub const DEFAULT_EXPIRY_DAYS: i64 = 90;

/// A token to be made. Left out, `expires_in_days` is 90; `null` means it never ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewApiToken {
    /// Name, 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// Days until it ends, 1 to 365; none for never.
    #[schema(minimum = 1, maximum = 365, default = 90)]
    pub expires_in_days: Option<i64>,
}

impl Decode for NewApiToken {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let name = fields.required("name", rules::text_between(1, 255));
        let expires = fields.patch("expires_in_days", rules::integer(1, 365));
        let expires_in_days = match expires? {
            Patch::Keep => Some(DEFAULT_EXPIRY_DAYS),
            Patch::Clear => None,
            Patch::Set(days) => Some(days),
        };
        Some(Self {
            name: name?,
            expires_in_days,
        })
    }
}

/// A token as listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiToken {
    /// Id.
    #[schema(value_type = Uuid)]
    pub id: ApiTokenId,
    /// Name.
    pub name: String,
    /// Its first 12 characters.
    pub token_prefix: String,
    /// When it ends.
    pub expires_at: Option<Stamp>,
    /// Last use, to within five minutes.
    pub last_used_at: Option<Stamp>,
    /// Not switched off.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Stamp,
}

/// A token just made; the only answer that ever shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedApiToken {
    /// As it is listed.
    #[serde(flatten)]
    pub row: ApiToken,
    /// The token itself: `aexy_` and 32 lower-case hex digits.
    pub token: String,
}

impl std::fmt::Debug for CreatedApiToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedApiToken")
            .field("row", &self.row)
            .finish_non_exhaustive()
    }
}
