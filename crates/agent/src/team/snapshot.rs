//! How the collector is, as editors and commands show it.

use dayloom_api::Stamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the status bar shows at a glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Level {
    /// Tracking is off.
    #[default]
    Off,
    /// Nobody is signed in.
    SignedOut,
    /// On, and no tick was taken yet.
    Waiting,
    /// The last minute counted.
    Active,
    /// The last minute did not count: nobody was there.
    Idle,
    /// Nothing is counted until ActivityWatch runs: shown in red.
    Gated,
}

/// Minutes of the present UTC day in one workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WorkspaceToday {
    /// Id of the workspace.
    #[cfg_attr(test, ts(type = "string"))]
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Internal minutes.
    pub internal: u32,
    /// External minutes.
    pub external: u32,
}

/// How the collector is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Snapshot {
    /// What the status bar shows.
    pub level: Level,
    /// The UTC minute of the last tick; null before the first.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub at: Option<Stamp>,
    /// `ACTIVE`, `IDLE` or `GATED`; null before the first tick.
    pub state: Option<String>,
    /// Why, such as `aw+os`; null before the first tick.
    pub reason: Option<String>,
    /// A few words for the status bar.
    pub text: String,
    /// Lines for its tooltip.
    pub tooltip: String,
    /// What a person should be told, such as a setting that does not stand; null where all is well.
    pub warning: Option<String>,
    /// The master switch.
    pub enabled: bool,
    /// Whether somebody is signed in.
    pub signed_in: bool,
    /// Whether ActivityWatch answered in the last tick; null where it is not asked.
    pub activity_watch: Option<bool>,
    /// The idle window in force, in minutes.
    pub idle_window_minutes: u32,
    /// Name of the application in front in the last minute; null where none is known, or it is excluded.
    pub app: Option<String>,
    /// `owner/name` of the repository in front; null where none is known.
    pub repo: Option<String>,
    /// Editor windows that are open.
    pub editors: u32,
    /// Minutes of the present UTC day, by workspace; minutes that still wait are in it.
    pub today: Vec<WorkspaceToday>,
    /// Minutes that wait for the server.
    pub waiting: u32,
    /// When the server last accounted for minutes.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub flushed_at: Option<Stamp>,
}
