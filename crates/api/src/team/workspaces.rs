//! Workspaces as their members see them, and the member themselves.

use dayloom_domain::Zone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Invite;
use crate::{Decode, Fields, rules, words};

/// A workspace as its members see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TeamWorkspace {
    /// Id.
    pub id: Uuid,
    /// Name.
    #[serde(default)]
    pub name: String,
    /// `admin` for owners and admins, `member` for everyone else.
    #[serde(default)]
    #[schema(example = "admin")]
    pub role: String,
    /// Globs of its repositories, in the order they were given.
    pub repo_patterns: Vec<String>,
    /// Patterns of its applications; empty means that every application counts.
    pub app_allowlist: Vec<String>,
    /// Minutes without input that count as idle, 1 to 15.
    pub idle_window_minutes: u32,
    /// Minutes of a UTC day that are shown, 1 to 1,440.
    #[serde(default = "whole_day")]
    pub daily_cap_minutes: u32,
}

fn whole_day() -> u32 {
    1_440
}

/// Answer of `GET /me`: the caller and their workspaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The caller.
    pub id: Uuid,
    /// Their GitHub login, where it is known.
    pub login: Option<String>,
    /// Their name, where they gave one.
    pub name: Option<String>,
    /// Their address.
    pub email: String,
    /// The zone their collector sent last; null until one was sent.
    #[schema(value_type = Option<String>, example = "Europe/Kyiv")]
    pub timezone: Option<Zone>,
    /// The least window of their workspaces; 5 without any.
    pub idle_window_minutes: u32,
    /// Their workspaces, oldest first.
    pub workspaces: Vec<TeamWorkspace>,
}

/// Body of `POST /workspaces`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewTeamWorkspace {
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
}

impl Decode for NewTeamWorkspace {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            name: fields.required("name", words::label(255))?,
        })
    }
}

/// Answer of `POST /workspaces`: the workspace with its first invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedTeamWorkspace {
    /// The workspace.
    #[serde(flatten)]
    pub workspace: TeamWorkspace,
    /// Lets others in.
    pub invite: Invite,
}

/// Body of `PATCH /workspaces/{id}`. What is absent or null stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TeamWorkspaceChange {
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 1 to 15.
    #[schema(minimum = 1, maximum = 15)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_window_minutes: Option<u32>,
    /// 1 to 1,440. Acts on what is shown; nothing is lost.
    #[schema(minimum = 1, maximum = 1440)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_cap_minutes: Option<u32>,
}

impl Decode for TeamWorkspaceChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let name = fields.optional("name", words::label(255));
        let idle = fields.optional("idle_window_minutes", rules::unsigned(1, 15));
        let cap = fields.optional("daily_cap_minutes", rules::unsigned(1, 1_440));
        Some(Self {
            name: name?,
            idle_window_minutes: idle?,
            daily_cap_minutes: cap?,
        })
    }
}
