//! The activity of a team over a range of UTC days, in one answer.

mod text;

use dayloom_domain::{Zone, people::MemberStatus};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{Decode, Fields, decode::Fault, json::Json};

pub use text::{after_members, before_members};

/// Query of `GET /workspaces/{id}/activity`. Whether the range is one is the server's to say: it knows today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// First UTC date; six days before `to` where absent.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// Last UTC date, itself included; today where absent.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

impl Decode for ActivityQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let (from, to) = (fields.optional("from", date), fields.optional("to", date));
        Some(Self { from: from?, to: to? })
    }
}

/// `YYYY-MM-DD` in years that leave room for zones.
fn date(value: &Json<'_>) -> Result<Date, Fault> {
    let text = value.as_text().filter(|text| text.len() == 10);
    text.and_then(|text| text.parse::<Date>().ok())
        .filter(|date| (1970..=9000).contains(&date.year()))
        .ok_or_else(|| Fault::new("date_parsing", "Input should be a date as YYYY-MM-DD"))
}

/// Two figures: of the workspace, and of anything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pair {
    /// The workspace's own.
    pub internal: u32,
    /// Anything else.
    pub external: u32,
}

impl std::ops::AddAssign for Pair {
    fn add_assign(&mut self, other: Self) {
        self.internal += other.internal;
        self.external += other.external;
    }
}

/// Answer of `GET /workspaces/{id}/activity`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// The workspace.
    pub workspace_id: Uuid,
    /// First UTC day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last UTC day, itself included.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Active members, and former ones with a day in the range, in the order of their names.
    pub members: Vec<ActivityMember>,
    /// Sums over all members and days.
    pub totals: ActivityTotals,
}

/// A member and their days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActivityMember {
    /// The person.
    pub developer_id: Uuid,
    /// Their GitHub login, where it is known.
    pub login: Option<String>,
    /// Their name, where they gave one.
    pub name: Option<String>,
    /// The zone of their strips; null is UTC.
    #[schema(value_type = Option<String>)]
    pub timezone: Option<Zone>,
    /// `active`, or `removed` for a former member.
    #[schema(value_type = String, example = "active")]
    pub status: MemberStatus,
    /// Days with anything on them, in order.
    pub days: Vec<ActivityDay>,
}

/// One UTC day of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActivityDay {
    /// The UTC day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Internal minutes.
    pub internal: u32,
    /// External minutes.
    pub external: u32,
    /// External labels, most minutes first; there for the caller's own days and, to admins, for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<SourceMinutes>>,
    /// Minutes of the day at each local hour of the member, 24 of them; their sum is the day's.
    #[schema(min_items = 24, max_items = 24, value_type = Vec<Pair>)]
    pub strip: [Pair; 24],
    /// Commits.
    pub commits: Pair,
    /// Closed issues.
    pub closed_issues: Pair,
}

/// Minutes under one label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceMinutes {
    /// The label.
    pub source: String,
    /// Minutes.
    pub minutes: u32,
}

/// Sums of a team.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActivityTotals {
    /// Internal minutes.
    pub internal: u32,
    /// External minutes.
    pub external: u32,
    /// Commits.
    pub commits: Pair,
    /// Closed issues.
    pub closed_issues: Pair,
}
