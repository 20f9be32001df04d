//! What each call does. Must not know connections, only the editor that calls.

use std::sync::Arc;

use dayloom_api::team::{ChangedAllowlist, CountsAnswer, TeamMember};
use dayloom_client::ClientError as HttpError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::protocol::{
    GithubLogin, Hello, JoinWorkspace, LogEntry, LogRead, Login, NewWorkspace, OfWorkspace, PROTOCOL,
    Patterns, PostCounts, PreviewAnswer, SetAllowlist, TeamSettingsChange, Welcome, WindowName, WindowReport,
    code, method,
};
use super::rpc::{INVALID_PARAMS, NO_METHOD, RpcError};
use crate::Secret;
use crate::team::allowlist::split;
use crate::team::editors::{EditorId, Remote};
use crate::team::{Desk, OrderError};

/// Lines of the log one call may ask for: 14 days of minutes.
const MOST_LINES: usize = 20_160;
/// Characters a remote's address may have; a longer one is none.
const MOST_REMOTE: usize = 4_096;

/// Carries out a call.
pub async fn call(desk: &Arc<Desk>, editor: EditorId, name: &str, params: Value) -> Result<Value, RpcError> {
    match name {
        method::HELLO => {
            let hello: Hello = taken(params)?;
            tracing::debug!(
                client = hello.client,
                version = hello.version,
                "a program says hello"
            );
            give(&Welcome {
                protocol: PROTOCOL,
                version: env!("CARGO_PKG_VERSION").to_owned(),
                pid: std::process::id(),
                state: desk.snapshots().borrow().clone(),
            })
        }
        method::WINDOW_REPORT => {
            report(desk, editor, taken(params)?).await;
            Ok(Value::Null)
        }
        method::WINDOW_CLOSE => {
            let named: WindowName = taken(params)?;
            desk.editors().close(editor, &named.window, desk.clock.now());
            desk.show().await;
            Ok(Value::Null)
        }
        method::STATE_GET | method::STATE_SUBSCRIBE => give(&desk.snapshots().borrow().clone()),
        method::LOG_READ => {
            let LogRead { limit } = taken(params)?;
            let lines = desk.log.last(limit.min(MOST_LINES));
            give(&lines.into_iter().map(LogEntry::from).collect::<Vec<_>>())
        }
        method::LOG_SUBSCRIBE => Ok(Value::Null),
        method::SETTINGS_GET => give(&desk.settings()),
        method::SETTINGS_SET => {
            let change: TeamSettingsChange = taken(params)?;
            give(
                &desk
                    .change_settings(&change)
                    .await
                    .map_err(|error| told(&error))?,
            )
        }
        other => order(desk, other, params).await,
    }
}

/// The calls that ask a server or start programs.
async fn order(desk: &Arc<Desk>, name: &str, params: Value) -> Result<Value, RpcError> {
    let answer = match name {
        method::TEAM_LOGIN => {
            let login: Login = taken(params)?;
            let token = Secret::new(&login.token)
                .ok_or_else(|| RpcError::new(INVALID_PARAMS, "`token` must be the token as it was shown"))?;
            json_of(desk.login(login.server.as_deref(), &token, login.enable).await)
        }
        method::TEAM_LOGOUT => json_of(desk.logout().await),
        method::TEAM_ME => json_of(desk.who().await),
        method::TEAM_CREATE => {
            let new: NewWorkspace = taken(params)?;
            json_of(desk.create_workspace(&new.name).await)
        }
        method::TEAM_JOIN => {
            let invite: JoinWorkspace = taken(params)?;
            json_of(desk.join_workspace(&invite.code).await)
        }
        method::TEAM_ALLOWLIST => json_of(allowlist(desk, taken(params)?).await),
        method::TEAM_MEMBERS => json_of(members(desk, taken(params)?).await),
        method::TEAM_COUNTS => json_of(counts(desk, taken(params)?).await),
        method::TEAM_GITHUB => {
            let GithubLogin { login } = taken(params)?;
            json_of(desk.set_github_login(login.trim()).await)
        }
        method::TEAM_PREVIEW => {
            let preview = desk.preview().await.map_err(|error| told(&error))?;
            return give(&PreviewAnswer {
                body: give(&preview.body)?,
                waiting: preview.waiting,
                aside: preview.aside,
            });
        }
        method::TEAM_REFRESH => {
            desk.look_again().await;
            return Ok(Value::Null);
        }
        method::AW_TOGGLE => json_of(desk.toggle_activity_watch().await),
        method::AW_START => json_of(desk.start_activity_watch().await),
        method::AW_STOP => json_of(desk.stop_activity_watch().await),
        other => {
            let shown: String = other.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(RpcError::new(NO_METHOD, format!("There is no call `{shown}`.")));
        }
    };
    answer.map_err(|error| told(&error))
}

async fn report(desk: &Arc<Desk>, editor: EditorId, report: WindowReport) {
    let remote = match report.remote {
        None => Remote::Unsaid,
        Some(Some(url)) if url.len() <= MOST_REMOTE => Remote::Url(url),
        Some(_) => Remote::None,
    };
    let now = desk.clock.now();
    desk.editors()
        .report(editor, &report.window, report.focused, remote, now);
    desk.show().await;
}

async fn allowlist(desk: &Arc<Desk>, asked: SetAllowlist) -> Result<ChangedAllowlist, OrderError> {
    let patterns = match asked.patterns {
        Patterns::Text(text) => split(&text)?,
        Patterns::List(list) => list,
    };
    let workspace = desk.workspace(asked.workspace.as_deref()).await?;
    desk.set_allowlist(workspace.id, &patterns).await
}

async fn members(desk: &Arc<Desk>, asked: OfWorkspace) -> Result<Vec<TeamMember>, OrderError> {
    let workspace = desk.workspace(asked.workspace.as_deref()).await?;
    desk.members(workspace.id).await
}

async fn counts(desk: &Arc<Desk>, asked: PostCounts) -> Result<CountsAnswer, OrderError> {
    let workspace = desk.workspace(asked.workspace.as_deref()).await?;
    desk.post_counts(workspace.id, asked.what, asked.days).await
}

fn json_of<T: Serialize>(answer: Result<T, OrderError>) -> Result<Value, OrderError> {
    let value = answer?;
    serde_json::to_value(&value).map_err(|_| OrderError::Shelf("The answer cannot be written.".to_owned()))
}

fn taken<T: DeserializeOwned>(params: Value) -> Result<T, RpcError> {
    // A call without params may take an object whose fields all have defaults.
    let params = if params.is_null() { json!({}) } else { params };
    serde_json::from_value(params)
        .map_err(|error| RpcError::new(INVALID_PARAMS, format!("The params do not fit: {error}.")))
}

fn give(value: &impl Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(value).map_err(|_| RpcError::new(code::FAILED, "The answer cannot be written."))
}

/// An order that failed, as it travels: first what happened, then what to do.
fn told(error: &OrderError) -> RpcError {
    let message = error.to_string();
    match error {
        OrderError::Setting(bad) => RpcError::new(INVALID_PARAMS, message).with(json!({"field": bad.field})),
        OrderError::Patterns(_) | OrderError::NoWorkspace(_) => RpcError::new(INVALID_PARAMS, message),
        OrderError::SignedOut => RpcError::new(code::SIGNED_OUT, message),
        OrderError::Server(HttpError::Refused { status, detail, .. }) => {
            RpcError::new(code::REFUSED, detail.clone()).with(json!({"status": status}))
        }
        OrderError::Server(HttpError::Unreachable(_)) => RpcError::new(code::UNREACHABLE, message),
        OrderError::NotInstalled => {
            let page = dayloom_capture::activitywatch::program::DOWNLOAD_PAGE;
            RpcError::new(code::NOT_INSTALLED, message).with(json!({"download_url": page}))
        }
        _ => RpcError::new(code::FAILED, message),
    }
}
