//! Invite codes and joining with one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Decode, Fields, Stamp, rules};

/// Seconds an invite lives unless said otherwise: a week (`contract/team.md` §4).
const LIFE_S: u32 = 604_800;

/// A code that lets people in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invite {
    /// 128 random bits as 32 digits.
    pub code: String,
    /// Until when.
    pub expires_at: Stamp,
}

/// A live code with how often it let someone in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListedInvite {
    /// The code.
    pub code: String,
    /// Until when.
    pub expires_at: Stamp,
    /// People who joined with it.
    pub used: u32,
}

/// Body of `POST /workspaces/{id}/invites`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewInvite {
    /// Seconds it lives: 60 to 2,592,000; a week where absent or null.
    #[schema(value_type = Option<u32>, minimum = 60, maximum = 2_592_000)]
    pub expires_in_s: u32,
}

impl Default for NewInvite {
    fn default() -> Self {
        Self { expires_in_s: LIFE_S }
    }
}

impl Decode for NewInvite {
    const OPTIONAL: bool = true;

    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let seconds = fields.optional("expires_in_s", rules::unsigned(60, 2_592_000))?;
        Some(Self {
            expires_in_s: seconds.unwrap_or(LIFE_S),
        })
    }
}

/// Body of `POST /workspaces/join`.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Join {
    /// The code.
    pub code: String,
}

impl std::fmt::Debug for Join {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Join(hidden)")
    }
}

impl Decode for Join {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        // A code of any form that is none of ours is unknown, not malformed: one answer for all.
        Some(Self {
            code: fields.required("code", rules::text(usize::MAX))?,
        })
    }
}
