//! Counts of commits and closed issues, posted by an admin's client.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::MOST_COUNTED;
use crate::{Decode, Fields, json::Json, rules};

/// The most of one count that is taken: Search finds at most 1,000 a query (`contract/team.md` §4), with room.
const MOST: u32 = 1_000_000;

/// Body of `POST …/commits` and `…/closed-issues`. Each row replaces that member-day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Rows; the last of one member-day counts.
    #[schema(max_items = 10_000)]
    pub days: Vec<Counted>,
}

/// The counts of one member on one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counted {
    /// The member, present or former.
    pub developer_id: Uuid,
    /// The UTC day.
    #[schema(value_type = String, format = Date, example = "2026-11-21")]
    pub day: Date,
    /// In repositories that match the workspace's patterns.
    pub internal: u32,
    /// In all others.
    pub external: u32,
}

/// The body as the server reads it: a row that cannot be read is refused alone, with this reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountsIn {
    /// Rows in the order sent.
    pub days: Vec<Result<Counted, &'static str>>,
}

impl Decode for CountsIn {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            days: fields.list("days", MOST_COUNTED, |row| Ok(read(row)))?,
        })
    }
}

fn read(row: &Json<'_>) -> Result<Counted, &'static str> {
    let field = |name| row.get(name).unwrap_or(&Json::Null);
    let developer_id = rules::id(field("developer_id")).map_err(|_| "unknown_member")?;
    let day = field("day")
        .as_text()
        .filter(|text| text.len() == 10)
        .and_then(|text| text.parse().ok());
    let count = |name| rules::unsigned(0, MOST)(field(name)).map_err(|_| "invalid_count");
    Ok(Counted {
        developer_id,
        day: day.ok_or("invalid_day")?,
        internal: count("internal")?,
        external: count("external")?,
    })
}

/// Answer of `POST …/commits` and `…/closed-issues`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountsAnswer {
    /// Rows that stand now.
    pub stored: usize,
    /// Rows that do not, with why.
    pub rejected: Vec<RejectedCount>,
}

/// A row that was not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RejectedCount {
    /// Its place, from 0.
    pub index: usize,
    /// `unknown_member`, `invalid_day`, `invalid_count` or `day_out_of_range`.
    #[schema(example = "unknown_member")]
    pub reason: String,
}
