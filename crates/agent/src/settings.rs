//! What the agent is told at its start. Must not know where each setting came from, only its rank.

use std::path::PathBuf;
use std::time::Duration;

use crate::Secret;
use crate::spool::Limits;

/// `contract/tracker.md` §5.1: the server where nothing else is said.
pub const DEFAULT_SERVER: &str = "https://server.aexy.io/api/v1";

/// How the agent is to run.
#[derive(Clone, Debug)]
pub struct AgentConfig {
    /// The home folder.
    pub home: PathBuf,
    /// Server given on purpose (`--server`, or the local `up`). A stored credential is used for its own server only.
    pub server: Option<String>,
    /// Token given on purpose (`--token`). Stands before the stored credential.
    pub token: Option<Secret>,
    /// `AEXY_API_URL`: counts where no server is given and no credential stored.
    pub fallback_server: Option<String>,
    /// `AEXY_TRACKER_TOKEN`: counts where no token is given and no credential stored.
    pub fallback_token: Option<Secret>,
    /// `AEXY_PROJECT_ID`: the project to track into. One that is not among those there are is an error.
    pub project: Option<String>,
    /// `AEXY_DEVICE_ID`: stands in for the id kept in home.
    pub device_id: Option<String>,
    /// `AEXY_SAMPLE_INTERVAL`, in seconds: stands before the server's.
    pub interval_s: Option<u32>,
    /// How this machine is called on the device list.
    pub device_name: String,
    /// `linux`, `macos` or `windows` (at most 32 characters, `contract/tracker.md` §2.2).
    pub platform: String,
    /// Applications this person never wants captured, besides the project's.
    pub excluded_apps: Vec<String>,
    /// Regular expressions of titles this person never wants captured.
    pub excluded_titles: Vec<String>,
    /// Bounds of the spool.
    pub limits: Limits,
    /// Time between heartbeats.
    pub heartbeat: Duration,
    /// How long to wait before another try where the spool could not be opened, as on a full disk; none to end there.
    pub again: Option<Duration>,
    /// Called when the agent begins to wait for longer, after a sample or an upload, and between the two: the time to
    /// give back what only that needed. Must be quick.
    pub at_rest: fn(),
}

impl AgentConfig {
    /// Defaults for a home: everything else unsaid.
    pub fn new(home: impl Into<PathBuf>) -> Self {
        Self {
            home: home.into(),
            server: None,
            token: None,
            fallback_server: None,
            fallback_token: None,
            project: None,
            device_id: None,
            interval_s: None,
            device_name: String::new(),
            platform: std::env::consts::OS.to_owned(),
            excluded_apps: vec![],
            excluded_titles: vec![],
            limits: Limits::default(),
            heartbeat: Duration::from_secs(300),
            again: None,
            at_rest: || {},
        }
    }
}
