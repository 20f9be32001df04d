//! Instants on the wire: every form `contract/tracker.md` §0 reads, and the one form it writes.

use jiff::{Timestamp, Unit, civil::DateTime, fmt::temporal::DateTimePrinter, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

/// Unix times beyond this are milliseconds, as in the reference: 20,000,000,000 seconds are the year 2603.
const MILLISECONDS_FROM: u128 = 20_000_000_000;

/// An instant as answers show it: UTC with `Z`, and six digits of microseconds where they are not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub Timestamp);

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format(self.0))
    }
}

impl From<Timestamp> for Stamp {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format(self.0))
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text)
            .map(Stamp)
            .ok_or_else(|| serde::de::Error::custom("expected an ISO 8601 instant"))
    }
}

impl PartialSchema for Stamp {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(format))
            .into()
    }
}

impl ToSchema for Stamp {}

/// UTC with `Z`, microseconds where they are not zero.
pub fn format(at: Timestamp) -> String {
    const WHOLE: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
    const FINE: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
    let printer = if at.subsec_nanosecond() / 1_000 == 0 {
        &WHOLE
    } else {
        &FINE
    };
    printer.timestamp_to_string(&at)
}

/// Reads ISO 8601 with or without offset (then UTC) or time of day (then midnight), or unix seconds or milliseconds.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return micros(at);
    }
    let numeric = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+');
    if text.bytes().all(numeric) {
        if let Ok(whole) = text.parse::<i128>() {
            return from_unix_int(whole);
        }
        if let Ok(number) = text.parse::<f64>() {
            return from_unix(number);
        }
    }
    let local: DateTime = text.parse().ok()?;
    micros(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Reads whole unix seconds, or milliseconds beyond the year 2603.
pub fn from_unix_int(number: i128) -> Option<Timestamp> {
    let scale = if number.unsigned_abs() > MILLISECONDS_FROM {
        1_000
    } else {
        1_000_000
    };
    let micros = i64::try_from(number.checked_mul(scale)?).ok()?;
    Timestamp::from_microsecond(micros).ok()
}

/// Reads unix seconds with a fraction, or milliseconds, to the nearest microsecond.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a cast that saturates is out of every timestamp's range and refused below"
)]
pub fn from_unix(number: f64) -> Option<Timestamp> {
    let scale = if number.abs() > MILLISECONDS_FROM as f64 {
        1e3
    } else {
        1e6
    };
    number
        .is_finite()
        .then(|| (number * scale).round() as i64)
        .and_then(|us| Timestamp::from_microsecond(us).ok())
}

fn micros(at: Timestamp) -> Option<Timestamp> {
    at.round(
        jiff::TimestampRound::new()
            .smallest(Unit::Microsecond)
            .mode(jiff::RoundMode::Floor),
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_contract_is_read() {
        for text in [
            "2026-11-21T10:00:00Z",
            "2026-11-21t10:00:00z",
            "2026-11-21 10:00:00+00:00",
            "2026-11-21T15:30:00+05:30",
            "2026-11-21T15:30:00+0530",
            "2026-11-21T10:00:00",
            "2026-11-21T10:00",
            "2026-11-21T10:00:00.000000999Z",
            "1795255200",
            "1795255200.0",
            "1795255200000",
            " 1795255200 ",
        ] {
            assert_eq!(
                parse(text).map(format).as_deref(),
                Some("2026-11-21T10:00:00Z"),
                "{text}"
            );
        }
        assert_eq!(
            parse("2026-11-21").map(format).as_deref(),
            Some("2026-11-21T00:00:00Z")
        );
        assert_eq!(
            from_unix(1_795_255_200.25).map(format).as_deref(),
            Some("2026-11-21T10:00:00.250000Z")
        );
        assert_eq!(
            from_unix_int(-1).map(format).as_deref(),
            Some("1969-12-31T23:59:59Z")
        );
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-11-21T25:00:00Z",
            "99999999999999999999",
            "-",
            "1e9",
            "-170141183460469231731687303715884105728",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(from_unix_int(i128::MIN), None);
        assert_eq!(from_unix(f64::NAN), None);
        assert_eq!(from_unix(1e300), None);
    }
}
