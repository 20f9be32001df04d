//! `team …`: sign-in, workspaces and the state of team minutes from the command line.

pub mod collect;
mod github;
mod trace;
mod way;

use std::sync::Arc;

use dayloom_agent::account::base_url;
use dayloom_agent::credentials::Credential;
use dayloom_agent::team::socket::protocol::{PreviewAnswer, Snapshot, code, method};
use dayloom_agent::team::socket::{Client, ClientError, RpcError};
use dayloom_agent::team::{
    CountOf, MOST_MINUTES, Minutes, OrderError, Preview, Session, TeamLink, TeamSettingsChange, allowlist,
    find_workspace, preview, team_connect, words,
};
use dayloom_agent::{Home as AgentHome, Secret};
use dayloom_api::team::{Me, TeamWorkspace};
use dayloom_client::ClientError as HttpError;
use serde_json::{Value, json};

use self::way::{Way, call, nudge};
use super::agent;
use crate::{
    Context,
    cli::Team,
    failure::{Exit, Failure, Outcome},
    output::{columns, plain},
    remote,
    settings::table::{SERVER, TOKEN},
    shelf::{self, team_settings},
};

/// Runs one of them.
pub async fn run(cx: &Context, command: &Team) -> Outcome {
    match command {
        Team::Trace { file } => trace::trace(file, &cx.out),
        Team::Status => status(cx).await,
        Team::Login { disabled, github } => login(cx, !*disabled, github.as_deref()).await,
        Team::Logout => logout(cx).await,
        Team::Workspaces => workspaces(cx).await,
        Team::Create { name } => create(cx, name).await,
        Team::Join { code } => join(cx, code).await,
        Team::Allowlist { patterns, workspace } => {
            allowlist_of(cx, patterns.as_deref(), workspace.as_deref()).await
        }
        Team::SyncCommits(range) => github::run(cx, CountOf::Commits, range).await,
        Team::SyncClosedIssues(range) => github::run(cx, CountOf::ClosedIssues, range).await,
        Team::Preview => show_preview(cx).await,
        Team::ActivityWatch { what } => activity_watch(cx, what).await,
    }
}

/// Who counts minutes in this home.
fn credential(cx: &Context) -> Outcome<Credential> {
    let running = cx.home.running();
    shelf::credential(&cx.home, &agent::given(cx), running.as_ref())
        .map_err(|error| agent::failure(&error))?
        .ok_or_else(|| {
            Failure::refused(
                "Nobody is signed in",
                "Sign in with `dayloom team login --server URL` and DAYLOOM_TOKEN, or start `dayloom up`",
            )
        })
}

fn link(cx: &Context) -> Outcome<Arc<dyn TeamLink>> {
    team_connect(&credential(cx)?).map_err(|error| said(&error))
}

fn said(error: &HttpError) -> Failure {
    remote::said(error, false)
}

async fn status(cx: &Context) -> Outcome {
    let state: Option<Snapshot> = match Client::connect(cx.home.dir()).await {
        Ok(mut agent) => Some(
            agent
                .call(method::STATE_GET, &json!({}))
                .await
                .map_err(|error| refused(&error))?,
        ),
        Err(_) => None,
    };
    let Some(state) = state else {
        let enabled = team_settings(&cx.settings).enabled;
        let signed_in = credential(cx).is_ok();
        let answer = json!({"running": false, "enabled": enabled, "signed_in": signed_in});
        cx.out.hint("No agent runs in this home, so no minutes are counted. Start it with `dayloom up` or `dayloom agent`.");
        return cx.out.facts(&answer, || "not running".to_owned());
    };
    let mut answer = serde_json::to_value(&state).unwrap_or_default();
    answer["running"] = json!(true);
    cx.out.facts(&answer, || {
        plain_lines(&format!("{}\n{}", state.text, state.tooltip))
    })
}

fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

async fn login(cx: &Context, enable: bool, github: Option<&str>) -> Outcome {
    let change = TeamSettingsChange {
        enabled: Some(true),
        ..TeamSettingsChange::default()
    };
    let token = cx.settings.text(&TOKEN).and_then(Secret::new);
    let me = match token {
        Some(token) => {
            let server = cx.settings.text(&SERVER).map(str::to_owned);
            let server = server.or_else(|| credential(cx).ok().map(|known| known.server));
            let server = server.as_deref().and_then(base_url).ok_or_else(|| {
                Failure::usage(
                    "Which server is not known",
                    "Name it with --server, such as https://dayloom.example.org",
                )
            })?;
            let credential = Credential {
                server: server.clone(),
                token: token.clone(),
                project: None,
            };
            let link = team_connect(&credential).map_err(|error| said(&error))?;
            let me = known(link.as_ref(), github).await?;
            cx.home.create()?;
            shelf::keep_sign_in(&cx.home, &server, &token)?;
            me
        }
        // Without a token there is one that works already, or the reader is told what to do.
        None => known(link(cx)?.as_ref(), github).await?,
    };
    if enable {
        cx.home.create()?;
        change_settings(cx, &change).await?;
    }
    nudge(cx).await;
    let name = me.name.clone().unwrap_or_else(|| me.email.clone());
    cx.out.facts(&me, || {
        let count = me.workspaces.len();
        format!(
            "signed in as {}, member of {count} workspace{}",
            plain(&name),
            if count == 1 { "" } else { "s" }
        )
    })
}

/// Who it is by the server, after it was told their GitHub login where they said one.
async fn known(link: &dyn TeamLink, github: Option<&str>) -> Outcome<Me> {
    let me = match github {
        Some(login) => link.set_github_login(login.trim()).await,
        None => link.me().await,
    };
    me.map_err(|error| said(&error))
}

/// Changes settings through the running agent, at once, or in `config.toml` for the next one.
async fn change_settings(cx: &Context, change: &TeamSettingsChange) -> Outcome {
    match Client::connect(cx.home.dir()).await {
        Ok(mut agent) => {
            let changed: Result<Value, _> = agent.call(method::SETTINGS_SET, change).await;
            changed.map(drop).map_err(|error| refused(&error))
        }
        Err(_) => shelf::write_config(&cx.home, change),
    }
}

async fn logout(cx: &Context) -> Outcome {
    match Client::connect(cx.home.dir()).await {
        Ok(mut agent) => {
            let done: Result<Value, _> = agent.call(method::TEAM_LOGOUT, &json!({})).await;
            done.map_err(|error| refused(&error))?;
        }
        Err(_) => {
            cx.home.create()?;
            let off = TeamSettingsChange {
                enabled: Some(false),
                ..TeamSettingsChange::default()
            };
            shelf::write_config(&cx.home, &off)?;
            shelf::forget_sign_in(&cx.home)?;
        }
    }
    cx.out.facts(&json!({"signed_in": false}), || {
        "signed out; minutes that wait stay on this machine".to_owned()
    })
}

async fn workspaces(cx: &Context) -> Outcome {
    let me = Way::of(cx).await?.me().await?;
    if me.workspaces.is_empty() {
        cx.out.hint("You are in no workspace yet. Join one with `dayloom team join CODE`, or make one with `dayloom team create NAME`.");
    }
    cx.out.facts(&me.workspaces, || table(&me.workspaces))
}

fn table(workspaces: &[TeamWorkspace]) -> String {
    let row = |w: &TeamWorkspace| {
        vec![
            plain(&w.name),
            w.role.clone(),
            format!("idle after {}", words::length(w.idle_window_minutes)),
            format!("{} repository patterns", w.repo_patterns.len()),
            format!("{} application patterns", w.app_allowlist.len()),
            w.id.to_string(),
        ]
    };
    columns(&workspaces.iter().map(row).collect::<Vec<_>>(), &[])
}

async fn create(cx: &Context, name: &str) -> Outcome {
    let made = Way::of(cx).await?.create(name).await?;
    nudge(cx).await;
    cx.out.facts(&made, || {
        format!(
            "{} made; invite others with `dayloom team join {}` until {}",
            plain(&made.workspace.name),
            made.invite.code,
            made.invite.expires_at
        )
    })
}

async fn join(cx: &Context, code: &str) -> Outcome {
    let joined = Way::of(cx).await?.join(code.trim()).await?;
    nudge(cx).await;
    cx.out
        .facts(&joined, || format!("member of {}", plain(&joined.name)))
}

async fn allowlist_of(cx: &Context, patterns: Option<&str>, workspace: Option<&str>) -> Outcome {
    let mut way = Way::of(cx).await?;
    let me = way.me().await?;
    let mut found = find_workspace(me.workspaces, workspace).map_err(|error| order(&error))?;
    if let Some(text) = patterns {
        let patterns = allowlist::split(text).map_err(|error| order(&error.into()))?;
        let changed = way.set_allowlist(found.id, &patterns).await?;
        for slow in &changed.slow {
            cx.out.hint(format_args!(
                "{} takes too long on some long titles and counts as not matching there; write it without repetitions inside \
                 repetitions.",
                plain(slow)
            ));
        }
        found = changed.workspace;
        nudge(cx).await;
    }
    if found.app_allowlist.is_empty() {
        cx.out.hint("Every application counts.");
    }
    cx.out.facts(&found.app_allowlist, || {
        let lines: Vec<String> = found.app_allowlist.iter().map(|p| plain(p)).collect();
        lines.join("\n")
    })
}

/// What would be sent at the next flush: as the agent says, or where none runs as the disk does.
async fn show_preview(cx: &Context) -> Outcome {
    let (body, waiting, aside) = match Client::connect(cx.home.dir()).await {
        Ok(mut agent) => {
            let answer: PreviewAnswer = call(&mut agent, method::TEAM_PREVIEW, &json!({})).await?;
            (answer.body, answer.waiting, answer.aside)
        }
        Err(_) => {
            let answer = preview_of_disk(cx).await?;
            let body = serde_json::to_value(&answer.body).unwrap_or_default();
            (body, answer.waiting, answer.aside)
        }
    };
    if waiting as usize > MOST_MINUTES {
        cx.out.hint(format_args!(
            "{waiting} minutes wait; the first request holds the oldest {MOST_MINUTES}."
        ));
    } else if waiting == 0 && aside == 0 {
        cx.out
            .hint("No minute waits. What a request holds is shown here as soon as one does.");
    }
    if aside > 0 {
        cx.out.hint(format_args!(
            "{aside} minutes stand aside until the server says which workspaces you are in; they are shown here then."
        ));
    }
    cx.out.json(&body)
}

async fn preview_of_disk(cx: &Context) -> Outcome<Preview> {
    let credential = credential(cx)?;
    let link = team_connect(&credential).map_err(|error| said(&error))?;
    let session = Session::new(&credential, link);
    let trouble =
        |error: &dyn std::fmt::Display| Failure::failed(error, "`dayloom doctor` looks for the reason");
    let path = cx.home.file("minutes.db");
    let home = AgentHome::open(cx.home.dir()).map_err(|error| agent::failure(&error))?;
    let zone = dayloom_capture::platform::system_zone();
    if !path.exists() {
        return Ok(Preview::empty(zone.as_ref()));
    }
    let minutes = Minutes::open(&path).await.map_err(|error| trouble(&error))?;
    let answer = preview(&session, &home, &minutes, zone.as_ref()).await;
    let answer = answer.map_err(|error| trouble(&error))?;
    minutes.close().await.map_err(|error| trouble(&error))?;
    Ok(answer)
}

async fn activity_watch(cx: &Context, what: &str) -> Outcome {
    let mut running = Client::connect(cx.home.dir())
        .await
        .map_err(|error| refused(&error))?;
    let call = if what == "stop" {
        method::AW_STOP
    } else {
        method::AW_START
    };
    let answer: dayloom_agent::team::ActivityWatchAnswer = running
        .call(call, &json!({}))
        .await
        .map_err(|error| refused(&error))?;
    let words = if answer.running {
        "ActivityWatch answers"
    } else {
        "ActivityWatch does not answer"
    };
    cx.out.facts(&answer, || words.to_owned())
}

/// What the agent's refusal means for a person.
fn refused(error: &ClientError) -> Failure {
    let exit = match error {
        ClientError::NotRunning => Exit::Unreachable,
        ClientError::Broken => Exit::Failed,
        ClientError::Refused(refusal) => match refusal.code {
            code::SIGNED_OUT => Exit::Refused,
            code::UNREACHABLE => Exit::Unreachable,
            code::REFUSED if is_about_rights(refusal) => Exit::Refused,
            _ => Exit::Failed,
        },
    };
    worded(exit, &error.to_string())
}

/// Whether the server refused because of who asks, not because of what was asked.
fn is_about_rights(refusal: &RpcError) -> bool {
    let status = refusal.data.as_ref().and_then(|data| data["status"].as_u64());
    matches!(status, Some(401 | 403))
}

fn order(error: &OrderError) -> Failure {
    worded(Exit::Failed, &error.to_string())
}

/// A message that says what happened and, behind a semicolon, what to do.
fn worded(exit: Exit, text: &str) -> Failure {
    let (what, todo) = text
        .split_once("; ")
        .unwrap_or((text, "Change what was asked, and try again"));
    Failure::new(exit, crate::boot::capital(what), crate::boot::capital(todo))
}
