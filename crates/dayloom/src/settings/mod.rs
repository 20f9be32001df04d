//! Settings: read once at start from flags, variables and `config.toml`, in this order of precedence.
//!
//! Must not know what a setting is used for.

pub mod file;
pub mod kind;
pub mod table;

use std::{collections::HashMap, fmt};

use clap::ArgMatches;

use self::{
    kind::{Kind, Value},
    table::{ALL, Flag, Setting},
};
use crate::{
    failure::{Failure, Outcome},
    home::Home,
};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of this call.
    Flag(&'static str),
    /// A variable.
    Env(&'static str),
    /// `config.toml`, with its line.
    File(usize),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(name) => write!(f, "--{name}"),
            Origin::Env(name) => f.write_str(name),
            Origin::File(line) => write!(f, "config.toml:{line}"),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// All settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    values: HashMap<&'static str, (Option<Value>, Origin)>,
}

impl Settings {
    /// Reads everything; the first thing that is not right stops the program.
    pub fn read(home: &Home, matches: &ArgMatches) -> Outcome<Self> {
        let mut from_file = from_file(home)?;
        let mut values = HashMap::new();
        for &setting in ALL {
            let given = match from_flag(setting, matches)? {
                Some(found) => Some(found),
                None => from_env(setting)?,
            };
            let in_file = from_file.remove(setting.key);
            let (value, origin) = match (given, in_file) {
                (Some((value, origin)), _) => (Some(value), origin),
                (None, Some((value, line))) => (Some(value), Origin::File(line)),
                (None, None) => (default_of(setting, home), Origin::Default),
            };
            values.insert(setting.key, (value, origin));
        }
        Ok(Self { values })
    }

    /// These settings with what `config.toml` says by now; flags and variables stand as they were.
    pub fn with_file(&self, home: &Home) -> Outcome<Self> {
        let mut from_file = from_file(home)?;
        let mut values = HashMap::new();
        for &setting in ALL {
            let in_file = from_file.remove(setting.key);
            let value = match (self.values.get(setting.key), in_file) {
                (Some((value, origin @ (Origin::Flag(_) | Origin::Env(_)))), _) => {
                    (value.clone(), origin.clone())
                }
                (_, Some((value, line))) => (Some(value), Origin::File(line)),
                (_, None) => (default_of(setting, home), Origin::Default),
            };
            values.insert(setting.key, value);
        }
        Ok(Self { values })
    }

    /// The value, if there is one.
    pub fn get(&self, setting: &Setting) -> Option<&Value> {
        self.values.get(setting.key).and_then(|(value, _)| value.as_ref())
    }

    /// Where the value came from.
    pub fn origin(&self, setting: &Setting) -> &Origin {
        self.values
            .get(setting.key)
            .map_or(&Origin::Default, |(_, origin)| origin)
    }

    /// Whether a person said something, and not the default.
    pub fn is_given(&self, setting: &Setting) -> bool {
        *self.origin(setting) != Origin::Default
    }

    /// A text, if there is one that is not empty.
    pub fn text(&self, setting: &Setting) -> Option<&str> {
        match self.get(setting) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// A switch; one without a value is off.
    pub fn on(&self, setting: &Setting) -> bool {
        match self.get(setting) {
            Some(Value::Bool(on)) => *on,
            Some(Value::Text(text)) => text == "on",
            _ => false,
        }
    }

    /// A number, if there is one.
    pub fn int(&self, setting: &Setting) -> Option<i64> {
        match self.get(setting) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        }
    }

    /// A list; one without a value is empty.
    pub fn list(&self, setting: &Setting) -> &[String] {
        match self.get(setting) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }
}

/// The name under which clap keeps a setting's flag.
pub fn flag_id(setting: &Setting) -> &'static str {
    setting.env
}

/// What `config.toml` says of each key, and in which line.
fn from_file(home: &Home) -> Outcome<HashMap<&'static str, (Value, usize)>> {
    let read = file::read(&home.config())?.into_iter();
    Ok(read.map(|(s, value, line)| (s.key, (value, line))).collect())
}

fn default_of(setting: &Setting, home: &Home) -> Option<Value> {
    if setting.key == table::DATABASE_URL.key {
        return Some(Value::Text(home.database_url()));
    }
    setting.default.and_then(|text| setting.kind.parse(text).ok())
}

fn from_flag(setting: &'static Setting, matches: &ArgMatches) -> Outcome<Option<(Value, Origin)>> {
    let mut deepest = matches;
    while let Some((_, inner)) = deepest.subcommand() {
        deepest = inner;
    }
    let id = flag_id(setting);
    if !matches!(
        deepest.value_source(id),
        Some(clap::parser::ValueSource::CommandLine)
    ) {
        return Ok(None);
    }
    let origin = Origin::Flag(setting.flag.name());
    let value = match (setting.flag, setting.kind) {
        (Flag::Means(_, value, _), kind) => kind.parse(value),
        (Flag::Takes(..), kind) if kind.is_list() => kind.list(
            deepest
                .get_many::<String>(id)
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        ),
        (Flag::Takes(..), kind) => kind.parse(deepest.get_one::<String>(id).map_or("", String::as_str)),
    };
    value
        .map(|value| Some((value, origin.clone())))
        .map_err(|right| wrong(&origin, &right))
}

fn from_env(setting: &'static Setting) -> Outcome<Option<(Value, Origin)>> {
    for name in [Some(setting.env), setting.aexy].into_iter().flatten() {
        let Some(text) = std::env::var_os(name).filter(|v| !v.is_empty()) else {
            continue;
        };
        let origin = Origin::Env(name);
        let text = text.to_string_lossy();
        let value = match setting.kind {
            // The published variable is clamped, not refused (`contract/tracker.md` §5.1).
            Kind::Int(least, most) if setting.aexy == Some(name) => text
                .trim()
                .parse::<i64>()
                .map(|number| Value::Int(number.clamp(least, most)))
                .map_err(|_| setting.kind.expected()),
            kind => kind.parse(&text),
        };
        return value
            .map(|value| Some((value, origin.clone())))
            .map_err(|right| wrong(&origin, &right));
    }
    Ok(None)
}

fn wrong(origin: &Origin, right: &str) -> Failure {
    Failure::usage(
        format!("The value of {origin} is not right"),
        format!("It must be {right}"),
    )
}
