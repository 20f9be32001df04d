//! Reading a body or a query field by field, collecting every fault with its place.
//!
//! A type says how it is read by implementing [`Decode`]; the [`Fields`] it is given look up keys, apply the rules of
//! [`crate::rules`] and keep the [`Problem`]s. Read every field first and only then use `?`, so that one answer
//! names all faults (`contract/tracker.md` §0). Unknown fields are ignored unless [`Fields::only`] is called.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::json::{Json, Malformed};

/// Inputs whose JSON is longer than this many bytes are not echoed in a [`Problem`].
const MAX_ECHO: usize = 2_000;

/// Faults told of one body: a person mends no more at once, and a body of faults would make an answer of many times its
/// size. Above none, so that what has a fault never passes for having none.
const MAX_PROBLEMS: usize = 1_000;

/// One validation fault: `{type, loc, msg, input, ctx?}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Kind of fault, such as `missing` or `string_too_long`.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// Where: `body` or `query`, then field names and list positions.
    pub loc: Vec<Loc>,
    /// What is wrong, for a person to read.
    pub msg: String,
    /// What was sent.
    pub input: Value,
    /// The bounds that were broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ctx: Option<Value>,
}

impl Problem {
    /// A fault at one place, for checks that need more than the body.
    pub fn at(place: &[&str], fault: Fault, input: impl Into<Value>) -> Self {
        let loc = place
            .iter()
            .map(|name| Loc::Name((*name).to_owned().into()))
            .collect();
        Self {
            kind: fault.kind.into(),
            loc,
            msg: fault.msg,
            input: input.into(),
            ctx: fault.ctx,
        }
    }

    /// The fault of a body that is no JSON.
    pub fn malformed(error: &Malformed) -> Self {
        Self {
            kind: "json_invalid".into(),
            loc: vec![Loc::Name("body".into()), Loc::Index(error.position)],
            msg: "JSON decode error".to_owned(),
            input: Value::Object(serde_json::Map::new()),
            ctx: Some(serde_json::json!({ "error": error.message })),
        }
    }
}

/// One step of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Loc {
    /// A field.
    Name(Cow<'static, str>),
    /// A position in a list.
    Index(usize),
}

/// What a rule finds wrong with a value; the place is added by [`Fields`].
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Kind of fault.
    pub kind: &'static str,
    /// What is wrong.
    pub msg: String,
    /// The bounds that were broken.
    pub ctx: Option<Value>,
}

impl Fault {
    /// A fault without bounds.
    pub fn new(kind: &'static str, msg: impl Into<String>) -> Self {
        Self {
            kind,
            msg: msg.into(),
            ctx: None,
        }
    }

    /// The same with the bounds that were broken.
    pub fn with(mut self, ctx: Value) -> Self {
        self.ctx = Some(ctx);
        self
    }
}

/// A field of a PATCH: left out, `null`, or a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not sent: stays as it is.
    #[default]
    Keep,
    /// Sent as `null`: cleared.
    Clear,
    /// Sent: replaced.
    Set(T),
}

/// As its value, or null; one that was not sent is left out where the field says so.
impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Patch::Keep | Patch::Clear => serializer.serialize_none(),
            Patch::Set(value) => value.serialize(serializer),
        }
    }
}

impl<T> Patch<T> {
    /// Whether it was not sent.
    pub fn is_keep(&self) -> bool {
        matches!(self, Patch::Keep)
    }

    /// `None` to keep, `Some(None)` to clear, `Some(Some(value))` to set.
    pub fn into_option(self) -> Option<Option<T>> {
        match self {
            Patch::Keep => None,
            Patch::Clear => Some(None),
            Patch::Set(value) => Some(Some(value)),
        }
    }
}

/// A type that is read from an object, be it a body or a query.
pub trait Decode: Sized {
    /// Whether there is anything to read; `()` says no and the body is never looked at.
    const WANTED: bool = true;

    /// Whether a body that is not sent is read like an empty object. Only the team API asks.
    const OPTIONAL: bool = false;

    /// Whether its texts are cut anyway, and may be so while they are received: no length of them refuses it.
    const CUTS_TEXTS: bool = false;

    /// The value of a body that is not looked at; only `()` has one.
    fn decode_nothing() -> Option<Self> {
        None
    }

    /// Reads all fields, then builds the value; none if there was any fault.
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self>;
}

impl Decode for () {
    const WANTED: bool = false;

    fn decode_nothing() -> Option<Self> {
        Some(())
    }

    fn decode(_: &mut Fields<'_, '_>) -> Option<Self> {
        Some(())
    }
}

/// Reads a whole body. The first step of every place is `body`.
pub fn body<T: Decode>(json: &Json<'_>, problems: &mut Vec<Problem>) -> Option<T> {
    root("body", json, problems)
}

/// Reads a query, whose values are all texts. The first step of every place is `query`; the last of equal names counts.
pub fn query<T: Decode>(pairs: Vec<(Cow<'_, str>, Cow<'_, str>)>, problems: &mut Vec<Problem>) -> Option<T> {
    let object = Json::Object(pairs.into_iter().map(|(k, v)| (k, Json::Text(v))).collect());
    root("query", &object, problems)
}

fn root<T: Decode>(name: &'static str, json: &Json<'_>, problems: &mut Vec<Problem>) -> Option<T> {
    let mut path = vec![Loc::Name(name.into())];
    Fields {
        json,
        path: &mut path,
        problems,
    }
    .open(T::decode)
}

/// The fields of one object, and the faults found so far.
pub struct Fields<'v, 'r> {
    json: &'v Json<'v>,
    path: &'r mut Vec<Loc>,
    problems: &'r mut Vec<Problem>,
}

impl<'v> Fields<'v, '_> {
    /// A field that must be there and not `null`.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&Json<'v>) -> Result<T, Fault>,
    ) -> Option<T> {
        match self.json.get(name) {
            Some(value) => self.apply(name, value, rule),
            None => self.missing(name),
        }
    }

    /// A field that may be left out or `null`. The outer option is none only after a fault.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&Json<'v>) -> Result<T, Fault>,
    ) -> Option<Option<T>> {
        match self.json.get(name) {
            None | Some(Json::Null) => Some(None),
            Some(value) => self.apply(name, value, rule).map(Some),
        }
    }

    /// A field with a default for when it is left out; `null` is a fault like any wrong type.
    pub fn or<T>(
        &mut self,
        name: &'static str,
        default: T,
        rule: impl FnOnce(&Json<'v>) -> Result<T, Fault>,
    ) -> Option<T> {
        match self.json.get(name) {
            None => Some(default),
            Some(value) => self.apply(name, value, rule),
        }
    }

    /// A field where left out, `null` and a value mean three things.
    pub fn patch<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&Json<'v>) -> Result<T, Fault>,
    ) -> Option<Patch<T>> {
        match self.json.get(name) {
            None => Some(Patch::Keep),
            Some(Json::Null) => Some(Patch::Clear),
            Some(value) => self.apply(name, value, rule).map(Patch::Set),
        }
    }

    /// An object inside, left out or `null` counting as none.
    pub fn object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields<'v, '_>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.json.get(name) {
            None | Some(Json::Null) => Some(None),
            Some(json) => self
                .inside(Loc::Name(name.into()), json, |fields| fields.open(read))
                .map(Some),
        }
    }

    /// A list that must be there, at most `max` long, each item read by a rule of its own.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        max: usize,
        mut rule: impl FnMut(&Json<'v>) -> Result<T, Fault>,
    ) -> Option<Vec<T>> {
        self.items(name, max, |fields, item| fields.judge(item, rule(item)))
    }

    /// A list that must be there, at most `max` long, of objects read field by field.
    pub fn objects<T>(
        &mut self,
        name: &'static str,
        max: usize,
        mut read: impl FnMut(&mut Fields<'v, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.items(name, max, |fields, _| fields.open(&mut read))
    }

    fn items<T>(
        &mut self,
        name: &'static str,
        max: usize,
        mut read: impl FnMut(&mut Fields<'v, '_>, &'v Json<'v>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let json = self.json;
        let Some(value) = json.get(name) else {
            return self.missing(name);
        };
        let judged = items(value, max);
        let items = self.inside(Loc::Name(name.into()), value, |fields| {
            fields.judge(value, judged)
        })?;
        self.inside(Loc::Name(name.into()), value, |fields| {
            let read: Vec<Option<T>> = items
                .iter()
                .enumerate()
                .map(|(at, item)| fields.inside(Loc::Index(at), item, |fields| read(fields, item)))
                .collect();
            read.into_iter().collect()
        })
    }

    /// Refuses every field that is not among these (`extra_forbidden`).
    pub fn only(&mut self, names: &[&str]) {
        let json = self.json;
        let Json::Object(pairs) = json else { return };
        for (key, value) in pairs.iter().filter(|(key, _)| !names.contains(&key.as_ref())) {
            self.inside(Loc::Name(key.to_string().into()), value, |fields| {
                fields.report(
                    Fault::new("extra_forbidden", "Extra inputs are not permitted"),
                    value,
                );
            });
        }
    }

    /// A fault of the object itself or of fields taken together.
    pub fn refuse<T>(&mut self, name: &'static str, fault: Fault) -> Option<T> {
        let json = self.json;
        let value = json.get(name).unwrap_or(json);
        self.inside(Loc::Name(name.into()), value, |fields| {
            fields.report(fault, value)
        });
        None
    }

    /// Whether a key was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.json.get(name).is_some()
    }

    fn open<T>(&mut self, read: impl FnOnce(&mut Fields<'v, '_>) -> Option<T>) -> Option<T> {
        if !matches!(self.json, Json::Object(_)) {
            let msg = "Input should be a valid dictionary or object to extract fields from";
            self.report(Fault::new("model_attributes_type", msg), self.json);
            return None;
        }
        let before = self.problems.len();
        let value = read(self);
        value.filter(|_| self.problems.len() == before)
    }

    fn missing<T>(&mut self, name: &'static str) -> Option<T> {
        let json = self.json;
        self.inside(Loc::Name(name.into()), json, |fields| {
            fields.report(Fault::new("missing", "Field required"), json);
        });
        None
    }

    fn apply<T>(
        &mut self,
        name: &'static str,
        value: &'v Json<'v>,
        rule: impl FnOnce(&Json<'v>) -> Result<T, Fault>,
    ) -> Option<T> {
        let judged = rule(value);
        match judged {
            Ok(read) => Some(read),
            Err(fault) => {
                self.inside(Loc::Name(name.into()), value, |fields| {
                    fields.report(fault, value)
                });
                None
            }
        }
    }

    fn judge<T>(&mut self, value: &Json<'_>, judged: Result<T, Fault>) -> Option<T> {
        judged.map_err(|fault| self.report(fault, value)).ok()
    }

    fn inside<T>(&mut self, step: Loc, json: &'v Json<'v>, work: impl FnOnce(&mut Fields<'v, '_>) -> T) -> T {
        self.path.push(step);
        let result = work(&mut Fields {
            json,
            path: self.path,
            problems: self.problems,
        });
        self.path.pop();
        result
    }

    fn report(&mut self, fault: Fault, input: &Json<'_>) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let echo = Some(input).filter(|input| !input.is_longer_than(MAX_ECHO));
        let echo = echo
            .map(Json::to_value)
            .filter(|value| serde_json::to_string(value).is_ok_and(|text| text.len() <= MAX_ECHO));
        self.problems.push(Problem {
            kind: fault.kind.into(),
            loc: self.path.clone(),
            msg: fault.msg,
            input: echo.unwrap_or_default(),
            ctx: fault.ctx,
        });
    }
}

/// The items of a list of at most `max`.
pub fn items<'v, 'j>(value: &'v Json<'j>, max: usize) -> Result<&'v [Json<'j>], Fault> {
    match value {
        Json::List(items) if items.len() > max => {
            let count = items.len();
            let msg = format!("List should have at most {max} items after validation, not {count}");
            let ctx = serde_json::json!({"field_type": "List", "max_length": max, "actual_length": count});
            Err(Fault::new("too_long", msg).with(ctx))
        }
        Json::List(items) => Ok(items),
        _ => Err(Fault::new("list_type", "Input should be a valid list")),
    }
}
