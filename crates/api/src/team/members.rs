//! Members as the team API shows them.

use dayloom_domain::{Zone, people::Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Decode, Fields, rules::one_of};

/// A role as the team API knows it: owners and admins of the Tracker are admins, everyone else is a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    /// Manages the workspace.
    Admin,
    /// Is in it.
    Member,
}

impl TeamRole {
    /// What a role of the Tracker shows as.
    pub fn of(role: Role) -> Self {
        match role {
            Role::Owner | Role::Admin => Self::Admin,
            Role::Manager | Role::Developer | Role::Viewer => Self::Member,
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
}

/// An active member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TeamMember {
    /// The person.
    pub developer_id: Uuid,
    /// Their GitHub login, where it is known.
    pub login: Option<String>,
    /// Their name, where they gave one.
    pub name: Option<String>,
    /// `admin` or `member`.
    pub role: TeamRole,
    /// The zone their collector sent last; null until one was sent, which is shown as UTC.
    #[schema(value_type = Option<String>, example = "Europe/Kyiv")]
    pub timezone: Option<Zone>,
}

/// Body of `PATCH /workspaces/{id}/members/{developer_id}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TeamMemberChange {
    /// `admin` or `member`.
    pub role: TeamRole,
}

impl Decode for TeamMemberChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        const ROLES: &[(&str, TeamRole)] = &[("admin", TeamRole::Admin), ("member", TeamRole::Member)];
        Some(Self {
            role: fields.required("role", one_of(ROLES))?,
        })
    }
}
