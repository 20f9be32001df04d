//! Notifications and who wants which, on the wire (`contract/tracker.md` §5.7). Must not know what makes one.

use dayloom_domain::NotificationId;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Decode, Fields, Stamp,
    rules::{boolean, instant, unsigned},
};

/// The furthest page that can be asked for.
pub const LAST_PAGE: u32 = 100_000;

/// A notification: `description` and `action_url` are what the companion app reads, `body` and `context` what the
/// reference sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NotificationOut {
    /// Id.
    #[schema(value_type = Uuid)]
    pub id: NotificationId,
    /// Type, such as `tracker.insight.after_hours`.
    pub event_type: String,
    /// Title.
    pub title: String,
    /// What it says.
    pub body: String,
    /// The same.
    pub description: String,
    /// What it rests on; of an insight `source`, `metrics`, `date`, `usual` and `working_hours`.
    pub context: serde_json::Value,
    /// The page of the day it speaks of.
    pub action_url: String,
    /// The local date it speaks of.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Whether it was read.
    pub is_read: bool,
    /// When it was read.
    pub read_at: Option<Stamp>,
    /// When it was made.
    pub created_at: Stamp,
}

/// Which page of notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NotificationsQuery {
    /// From 1; 50 to a page. The first one if left out.
    #[param(minimum = 1, maximum = 100_000)]
    pub page: Option<u32>,
    /// Only those that were not read.
    pub unread_only: Option<bool>,
}

impl Decode for NotificationsQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let page = fields.optional("page", unsigned(1, LAST_PAGE));
        let unread_only = fields.optional("unread_only", boolean);
        Some(Self {
            page: page?,
            unread_only: unread_only?,
        })
    }
}

/// A page of notifications, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NotificationPage {
    /// The notifications.
    pub notifications: Vec<NotificationOut>,
    /// How many there are.
    pub total: i64,
    /// How many of them were not read.
    pub unread_count: i64,
    /// This page, from 1.
    pub page: u32,
    /// Notifications of a full page.
    pub page_size: u32,
}

/// Since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PollQuery {
    /// Only what was made after this instant; without it the newest there are.
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
}

impl Decode for PollQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let since = fields.optional("since", instant);
        Some(Self { since: since? })
    }
}

/// What is new.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PollAnswer {
    /// At most 50, newest first.
    pub notifications: Vec<NotificationOut>,
    /// What to ask with next time: when the newest one was made, else the instant asked for.
    pub latest_timestamp: Stamp,
    /// How many were not read, of all.
    pub unread_count: i64,
}

/// How many were marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarkedRead {
    /// Those that were unread before.
    pub marked: u64,
}

/// By which ways a person wants notifications of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreferenceOut {
    /// The type.
    pub event_type: String,
    /// In the list and the bell; without it none is made.
    pub in_app: bool,
    /// By e-mail.
    pub email: bool,
    /// In Slack.
    pub slack: bool,
    /// As web push.
    pub web_push: bool,
}

/// Every type there is, with what holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preferences {
    /// By type.
    pub preferences: Vec<PreferenceOut>,
}

/// Body of `PATCH /notifications/preferences/{event_type}`. What is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PreferenceChange {
    /// In the list and the bell.
    pub in_app: Option<bool>,
    /// By e-mail.
    pub email: Option<bool>,
    /// In Slack.
    pub slack: Option<bool>,
    /// As web push.
    pub web_push: Option<bool>,
}

impl Decode for PreferenceChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let in_app = fields.optional("in_app", boolean);
        let email = fields.optional("email", boolean);
        let slack = fields.optional("slack", boolean);
        let web_push = fields.optional("web_push", boolean);
        Some(Self {
            in_app: in_app?,
            email: email?,
            slack: slack?,
            web_push: web_push?,
        })
    }
}
