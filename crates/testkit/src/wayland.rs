//! A Wayland session of a test's own: a compositor without a screen, and the X server it keeps for programs that need one.
//!
//! It is ended when dropped. It knows nothing of Dayloom.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    desktop::{end, numbers},
    needs,
};

/// How long the compositor may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(180);
/// The socket's name within the session's folder.
const SOCKET: &str = "wayland-test";
/// What the compositor says before the number of the display it keeps for X programs.
const X_DISPLAY: &str = "xserver listening on display ";

/// A running session.
pub struct Wayland {
    compositor: Child,
    folder: tempfile::TempDir,
    x_display: String,
}

impl Wayland {
    /// Starts one, or says that the test is skipped and gives `None` where `weston` or `Xwayland` is not installed. With
    /// `DAYLOOM_TEST_ALL=1` that is a failure.
    pub fn start() -> Option<Self> {
        if !needs::installed(&["weston", "Xwayland"], "weston xwayland") {
            return None;
        }
        let _numbers = numbers();
        let folder = tempfile::tempdir().expect("a folder only we can enter");
        let log = folder.path().join("log");
        let said = File::create(&log).expect("a file in it");
        let compositor = Command::new("weston")
            .args([
                "--backend=headless-backend.so",
                "--xwayland",
                "--idle-time=0",
                "--no-config",
            ])
            .arg(format!("--socket={SOCKET}"))
            .env("XDG_RUNTIME_DIR", folder.path())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DISPLAY")
            .stdin(Stdio::null())
            .stdout(said.try_clone().expect("a second handle"))
            .stderr(said)
            .spawn()
            .expect("weston starts");
        let mut session = Self {
            compositor,
            folder,
            x_display: String::new(),
        };
        let begun = Instant::now();
        while session.x_display.is_empty() {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain for the compositor:\n{said}"
            );
            // The line counts once it is whole.
            let display = said.split_inclusive('\n').find_map(|line| {
                let (_, display) = line.strip_suffix('\n')?.split_once(X_DISPLAY)?;
                Some(display.trim().to_owned())
            });
            session.x_display = display.unwrap_or_default();
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(session)
    }

    /// `WAYLAND_DISPLAY` of the session.
    pub fn display(&self) -> &'static str {
        SOCKET
    }

    /// `DISPLAY` of the session, such as `:1`: the X server that stands in for X11.
    pub fn x_display(&self) -> &str {
        &self.x_display
    }

    /// `XDG_RUNTIME_DIR` of the session.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Wayland {
    fn drop(&mut self) {
        end(&mut self.compositor);
    }
}
