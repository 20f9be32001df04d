//! The caller's own account as the wire shows it (`contract/tracker.md` §1.3, §9). Must not know sessions or tokens.

use dayloom_domain::{Zone, people::Developer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Decode, Fields, Stamp, rules::zone, words};

/// Working hours of a day, local time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkingHours {
    /// `HH:MM`, from `00:00` to `23:59`.
    #[schema(example = "09:00")]
    pub start: String,
    /// `HH:MM`; before `start` for hours that pass midnight.
    #[schema(example = "17:30")]
    pub end: String,
}

/// The caller's account. `skill_fingerprint` to `github_connection` belong to the published shape and are not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeveloperOut {
    /// Id.
    pub id: Uuid,
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// Null.
    pub skill_fingerprint: Option<serde_json::Value>,
    /// Null.
    pub work_patterns: Option<serde_json::Value>,
    /// Null.
    pub growth_trajectory: Option<serde_json::Value>,
    /// Null.
    pub github_connection: Option<serde_json::Value>,
    /// The GitHub login the person said is theirs; null where they said none.
    #[serde(default)]
    #[schema(example = "octocat")]
    pub github_login: Option<String>,
    /// Since when.
    pub created_at: Stamp,
    /// Last change.
    pub updated_at: Stamp,
    /// IANA zone, used where an event names none.
    pub timezone: Option<String>,
    /// Usual hours.
    pub working_hours: Option<WorkingHours>,
    /// Language of pages, such as `en`.
    pub locale: Option<String>,
}

impl From<Developer> for DeveloperOut {
    fn from(developer: Developer) -> Self {
        Self {
            id: developer.id.0,
            email: developer.email,
            name: developer.name,
            avatar_url: developer.avatar_url,
            skill_fingerprint: None,
            work_patterns: None,
            growth_trajectory: None,
            github_connection: None,
            github_login: None,
            created_at: developer.created_at.into(),
            updated_at: developer.updated_at.into(),
            timezone: developer.timezone.map(String::from),
            working_hours: developer
                .working_hours
                .map(|(start, end)| WorkingHours { start, end }),
            locale: developer.locale,
        }
    }
}

/// Body of `PATCH /developers/me`. What is absent or null stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeveloperChange {
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    pub name: Option<String>,
    /// An IANA zone.
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    pub timezone: Option<Zone>,
    /// Usual hours.
    pub working_hours: Option<WorkingHours>,
    /// A language tag such as `en` or `pt-BR`.
    #[schema(max_length = 35, example = "en")]
    pub locale: Option<String>,
    /// The GitHub login that is the caller's: 1 to 39 letters, digits and single hyphens, no other account's here. An empty text
    /// takes it back.
    #[schema(max_length = 39, example = "octocat")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub github_login: Option<String>,
}

impl Decode for WorkingHours {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let start = fields.required("start", words::time_of_day);
        let end = fields.required("end", words::time_of_day);
        Some(Self {
            start: start?,
            end: end?,
        })
    }
}

impl Decode for DeveloperChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let name = fields.optional("name", words::label(255));
        let timezone = fields.optional("timezone", zone);
        let working_hours = fields.object("working_hours", WorkingHours::decode);
        let locale = fields.optional("locale", words::locale);
        let github_login = fields.optional("github_login", words::github_login);
        Some(Self {
            name: name?,
            timezone: timezone?,
            working_hours: working_hours?,
            locale: locale?,
            github_login: github_login?,
        })
    }
}
