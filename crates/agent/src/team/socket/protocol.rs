//! Everything that travels over the local socket, and the names of its calls. The TypeScript in
//! `editors/vscode/protocol.ts` is made from these types; a test keeps it fresh.

use dayloom_api::Stamp;
use dayloom_api::team::Counted;
use serde::{Deserialize, Deserializer, Serialize};

pub use crate::team::{
    ActivityWatchAnswer, CountOf, Level, LogLine, Snapshot, TeamSettings, TeamSettingsChange, WorkspaceToday,
};

/// The version of the protocol. A greater one may add calls and fields, and takes none away.
pub const PROTOCOL: u32 = 1;

/// Names of calls, as they stand in `method`.
pub mod method {
    /// Says who calls; answered with [`super::Welcome`].
    pub const HELLO: &str = "hello";
    /// A window of an editor reports itself ([`super::WindowReport`]); answered with null.
    pub const WINDOW_REPORT: &str = "window/report";
    /// A window of an editor closed ([`super::WindowName`]); answered with null.
    pub const WINDOW_CLOSE: &str = "window/close";
    /// How the collector is; answered with [`super::Snapshot`].
    pub const STATE_GET: &str = "state/get";
    /// Has every change of state told from now on; answered with [`super::Snapshot`].
    pub const STATE_SUBSCRIBE: &str = "state/subscribe";
    /// Told by the agent: the state changed ([`super::Snapshot`]).
    pub const STATE_CHANGED: &str = "state/changed";
    /// The last lines of the activity log ([`super::LogRead`]); answered with an array of [`super::LogEntry`].
    pub const LOG_READ: &str = "log/read";
    /// Has every new line of the log told from now on; answered with null.
    pub const LOG_SUBSCRIBE: &str = "log/subscribe";
    /// Told by the agent: a new line ([`super::LogEntry`]).
    pub const LOG_ENTRY: &str = "log/entry";
    /// The settings in force; answered with [`super::TeamSettings`].
    pub const SETTINGS_GET: &str = "settings/get";
    /// Changes settings ([`super::TeamSettingsChange`]); answered with [`super::TeamSettings`].
    pub const SETTINGS_SET: &str = "settings/set";
    /// Signs in ([`super::Login`]); answered with the object of `GET /api/team/me`.
    pub const TEAM_LOGIN: &str = "team/login";
    /// Stops tracking and signs out; answered with null.
    pub const TEAM_LOGOUT: &str = "team/logout";
    /// The person and their workspaces; answered with the object of `GET /api/team/me`.
    pub const TEAM_ME: &str = "team/me";
    /// Makes a workspace ([`super::NewWorkspace`]); answered with the workspace and its invite.
    pub const TEAM_CREATE: &str = "team/createWorkspace";
    /// Joins a workspace ([`super::JoinWorkspace`]); answered with the workspace.
    pub const TEAM_JOIN: &str = "team/joinWorkspace";
    /// Replaces an allowlist ([`super::SetAllowlist`]); answered with the workspace.
    pub const TEAM_ALLOWLIST: &str = "team/setAllowlist";
    /// Active members of a workspace ([`super::OfWorkspace`]); answered with the array of `GET …/members`.
    pub const TEAM_MEMBERS: &str = "team/members";
    /// Posts what was counted on GitHub ([`super::PostCounts`]); answered with the object of `POST …/commits`.
    pub const TEAM_COUNTS: &str = "team/postCounts";
    /// Says which GitHub login is the person's ([`super::GithubLogin`]); answered with the object of `GET /api/team/me`.
    pub const TEAM_GITHUB: &str = "team/setGithubLogin";
    /// What would be sent at the next flush; answered with [`super::PreviewAnswer`].
    pub const TEAM_PREVIEW: &str = "team/preview";
    /// Has the server asked anew which workspaces there are; answered with null.
    pub const TEAM_REFRESH: &str = "team/refresh";
    /// Starts ActivityWatch, or stops it where it runs; answered with [`super::ActivityWatchAnswer`].
    pub const AW_TOGGLE: &str = "activityWatch/toggle";
    /// Starts ActivityWatch; answered with [`super::ActivityWatchAnswer`].
    pub const AW_START: &str = "activityWatch/start";
    /// Stops ActivityWatch; answered with [`super::ActivityWatchAnswer`].
    pub const AW_STOP: &str = "activityWatch/stop";

    /// All that may be called, in the order above.
    pub const CALLS: [&str; 23] = [
        HELLO,
        WINDOW_REPORT,
        WINDOW_CLOSE,
        STATE_GET,
        STATE_SUBSCRIBE,
        LOG_READ,
        LOG_SUBSCRIBE,
        SETTINGS_GET,
        SETTINGS_SET,
        TEAM_LOGIN,
        TEAM_LOGOUT,
        TEAM_ME,
        TEAM_CREATE,
        TEAM_JOIN,
        TEAM_ALLOWLIST,
        TEAM_MEMBERS,
        TEAM_COUNTS,
        TEAM_GITHUB,
        TEAM_PREVIEW,
        TEAM_REFRESH,
        AW_TOGGLE,
        AW_START,
        AW_STOP,
    ];
}

/// Codes of errors besides those of JSON-RPC itself.
pub mod code {
    /// Nobody is signed in.
    pub const SIGNED_OUT: i32 = -32_001;
    /// The server refused; `data.status` is its status.
    pub const REFUSED: i32 = -32_002;
    /// The server does not answer.
    pub const UNREACHABLE: i32 = -32_003;
    /// ActivityWatch is not installed; `data.download_url` is where to get it.
    pub const NOT_INSTALLED: i32 = -32_004;
    /// It did not work; the message says why and what to do.
    pub const FAILED: i32 = -32_000;
}

/// Who calls.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Hello {
    /// Name of the program, such as `vscode`.
    pub client: String,
    /// Its version.
    pub version: String,
}

/// Who answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Welcome {
    /// The version of the protocol spoken.
    pub protocol: u32,
    /// The version of the agent.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// How the collector is.
    pub state: Snapshot,
}

/// What an editor's window says of itself. Sent when anything of it changes, and once after connecting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WindowReport {
    /// Tells the windows of one connection apart.
    pub window: String,
    /// Whether it has the focus.
    pub focused: bool,
    /// Address of the Git remote of the file in front; null where it has none, absent where the last one stays.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "said")]
    #[cfg_attr(test, ts(optional, as = "Option<Option<String>>"))]
    pub remote: Option<Option<String>>,
}

/// Null is something that was said; only an absent field was not.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A window by its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WindowName {
    /// As it was reported.
    pub window: String,
}

/// Which lines of the log are wanted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogRead {
    /// How many of the last ones, at most 20,160 (14 days).
    pub limit: usize,
}

impl Default for LogRead {
    fn default() -> Self {
        Self { limit: 100 }
    }
}

/// A line of the activity log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogEntry {
    /// The UTC minute.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Stamp,
    /// `ACTIVE`, `IDLE` or `GATED`.
    pub state: String,
    /// Why, such as `aw+os`.
    pub reason: String,
    /// What an active minute was in each workspace, in words; empty for others.
    pub detail: String,
}

impl From<LogLine> for LogEntry {
    fn from(line: LogLine) -> Self {
        Self {
            at: line.at,
            state: line.state,
            reason: line.reason,
            detail: line.detail,
        }
    }
}

/// A sign-in. The token stays on this machine.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Login {
    /// The server; absent or null keeps the one in use.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub server: Option<String>,
    /// An API or session token of that server.
    pub token: String,
    /// Whether to turn tracking on as well.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, type = "boolean"))]
    pub enable: bool,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(hidden)")
    }
}

/// A workspace to make.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NewWorkspace {
    /// 1 to 255 characters.
    pub name: String,
}

/// An invite to accept.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct JoinWorkspace {
    /// Its code.
    pub code: String,
}

impl std::fmt::Debug for JoinWorkspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JoinWorkspace(hidden)")
    }
}

/// A list of patterns, or the text a person edited it as (`contract/team.md` §5).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Patterns {
    /// Separated by commas outside brackets, braces and escapes, or a JSON array.
    Text(String),
    /// One by one.
    List(Vec<String>),
}

/// The new allowlist of a workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SetAllowlist {
    /// Id or name of the workspace; absent or null where the member has just one.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub workspace: Option<String>,
    /// The patterns; none lets every application count.
    pub patterns: Patterns,
}

/// A workspace.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OfWorkspace {
    /// Its id or name; absent or null where the member has just one.
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub workspace: Option<String>,
}

/// Counts of member-days of a workspace, each in place of what stood for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PostCounts {
    /// Id or name of the workspace; absent or null where the member has just one.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub workspace: Option<String>,
    /// What was counted.
    pub what: CountOf,
    /// Rows.
    #[cfg_attr(
        test,
        ts(type = "{ developer_id: string, day: string, internal: number, external: number }[]")
    )]
    pub days: Vec<Counted>,
}

/// A login of GitHub.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GithubLogin {
    /// 1 to 39 letters, digits and single hyphens; an empty text takes it back.
    pub login: String,
}

/// What would be sent at the next flush.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PreviewAnswer {
    /// The request's body, word for word.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub body: serde_json::Value,
    /// Minutes that wait in all.
    pub waiting: u32,
    /// Minutes that stand aside until the server has said which workspaces there are; no request holds them yet.
    #[serde(default)]
    pub aside: u32,
}
