//! `team sync-commits` and `team sync-closed-issues`: counted on GitHub with a token of the person's own, which goes nowhere else;
//! the server gets counts.

use async_trait::async_trait;
use dayloom_agent::Secret;
use dayloom_agent::github::{CountSink, Github, Member, Plan, Report, Sleep, SyncError, api_url, days, sync};
use dayloom_agent::team::{CountOf, find_workspace};
use dayloom_api::team::{Counted, CountsAnswer};
use dayloom_domain::{Clock, team::repo_pattern::RepoPattern};
use serde_json::json;
use uuid::Uuid;

use super::{order, way::Way};
use crate::{
    Context,
    cli::SyncRange,
    clock::SystemClock,
    failure::{Exit, Failure, Outcome},
    output::{columns, plain},
};

/// Where GitHub's API is, as GitHub's own programs are told.
const API: &str = "GITHUB_API_URL";
/// Where it is unless told otherwise.
const USUAL_API: &str = "https://api.github.com";
/// Where a token is looked for, the first that holds one.
const TOKENS: [&str; 2] = ["GH_TOKEN", "GITHUB_TOKEN"];

/// Counts for every member with a GitHub login, and says what could not be counted.
pub async fn run(cx: &Context, what: CountOf, asked: &SyncRange) -> Outcome {
    let today = jiff::tz::TimeZone::UTC.to_datetime(SystemClock.now()).date();
    let days = days(asked.from, asked.to, today).ok_or_else(|| {
        Failure::usage(
            "The range is none",
            "Name a first day that is not after the last, 366 days at most",
        )
    })?;
    let github = github().await?;
    let mut way = Way::of(cx).await?;
    let me = way.me().await?;
    let found = find_workspace(me.workspaces, asked.workspace.as_deref()).map_err(|error| order(&error))?;
    let (members, unnamed): (Vec<_>, Vec<_>) = way
        .members(found.id)
        .await?
        .into_iter()
        .partition(|member| member.login.is_some());
    if !unnamed.is_empty() {
        let who = match unnamed.len() {
            1 => "1 member has said no GitHub login and is not counted; they say theirs".to_owned(),
            n => format!("{n} members have said no GitHub login and are not counted; each says theirs"),
        };
        cx.out
            .hint(format_args!("{who} by `dayloom team login --github LOGIN`."));
    }
    let plan = Plan {
        what,
        own: found
            .repo_patterns
            .iter()
            .filter_map(|pattern| RepoPattern::compile(pattern).ok())
            .collect(),
        members: members
            .into_iter()
            .filter_map(|member| {
                Some(Member {
                    id: member.developer_id,
                    login: member.login?,
                })
            })
            .collect(),
        days,
    };
    let mut sink = Posting {
        way,
        workspace: found.id,
        refused: None,
    };
    let counted = sync(&github, &mut sink, &Sleep, &plan).await;
    if let Some(failure) = sink.refused {
        return Err(failure);
    }
    let report = counted.map_err(|error| match error {
        SyncError::Token => super::worded(Exit::Refused, &error.to_string()),
        SyncError::Sink(_) => super::worded(Exit::Failed, &error.to_string()),
    })?;
    told(cx, &report, unnamed.len())
}

fn told(cx: &Context, report: &Report, unnamed: usize) -> Outcome {
    let answer = json!({ "stored": report.stored, "missing": report.missing, "without_login": unnamed });
    cx.out.facts(&answer, || {
        let mut lines = vec![format!("{} counted", member_days(report.stored))];
        let row = |missing: &dayloom_agent::github::Missing| {
            vec![
                missing.day.to_string(),
                plain(&missing.login),
                missing.reason.clone(),
            ]
        };
        let rows: Vec<_> = report.missing.iter().map(row).collect();
        if !rows.is_empty() {
            lines.push(format!("missing:\n{}", columns(&rows, &[])));
        }
        lines.join("\n")
    })?;
    if report.missing.is_empty() {
        Ok(())
    } else {
        Err(Failure::failed(
            format!("{} could not be counted", member_days(report.missing.len())),
            "Run it again later; what was counted stands",
        ))
    }
}

/// So many days, each of one member.
fn member_days(n: usize) -> String {
    match n {
        1 => "1 day of a member".to_owned(),
        n => format!("{n} days of members"),
    }
}

async fn github() -> Outcome<Github> {
    let api = std::env::var(API).ok().filter(|text| !text.trim().is_empty());
    let usual = api.is_none();
    let address = api.unwrap_or_else(|| USUAL_API.to_owned());
    let failed = |error: dayloom_agent::github::GithubError| super::worded(Exit::Usage, &error.to_string());
    let address = api_url(address.trim()).map_err(failed)?;
    let token = match TOKENS.iter().find_map(|name| given(name)) {
        Some(token) => Some(token),
        // Only for the address it is of: another one must not get it.
        None if usual => of_gh().await,
        None => None,
    };
    let token = token.ok_or_else(|| {
        Failure::usage(
            "There is no GitHub token",
            "Give one in GH_TOKEN, or sign in with `gh auth login`; it is sent to GitHub alone",
        )
    })?;
    Github::new(address, &token).map_err(failed)
}

fn given(name: &str) -> Option<Secret> {
    Secret::new(std::env::var(name).ok()?.trim())
}

/// The token of GitHub's own command line, where that is installed and signed in.
async fn of_gh() -> Option<Secret> {
    let asked = tokio::process::Command::new("gh")
        .args(["auth", "token"])
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .output();
    let answer = asked.await.ok().filter(|answer| answer.status.success())?;
    Secret::new(String::from_utf8(answer.stdout).ok()?.trim())
}

/// Brings counts to the server, and keeps how it refused them.
struct Posting {
    way: Way,
    workspace: Uuid,
    refused: Option<Failure>,
}

#[async_trait]
impl CountSink for Posting {
    async fn post(&mut self, what: CountOf, rows: Vec<Counted>) -> Result<CountsAnswer, String> {
        let posted = self.way.post_counts(self.workspace, what, rows).await;
        posted.map_err(|failure| {
            self.refused = Some(failure);
            "The server did not take the counts.".to_owned()
        })
    }
}
