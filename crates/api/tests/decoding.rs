//! Every rule of reading a body, a query and an event, as `contract/tracker.md` §0, §2.3 and §9.1 have them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::borrow::Cow;

use dayloom_api::{
    Decode, Fields, Patch, Problem,
    decode::{self, Fault},
    json::with_json,
    rules,
    tracker::{
        EnrollRequest, IncomingBatch,
        event::{self, Received, Unreadable},
    },
};
use serde_json::{Value, json};

fn read<T: Decode>(body: &Value) -> Result<T, Vec<String>> {
    let mut problems = Vec::new();
    let text = body.to_string();
    let value = with_json(text.as_bytes(), |json| decode::body::<T>(json, &mut problems)).unwrap();
    value.ok_or_else(|| problems.iter().map(line).collect())
}

fn line(problem: &Problem) -> String {
    let value = serde_json::to_value(problem).unwrap();
    let place: Vec<String> = value["loc"]
        .as_array()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    format!("{} at {}", problem.kind, place.join(".").replace('"', ""))
}

fn rule<T>(
    value: &Value,
    rule: impl Fn(&dayloom_api::Json<'_>) -> Result<T, Fault>,
) -> Result<T, &'static str> {
    let text = value.to_string();
    with_json(text.as_bytes(), |json| rule(json).map_err(|fault| fault.kind)).unwrap()
}

#[test]
fn integers_take_whole_floats_numeric_texts_and_booleans() {
    let integer = |value: Value| rule(&value, |v| rules::integer(0, 600)(v));
    for sixty in [
        json!(60),
        json!(60.0),
        json!("60"),
        json!("60.0"),
        json!(" 60 "),
        json!("+60"),
        json!(6e1),
    ] {
        assert_eq!(integer(sixty.clone()), Ok(60), "{sixty}");
    }
    assert_eq!((integer(json!(true)), integer(json!(false))), (Ok(1), Ok(0)));
    assert_eq!(integer(json!(60.5)), Err("int_from_float"));
    assert_eq!(integer(json!("60.5")), Err("int_parsing"));
    assert_eq!(integer(json!("6e1")), Err("int_parsing"));
    assert_eq!(integer(json!("")), Err("int_parsing"));
    assert_eq!(integer(json!(null)), Err("int_type"));
    assert_eq!(integer(json!([])), Err("int_type"));
    assert_eq!(integer(json!(-1)), Err("greater_than_equal"));
    assert_eq!(integer(json!(601)), Err("less_than_equal"));
    assert_eq!(integer(json!(1e300)), Err("int_from_float"));
    assert_eq!(integer(json!("99999999999999999999")), Err("less_than_equal"));
}

#[test]
fn booleans_take_words_in_any_case() {
    let boolean = |value: Value| rule(&value, rules::boolean);
    for yes in [
        json!(true),
        json!(1),
        json!(1.0),
        json!("True"),
        json!("YES"),
        json!("on"),
        json!("1"),
        json!("t"),
    ] {
        assert_eq!(boolean(yes.clone()), Ok(true), "{yes}");
    }
    for no in [
        json!(false),
        json!(0),
        json!("FALSE"),
        json!("No"),
        json!("off"),
        json!("0"),
    ] {
        assert_eq!(boolean(no.clone()), Ok(false), "{no}");
    }
    assert_eq!(boolean(json!(2)), Err("bool_parsing"));
    assert_eq!(boolean(json!("maybe")), Err("bool_parsing"));
    assert_eq!(boolean(json!(null)), Err("bool_type"));
    assert_eq!(boolean(json!({})), Err("bool_type"));
}

#[test]
fn texts_never_take_numbers_and_count_code_points() {
    let text = |value: Value| rule(&value, |v| rules::text_between(1, 3)(v));
    assert_eq!(text(json!("ééé")), Ok("ééé".to_owned()));
    assert_eq!(text(json!("a\u{0}b")), Ok("ab".to_owned()));
    assert_eq!(text(json!("abcd")), Err("string_too_long"));
    assert_eq!(text(json!("")), Err("string_too_short"));
    assert_eq!(text(json!("\u{0}")), Err("string_too_short"));
    for other in [json!(1), json!(true), json!(null), json!(["a"])] {
        assert_eq!(text(other.clone()), Err("string_type"), "{other}");
    }
    assert_eq!(
        rule(&json!("😀😀😀"), |v| rules::cut(2)(v)),
        Ok("😀😀".to_owned())
    );
    assert_eq!(
        rule(&json!("a\u{0}\u{0}bc"), |v| rules::cut(2)(v)),
        Ok("ab".to_owned())
    );
}

#[test]
fn ids_compare_without_case_and_instants_come_in_all_forms() {
    let id = |value: Value| rule(&value, rules::id::<dayloom_domain::DeviceId>);
    let upper = id(json!("0B7A1F7E-5C3B-4B62-9F4E-6A2A86F9A001")).unwrap();
    assert_eq!(upper.to_string(), "0b7a1f7e-5c3b-4b62-9f4e-6a2a86f9a001");
    assert_eq!(id(json!("x")), Err("uuid_parsing"));
    assert_eq!(id(json!("0".repeat(37))), Err("string_too_long"));
    assert_eq!(id(json!(7)), Err("string_type"));
    let instant = |value: Value| rule(&value, rules::instant).map(|at| at.as_second());
    for same in [
        json!("2026-11-21T10:00:00Z"),
        json!(1_795_255_200),
        json!("1795255200"),
        json!(1_795_255_200_000_i64),
    ] {
        assert_eq!(instant(same.clone()), Ok(1_795_255_200), "{same}");
    }
    assert_eq!(instant(json!("soon")), Err("datetime_parsing"));
    assert_eq!(instant(json!(true)), Err("datetime_type"));
}

#[test]
fn every_fault_of_a_body_is_told_at_once() {
    let body = json!({"device_id": 7, "name": "n".repeat(256), "platform": null, "unknown": 1});
    assert_eq!(
        read::<EnrollRequest>(&body).unwrap_err(),
        [
            "string_type at body.device_id",
            "missing at body.project_id",
            "string_too_long at body.name",
            "string_type at body.platform"
        ]
    );
    assert_eq!(
        read::<EnrollRequest>(&json!([])).unwrap_err(),
        ["model_attributes_type at body"]
    );
    let id = "0b7a1f7e-5c3b-4b62-9f4e-6a2a86f9a001";
    let enroll: EnrollRequest = read(&json!({"device_id": id, "project_id": id, "name": null})).unwrap();
    assert_eq!((enroll.platform.as_str(), enroll.name), ("macos", None));
}

#[derive(Debug, PartialEq)]
struct Nested(Patch<String>, Option<Vec<i64>>);

impl Decode for Nested {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        fields.only(&["a", "inner"]);
        let a = fields.patch("a", rules::text(3));
        let inner = fields.object("inner", |inner| inner.list("n", 2, rules::integer(0, 9)));
        Some(Self(a?, inner?))
    }
}

#[test]
fn places_name_list_positions_and_extras_are_refused_where_asked() {
    assert_eq!(read(&json!({})), Ok(Nested(Patch::Keep, None)));
    assert_eq!(
        read(&json!({"a": null, "inner": {"n": ["3", 4]}})),
        Ok(Nested(Patch::Clear, Some(vec![3, 4])))
    );
    let faults = |body| read::<Nested>(&body).unwrap_err();
    assert_eq!(faults(json!({"b": 1})), ["extra_forbidden at body.b"]);
    assert_eq!(
        faults(json!({"inner": {"n": [1, 10]}})),
        ["less_than_equal at body.inner.n.1"]
    );
    assert_eq!(
        faults(json!({"inner": {"n": [1, 2, 3]}})),
        ["too_long at body.inner.n"]
    );
    assert_eq!(faults(json!({"inner": {"n": {}}})), ["list_type at body.inner.n"]);
    assert_eq!(
        faults(json!({"inner": 1})),
        ["model_attributes_type at body.inner"]
    );
    assert_eq!(faults(json!({"inner": {}})), ["missing at body.inner.n"]);
}

#[test]
fn a_body_of_faults_is_refused_with_the_first_thousand() {
    let extras: serde_json::Map<String, Value> = (0..5_000).map(|n| (format!("x{n}"), json!(n))).collect();
    let body = json!({"enabled": true, "config": extras});
    let faults = read::<dayloom_api::admin::ProjectConfigPut>(&body).unwrap_err();
    assert_eq!(faults.len(), 1_000);
    assert!(
        faults
            .iter()
            .all(|fault| fault.starts_with("extra_forbidden at body.config.x"))
    );
}

#[test]
fn a_query_is_read_by_the_same_rules() {
    struct Limit(i64);
    impl Decode for Limit {
        fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
            Some(Self(fields.or("limit", 50, rules::integer(1, 200))?))
        }
    }
    let read = |pairs: &[(&'static str, &'static str)]| {
        let mut problems = Vec::new();
        let pairs = pairs
            .iter()
            .map(|(k, v)| (Cow::Borrowed(*k), Cow::Borrowed(*v)))
            .collect();
        let value = decode::query::<Limit>(pairs, &mut problems).map(|limit| limit.0);
        (value, problems.iter().map(line).collect::<Vec<_>>())
    };
    assert_eq!(read(&[]), (Some(50), vec![]));
    assert_eq!(read(&[("limit", "7"), ("limit", "8")]), (Some(8), vec![]));
    assert_eq!(
        read(&[("limit", "x")]),
        (None, vec!["int_parsing at query.limit".to_owned()])
    );
}

#[test]
fn a_fault_reads_like_the_references() {
    let mut problems = Vec::new();
    with_json(br#"{"device_id":"x"}"#, |json| {
        decode::body::<EnrollRequest>(json, &mut problems)
    })
    .unwrap();
    insta::assert_json_snapshot!(problems, @r#"
    [
      {
        "type": "uuid_parsing",
        "loc": [
          "body",
          "device_id"
        ],
        "msg": "Input should be a valid UUID",
        "input": "x"
      },
      {
        "type": "missing",
        "loc": [
          "body",
          "project_id"
        ],
        "msg": "Field required",
        "input": {
          "device_id": "x"
        }
      }
    ]
    "#);
}

const ID: &str = "0b7a1f7e-5c3b-4b62-9f4e-6a2a86f9a001";

fn event(change: impl FnOnce(&mut Value)) -> Received {
    let mut event = json!({
        "event_id": ID, "client_seq": 1, "ts": "2026-11-21T10:00:00Z", "interval_s": 60,
        "active_app": {"name": "Code", "bundle_id": "code"},
    });
    change(&mut event);
    with_json(event.to_string().as_bytes(), |json| event::read(json, &mut None)).unwrap()
}

#[test]
fn what_is_wrong_in_an_event_is_told_apart() {
    let why = |change: fn(&mut Value)| event(change).event.err();
    assert_eq!(why(|_| ()), None);
    for (change, what) in [
        ((|e| e["event_id"] = json!(null)) as fn(&mut Value), "null id"),
        (|e| e["event_id"] = json!(7), "a number as id"),
        (|e| e["event_id"] = json!("x"), "no UUID"),
        (|e| e["event_id"] = json!(format!("{ID}0")), "37 characters"),
        (|e| *e = json!(7), "no object"),
    ] {
        assert_eq!(why(change), Some(Unreadable::Id), "{what}");
    }
    for (change, what) in [
        ((|e| e["interval_s"] = json!(0)) as fn(&mut Value), "interval 0"),
        (|e| e["interval_s"] = json!(601), "interval 601"),
        (|e| e["interval_s"] = json!(1.5), "half an interval"),
        (|e| e["client_seq"] = json!(-1), "a negative counter"),
        (|e| e["client_seq"] = json!(u64::MAX), "a counter beyond 64 bits"),
        (|e| e["ts"] = json!("soon"), "no instant"),
        (|e| e["active_app"] = json!("Code"), "app as text"),
        (|e| e["active_app"] = json!({"name": "Code"}), "no bundle"),
        (|e| e["active_app"]["name"] = json!(7), "a number as name"),
        (|e| e["browser"] = json!([]), "browser as list"),
        (|e| e["file_context"] = json!({"repo": 1}), "a number as repo"),
        (
            |e| e["input_cadence"] = json!({"key_events": 1, "mouse_events": 2, "keys": "abc"}),
            "an extra count",
        ),
        (|e| e["input_cadence"] = json!({"key_events": 1}), "one count"),
        (
            |e| e["input_cadence"] = json!({"key_events": -1, "mouse_events": 2}),
            "a negative count",
        ),
        (|e| e["system"] = json!({"displays": -1}), "negative displays"),
        (
            |e| e["meeting"] = json!({"in_call": "perhaps"}),
            "perhaps in a call",
        ),
        (|e| e["evidence_ref"] = json!(7), "a number as reference"),
    ] {
        assert_eq!(why(change), Some(Unreadable::Event), "{what}");
    }
}

#[test]
fn what_only_needs_mending_stands() {
    let read = event(|e| {
        e["event_id"] = json!(ID.to_uppercase());
        e["interval_s"] = json!("60.0");
        e["active_app"]["window_title"] = json!("😀".repeat(2_000));
        e["browser"] = json!({"url": format!("https://x/{}\u{0}", "a".repeat(3_000))});
        e["tz"] = json!("Mars/Olympus");
        e["idle_s"] = json!(86_401);
        e["category"] = json!("personal");
        e["input_cadence"] = json!({"key_events": "3", "mouse_events": 4.0});
        e["evidence_ref"] = json!("r".repeat(200));
    });
    let event = read.event.unwrap();
    assert_eq!(event.id.to_string(), ID);
    assert_eq!(read.sent_id, Some(ID.to_uppercase()));
    assert_eq!(event.active_app.window_title.unwrap().chars().count(), 1_024);
    assert_eq!(event.browser.unwrap().url.unwrap().chars().count(), 2_048);
    assert_eq!((event.tz, event.idle_s), (None, None));
    assert_eq!(
        event.input_cadence.map(|c| (c.key_events, c.mouse_events)),
        Some((3, 4))
    );
    assert_eq!(event.evidence_ref.unwrap().len(), 128);
}

#[test]
fn the_zone_and_idle_time_are_taken_where_they_are_valid() {
    let read = event(|e| {
        e["tz"] = json!("Europe/Berlin");
        e["idle_s"] = json!("90");
    });
    let event = read.event.unwrap();
    assert_eq!(event.tz.unwrap().name(), "Europe/Berlin");
    assert_eq!(event.idle_s, Some(90));
    assert_eq!(read.sent_id, None);
    for bad in [json!(1.5), json!(-1), json!("x"), json!(null), json!([])] {
        let read = self::event(|e| e["idle_s"] = bad.clone());
        assert_eq!(read.event.unwrap().idle_s, None, "{bad}");
    }
}

#[test]
fn a_batch_holds_500_and_reads_each_event_alone() {
    let batch = |events: Value| {
        read::<IncomingBatch>(
            &json!({"schema_version": "1.0", "device_id": ID, "sent_at": 0, "events": events}),
        )
    };
    assert_eq!(batch(json!([])).unwrap().events.len(), 0);
    assert_eq!(batch(json!([null, 7, {}])).unwrap().events.len(), 3);
    assert_eq!(batch(json!(vec![0; 500])).unwrap().events.len(), 500);
    assert_eq!(
        batch(json!(vec![0; 501])).unwrap_err(),
        ["too_long at body.events"]
    );
    assert_eq!(
        read::<IncomingBatch>(&json!({"schema_version": "1.0.0.0.0.0.0.0.0", "device_id": "x"})).unwrap_err(),
        [
            "string_too_long at body.schema_version",
            "uuid_parsing at body.device_id",
            "missing at body.sent_at",
            "missing at body.events"
        ]
    );
}
