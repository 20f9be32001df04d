//! The flush: minutes of a member, cut and repeated as their collector likes.

use dayloom_domain::{Zone, team::classify::Kind};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MOST_MINUTES, MOST_SOURCE};
use crate::{Decode, Fields, Stamp, json::Json, rules};

/// One minute in one workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MinuteInWorkspace {
    /// The workspace.
    pub id: Uuid,
    /// Internal or external.
    #[schema(value_type = String, example = "internal")]
    pub kind: Kind,
    /// What it is filed under, 1 to 255 characters without control characters.
    #[schema(min_length = 1, max_length = 255, example = "acme/app")]
    pub source: String,
}

/// Body of `POST /active-minutes`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flush {
    /// The member's zone by its IANA name; absent or null keeps the former.
    #[schema(example = "Europe/Kyiv")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// At most 1,440.
    #[schema(max_items = 1440)]
    pub minutes: Vec<FlushMinute>,
}

/// One minute of a flush.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlushMinute {
    /// Any instant of it; absent or null it is the server's minute now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Stamp>,
    /// What it was in each workspace.
    pub workspaces: Vec<MinuteInWorkspace>,
}

/// The body as the server reads it: a minute that cannot be read is refused alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncomingFlush {
    /// The member's zone.
    pub timezone: Option<Zone>,
    /// Minutes in the order sent.
    pub minutes: Vec<Result<IncomingMinute, UnreadableMinute>>,
}

/// One minute as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingMinute {
    /// When; `None` is the server's minute.
    pub at: Option<Timestamp>,
    /// What it was in each workspace.
    pub items: Vec<IncomingItem>,
}

/// One item as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingItem {
    /// The workspace's id as sent, at most 64 characters of it. One that is no UUID is unknown like any other.
    pub workspace: String,
    /// Internal or external.
    pub kind: Kind,
    /// What it is filed under.
    pub source: String,
}

/// Why a minute cannot be read; the words are those of `contract/team.md` §4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadableMinute {
    /// `at` is no instant.
    At,
    /// Anything else of it.
    Minute,
}

impl UnreadableMinute {
    /// Its word in an answer.
    pub fn word(self) -> &'static str {
        match self {
            Self::At => "invalid_at",
            Self::Minute => "invalid_minute",
        }
    }
}

impl Decode for IncomingFlush {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let timezone = fields.optional("timezone", rules::zone);
        let minutes = fields.list("minutes", MOST_MINUTES, |minute| Ok(read(minute)));
        Some(Self {
            timezone: timezone?,
            minutes: minutes?,
        })
    }
}

fn read(minute: &Json<'_>) -> Result<IncomingMinute, UnreadableMinute> {
    if !matches!(minute, Json::Object(_)) {
        return Err(UnreadableMinute::Minute);
    }
    let at = match minute.get("at") {
        None | Some(Json::Null) => None,
        Some(at) => Some(rules::instant(at).map_err(|_| UnreadableMinute::At)?),
    };
    let Some(Json::List(items)) = minute.get("workspaces") else {
        return Err(UnreadableMinute::Minute);
    };
    let items = items.iter().map(item).collect::<Option<_>>();
    Ok(IncomingMinute {
        at,
        items: items.ok_or(UnreadableMinute::Minute)?,
    })
}

fn item(item: &Json<'_>) -> Option<IncomingItem> {
    let text = |name| item.get(name).and_then(Json::as_text);
    let kind = match text("kind")? {
        "internal" => Kind::Internal,
        "external" => Kind::External,
        _ => return None,
    };
    let source = text("source")?;
    let fit =
        !source.is_empty() && source.chars().count() <= MOST_SOURCE && !source.contains(char::is_control);
    fit.then(|| {
        Some(IncomingItem {
            workspace: text("id")?.chars().take(64).collect(),
            kind,
            source: source.to_owned(),
        })
    })?
}

/// Answer of `POST /active-minutes`. An item is a minute in a workspace; each is counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlushAnswer {
    /// Items that were new and are shown.
    pub accepted: u64,
    /// Items that were there before and are shown, a better label included.
    pub duplicates: u64,
    /// Items that are stored but not shown, because their day is full.
    pub capped: u64,
    /// What was not stored, with why.
    pub rejected: Vec<RejectedMinute>,
    /// Each touched workspace and UTC day as it stands now.
    pub days: Vec<FlushedDay>,
}

/// A minute, or an item of one, that was not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RejectedMinute {
    /// Place of the minute, from 0.
    pub index: usize,
    /// The workspace as sent, where only that item was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<String>,
    /// `invalid_at`, `invalid_minute`, `at_out_of_range` or `unknown_workspace`.
    #[schema(example = "at_out_of_range")]
    pub reason: String,
}

/// What is shown of a day after a flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlushedDay {
    /// The workspace.
    pub workspace_id: Uuid,
    /// The UTC day.
    #[schema(value_type = String, format = Date, example = "2026-11-21")]
    pub day: Date,
    /// Internal minutes.
    pub internal: u32,
    /// External minutes.
    pub external: u32,
}
