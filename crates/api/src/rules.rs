//! The rules a single value is read by: types, coercions and bounds of `contract/tracker.md` §0.
//!
//! Each takes a JSON value and gives the value or the [`Fault`]. Lengths count Unicode code points; NUL is removed
//! from every text, since Postgres holds none. Must not know places or bodies.

use std::str::FromStr;

use dayloom_domain::{Zone, event};
use jiff::Timestamp;

use crate::{decode::Fault, json::Json, time};

/// Longest id in characters (`contract/tracker.md` §0): a hyphenated UUID.
pub const MAX_ID: usize = 36;

/// Any text of at most `max` code points.
pub fn text<'v>(max: usize) -> impl Fn(&Json<'v>) -> Result<String, Fault> {
    text_between(0, max)
}

/// A text of `min` to `max` code points.
pub fn text_between<'v>(min: usize, max: usize) -> impl Fn(&Json<'v>) -> Result<String, Fault> {
    move |value| {
        let text = without_nul(string(value)?);
        let length = text.chars().count();
        if length < min {
            let unit = if min == 1 { "character" } else { "characters" };
            let msg = format!("String should have at least {min} {unit}");
            return Err(Fault::new("string_too_short", msg).with(serde_json::json!({ "min_length": min })));
        }
        if length > max {
            return Err(too_long(max));
        }
        Ok(text)
    }
}

/// A text cut at `max` code points.
pub fn cut<'v>(max: usize) -> impl Fn(&Json<'v>) -> Result<String, Fault> {
    move |value| {
        let mut text = without_nul(string(value)?);
        // A text of no more bytes than `max` has no more code points either.
        if text.len() > max
            && let Some((end, _)) = text.char_indices().nth(max)
        {
            text.truncate(end);
        }
        Ok(text)
    }
}

/// An id: a UUID in any case, at most 36 characters.
pub fn id<T: FromStr>(value: &Json<'_>) -> Result<T, Fault> {
    let text = string(value)?;
    if text.chars().count() > MAX_ID {
        return Err(too_long(MAX_ID));
    }
    text.parse()
        .map_err(|_| Fault::new("uuid_parsing", "Input should be a valid UUID"))
}

/// A whole number within `[min, max]`, from whole floats, numeric texts and booleans too.
pub fn integer<'v>(min: i64, max: i64) -> impl Fn(&Json<'v>) -> Result<i64, Fault> {
    move |value| {
        let number = whole(value)?;
        if number < i128::from(min) {
            let msg = format!("Input should be greater than or equal to {min}");
            return Err(Fault::new("greater_than_equal", msg).with(serde_json::json!({ "ge": min })));
        }
        match i64::try_from(number) {
            Ok(number) if number <= max => Ok(number),
            _ => {
                let msg = format!("Input should be less than or equal to {max}");
                Err(Fault::new("less_than_equal", msg).with(serde_json::json!({ "le": max })))
            }
        }
    }
}

/// The same as an unsigned number.
pub fn unsigned<'v>(min: u32, max: u32) -> impl Fn(&Json<'v>) -> Result<u32, Fault> {
    let rule = integer(min.into(), max.into());
    move |value| rule(value).map(|n| u32::try_from(n).unwrap_or(max))
}

/// A whole number above zero.
pub fn positive(value: &Json<'_>) -> Result<i64, Fault> {
    match integer(i64::MIN, i64::MAX)(value)? {
        number if number > 0 => Ok(number),
        _ => {
            Err(Fault::new("greater_than", "Input should be greater than 0")
                .with(serde_json::json!({ "gt": 0 })))
        }
    }
}

fn whole(value: &Json<'_>) -> Result<i128, Fault> {
    const FRACTION: &str = "Input should be a valid integer, got a number with a fractional part";
    const PARSING: &str = "Input should be a valid integer, unable to parse string as an integer";
    match value {
        Json::Int(number) => Ok(*number),
        Json::Bool(truth) => Ok(i128::from(*truth)),
        Json::Float(number) => exact(*number).ok_or_else(|| Fault::new("int_from_float", FRACTION)),
        Json::Text(text) => {
            let text = text.trim();
            let plain = text
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'));
            let zeros = |part: &str| part.bytes().all(|b| b == b'0');
            let digits = match text.split_once('.') {
                Some((whole, fraction)) if zeros(fraction) => whole,
                Some(_) => "",
                None => text,
            };
            digits
                .parse()
                .ok()
                .filter(|_| plain)
                .ok_or_else(|| Fault::new("int_parsing", PARSING))
        }
        _ => Err(Fault::new("int_type", "Input should be a valid integer")),
    }
}

/// The whole number a float stands for, where it stands for one.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole and within 2^100: the cast is exact"
)]
fn exact(number: f64) -> Option<i128> {
    (number.fract() == 0.0 && number.abs() < 2_f64.powi(100)).then_some(number as i128)
}

/// A boolean, from 0, 1 and the words of §0 in any case too.
pub fn boolean(value: &Json<'_>) -> Result<bool, Fault> {
    let parsed = match value {
        Json::Bool(truth) => Some(*truth),
        Json::Int(0) => Some(false),
        Json::Int(1) => Some(true),
        Json::Float(0.0) => Some(false),
        Json::Float(1.0) => Some(true),
        Json::Text(word) => match word.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" | "yes" | "y" | "on" => Some(true),
            "false" | "f" | "0" | "no" | "n" | "off" => Some(false),
            _ => None,
        },
        Json::Int(_) | Json::Float(_) => None,
        _ => return Err(Fault::new("bool_type", "Input should be a valid boolean")),
    };
    parsed.ok_or_else(|| {
        Fault::new(
            "bool_parsing",
            "Input should be a valid boolean, unable to interpret input",
        )
    })
}

/// An instant in any of the forms of §0, to the microsecond.
pub fn instant(value: &Json<'_>) -> Result<Timestamp, Fault> {
    let read = match value {
        Json::Text(text) => time::parse(text),
        Json::Int(seconds) => time::from_unix_int(*seconds),
        Json::Float(seconds) => time::from_unix(*seconds),
        _ => return Err(Fault::new("datetime_type", "Input should be a valid datetime")),
    };
    read.ok_or_else(|| {
        let error = "expected ISO 8601 or unix time";
        Fault::new(
            "datetime_parsing",
            format!("Input should be a valid datetime, {error}"),
        )
        .with(serde_json::json!({ "error": error }))
    })
}

/// One of a fixed set of words, exactly as written.
pub fn one_of<'v, T: Copy>(words: &'static [(&'static str, T)]) -> impl Fn(&Json<'v>) -> Result<T, Fault> {
    move |value| {
        let found = value
            .as_text()
            .and_then(|text| words.iter().find(|(word, _)| *word == text));
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let quoted: Vec<String> = words.iter().map(|(word, _)| format!("'{word}'")).collect();
            let expected = match quoted.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
                None => String::new(),
            };
            let msg = format!("Input should be {expected}");
            Fault::new("enum", msg).with(serde_json::json!({ "expected": expected }))
        })
    }
}

/// An IANA time zone.
pub fn zone(value: &Json<'_>) -> Result<Zone, Fault> {
    Zone::parse(string(value)?).map_err(|_| {
        Fault::new(
            "value_error",
            "Input should be an IANA time zone such as Europe/Berlin",
        )
    })
}

/// Counts of input: both required, nothing else allowed (`contract/tracker.md` §2.3).
pub fn input_cadence(value: &Json<'_>) -> Option<event::InputCadence> {
    let Json::Object(pairs) = value else { return None };
    let known = |key: &str| matches!(key, "key_events" | "mouse_events");
    let count = |name| {
        value
            .get(name)
            .and_then(|v| integer(0, i64::MAX)(v).ok())
            .map(i64::unsigned_abs)
    };
    let only_known = pairs.iter().all(|(key, _)| known(key));
    let (key_events, mouse_events) = (count("key_events")?, count("mouse_events")?);
    only_known.then_some(event::InputCadence {
        key_events,
        mouse_events,
    })
}

/// The fault of a list with fewer than `min` items.
pub fn too_short(min: usize) -> Fault {
    let unit = if min == 1 { "item" } else { "items" };
    let msg = format!("List should have at least {min} {unit} after validation");
    Fault::new("too_short", msg).with(serde_json::json!({ "field_type": "List", "min_length": min }))
}

fn string<'j>(value: &'j Json<'_>) -> Result<&'j str, Fault> {
    value
        .as_text()
        .ok_or_else(|| Fault::new("string_type", "Input should be a valid string"))
}

fn too_long(max: usize) -> Fault {
    Fault::new(
        "string_too_long",
        format!("String should have at most {max} characters"),
    )
    .with(serde_json::json!({ "max_length": max }))
}

fn without_nul(text: &str) -> String {
    if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text.to_owned()
    }
}
