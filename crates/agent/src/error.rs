//! What stops the agent, each said as what happened and what to do.

use std::path::PathBuf;

use crate::SpoolError;
use crate::link::LinkError;

/// Why the agent did not start or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Another agent of this person runs on this home.
    #[error("an agent is already running on {home}; stop it first, or give this one another --home")]
    AlreadyRunning {
        /// The home both would use.
        home: PathBuf,
    },
    /// No token was found.
    #[error("this machine is not signed in; give --token, or set DAYLOOM_TOKEN, or start `dayloom up`")]
    NotSignedIn,
    /// The server refuses the token.
    #[error("the server refused the token (status {status}); sign in again or give another --token")]
    TokenRefused {
        /// 401 or 403.
        status: u16,
    },
    /// The address of the server is none.
    #[error("`{0}` is no address of a server; write it like https://dayloom.example.org")]
    ServerAddress(String),
    /// No project accepts tracked time.
    #[error(
        "no project you are a member of takes tracked time; ask its administrator to switch the tracker on"
    )]
    NoProject,
    /// The project asked for is not among those there are.
    #[error("project {wanted} is not one you can track into; there are: {listed}")]
    UnknownProject {
        /// What was asked for.
        wanted: String,
        /// Name and id of each.
        listed: String,
    },
    /// The server will not enrol this device.
    #[error("the server did not enrol this device (status {status}: {detail}); {hint}")]
    EnrolmentRefused {
        /// The status answered.
        status: u16,
        /// The server's words.
        detail: String,
        /// What to do.
        hint: &'static str,
    },
    /// The device id file holds something else.
    #[error("{path} holds no device id; put the old one back, or delete the file to begin a new device")]
    DeviceId {
        /// The file.
        path: PathBuf,
    },
    /// `AEXY_DEVICE_ID` is none.
    #[error("`{0}` is no device id; write a UUID such as 7c9e6679-7425-40de-944b-e07fc1f90ae7")]
    DeviceIdSetting(String),
    /// An exclusion of the person's does not compile.
    #[error(transparent)]
    TitlePattern(#[from] dayloom_capture::BadPattern),
    /// A file of the home could not be used.
    #[error("{path} could not be used: {error}; check that the folder is yours and has space")]
    Home {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file of the home does not hold what it should.
    #[error("{path} is not readable as {what}; delete it and sign in again")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// The server did not answer as it should.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The spool failed.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// Above the idle threshold, paused or excluded: there was nothing to take.
    #[error("no sample was taken: {0}")]
    NothingTaken(&'static str),
}

impl AgentError {
    /// Whether room on the disk, or another program that lets go of a file, may end it.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        matches!(
            self,
            Self::Home { .. } | Self::Spool(SpoolError::Database { .. } | SpoolError::File { .. })
        )
    }
}
