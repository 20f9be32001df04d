//! The event as it leaves this machine: wire form, within the limits of every server that speaks the contract.
//!
//! Ids in lower case, texts within the maxima and without NUL, `interval_s` within 1 to 600
//! (`contract/tracker.md` §0, interop rule 2, and §2.3). Must not know where it is kept or sent.

use dayloom_api::{
    Stamp,
    tracker::{Event, event::MAX_INTERVAL_S},
};
use dayloom_capture::Sample;
use dayloom_domain::EventId;
use jiff::Timestamp;
use serde_json::Value;

/// The time one sample may speak for that is nearest to this, in seconds (`contract/tracker.md` §2.3: 1 to 600).
pub fn interval(seconds: u32) -> u32 {
    seconds.clamp(1, MAX_INTERVAL_S)
}

/// An event of a sample, which is cut to the contract's maxima on the way. `client_seq` is 0 until the spool gives one.
pub fn outgoing(event_id: EventId, ts: Timestamp, interval_s: u32, sample: Sample) -> Event {
    let sample = sample.within_limits();
    Event {
        event_id,
        client_seq: 0,
        ts: Stamp(ts),
        interval_s: interval(interval_s),
        active_app: sample.active_app.into(),
        file_context: sample.file_context.map(Into::into),
        dev_context: sample.dev_context.map(Into::into),
        browser: sample.browser.map(Into::into),
        input_cadence: sample.input_cadence.map(Into::into),
        meeting: sample.meeting.map(Into::into),
        system: sample.system.map(Into::into),
        evidence_ref: None,
        tz: sample.tz.map(|zone| zone.name().to_owned()),
        idle_s: sample.idle_s,
    }
}

/// The wire form: JSON without null members.
pub fn to_wire(event: &Event) -> String {
    let mut value = serde_json::to_value(event).expect("an event is plain data with text keys");
    drop_nulls(&mut value);
    value.to_string()
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
    use dayloom_domain::Zone;
    use dayloom_domain::event::{ActiveApp, FileContext, InputCadence};

    fn event() -> Event {
        let sample = Sample {
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
            input_cadence: Some(InputCadence {
                key_events: 2,
                mouse_events: 0,
            }),
            idle_s: Some(4),
            tz: Some(Zone::parse("Europe/Berlin").unwrap()),
            ..Sample::default()
        };
        let id = "7C9E6679-7425-40DE-944B-E07FC1F90AE7".parse().unwrap();
        let mut event = outgoing(id, "2026-11-21T09:00:00.25Z".parse().unwrap(), 60, sample);
        event.client_seq = 3;
        event
    }

    #[test]
    fn the_wire_form_has_lower_case_ids_and_no_nulls() {
        let got: Value = serde_json::from_str(&to_wire(&event())).unwrap();
        let want = serde_json::json!({
            "event_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "client_seq": 3, "ts": "2026-11-21T09:00:00.250000Z",
            "interval_s": 60, "tz": "Europe/Berlin", "idle_s": 4,
            "active_app": { "name": "code", "bundle_id": "code.Code" },
            "file_context": { "repo": "me/it" },
            "input_cadence": { "key_events": 2, "mouse_events": 0 },
        });
        assert_eq!(got, want);
        assert_eq!(serde_json::from_value::<Event>(got).unwrap(), event());
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
            outgoing(event().event_id, event().ts.0, interval, sample)
        };
        let got = long("\u{e4}\0".repeat(2000), 0);
        assert_eq!(got.active_app.window_title, Some("\u{e4}".repeat(1024)));
        assert_eq!(got.interval_s, 1);
        assert_eq!(long(String::new(), 601).interval_s, 600);
    }
}
