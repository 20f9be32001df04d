//! Sources of Linux: X11, `/proc` and `/sys`. They give raw facts and never decide; presence, privacy and meaning
//! belong to `dayloom-capture`.

use std::path::PathBuf;

use dayloom_capture::Platform;
use url::Url;

/// Where the sources of this machine are found.
#[derive(Clone, Debug)]
pub struct Options {
    /// Dayloom's home, where the shell hook leaves its notes.
    pub home: PathBuf,
    /// Address of an ActivityWatch server to use where one runs, such as `http://localhost:5600`.
    pub activitywatch: Option<Url>,
    /// The X11 display; `None` takes `DISPLAY`.
    pub display: Option<String>,
}

/// The sources of this machine. Nothing is connected until the first sample.
pub fn platform(options: &Options) -> Platform {
    let mut platform = Platform::bare();
    platform.home = std::env::home_dir();
    tracing::debug!(activitywatch = options.activitywatch.is_some(), "platform");
    platform
}
