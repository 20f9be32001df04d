//! What the forms of a team's page do. Each has an `act`; who may do what is the API's rule, asked anew for every form.

use axum::{
    Form,
    extract::{Path, Query as UrlQuery, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use dayloom_api::team::{Classify, NewInvite, SentPatterns};
use dayloom_domain::{DeveloperId, WorkspaceId, team::classify::Kind};
use dayloom_storage::team::TeamSpacePatch;
use dayloom_views::{
    state::Trouble,
    team::{Refused, Tester, admin::Verdict},
    urls,
};
use serde::Deserialize;

use super::{
    About, Query, inside, shown,
    undo::{Undo, What, of_code, of_members, too_late},
};
use crate::{
    ApiError, ServerState,
    endpoints::team::fresh_invite,
    pages::{failure::PageError, visitor::Visitor},
    team::{TeamError, TeamMember, judge::judge, patterns},
};

/// Every field of every form; which of them count, `act` says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Sent {
    csrf: String,
    act: String,
    name: String,
    list: String,
    idle: String,
    cap: String,
    code: String,
    member: String,
    repo: String,
    app: String,
    title: String,
    undo: String,
}

impl Sent {
    /// Whether the form is one of the list of members.
    fn of_members(&self) -> bool {
        !self.member.is_empty() || of_members(&self.undo)
    }
}

/// Does what a form says, and leads back to the page.
pub(in crate::pages) async fn submit(
    State(state): State<ServerState>,
    visitor: Visitor,
    Path(workspace): Path<String>,
    UrlQuery(query): UrlQuery<Query>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, PageError> {
    let inside = inside(&state, &workspace, visitor.person.id).await?;
    visitor.check(&sent.csrf, &headers, &state)?;
    let about = query.about(&state)?;
    if sent.act == "test" {
        let tester = tested(&inside, sent).await?;
        return shown(&state, visitor, &inside, about, tester, None).await;
    }
    if let Some((member, false)) = removal(&sent, &inside) {
        // Everyone may leave; the rest is for admins.
        return done(
            &state,
            visitor,
            &inside,
            about,
            &sent,
            remove(&state, &inside, member).await.map(|_| None),
        )
        .await;
    }
    if !inside.is_admin() {
        return Err(PageError(Trouble::NotFound));
    }
    let outcome = if sent.act == "undo" {
        match Undo::opened(&sent.undo, inside.space.id, &visitor.csrf, state.now()) {
            Some(undo) => undo.undo(&state, &inside).await.map(|()| None),
            None => Err(too_late()),
        }
    } else {
        admin_act(&state, &inside, &sent).await
    };
    done(&state, visitor, &inside, about, &sent, outcome).await
}

/// Who is to be removed, and whether it is someone else.
fn removal(sent: &Sent, inside: &TeamMember) -> Option<(DeveloperId, bool)> {
    let member: DeveloperId = (sent.act == "remove").then(|| sent.member.parse().ok())??;
    Some((member, member != inside.caller))
}

async fn done(
    state: &ServerState,
    visitor: Visitor,
    inside: &TeamMember,
    about: About,
    sent: &Sent,
    outcome: Result<Option<Undo>, TeamError>,
) -> Result<Response, PageError> {
    let why = match outcome {
        Ok(done) => {
            let place = if sent.of_members() {
                "#members"
            } else {
                "#workspace"
            };
            let mut url = urls::team(inside.space.id, about.from, about.to);
            if let Some(done) = done {
                url = urls::team_done(&url, &done.sealed(inside.space.id, &visitor.csrf));
            }
            let left = removal(sent, inside).is_some_and(|(_, other)| !other);
            let to = if left {
                urls::TEAM.to_owned()
            } else {
                format!("{url}{place}")
            };
            return Ok(Redirect::to(&to).into_response());
        }
        Err(TeamError::Pattern(refusal)) => refusal.detail,
        Err(TeamError::Api(ApiError::Refused { detail, .. })) => detail.into_owned(),
        Err(TeamError::Api(error)) => return Err(error.into()),
    };
    let act = match sent.act.as_str() {
        _ if sent.of_members() => "member",
        "undo" | "end" => "invite",
        act => act,
    };
    let refused = Refused {
        act: act.to_owned(),
        why,
        typed: sent.list.clone(),
    };
    shown(state, visitor, inside, about, Tester::default(), Some(refused)).await
}

/// What was done, where it can be undone.
async fn admin_act(state: &ServerState, inside: &TeamMember, sent: &Sent) -> Result<Option<Undo>, TeamError> {
    let workspace = inside.space.id;
    let mut patch = TeamSpacePatch::default();
    match sent.act.as_str() {
        "name" => patch.name = Some(name(&sent.name).map_err(TeamError::invalid)?),
        "repos" => patch.repo_patterns = Some(patterns::repo_patterns(lines(&sent.list, 200)?).await?),
        "apps" => patch.app_allowlist = Some(patterns::app_allowlist(lines(&sent.list, 50)?).await?),
        "bounds" => {
            patch.idle_window_minutes = Some(number("Idle window", &sent.idle, 15)?);
            patch.daily_cap_minutes = Some(number("Daily cap", &sent.cap, 1_440)?);
        }
        "invite" => return invite(state, workspace).await,
        "end" => return end(state, workspace, sent).await,
        "promote" | "demote" => return set_role(state, inside, sent).await,
        "remove" => return remove(state, inside, member(sent)?).await,
        _ => return Err(TeamError::invalid("This form is not known.")),
    }
    state.store().team().change(workspace, &patch).await?;
    Ok(None)
}

async fn invite(state: &ServerState, workspace: WorkspaceId) -> Result<Option<Undo>, TeamError> {
    let (team, now) = (state.store().team(), state.now());
    let former = team.invites(workspace, now).await?.into_iter().next();
    let new = fresh_invite(NewInvite::default().expires_in_s, now);
    team.invite(workspace, &new, now).await?;
    Ok(former.map(|former| Undo {
        what: What::Renewed(of_code(&former.invite.code)),
        done: now,
    }))
}

async fn end(state: &ServerState, workspace: WorkspaceId, sent: &Sent) -> Result<Option<Undo>, TeamError> {
    let now = state.now();
    let code = sent.code.replace('\0', "");
    let ended = state.store().team().end_invite(workspace, &code, now).await?;
    Ok(ended.then(|| Undo {
        what: What::Withdrawn(of_code(&code)),
        done: now,
    }))
}

async fn set_role(state: &ServerState, inside: &TeamMember, sent: &Sent) -> Result<Option<Undo>, TeamError> {
    let (workspace, now) = (inside.space.id, state.now());
    let (member, admin) = (member(sent)?, sent.act == "promote");
    let former = state.store().workspaces().member(workspace, member).await?;
    let team = state.store().team();
    let changed = team
        .set_admin(workspace, inside.caller, member, admin, now)
        .await?;
    Ok(former
        .filter(|former| former.role != changed.role)
        .map(|former| Undo {
            what: What::Role(member, former.role),
            done: now,
        }))
}

async fn remove(
    state: &ServerState,
    inside: &TeamMember,
    member: DeveloperId,
) -> Result<Option<Undo>, TeamError> {
    let (workspaces, now) = (state.store().workspaces(), state.now());
    workspaces
        .remove_member(inside.space.id, inside.caller, member, now)
        .await?;
    Ok(Some(Undo {
        what: What::Removed(member),
        done: now,
    }))
}

fn member(sent: &Sent) -> Result<DeveloperId, TeamError> {
    let unknown = |_| ApiError::not_found(crate::team::refusal::UNKNOWN_MEMBER);
    Ok(sent.member.parse().map_err(unknown)?)
}

/// A name as typed: 1 to 255 characters without the blanks around it.
pub(super) fn name(typed: &str) -> Result<String, String> {
    let name = typed.replace('\0', "").trim().to_owned();
    if (1..=255).contains(&name.chars().count()) {
        Ok(name)
    } else {
        Err("A name has 1 to 255 characters.".to_owned())
    }
}

/// Patterns as typed, one a line; empty lines are nothing.
fn lines(typed: &str, most: usize) -> Result<SentPatterns, TeamError> {
    let patterns: SentPatterns = typed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| Some(line.to_owned()))
        .collect();
    if patterns.len() > most {
        return Err(TeamError::invalid(format!(
            "The list has at most {most} patterns."
        )));
    }
    Ok(patterns)
}

fn number(what: &str, typed: &str, most: u32) -> Result<u32, TeamError> {
    let number = typed
        .trim()
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| TeamError::invalid(format!("{what}: a whole number from 1 to {most}.")))
}

async fn tested(inside: &TeamMember, sent: Sent) -> Result<Tester, PageError> {
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let address = sent.repo.contains([':', '@']);
    let asked = Classify {
        repo: filled(&sent.repo).filter(|_| !address),
        remote: filled(&sent.repo).filter(|_| address),
        app: filled(&sent.app),
        title: filled(&sent.title),
    };
    let said = judge(inside.space.clone(), asked).await?;
    Ok(Tester {
        repo: sent.repo,
        app: sent.app,
        title: sent.title,
        verdict: Some(Verdict {
            internal: said.kind == Kind::Internal,
            source: said.source,
            repo_pattern: said.repo_pattern,
            app_pattern: said.app_pattern,
            exceeded: said.exceeded,
        }),
    })
}
