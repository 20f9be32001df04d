//! One event on the wire (`contract/tracker.md` §2.3, §9.1): as a client writes it, and as the server reads it.
//!
//! Reading is lenient towards text (cut, NUL removed) and strict towards types, and never looks beyond its own event.

use dayloom_domain::{EventId, Zone, event};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Stamp,
    decode::Fault,
    json::Json,
    rules::{self, MAX_ID},
};

/// Longest names: application, bundle, repository, branch, call and calendar ids.
pub const MAX_NAME: usize = 255;
/// Longest titles and commands.
pub const MAX_TITLE: usize = 1024;
/// Longest paths and addresses.
pub const MAX_PATH: usize = 2048;
/// Longest kind of network.
pub const MAX_NETWORK: usize = 32;
/// Longest evidence reference.
pub const MAX_EVIDENCE_REF: usize = 128;
/// Longest interval one sample may speak for, in seconds.
pub const MAX_INTERVAL_S: u32 = 600;
/// Longest time since the last input a sample may name, in seconds: a day.
pub const MAX_IDLE_S: u32 = 86_400;

/// An event as a client sends it. Texts must be within their maxima and ids in lower case for older servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TrackerEvent)]
pub struct Event {
    /// Idempotency key.
    #[schema(value_type = Uuid)]
    pub event_id: EventId,
    /// The client's counter.
    #[schema(minimum = 0)]
    pub client_seq: i64,
    /// When it was seen.
    pub ts: Stamp,
    /// Seconds it speaks for.
    #[schema(minimum = 1, maximum = 600)]
    pub interval_s: u32,
    /// The window in focus.
    pub active_app: ActiveApp,
    /// File and repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_context: Option<FileContext>,
    /// Terminal and editor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev_context: Option<DevContext>,
    /// The page in a browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<Browser>,
    /// Counts of input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_cadence: Option<InputCadence>,
    /// Whether in a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meeting: Option<Meeting>,
    /// State of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// Reference to a screenshot.
    #[schema(max_length = 128)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_ref: Option<String>,
    /// Time zone at `ts`, an IANA name. Not known to older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tz: Option<String>,
    /// Whole seconds since the last input at `ts`. Not known to older servers.
    #[schema(minimum = 0, maximum = 86400)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_s: Option<u32>,
}

macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident { $($(#[$field:meta])* $key:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub struct $name { $($(#[$field])* pub $key: $type),+ }

        impl From<event::$name> for $name {
            fn from(from: event::$name) -> Self {
                Self { $($key: from.$key),+ }
            }
        }

        impl From<$name> for event::$name {
            fn from(from: $name) -> Self {
                Self { $($key: from.$key),+ }
            }
        }
    };
}

mirror! {
    /// The window in focus.
    ActiveApp {
        /// Name of the application.
        #[schema(max_length = 255)]
        name: String,
        /// Bundle id, or the platform's like.
        #[schema(max_length = 255)]
        bundle_id: String,
        /// Title of the window.
        #[schema(max_length = 1024)]
        window_title: Option<String>,
    }
}
mirror! {
    /// File and repository in focus.
    FileContext {
        /// Path of the file.
        #[schema(max_length = 2048)]
        path: Option<String>,
        /// Repository.
        #[schema(max_length = 255)]
        repo: Option<String>,
        /// Branch.
        #[schema(max_length = 255)]
        branch: Option<String>,
    }
}
mirror! {
    /// Terminal and editor context.
    DevContext {
        /// Working directory of the terminal.
        #[schema(max_length = 2048)]
        terminal_cwd: Option<String>,
        /// Last command, secrets redacted.
        #[schema(max_length = 1024)]
        last_command: Option<String>,
        /// File open in the editor.
        #[schema(max_length = 2048)]
        editor_file: Option<String>,
    }
}
mirror! {
    /// The page in a browser.
    Browser {
        /// Address.
        #[schema(max_length = 2048)]
        url: Option<String>,
        /// Title.
        #[schema(max_length = 1024)]
        title: Option<String>,
    }
}
mirror! {
    /// Counts of input since the last sample; nothing else is allowed in it.
    InputCadence {
        /// Keys pressed.
        key_events: u64,
        /// Clicks and movements.
        mouse_events: u64,
    }
}
mirror! {
    /// Whether in a call, and where.
    Meeting {
        /// In a call.
        #[serde(default)]
        in_call: bool,
        /// The application of the call.
        #[schema(max_length = 255)]
        call_app: Option<String>,
        /// The calendar's id of the meeting.
        #[schema(max_length = 255)]
        calendar_event_id: Option<String>,
    }
}
mirror! {
    /// State of the machine.
    System {
        /// Running on battery.
        on_battery: Option<bool>,
        /// Number of displays.
        displays: Option<u32>,
        /// Reachable network.
        online: Option<bool>,
        /// Kind of network.
        #[schema(max_length = 32)]
        network: Option<String>,
    }
}

/// Why an event cannot be read (`contract/tracker.md` §9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Its id is missing, no text, over 36 characters or no UUID.
    Id,
    /// Anything else of a wrong type or out of its bounds.
    Event,
}

/// An event as read, or why it cannot be.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The id as it was sent, where that is not the id in lower case; none if it was missing or no text.
    pub sent_id: Option<String>,
    /// The id, where it is one.
    pub id: Option<EventId>,
    /// The event.
    pub event: Result<Box<IncomingEvent>, Unreadable>,
}

/// An event as the server reads it, whatever its `ts`.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingEvent {
    /// Idempotency key.
    pub id: EventId,
    /// The client's counter.
    pub client_seq: i64,
    /// When it was seen, in whole microseconds.
    pub ts: Timestamp,
    /// Seconds it speaks for, 1 to 600.
    pub interval_s: u32,
    /// Its zone, where it names a known one.
    pub tz: Option<Zone>,
    /// Seconds since the last input, 0 to 86,400, where it says so.
    pub idle_s: Option<u32>,
    /// The window in focus.
    pub active_app: event::ActiveApp,
    /// File and repository.
    pub file_context: Option<event::FileContext>,
    /// Terminal and editor.
    pub dev_context: Option<event::DevContext>,
    /// The page in a browser.
    pub browser: Option<event::Browser>,
    /// Counts of input.
    pub input_cadence: Option<event::InputCadence>,
    /// Whether in a call.
    pub meeting: Option<event::Meeting>,
    /// State of the machine.
    pub system: Option<event::System>,
    /// Reference to a screenshot.
    pub evidence_ref: Option<String>,
}

/// Reads one place of a batch. `last_zone` spares the look-up where neighbours share a zone.
pub fn read(json: &Json<'_>, last_zone: &mut Option<Zone>) -> Received {
    let sent = json.get("event_id").and_then(Json::as_text);
    let id = sent
        .filter(|text| text.chars().count() <= MAX_ID)
        .and_then(|text| text.parse::<EventId>().ok());
    let event = match id {
        None => Err(Unreadable::Id),
        Some(id) => fields(id, json, last_zone)
            .map(Box::new)
            .map_err(|_| Unreadable::Event),
    };
    let canonical =
        |text: &str| id.is_some() && text.len() == MAX_ID && !text.bytes().any(|b| b.is_ascii_uppercase());
    Received {
        sent_id: sent.filter(|text| !canonical(text)).map(str::to_owned),
        id,
        event,
    }
}

fn fields(id: EventId, json: &Json<'_>, last_zone: &mut Option<Zone>) -> Result<IncomingEvent, Fault> {
    Ok(IncomingEvent {
        id,
        client_seq: required(json, "client_seq", rules::integer(0, i64::MAX))?,
        ts: required(json, "ts", rules::instant)?,
        interval_s: required(json, "interval_s", rules::unsigned(1, MAX_INTERVAL_S))?,
        tz: zone(json, last_zone),
        idle_s: optional(json, "idle_s", rules::unsigned(0, MAX_IDLE_S)).unwrap_or(None),
        active_app: object(json, "active_app", |app| {
            Ok(event::ActiveApp {
                name: required(app, "name", rules::cut(MAX_NAME))?,
                bundle_id: required(app, "bundle_id", rules::cut(MAX_NAME))?,
                window_title: optional(app, "window_title", rules::cut(MAX_TITLE))?,
            })
        })?
        .ok_or_else(missing)?,
        file_context: object(json, "file_context", |file| {
            Ok(event::FileContext {
                path: optional(file, "path", rules::cut(MAX_PATH))?,
                repo: optional(file, "repo", rules::cut(MAX_NAME))?,
                branch: optional(file, "branch", rules::cut(MAX_NAME))?,
            })
        })?,
        dev_context: object(json, "dev_context", |dev| {
            Ok(event::DevContext {
                terminal_cwd: optional(dev, "terminal_cwd", rules::cut(MAX_PATH))?,
                last_command: optional(dev, "last_command", rules::cut(MAX_TITLE))?,
                editor_file: optional(dev, "editor_file", rules::cut(MAX_PATH))?,
            })
        })?,
        browser: object(json, "browser", |page| {
            Ok(event::Browser {
                url: optional(page, "url", rules::cut(MAX_PATH))?,
                title: optional(page, "title", rules::cut(MAX_TITLE))?,
            })
        })?,
        input_cadence: object(json, "input_cadence", |counts| {
            rules::input_cadence(counts).ok_or_else(missing)
        })?,
        meeting: object(json, "meeting", |meeting| {
            Ok(event::Meeting {
                in_call: meeting.get("in_call").map_or(Ok(false), rules::boolean)?,
                call_app: optional(meeting, "call_app", rules::cut(MAX_NAME))?,
                calendar_event_id: optional(meeting, "calendar_event_id", rules::cut(MAX_NAME))?,
            })
        })?,
        system: object(json, "system", |system| {
            Ok(event::System {
                on_battery: optional(system, "on_battery", rules::boolean)?,
                displays: optional(system, "displays", rules::unsigned(0, u32::MAX))?,
                online: optional(system, "online", rules::boolean)?,
                network: optional(system, "network", rules::cut(MAX_NETWORK))?,
            })
        })?,
        evidence_ref: optional(json, "evidence_ref", rules::cut(MAX_EVIDENCE_REF))?,
    })
}

fn zone(json: &Json<'_>, last: &mut Option<Zone>) -> Option<Zone> {
    let name = json.get("tz").and_then(Json::as_text)?;
    if last.as_ref().is_none_or(|zone| zone.name() != name) {
        *last = Some(Zone::parse(name).ok()?);
    }
    last.clone()
}

fn missing() -> Fault {
    Fault::new("missing", "Field required")
}

fn required<'v, T>(
    json: &'v Json<'v>,
    name: &str,
    rule: impl FnOnce(&Json<'v>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    rule(json.get(name).ok_or_else(missing)?)
}

fn optional<'v, T>(
    json: &'v Json<'v>,
    name: &str,
    rule: impl FnOnce(&Json<'v>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    match json.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(value) => rule(value).map(Some),
    }
}

fn object<'v, T>(
    json: &'v Json<'v>,
    name: &str,
    read: impl FnOnce(&'v Json<'v>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    match json.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(inner @ Json::Object(_)) => read(inner).map(Some),
        Some(_) => Err(Fault::new("model_attributes_type", "Input should be an object")),
    }
}
