//! The event: one stored sample of what a device saw, as `contract/tracker.md` §2.3 and §9.1 define it.
//!
//! Events are append-only evidence. Nothing derived (category, task) lives on them here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DeveloperId, DeviceId, EventId, ProjectId, Zone};

/// One stored sample. `ts` is in whole microseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Idempotency key, made by the client.
    pub id: EventId,
    /// Whose it is; taken from the device, never from the client.
    pub developer_id: DeveloperId,
    /// The project the device was enrolled into on arrival.
    pub project_id: ProjectId,
    /// The device that saw it.
    pub device_id: DeviceId,
    /// The client's counter; neither unique nor monotonic with old clients.
    pub client_seq: i64,
    /// When it was seen.
    pub ts: Timestamp,
    /// Seconds the sample speaks for, 1 to 600.
    pub interval_s: u32,
    /// The zone in force: the event's own, else the person's when it arrived, else UTC.
    pub tz: Zone,
    /// The device's idle threshold when it arrived, in seconds.
    pub idle_threshold_s: u32,
    /// Seconds since the last input at `ts`, where the client said so (0 to 86,400).
    pub idle_s: Option<u32>,
    /// The window in focus.
    pub active_app: ActiveApp,
    /// File and repository.
    pub file_context: Option<FileContext>,
    /// Terminal and editor.
    pub dev_context: Option<DevContext>,
    /// The page in a browser.
    pub browser: Option<Browser>,
    /// Counts of input, never its content.
    pub input_cadence: Option<InputCadence>,
    /// Whether in a call.
    pub meeting: Option<Meeting>,
    /// State of the machine.
    pub system: Option<System>,
    /// Reference to a stored screenshot.
    pub evidence_ref: Option<String>,
}

impl Event {
    /// Whether the person was in a call when this was seen.
    pub fn in_call(&self) -> bool {
        self.meeting.as_ref().is_some_and(|m| m.in_call)
    }
}

/// The window in focus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveApp {
    /// Name of the application.
    pub name: String,
    /// Bundle id, or the platform's like (WM_CLASS on X11).
    pub bundle_id: String,
    /// Title of the window.
    pub window_title: Option<String>,
}

/// File and repository in focus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileContext {
    /// Path of the file.
    pub path: Option<String>,
    /// Repository: `owner/name` of its remote, else the folder's name.
    pub repo: Option<String>,
    /// Branch checked out.
    pub branch: Option<String>,
}

/// Terminal and editor context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevContext {
    /// Working directory of the terminal.
    pub terminal_cwd: Option<String>,
    /// Last command, secrets redacted.
    pub last_command: Option<String>,
    /// File open in the editor.
    pub editor_file: Option<String>,
}

/// The page in a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Browser {
    /// Address.
    pub url: Option<String>,
    /// Title.
    pub title: Option<String>,
}

/// Counts of input events since the last sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputCadence {
    /// Keys pressed.
    pub key_events: u64,
    /// Clicks and movements.
    pub mouse_events: u64,
}

/// Whether in a call, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// In a call at `ts`.
    pub in_call: bool,
    /// The application of the call.
    pub call_app: Option<String>,
    /// The calendar's id of the meeting.
    pub calendar_event_id: Option<String>,
}

/// State of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// Running on battery.
    pub on_battery: Option<bool>,
    /// Number of displays.
    pub displays: Option<u32>,
    /// Reachable network.
    pub online: Option<bool>,
    /// Kind of network.
    pub network: Option<String>,
}
