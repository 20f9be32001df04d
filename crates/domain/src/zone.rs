//! Time zones by their IANA name, and local dates in them.

use std::sync::Arc;

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

/// A time zone known to the IANA database under exactly this name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(Arc<str>);

/// The text is no name in the IANA database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IANA time zone such as Europe/Berlin")]
pub struct UnknownZone(pub String);

impl Zone {
    /// Reads a zone from its exact IANA name or link (`Europe/Kiev` included).
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        let known = jiff::tz::db().get(name).ok();
        match known.and_then(|zone| zone.iana_name().map(|n| n == name)) {
            Some(true) => Ok(Self(name.into())),
            _ => Err(UnknownZone(name.to_owned())),
        }
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self("UTC".into())
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The rules of the zone. Look-ups are cached by the database; hold on to it in loops.
    pub fn rules(&self) -> TimeZone {
        jiff::tz::db().get(&self.0).unwrap_or(TimeZone::UTC)
    }

    /// The local calendar date of an instant.
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.rules().to_datetime(at).date()
    }

    /// The instant of a time of the clock; where the clock skips it, the one as far behind the gap, and where it comes
    /// twice, the first.
    pub fn at(&self, date: Date, time: Time) -> Timestamp {
        date.to_datetime(time)
            .to_zoned(self.rules())
            .map_or(Timestamp::MIN, |z| z.timestamp())
    }

    /// The hour of the local day at an instant, 0 to 23.
    pub fn hour_of(&self, at: Timestamp) -> i8 {
        at.to_zoned(self.rules()).hour()
    }

    /// The first instant of a local date; where midnight is skipped, the first instant after the gap.
    pub fn start_of(&self, date: Date) -> Timestamp {
        date.to_zoned(self.rules())
            .map_or(Timestamp::MIN, |z| z.timestamp())
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0.as_ref().to_owned()
    }
}
