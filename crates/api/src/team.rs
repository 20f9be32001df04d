//! Wire types of team minutes (`contract/team.md` §4 and §6).

use dayloom_domain::team::{classify::Kind, tick};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Stamp;

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

/// One minute in one workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MinuteInWorkspace {
    /// The workspace.
    pub id: Uuid,
    /// Internal or external.
    pub kind: Kind,
    /// What it is filed under, 1 to 255 characters.
    pub source: String,
}

/// The verdict on one minute, as `dayloom team trace` prints it and the activity log keeps it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tick {
    /// The UTC minute.
    pub at: Stamp,
    /// Null where there is no tick.
    pub state: Option<tick::State>,
    /// Null where there is no tick.
    pub reason: Option<tick::Reason>,
    /// Seconds since a person last proved to be there; null where nobody ever did.
    pub clock_age_s: Option<f64>,
    /// One for each workspace of an active minute, else empty.
    pub workspaces: Vec<MinuteInWorkspace>,
}
