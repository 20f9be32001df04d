//! A borrowed JSON tree, and the mending of texts that are JSON by the grammar but not by a strict reader.
//!
//! Strings without escapes are borrowed from the body, objects are lists of pairs: a batch of 500 events is read
//! without a map or a key allocated for each. Of three things that would make the strict reader refuse a whole
//! body for the sake of one value, lone surrogates become U+FFFD, numbers beyond a double and values nested
//! deeper than [`MAX_DEPTH`] become `null`, so that one bad event never takes its neighbours with it
//! (`contract/tracker.md` §9.1). Must not know what a body means.

use std::{borrow::Cow, fmt};

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Values nested deeper than this are read as `null`. No type of the API nests deeper than six.
pub const MAX_DEPTH: usize = 64;

/// One JSON value. The last of equal keys counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number as written without fraction or exponent.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Json<'a>>),
    /// An object, in the order it was written.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// The body is not JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not valid JSON at byte {position}: {message}")]
pub struct Malformed {
    /// Where reading stopped, in bytes from the start.
    pub position: usize,
    /// What the reader expected. Never holds text of the body.
    pub message: String,
}

impl<'a> Json<'a> {
    /// The value of a key of an object; none for anything that is not an object.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        match self {
            Json::Object(pairs) => pairs.iter().rev().find(|(key, _)| key == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An owned copy for error bodies.
    pub fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            Json::Int(i) => i64::try_from(*i)
                .map(Value::from)
                .or_else(|_| u64::try_from(*i).map(Value::from))
                .unwrap_or(Value::Null),
            Json::Float(f) => Value::from(*f),
            Json::Text(t) => Value::from(t.as_ref()),
            Json::List(items) => items.iter().map(Json::to_value).collect(),
            Json::Object(pairs) => {
                Value::Object(pairs.iter().map(|(k, v)| (k.to_string(), v.to_value())).collect())
            }
        }
    }
}

/// Reads a body and hands the tree to `then`; the tree cannot outlive the bytes, mended or not.
pub fn with_json<T>(body: &[u8], then: impl FnOnce(&Json<'_>) -> T) -> Result<T, Malformed> {
    let first = match serde_json::from_slice::<Json<'_>>(body) {
        Ok(json) => return Ok(then(&json)),
        Err(error) => error,
    };
    let Some(mended) = mend(body) else {
        return Err(malformed(body, &first));
    };
    match serde_json::from_slice::<Json<'_>>(&mended) {
        Ok(json) => Ok(then(&json)),
        Err(error) => Err(malformed(&mended, &error)),
    }
}

fn malformed(body: &[u8], error: &serde_json::Error) -> Malformed {
    let line_start: usize = body
        .split_inclusive(|b| *b == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let text = error.to_string();
    let message = text
        .split(" at line ")
        .next()
        .unwrap_or("expected value")
        .to_owned();
    // The reader's own words name only what it expected, except for a number it could not hold.
    let message = if message.contains('`') {
        "unexpected value".to_owned()
    } else {
        message
    };
    if error.is_eof() {
        return Malformed {
            position: body.len(),
            message,
        };
    }
    Malformed {
        position: line_start + error.column().saturating_sub(1),
        message,
    }
}

/// Replaces lone surrogate escapes by `\ufffd` and values no tree can hold by `null`; none if there was nothing to
/// replace. It only finds the ends of strings, numbers and containers: grammar is left to the reader.
fn mend(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut changed = false;
    let mut depth = 0_usize;
    let mut at = 0;
    while at < body.len() {
        let byte = body[at];
        match byte {
            b'"' => {
                let end = string_end(body, at);
                changed |= copy_string(&body[at..end], &mut out);
                at = end;
                continue;
            }
            b'{' | b'[' if depth >= MAX_DEPTH => {
                at = container_end(body, at);
                out.extend_from_slice(b"null");
                changed = true;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let len = body[at..]
                    .iter()
                    .take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
                let end = at + len.count();
                let number = std::str::from_utf8(&body[at..end])
                    .ok()
                    .and_then(|n| n.parse::<f64>().ok());
                if number.is_some_and(f64::is_infinite) {
                    out.extend_from_slice(b"null");
                    changed = true;
                } else {
                    out.extend_from_slice(&body[at..end]);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        out.push(byte);
        at += 1;
    }
    changed.then_some(out)
}

/// The index after the closing quote of the string that opens at `start`.
fn string_end(body: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < body.len() {
        match body[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    body.len()
}

/// The index after the bracket that closes the one at `start`.
fn container_end(body: &[u8], start: usize) -> usize {
    let mut open = 0_usize;
    let mut at = start;
    while at < body.len() {
        match body[at] {
            b'"' => {
                at = string_end(body, at);
                continue;
            }
            b'{' | b'[' => open += 1,
            b'}' | b']' => open -= 1,
            _ => {}
        }
        at += 1;
        if open == 0 {
            return at;
        }
    }
    body.len()
}

/// Copies one string, quotes included, with its lone surrogates replaced; says whether there were any.
fn copy_string(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut changed = false;
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' {
            out.push(text[at]);
            at += 1;
            continue;
        }
        match escape(&text[at..]) {
            Some(0xD800..=0xDBFF) if matches!(text.get(at + 6..).and_then(escape), Some(0xDC00..=0xDFFF)) => {
                out.extend_from_slice(&text[at..at + 12]);
                at += 12;
            }
            Some(0xD800..=0xDFFF) => {
                out.extend_from_slice(b"\\ufffd");
                changed = true;
                at += 6;
            }
            _ => {
                let end = (at + 2).min(text.len());
                out.extend_from_slice(&text[at..end]);
                at = end;
            }
        }
    }
    changed
}

/// The code unit of a `\uXXXX` escape that begins here.
fn escape(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
        Ok(Json::Int(v.into()))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
        Ok(Json::Int(v.into()))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Self::Value, E> {
        Ok(Json::Float(v))
    }

    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(v)))
    }

    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(v.to_owned())))
    }

    fn visit_string<E>(self, v: String) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(v)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            pairs.push((key, map.next_value()?));
        }
        Ok(Json::Object(pairs))
    }
}

/// Reads a key, borrowed where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: de::Error>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(v))
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(v.to_owned()))
    }
}

#[cfg(test)]
mod tests {
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

    proptest! {
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
}
