//! The page of insights: reading them, and muting a kind.

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use dayloom_domain::insight::Kind;
use dayloom_pipeline::insights;
use dayloom_storage::PreferencePatch;
use dayloom_views::{
    insights::{InsightFact, InsightsPage},
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
    Ok(show(&InsightsPage::new(&viewer, &facts, &muted)))
}

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    csrf: String,
    action: Action,
    #[serde(default)]
    kind: String,
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
}

/// Marks all as read, or turns a kind off or on.
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
