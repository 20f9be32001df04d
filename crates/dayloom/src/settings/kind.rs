//! What a setting's value may be, read from text in one way wherever the text comes from.

use dayloom_agent::team::TeamSettings;
use dayloom_capture::Exclusions;
use dayloom_domain::team::sleep::SleepWindow;
use url::Url;
use uuid::Uuid;

/// The form of a value.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// Text of at least 32 bytes, long enough to sign with.
    Secret,
    /// `HOST:PORT`.
    Address,
    /// `http` or `https` address.
    Url,
    /// `redis` or `rediss` address.
    Redis,
    /// An address, or `off`.
    UrlOrOff,
    /// A database's address.
    Database,
    /// `true` or `false`.
    Bool,
    /// `on` or `off`.
    OnOff,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number in these bounds, inclusive.
    Int(i64, i64),
    /// A UUID.
    Uuid,
    /// Several texts: an array in the file, separated by commas in a variable.
    List,
    /// The same, each a regular expression.
    Patterns,
    /// A log filter.
    Filter,
    /// Hours of the day as `HH:MM-HH:MM`, or nothing.
    Hours,
    /// The address of a server on this machine, in plain HTTP.
    LocalUrl,
}

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, in its canonical form.
    Text(String),
    /// A switch.
    Bool(bool),
    /// A number.
    Int(i64),
    /// Several texts.
    List(Vec<String>),
}

impl Value {
    /// The value as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Text(text) => text.as_str().into(),
            Value::Bool(on) => (*on).into(),
            Value::Int(number) => (*number).into(),
            Value::List(items) => items.clone().into(),
        }
    }

    /// The value as a line of text.
    pub fn to_line(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Bool(on) => on.to_string(),
            Value::Int(number) => number.to_string(),
            Value::List(items) => items.join(", "),
        }
    }
}

impl Kind {
    /// Reads a text; the error says what would be right, as the end of "… must be".
    pub fn parse(self, text: &str) -> Result<Value, String> {
        let trimmed = text.trim();
        let right = || self.expected();
        match self {
            Kind::Text => Ok(Value::Text(text.to_owned())),
            Kind::Secret if text.len() >= 32 => Ok(Value::Text(text.to_owned())),
            Kind::Address => address(trimmed).map(Value::Text).ok_or_else(right),
            Kind::Url => web_address(trimmed).map(Value::Text).ok_or_else(right),
            Kind::Redis => with_scheme(trimmed, &["redis", "rediss"])
                .map(Value::Text)
                .ok_or_else(right),
            Kind::UrlOrOff if trimmed.eq_ignore_ascii_case("off") => Ok(Value::Text("off".to_owned())),
            Kind::UrlOrOff => web_address(trimmed).map(Value::Text).ok_or_else(right),
            Kind::Database if is_database(trimmed) => Ok(Value::Text(trimmed.to_owned())),
            Kind::Bool => switch(trimmed).map(Value::Bool).ok_or_else(right),
            Kind::OnOff => switch(trimmed)
                .map(|on| Value::Text(if on { "on" } else { "off" }.to_owned()))
                .ok_or_else(right),
            Kind::Choice(words) => words
                .iter()
                .find(|word| word.eq_ignore_ascii_case(trimmed))
                .map(|word| Value::Text((*word).to_owned()))
                .ok_or_else(right),
            Kind::Int(least, most) => match trimmed.parse::<i64>() {
                Ok(number) if (least..=most).contains(&number) => Ok(Value::Int(number)),
                _ => Err(right()),
            },
            Kind::Uuid => Uuid::parse_str(trimmed)
                .map(|id| Value::Text(id.hyphenated().to_string()))
                .map_err(|_| right()),
            Kind::List | Kind::Patterns => self.list(
                text.split(',')
                    .map(str::trim)
                    .filter(|t| !t.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
            Kind::Filter => trimmed
                .parse::<tracing_subscriber::EnvFilter>()
                .map(|_| Value::Text(trimmed.to_owned()))
                .map_err(|_| right()),
            Kind::Hours => SleepWindow::parse(trimmed)
                .map(|_| Value::Text(trimmed.to_owned()))
                .map_err(|_| right()),
            Kind::LocalUrl => web_address(trimmed)
                .filter(|text| is_local(text))
                .map(Value::Text)
                .ok_or_else(right),
            Kind::Secret | Kind::Database => Err(right()),
        }
    }

    /// Several texts as a value of this kind; the error is that of [`Kind::parse`].
    pub fn list(self, items: Vec<String>) -> Result<Value, String> {
        match self {
            Kind::Patterns if Exclusions::new::<&str, _>(&[], &items).is_err() => Err(self.expected()),
            _ => Ok(Value::List(items)),
        }
    }

    /// Whether it holds several texts.
    pub fn is_list(self) -> bool {
        matches!(self, Kind::List | Kind::Patterns)
    }

    /// What would be right.
    pub fn expected(self) -> String {
        match self {
            Kind::Text => "text".to_owned(),
            Kind::Secret => {
                "text of at least 32 characters, such as the output of `openssl rand -hex 32`".to_owned()
            }
            Kind::Address => "an address with its port, such as 127.0.0.1:8000".to_owned(),
            Kind::Url => "an address such as https://dayloom.example.org".to_owned(),
            Kind::Redis => "an address such as redis://127.0.0.1:6379/0".to_owned(),
            Kind::UrlOrOff => "an address such as http://127.0.0.1:5600, or off".to_owned(),
            Kind::Database => "sqlite:FILE, sqlite::memory: or postgres://USER@HOST/NAME".to_owned(),
            Kind::Bool => "true or false".to_owned(),
            Kind::OnOff => "on or off".to_owned(),
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
            Kind::Int(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Uuid => "an id such as 3f2b8c9e-5d1a-4c7b-9e2f-0a1b2c3d4e5f".to_owned(),
            Kind::List => "a list of texts".to_owned(),
            Kind::Patterns => "a list of regular expressions, such as (?i)payroll|salary".to_owned(),
            Kind::Filter => "a log filter such as info or dayloom_agent=debug".to_owned(),
            Kind::Hours => "two times as HH:MM-HH:MM, such as 23:00-07:00, or empty".to_owned(),
            Kind::LocalUrl => "an http address of this machine, such as http://localhost:5600".to_owned(),
        }
    }
}

fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Some(true),
        "false" | "off" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn address(text: &str) -> Option<String> {
    let (host, port) = text.rsplit_once(':')?;
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let host_is_sound = !host.is_empty() && (bracketed || !host.contains([':', '/', ' ']));
    (host_is_sound && port.parse::<u16>().is_ok()).then(|| text.to_owned())
}

fn web_address(text: &str) -> Option<String> {
    with_scheme(text, &["http", "https"])
}

fn with_scheme(text: &str, schemes: &[&str]) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let known = schemes.contains(&url.scheme());
    (known && url.has_host()).then(|| text.trim_end_matches('/').to_owned())
}

fn is_local(text: &str) -> bool {
    let settings = TeamSettings {
        activity_watch_url: text.to_owned(),
        ..TeamSettings::default()
    };
    settings.url().is_ok()
}

fn is_database(text: &str) -> bool {
    ["sqlite:", "postgres://", "postgresql://"]
        .iter()
        .any(|p| text.strip_prefix(p).is_some_and(|r| !r.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_what_it_says_would_be_right() {
        for (kind, good, bad) in [
            (Kind::Address, "[::1]:0", "8000"),
            (Kind::Url, "https://a.example/api/v1", "a.example"),
            (Kind::Redis, "redis://127.0.0.1:6379/0", "http://127.0.0.1"),
            (Kind::UrlOrOff, "OFF", "of"),
            (Kind::Database, "sqlite::memory:", "mysql://x"),
            (Kind::Bool, "Yes", "maybe"),
            (Kind::OnOff, "off", ""),
            (Kind::Choice(&["none", "ollama"]), "Ollama", "llama"),
            (Kind::Int(1, 600), "600", "601"),
            (Kind::Uuid, "3F2B8C9E-5D1A-4C7B-9E2F-0A1B2C3D4E5F", "3f2b"),
            (Kind::Secret, "0123456789abcdef0123456789abcdef", "short"),
            (Kind::Filter, "info,dayloom_agent=debug", "info,x=loud"),
            (Kind::Patterns, "^Bank, payroll|salary", "Bank, ("),
            (Kind::Hours, "23:00-07:00", "night"),
            (Kind::LocalUrl, "http://[::1]:5600", "http://example.org:5600"),
        ] {
            assert!(kind.parse(good).is_ok(), "{kind:?} takes {good}");
            assert!(kind.parse(bad).is_err(), "{kind:?} refuses {bad}");
        }
    }

    #[test]
    fn ids_and_words_come_out_in_one_form() {
        let id = Kind::Uuid.parse("3F2B8C9E-5D1A-4C7B-9E2F-0A1B2C3D4E5F");
        assert_eq!(id, Ok(Value::Text("3f2b8c9e-5d1a-4c7b-9e2f-0a1b2c3d4e5f".into())));
        assert_eq!(
            Kind::List.parse(" a, b ,,"),
            Ok(Value::List(vec!["a".into(), "b".into()]))
        );
    }
}
