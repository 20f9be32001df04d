//! The activity of a team, and the forms below it. Every form is a POST with the session's token that leads back to the page;
//! one that is refused shows the page again with what was typed and why. The script asks the API for the live tester.

mod act;
mod facts;
mod undo;

use axum::{
    Form,
    extract::{Path, Query as UrlQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use dayloom_domain::{DeveloperId, WorkspaceId};
use dayloom_views::{
    state::{BadDates, Trouble},
    team::{
        TeamPage, Tester, csv,
        none::{NoTeamPage, NotIn},
    },
    urls,
};
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    failure::{PageError, show},
    gather,
    visitor::Visitor,
};
use crate::{
    ApiError, ServerState, endpoints,
    team::{TeamMember, activity},
};

pub(super) use act::submit;
use undo::Undo;

/// The range asked for, and whose days.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Query {
    from: Option<String>,
    to: Option<String>,
    member: Option<String>,
    undo: Option<String>,
}

/// What a page is about.
#[derive(Clone, Copy, Debug)]
struct About {
    from: Date,
    to: Date,
    member: Option<DeveloperId>,
}

impl Query {
    /// One day where nothing is said: today.
    fn about(&self, state: &ServerState) -> Result<About, PageError> {
        let bad = PageError(Trouble::TeamDates(BadDates::Unreadable));
        let date = |text: &Option<String>| match text.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => match text.parse::<Date>() {
                Ok(date) if text.len() == 10 && (1970..=9000).contains(&date.year()) => Ok(Some(date)),
                _ => Err(bad),
            },
        };
        let to = date(&self.to)?;
        let from = date(&self.from)?;
        let today = jiff::tz::TimeZone::UTC.to_datetime(state.now()).date();
        let to = to.unwrap_or(today);
        let from = from.unwrap_or(to);
        if from > to {
            return Err(PageError(Trouble::TeamDates(BadDates::Reversed)));
        }
        let (from, to) = activity::range(Some(from), Some(to), state.now())
            .map_err(|_| PageError(Trouble::TeamDates(BadDates::TooMany)))?;
        let member = self.member.as_deref().and_then(|member| member.parse().ok());
        Ok(About { from, to, member })
    }
}

/// The workspace of a path as the visitor sees it. Unknown and foreign are one page that is not there.
async fn inside(state: &ServerState, workspace: &str, person: DeveloperId) -> Result<TeamMember, PageError> {
    let unknown = PageError(Trouble::NotFound);
    let workspace: WorkspaceId = workspace.parse().map_err(|_| unknown)?;
    match TeamMember::of(state, workspace, person).await {
        Err(ApiError::Refused { .. }) => Err(unknown),
        other => Ok(other?),
    }
}

/// Leads to the oldest workspace of the person, or says how to get into one.
pub(super) async fn door(State(state): State<ServerState>, visitor: Visitor) -> Result<Response, PageError> {
    let spaces = state.store().team().spaces(visitor.person.id).await?;
    if let Some(first) = spaces.first() {
        return Ok(Redirect::to(&urls::team_now(first.id)).into_response());
    }
    let viewer = gather::viewer(state.store(), visitor, state.now()).await?;
    Ok(show(&NoTeamPage::new(&viewer, None)))
}

/// The page.
pub(super) async fn page(
    State(state): State<ServerState>,
    visitor: Visitor,
    Path(workspace): Path<String>,
    UrlQuery(query): UrlQuery<Query>,
) -> Result<Response, PageError> {
    let inside = inside(&state, &workspace, visitor.person.id).await?;
    let about = query.about(&state)?;
    let undo = query.undo.filter(|_| inside.is_admin());
    let undo = undo.and_then(|undo| Undo::opened(&undo, inside.space.id, &visitor.csrf, state.now()));
    let mut facts = facts::gather(&state, &inside, about).await?;
    if let (Some(admin), Some(undo)) = (&mut facts.admin, undo) {
        admin.done = undo.told(&state, inside.space.id, &visitor.csrf).await?;
    }
    let viewer = gather::viewer(state.store(), visitor, state.now()).await?;
    Ok(show(&TeamPage::new(&viewer, &facts)))
}

/// The page with what a form left behind.
async fn shown(
    state: &ServerState,
    visitor: Visitor,
    inside: &TeamMember,
    about: About,
    tester: Tester,
    refused: Option<dayloom_views::team::Refused>,
) -> Result<Response, PageError> {
    let mut facts = facts::gather(state, inside, about).await?;
    facts.tester = tester;
    let mut status = StatusCode::OK;
    if let (Some(admin), Some(refused)) = (&mut facts.admin, refused) {
        admin.refused = Some(refused);
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let viewer = gather::viewer(state.store(), visitor, state.now()).await?;
    Ok((status, show(&TeamPage::new(&viewer, &facts))).into_response())
}

/// The same as comma-separated values.
pub(super) async fn as_csv(
    State(state): State<ServerState>,
    visitor: Visitor,
    Path(workspace): Path<String>,
    UrlQuery(query): UrlQuery<Query>,
) -> Result<Response, PageError> {
    let inside = inside(&state, &workspace, visitor.person.id).await?;
    let about = query.about(&state)?;
    let facts = facts::gather(&state, &inside, about).await?;
    let name = format!("attachment; filename=\"team-{}-to-{}.csv\"", about.from, about.to);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, csv::text(&facts)).into_response())
}

#[derive(Deserialize)]
pub(super) struct JoinForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    code: String,
}

/// Joins by a code.
pub(super) async fn join(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<JoinForm>,
) -> Result<Response, PageError> {
    visitor.check(&form.csrf, &headers, &state)?;
    let (person, now) = (visitor.person.id, state.now());
    let waits = state.settings().rate_limits && state.limiter().join(person, now).await.is_err();
    let joined = if waits {
        None
    } else {
        let code = form.code.replace('\0', "");
        state.store().team().join(person, code.trim(), now).await?
    };
    if let Some(workspace) = joined {
        return Ok(Redirect::to(&urls::team_now(workspace)).into_response());
    }
    let why = if waits { NotIn::TooMany } else { NotIn::BadInvite };
    refused(&state, visitor, why).await
}

#[derive(Deserialize)]
pub(super) struct NewForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    name: String,
}

/// Makes a workspace with its first invite.
pub(super) async fn create(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<NewForm>,
) -> Result<Response, PageError> {
    visitor.check(&form.csrf, &headers, &state)?;
    let name = match act::name(&form.name) {
        Ok(name) => name,
        Err(why) => return refused(&state, visitor, NotIn::BadName(why)).await,
    };
    let made = match endpoints::team::make(&state, visitor.person.id, name).await {
        Ok((made, _)) => made,
        Err(ApiError::Refused { detail, .. }) => {
            return refused(&state, visitor, NotIn::BadName(detail.into_owned())).await;
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&urls::team_now(made.id)).into_response())
}

async fn refused(state: &ServerState, visitor: Visitor, why: NotIn) -> Result<Response, PageError> {
    let viewer = gather::viewer(state.store(), visitor, state.now()).await?;
    let page = show(&NoTeamPage::new(&viewer, Some(why)));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
