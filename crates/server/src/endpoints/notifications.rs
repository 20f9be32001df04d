//! `/notifications`: the caller's own, read and unread, and which types they want (`contract/tracker.md` §5.7).

use axum::{Json, extract::State};
use dayloom_api::{
    Stamp,
    notifications::{
        MarkedRead, NotificationOut, NotificationPage, NotificationsQuery, PollAnswer, PollQuery,
        PreferenceChange, PreferenceOut, Preferences,
    },
};
use dayloom_domain::{Locale, NotificationId, insight::Kind};
use dayloom_pipeline::insights;
use dayloom_storage::{Notification, Preference, PreferencePatch};
use dayloom_views::urls;

use super::{InputRefusals, Refusals};
use crate::{ApiError, ApiPath, ApiQuery, Call, Caller, ServerState, auth::account, extract::id};

/// Notifications of a page.
const PAGE: u32 = 50;

/// Notifications of a poll (`contract/tracker.md` §5.7).
const POLL: u32 = 50;

const UNKNOWN: &str = "Notification not found";

/// The language the caller reads.
async fn locale(state: &ServerState, caller: Caller) -> Result<Locale, ApiError> {
    let person = state.store().people().by_id(caller.id).await?;
    Ok(Locale::of(person.and_then(|person| person.locale).as_deref()))
}

fn out(one: Notification, state: &ServerState, locale: Locale) -> NotificationOut {
    let (title, body) = insights::said(&one, locale);
    let origin = state.settings().public_url.as_deref().unwrap_or_default();
    NotificationOut {
        id: one.id,
        event_type: one.event_type,
        title,
        description: body.clone(),
        body,
        context: one.context,
        action_url: format!("{}{}", origin.trim_end_matches('/'), urls::day(one.date)),
        date: one.date,
        is_read: one.is_read,
        read_at: one.read_at.map(Stamp),
        created_at: Stamp(one.created_at),
    }
}

/// The caller's notifications, newest first.
#[utoipa::path(get, path = "/notifications", tag = "notifications", params(NotificationsQuery),
    responses((status = 200, body = NotificationPage), Refusals))]
pub async fn list(
    State(state): State<ServerState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<NotificationsQuery>,
) -> Result<Json<NotificationPage>, ApiError> {
    let (page, unread_only) = (query.page.unwrap_or(1), query.unread_only.unwrap_or(false));
    let notifications = state.store().notifications();
    let skip = (page - 1).saturating_mul(PAGE);
    let found = notifications.page(caller.id, unread_only, skip, PAGE).await?;
    let (total, unread_count) = notifications.counts(caller.id).await?;
    let locale = locale(&state, caller).await?;
    Ok(Json(NotificationPage {
        notifications: found.into_iter().map(|one| out(one, &state, locale)).collect(),
        total,
        unread_count,
        page,
        page_size: PAGE,
    }))
}

/// What is new since an instant, newest first, at most 50.
#[utoipa::path(get, path = "/notifications/poll", tag = "notifications", params(PollQuery),
    responses((status = 200, body = PollAnswer), Refusals))]
pub async fn poll(
    State(state): State<ServerState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<PollQuery>,
) -> Result<Json<PollAnswer>, ApiError> {
    let notifications = state.store().notifications();
    let since = query.since.unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let found = notifications.since(caller.id, since, POLL).await?;
    let (_, unread_count) = notifications.counts(caller.id).await?;
    let locale = locale(&state, caller).await?;
    let newest = found.first().map(|one| one.created_at);
    Ok(Json(PollAnswer {
        latest_timestamp: Stamp(newest.or(query.since).unwrap_or_else(|| state.now())),
        notifications: found.into_iter().map(|one| out(one, &state, locale)).collect(),
        unread_count,
    }))
}

/// Marks one as read. Doing so twice changes nothing.
#[utoipa::path(post, path = "/notifications/{notification_id}/read", tag = "notifications",
    params(("notification_id" = Uuid, Path, description = "One of the caller's notifications.")),
    responses((status = 200, body = NotificationOut), Refusals))]
pub async fn read(
    State(state): State<ServerState>,
    caller: Caller,
    ApiPath(notification): ApiPath<String>,
) -> Result<Json<NotificationOut>, ApiError> {
    let notification: NotificationId = id(&notification, UNKNOWN)?;
    let read = state
        .store()
        .notifications()
        .mark_read(caller.id, notification, state.now())
        .await?;
    let read = read.ok_or_else(|| ApiError::not_found(UNKNOWN))?;
    Ok(Json(out(read, &state, locale(&state, caller).await?)))
}

/// Marks all as read.
#[utoipa::path(post, path = "/notifications/read-all", tag = "notifications",
    responses((status = 200, body = MarkedRead), Refusals))]
pub async fn read_all(
    State(state): State<ServerState>,
    caller: Caller,
) -> Result<Json<MarkedRead>, ApiError> {
    let marked = state
        .store()
        .notifications()
        .mark_all_read(caller.id, state.now())
        .await?;
    Ok(Json(MarkedRead { marked }))
}

/// Every type of notification, and by which ways the caller wants it.
#[utoipa::path(get, path = "/notifications/preferences", tag = "notifications",
    responses((status = 200, body = Preferences), Refusals))]
pub async fn preferences(
    State(state): State<ServerState>,
    caller: Caller,
) -> Result<Json<Preferences>, ApiError> {
    let said = state.store().notifications().preferences(caller.id).await?;
    let preferences = Kind::ALL.into_iter().map(|kind| {
        let event_type = kind.event_type();
        let said = said.iter().find(|one| one.event_type == event_type).cloned();
        preference(said.unwrap_or_else(|| Preference::unsaid(event_type)))
    });
    Ok(Json(Preferences {
        preferences: preferences.collect(),
    }))
}

/// Turns a type on or off. What was made before stays in the list.
#[utoipa::path(patch, path = "/notifications/preferences/{event_type}", tag = "notifications",
    params(("event_type" = String, Path, description = "Such as `tracker.insight.after_hours`.")),
    request_body = PreferenceChange, responses((status = 200, body = PreferenceOut), Refusals, InputRefusals))]
pub async fn change_preference(
    State(state): State<ServerState>,
    ApiPath(event_type): ApiPath<String>,
    Call {
        caller, body: change, ..
    }: Call<(), PreferenceChange>,
) -> Result<Json<PreferenceOut>, ApiError> {
    let kind =
        Kind::of(&event_type).ok_or_else(|| ApiError::not_found("There is no such type of notification"))?;
    let caller = account(caller, &state).await?;
    let patch = PreferencePatch {
        in_app: change.in_app,
        email: change.email,
        slack: change.slack,
        web_push: change.web_push,
    };
    let said = state
        .store()
        .notifications()
        .set_preference(caller.id, kind.event_type(), patch, state.now())
        .await?;
    Ok(Json(preference(said)))
}

fn preference(one: Preference) -> PreferenceOut {
    PreferenceOut {
        event_type: one.event_type,
        in_app: one.in_app,
        email: one.email,
        slack: one.slack,
        web_push: one.web_push,
    }
}
