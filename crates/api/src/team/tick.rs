//! The verdict on one minute, as the collector makes it.

use dayloom_domain::team::tick;
use serde::Serialize;

use super::MinuteInWorkspace;
use crate::Stamp;

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
