//! `spool`: what this machine has captured and the server does not have yet, and what it would not take.

use dayloom_agent::{
    AgentStatus, Home, Spool, SpoolError,
    enrolment::Enrolment,
    spool::{AccountStatus, Limits, Rejected, SpoolStatus},
    uploader::machine::Health,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;

use super::agent;
use crate::{
    Context, cli,
    failure::{Failure, Outcome},
    output::{columns, plain},
    remote::zone_at_hand,
};

/// Most refused events shown.
const SHOWN: usize = 1000;

/// Runs a command on the spool.
pub async fn run(cx: &Context, command: &cli::Spool) -> Outcome {
    match command {
        cli::Spool::Status => status(cx).await,
        cli::Spool::Rejected => rejected(cx).await,
        cli::Spool::Flush => flush(cx).await,
    }
}

/// The spool, if this home has one; asking makes none.
async fn open(cx: &Context) -> Outcome<Option<Spool>> {
    let path = cx.home.file("spool.db");
    if !path.exists() {
        return Ok(None);
    }
    Spool::open(&path, Limits::default())
        .await
        .map(Some)
        .map_err(trouble)
}

/// The spool's error already says what happened and what to do, apart by a semicolon.
fn trouble(error: SpoolError) -> Failure {
    agent::failure(&error.into())
}

/// The numbers, and what waits account by account.
async fn numbers(cx: &Context) -> Outcome<(SpoolStatus, Vec<AccountStatus>)> {
    match open(cx).await? {
        Some(spool) => {
            let status = spool.status().await.map_err(trouble)?;
            let accounts = spool.accounts().await.map_err(trouble)?;
            spool.close().await.map_err(trouble)?;
            Ok((status, accounts))
        }
        None => Ok((SpoolStatus::default(), Vec::new())),
    }
}

async fn status(cx: &Context) -> Outcome {
    let (numbers, accounts) = numbers(cx).await?;
    let home = Home::find(cx.home.dir());
    let agent = home.as_ref().and_then(AgentStatus::load);
    let enrolled = home.as_ref().and_then(Enrolment::last);
    let others: Vec<&AccountStatus> = accounts
        .iter()
        .filter(|one| enrolled.as_ref().is_none_or(|now| now.account != one.account))
        .collect();
    let answer = json!({"spool": numbers, "accounts": accounts, "agent": agent});
    let zone = zone_at_hand(cx).await.rules();
    cx.out.facts(&answer, || {
        let mut rows = vec![row("waiting", numbers.waiting)];
        rows.extend(others.iter().map(|one| elsewhere(one)));
        rows.extend([
            row("refused, kept aside", numbers.rejected),
            row("uploaded", numbers.uploaded),
            row("dropped for age", numbers.dropped_by_age),
            row("dropped for room", numbers.dropped_by_size),
            row("refused, dropped for room", numbers.dropped_rejected),
        ]);
        if let Some(oldest) = numbers.oldest {
            rows.push(vec!["oldest waiting".to_owned(), local(oldest, &zone)]);
        }
        if let Some(agent) = &agent {
            rows.extend(
                agent
                    .last_sample_at
                    .map(|at| vec!["last sample".to_owned(), local(at, &zone)]),
            );
            rows.extend(
                agent
                    .last_upload_at
                    .map(|at| vec!["last upload".to_owned(), local(at, &zone)]),
            );
            rows.extend(
                agent
                    .problem
                    .as_ref()
                    .map(|text| vec!["problem".to_owned(), plain(text)]),
            );
        }
        columns(&rows, &[])
    })?;
    if !others.is_empty() && !cx.out.json {
        cx.out.hint(
            "What waits for another project or account goes nowhere else: it is sent when the agent is signed in there again.",
        );
    }
    Ok(())
}

/// What waits for an account that this machine is not signed in with now.
fn elsewhere(one: &AccountStatus) -> Vec<String> {
    let account = &one.account;
    let place = format!(
        "of these for project {} at {}",
        account.project_id,
        plain(&account.server)
    );
    vec![place, one.waiting.to_string()]
}

fn row(name: &str, number: i64) -> Vec<String> {
    vec![name.to_owned(), number.to_string()]
}

fn local(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

async fn rejected(cx: &Context) -> Outcome {
    let events: Vec<Rejected> = match open(cx).await? {
        Some(spool) => {
            let events = spool.rejected(SHOWN).await.map_err(trouble)?;
            spool.close().await.map_err(trouble)?;
            events
        }
        None => Vec::new(),
    };
    if events.is_empty() {
        cx.out.hint("Nothing was refused.");
    }
    let zone = zone_at_hand(cx).await.rules();
    cx.out.facts(&events, || {
        let rows: Vec<Vec<String>> = events
            .iter()
            .map(|e| vec![local(e.ts, &zone), plain(&e.reason), e.event_id.clone()])
            .collect();
        columns(&rows, &[])
    })
}

async fn flush(cx: &Context) -> Outcome {
    let (before, _) = numbers(cx).await?;
    let health = agent::flush(cx).await?;
    let (after, _) = numbers(cx).await?;
    let answer = json!({
        "uploaded": after.uploaded - before.uploaded,
        "waiting": after.waiting,
        "rejected": after.rejected,
    });
    cx.out.facts(&answer, || {
        format!(
            "{} uploaded, {} waiting, {} refused",
            after.uploaded - before.uploaded,
            after.waiting,
            after.rejected
        )
    })?;
    match health {
        Health::Flowing => Ok(()),
        Health::Unreachable => Err(Failure::unreachable(
            "The server does not answer",
            "What waits is safe and goes later; check the address and the network",
        )),
        Health::TokenRefused(status) => Err(Failure::refused(
            format!("The server does not accept the token ({status})"),
            "Make a new one and set DAYLOOM_TOKEN; what waits is safe",
        )),
        other => Err(Failure::failed(
            format!("Not everything went: {}", said(other)),
            "What waits is safe and is tried again",
        )),
    }
}

fn said(health: Health) -> String {
    match health {
        Health::Failing(status) => format!("the server answers {status}"),
        Health::Limited => "the server asks for patience".to_owned(),
        Health::SchemaRefused => "the server does not speak this version's schema".to_owned(),
        Health::NotEnrolled => "this device is not enrolled".to_owned(),
        Health::SpoolFailed => "the spool cannot be written".to_owned(),
        Health::Flowing | Health::Unreachable | Health::TokenRefused(_) => "see above".to_owned(),
    }
}
