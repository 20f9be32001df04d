//! A borrowed JSON tree, and the mending of texts that are JSON by the grammar but not by a strict reader.
//!
//! Strings without escapes are borrowed from the body, objects are lists of pairs: a batch of 500 events is read
//! without a map or a key allocated for each. Of three things that would make the strict reader refuse a whole
//! body for the sake of one value, lone surrogates become U+FFFD, numbers beyond a double and values nested
//! deeper than [`MAX_DEPTH`] become `null`, so that one bad event never takes its neighbours with it
//! (`contract/tracker.md` §9.1). Must not know what a body means.

mod mend;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, cell::Cell, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Values nested deeper than this are read as `null`. No type of the API nests deeper than six.
pub const MAX_DEPTH: usize = 64;

/// Most values in one body: in memory each weighs many times its text. A batch of 500 events has some 25,000, an import
/// of 20,000 tasks 120,000.
pub const MAX_VALUES: usize = 1_000_000;

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

    /// Whether its text has more than so many bytes for certain. No more than that is looked at.
    pub fn is_longer_than(&self, bytes: usize) -> bool {
        let mut left = bytes;
        !self.fits(&mut left)
    }

    fn fits(&self, left: &mut usize) -> bool {
        match self {
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Float(_) => spend(left, 1),
            Json::Text(text) => spend(left, text.len() + 2),
            Json::List(items) => spend(left, 2) && items.iter().all(|item| item.fits(left)),
            Json::Object(pairs) => {
                spend(left, 2)
                    && pairs
                        .iter()
                        .all(|(key, value)| spend(left, key.len() + 3) && value.fits(left))
            }
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

fn spend(left: &mut usize, bytes: usize) -> bool {
    match left.checked_sub(bytes) {
        Some(rest) => {
            *left = rest;
            true
        }
        None => false,
    }
}

/// Reads a body and hands the tree to `then`; the tree cannot outlive the bytes, mended or not.
pub fn with_json<T>(body: &[u8], then: impl FnOnce(&Json<'_>) -> T) -> Result<T, Malformed> {
    let first = match read(body) {
        Ok(json) => return Ok(then(&json)),
        Err(error) => error,
    };
    let Some(mended) = mend::mend(body) else {
        return Err(malformed(body, &first));
    };
    match read(&mended) {
        Ok(json) => Ok(then(&json)),
        Err(error) => Err(malformed(&mended, &error)),
    }
}

/// Whether [`with_json`] could read a body, whatever the number of its values, without making anything of it: for
/// callers whom nobody knows.
pub fn check(body: &[u8]) -> Result<(), Malformed> {
    // What is passed over is not looked at for what is no text.
    if let Err(error) = std::str::from_utf8(body) {
        return Err(Malformed {
            position: error.valid_up_to(),
            message: "invalid unicode code point".to_owned(),
        });
    }
    match serde_json::from_slice::<IgnoredAny>(body) {
        Ok(_) => Ok(()),
        Err(error) => Err(malformed(body, &error)),
    }
}

fn read(body: &[u8]) -> Result<Json<'_>, serde_json::Error> {
    let left = Cell::new(MAX_VALUES);
    let mut reader = serde_json::Deserializer::from_slice(body);
    let json = Tree(&left).deserialize(&mut reader)?;
    reader.end()?;
    Ok(json)
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

/// Reads a value as long as there are not too many.
#[derive(Clone, Copy)]
struct Tree<'c>(&'c Cell<usize>);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let left = self.0.get().checked_sub(1);
        self.0
            .set(left.ok_or_else(|| de::Error::custom("too many values"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
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
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            pairs.push((key, map.next_value_seed(self)?));
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
