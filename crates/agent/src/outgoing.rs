//! The event as it leaves this machine: wire form, within the limits of every server that speaks the contract.
//!
//! Ids in lower case, texts within the maxima and without NUL, `interval_s` within 1 to 600
//! (`contract/tracker.md` §0, interop rule 2, and §2.3). Must not know where it is kept or sent.

use dayloom_capture::Sample;
use dayloom_domain::event::{ActiveApp, Browser, DevContext, FileContext, InputCadence, Meeting, System};
use dayloom_domain::{EventId, Zone};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `contract/tracker.md` §2.3: the shortest and the longest time one sample may speak for, in seconds.
pub const INTERVAL_S: std::ops::RangeInclusive<u32> = 1..=600;

/// One captured sample on its way to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutgoingEvent {
    /// Idempotency key.
    pub event_id: EventId,
    /// Counter of this device; set by the spool, goes on across restarts.
    pub client_seq: i64,
    /// When it was seen.
    pub ts: Timestamp,
    /// Seconds the sample speaks for.
    pub interval_s: u32,
    /// The zone of the machine at `ts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tz: Option<Zone>,
    /// Seconds since the last input at `ts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_s: Option<u32>,
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
}

impl OutgoingEvent {
    /// From a sample, which is cut to the contract's maxima on the way. `client_seq` is 0 until the spool gives one.
    pub fn new(event_id: EventId, ts: Timestamp, interval_s: u32, sample: Sample) -> Self {
        let sample = sample.within_limits();
        Self {
            event_id,
            client_seq: 0,
            ts,
            interval_s: interval_s.clamp(*INTERVAL_S.start(), *INTERVAL_S.end()),
            tz: sample.tz,
            idle_s: sample.idle_s,
            active_app: sample.active_app,
            file_context: sample.file_context,
            dev_context: sample.dev_context,
            browser: sample.browser,
            input_cadence: sample.input_cadence,
            meeting: sample.meeting,
            system: sample.system,
        }
    }

    /// The wire form: JSON without null members.
    pub fn to_wire(&self) -> String {
        let mut value = serde_json::to_value(self).expect("an event is plain data with text keys");
        drop_nulls(&mut value);
        value.to_string()
    }
}

fn drop_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(drop_nulls);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> OutgoingEvent {
        OutgoingEvent {
            event_id: "7C9E6679-7425-40DE-944B-E07FC1F90AE7".parse().unwrap(),
            client_seq: 3,
            ts: "2026-11-21T09:00:00.25Z".parse().unwrap(),
            interval_s: 60,
            tz: Some(Zone::parse("Europe/Berlin").unwrap()),
            idle_s: Some(4),
            active_app: ActiveApp {
                name: "code".into(),
                bundle_id: "code.Code".into(),
                window_title: None,
            },
            file_context: Some(FileContext {
                path: None,
                repo: Some("me/it".into()),
                branch: None,
            }),
            dev_context: None,
            browser: None,
            input_cadence: Some(InputCadence {
                key_events: 2,
                mouse_events: 0,
            }),
            meeting: None,
            system: None,
        }
    }

    #[test]
    fn the_wire_form_has_lower_case_ids_and_no_nulls() {
        let got: Value = serde_json::from_str(&event().to_wire()).unwrap();
        let want = serde_json::json!({
            "event_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "client_seq": 3, "ts": "2026-11-21T09:00:00.25Z",
            "interval_s": 60, "tz": "Europe/Berlin", "idle_s": 4,
            "active_app": { "name": "code", "bundle_id": "code.Code" },
            "file_context": { "repo": "me/it" },
            "input_cadence": { "key_events": 2, "mouse_events": 0 },
        });
        assert_eq!(got, want);
        assert_eq!(serde_json::from_value::<OutgoingEvent>(got).unwrap(), event());
    }

    #[test]
    fn a_sample_goes_out_within_the_limits() {
        let long = |title: String, interval| {
            let sample = Sample {
                active_app: ActiveApp {
                    name: "a".into(),
                    bundle_id: "b".into(),
                    window_title: Some(title),
                },
                ..Sample::default()
            };
            OutgoingEvent::new(event().event_id, event().ts, interval, sample)
        };
        let got = long("\u{e4}\0".repeat(2000), 0);
        assert_eq!(got.active_app.window_title, Some("\u{e4}".repeat(1024)));
        assert_eq!(got.interval_s, 1);
        assert_eq!(long(String::new(), 601).interval_s, 600);
    }
}
