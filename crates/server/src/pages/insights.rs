//! The page of insights: reading them, muting a kind, and the working hours they are measured against.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use dayloom_domain::insight::{Hours, Kind};
use dayloom_pipeline::insights::{self, HoursFrom};
use dayloom_storage::{DeveloperPatch, PreferencePatch};
use dayloom_views::{
    insights::{HoursFact, InsightFact, InsightsPage},
    state::Trouble,
    urls,
};
use serde::Deserialize;

use super::{
    failure::{PageError, show},
    gather,
    visitor::Visitor,
};
use crate::ServerState;

/// Insights on the page.
const SHOWN: u32 = 100;

/// The page.
pub(super) async fn page(State(state): State<ServerState>, visitor: Visitor) -> Result<Response, PageError> {
    shown(&state, visitor, false).await
}

/// The page, after hours that were none where `refused`.
async fn shown(state: &ServerState, visitor: Visitor, refused: bool) -> Result<Response, PageError> {
    let (store, id) = (state.store(), visitor.person.id);
    let viewer = gather::viewer(store, visitor, state.now()).await?;
    let told = store.notifications().page(id, false, 0, SHOWN).await?;
    let said = store.notifications().preferences(id).await?;
    let muted = said.iter().filter(|one| !one.in_app);
    let muted: Vec<Kind> = muted.filter_map(|one| Kind::of(&one.event_type)).collect();
    let facts: Vec<InsightFact> = told
        .into_iter()
        .map(|one| {
            let (title, body) = insights::said(&one, viewer.locale);
            InsightFact {
                title,
                body,
                date: one.date,
                unread: !one.is_read,
            }
        })
        .collect();
    let (hours, from) = insights::hours_on(store, id, viewer.today()).await?;
    let hours = HoursFact {
        hours,
        set: from == HoursFrom::Set,
        learned: from == HoursFrom::Learned,
        refused,
    };
    Ok(show(&InsightsPage::new(&viewer, &facts, &muted, hours)))
}

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    csrf: String,
    action: Action,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    start: String,
    #[serde(default)]
    end: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    /// All are read.
    Read,
    /// No more of this kind.
    Mute,
    /// This kind again.
    Unmute,
    /// These are the working hours.
    Hours,
}

/// Marks all as read, turns a kind off or on, or sets the working hours.
pub(super) async fn submit(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<Wish>,
) -> Result<Response, PageError> {
    visitor.check(&form.csrf, &headers, &state)?;
    let (notifications, id, now) = (state.store().notifications(), visitor.person.id, state.now());
    let wanted = match form.action {
        Action::Read => {
            notifications.mark_all_read(id, now).await?;
            return Ok(Redirect::to(urls::INSIGHTS).into_response());
        }
        Action::Hours => return set_hours(&state, visitor, &form).await,
        Action::Mute => false,
        Action::Unmute => true,
    };
    let kind = Kind::of(&form.kind).ok_or(PageError(Trouble::NotFound))?;
    let patch = PreferencePatch {
        in_app: Some(wanted),
        ..PreferencePatch::default()
    };
    notifications
        .set_preference(id, kind.event_type(), patch, now)
        .await?;
    Ok(Redirect::to(urls::INSIGHTS).into_response())
}

async fn set_hours(state: &ServerState, visitor: Visitor, form: &Wish) -> Result<Response, PageError> {
    // Browsers may send seconds with a time of day.
    let clock = |text: &str| text.trim().chars().take("00:00".len()).collect::<String>();
    let (start, end) = (clock(&form.start), clock(&form.end));
    let Ok(hours) = Hours::read(&start, &end) else {
        let page = shown(state, visitor, true).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let patch = DeveloperPatch {
        working_hours: Some(hours.ends()),
        ..DeveloperPatch::default()
    };
    let people = state.store().people();
    people.update(visitor.person.id, &patch, state.now()).await?;
    Ok(Redirect::to(urls::INSIGHTS).into_response())
}
