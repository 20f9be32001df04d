//! Reading, mending and checking, as the bodies of clients are and as nobody should send them.

use proptest::prelude::*;

use super::*;

fn value(body: &[u8]) -> Result<serde_json::Value, Malformed> {
    with_json(body, |json| json.to_value())
}

#[test]
fn lone_surrogates_are_replaced_and_pairs_kept() {
    let body = br#"{"a":"\ud800","b":"x\uDC00\uD83D\uDE00y","c":"\\ud800","d":"\ud800\u0041"}"#;
    assert_eq!(
        value(body).unwrap(),
        serde_json::json!({"a": "\u{fffd}", "b": "x\u{fffd}\u{1f600}y", "c": "\\ud800", "d": "\u{fffd}A"})
    );
}

#[test]
fn numbers_no_double_holds_become_null_alone() {
    assert_eq!(
        value(b"[1e999, 2, \"1e999\"]").unwrap(),
        serde_json::json!([null, 2, "1e999"])
    );
}

#[test]
fn what_is_nested_too_deep_becomes_null_alone() {
    let deep = format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(value(deep.as_bytes()).unwrap()["b"], 1);
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    assert_eq!(value(b"{\"a\":\n tru}").unwrap_err().position, 10);
    assert!(value(b"\"\xff\"").is_err());
    assert!(value(b"").is_err());
    assert!(value(b"{\"a\":NaN}").is_err());
    assert!(value(b"[1] x").is_err());
    assert!(value(b"{\"a\": \"\\ud800\", ").is_err());
}

#[test]
fn of_equal_keys_the_last_counts() {
    let last = with_json(br#"{"a":1,"a":2}"#, |j| j.get("a").map(Json::to_value)).unwrap();
    assert_eq!(last, Some(serde_json::json!(2)));
}

#[test]
fn a_body_of_too_many_values_is_refused() {
    let zeros = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
    assert!(with_json(zeros(MAX_VALUES - 1).as_bytes(), |_| ()).is_ok());
    let refused = with_json(zeros(MAX_VALUES).as_bytes(), |_| ()).unwrap_err();
    assert_eq!(refused.message, "too many values");
    assert_eq!(
        check(zeros(MAX_VALUES).as_bytes()),
        Ok(()),
        "it is JSON all the same"
    );
}

#[test]
fn what_is_surely_long_is_told_without_its_text() {
    let longer = |body: &str, bytes| with_json(body.as_bytes(), |json| json.is_longer_than(bytes)).unwrap();
    for body in ["7", "\"abcde\"", "[1,2,[]]", "{\"ab\":null}", "{\"a\":[true]}"] {
        assert!(!longer(body, body.len()), "{body}");
        assert!(longer(body, 0), "{body}");
    }
    assert!(longer("\"abcde\"", 6));
    assert!(longer("[\"abcde\", 1]", 8));
}

#[test]
fn what_nobody_knows_the_sender_of_is_checked_alike() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    for (body, fine) in [
        (&b"{\"a\":\"\\ud800\"}"[..], true),
        (b"[1e999, 123456789012345678901234567890]", true),
        (deep.as_bytes(), true),
        (b"{\"a\":\n tru}", false),
        (b"\"\xff\"", false),
        (b"", false),
        (b"[1] x", false),
        (b"\"\x01\"", false),
        (b"\"\\u12g4\"", false),
    ] {
        assert_eq!(check(body).is_ok(), fine, "{body:?}");
        assert_eq!(value(body).is_ok(), fine, "{body:?}");
    }
    assert_eq!(check(b"{\"a\": ").unwrap_err().position, 6);
}

proptest! {
    #[test]
    fn checking_is_reading(text in "[\\[\\]{}\",:a0-9.eE\\\\u dtruenl-]{0,24}") {
        prop_assert_eq!(check(text.as_bytes()).is_ok(), value(text.as_bytes()).is_ok());
    }

    #[test]
    fn reads_what_serde_json_reads(text in "[\\[\\]{}\",:a0-9.eE\\\\u d8-]{0,40}") {
        let ours = value(text.as_bytes());
        if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(&text) {
            let ours = ours.unwrap();
            if !text.contains(|c: char| c.is_ascii_digit()) {
                prop_assert_eq!(ours, theirs);
            }
        }
    }

    #[test]
    fn strings_survive(texts in prop::collection::vec(any::<String>(), 0..8)) {
        let body = serde_json::to_vec(&texts).unwrap();
        prop_assert_eq!(value(&body).unwrap(), serde_json::json!(texts));
    }
}
