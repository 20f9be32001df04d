//! Serves a server with a generated week, for a browser to look at. Never shipped.
//!
//! Prints `ready URL`, then answers commands on standard input, one a line: `link` prints a one-time link, `more`
//! sends five minutes of new work and derives them, `first` prints a link of a person without evidence, `sample`
//! sends that person's first sample, `journal` writes the journal of the day, `colleague` prints a link of a plain member of the team,
//! `crowd` makes a team of two hundred and prints a link of its owner. Started with `dictated`, it has a language model that
//! does what it is told: `say WORDS`, `end`, `break`; `ended` waits until its call is over. Ends with its input.

use std::io::{BufRead, Write};

use anyhow::{Context, ensure};
use dayloom_domain::{
    DeveloperId, DeviceId, Zone,
    day::Category,
    rule::{RuleField, RuleMatch, RuleScope},
};
use dayloom_llm::Failure;
use dayloom_pipeline::{Models, journal};
use dayloom_server::pages::one_time_link;
use dayloom_storage::{DeveloperPatch, DevicePatch, NewRule};
use dayloom_testkit::{Dictated, Person, TestApp, team, week};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

/// Minute of Thursday on which the clock stands.
const NOW: i64 = 18 * 60 + 41;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let (model, mut dictation) = Dictated::new();
    let app = match std::env::args().nth(1).as_deref() {
        Some("dictated") => TestApp::sqlite_with_model(model, None).await,
        _ => TestApp::sqlite_with_limits(false).await,
    };
    app.clock.set(week::instant(week::THURSDAY, NOW));
    let (person, laptop, colleague) = seed(&app).await?;
    let newcomer = app.person("new@example.org").await;
    let own = app.tracked(&newcomer).await;
    say(&format!("ready {}", app.url))?;
    let mut minute = NOW;
    for line in std::io::stdin().lock().lines() {
        match line?.trim() {
            "link" => say(&link(&app, person.id).await?)?,
            "colleague" => say(&link(&app, colleague).await?)?,
            "crowd" => {
                let now = dayloom_domain::Clock::now(&*app.clock);
                let owner = team::crowd(&app.store, week::THURSDAY, now).await?;
                say(&link(&app, owner).await?)?;
            }
            "first" => say(&link(&app, newcomer.id).await?)?,
            "more" => {
                let stint = week::Stint {
                    from: minute - 5,
                    to: minute,
                    ..week::thursday()[1]
                };
                send(&app, &person, laptop, week::events(week::THURSDAY, &stint)).await?;
                app.derive().await;
                minute += 5;
                app.clock.advance(SignedDuration::from_mins(5));
                say("done")?;
            }
            "journal" => {
                let now = dayloom_domain::Clock::now(&*app.clock);
                journal::compose_now(&app.store, &Models::none(), person.id, week::THURSDAY, now).await?;
                say("done")?;
            }
            "sample" => {
                let stint = week::Stint {
                    from: minute - 1,
                    to: minute,
                    ..week::thursday()[1]
                };
                send(&app, &newcomer, own.device, week::events(week::THURSDAY, &stint)).await?;
                app.derive().await;
                say("done")?;
            }
            "end" => {
                dictation.end();
                say("done")?;
            }
            "break" => {
                dictation.fail(Failure::BrokenOff);
                say("done")?;
            }
            "ended" => {
                dictation.ended().await;
                say("done")?;
            }
            words if words.starts_with("say ") => {
                dictation.say(words.trim_start_matches("say "));
                say("done")?;
            }
            other => anyhow::bail!("no such command: {other}"),
        }
    }
    Ok(())
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

async fn link(app: &TestApp, person: DeveloperId) -> anyhow::Result<String> {
    let now = dayloom_domain::Clock::now(&*app.clock);
    let path = one_time_link(&app.store, person, rand::random(), now).await?;
    Ok(format!("{}{path}", app.url))
}

async fn seed(app: &TestApp) -> anyhow::Result<(Person, DeviceId, DeveloperId)> {
    let person = app.person("meera@example.org").await;
    let now = dayloom_domain::Clock::now(&*app.clock);
    let patch = DeveloperPatch {
        name: Some("Meera Iyer".to_owned()),
        timezone: Some(Zone::parse(week::ZONE)?),
        ..DeveloperPatch::default()
    };
    app.store
        .people()
        .update(person.id, &patch, now)
        .await?
        .context("the person is there")?;
    let tracked = app.tracked(&person).await;
    let mac = app.device(&person, tracked.project).await;
    for (device, name) in [(tracked.device, "thinkpad-x1"), (mac, "mac-mini")] {
        let patch = DevicePatch {
            name: Some(Some(name.to_owned())),
            ..DevicePatch::default()
        };
        app.store.devices().update(person.id, device, &patch, now).await?;
    }
    for (key, title) in week::TASKS {
        app.task(&person, &tracked, Some(key), title).await;
    }
    let news = NewRule {
        scope: RuleScope::Personal,
        scope_project_id: None,
        field: RuleField::Host,
        matching: RuleMatch::Glob,
        pattern: "news.example".to_owned(),
        task_id: None,
        project_id: None,
        category: Some(Category::Personal),
        position: None,
    };
    app.store.rules().create(person.id, &news, now).await?;
    for n in 0..3 {
        for stint in week::other_day(n) {
            let date = week::MONDAY.saturating_add(jiff::Span::new().days(n));
            send(app, &person, tracked.device, week::events(date, &stint)).await?;
        }
    }
    for stint in week::thursday() {
        let device = if stint.second { mac } else { tracked.device };
        send(app, &person, device, week::events(week::THURSDAY, &stint)).await?;
    }
    app.derive().await;
    review(app, &person).await?;
    let team = team::seed(&app.store, person.id, tracked.workspace, week::THURSDAY, now).await?;
    let olena = *team.get(2).context("the team is there")?;
    Ok((person, tracked.device, olena))
}

/// The person confirms the morning and dismisses the plan.
async fn review(app: &TestApp, person: &Person) -> anyhow::Result<()> {
    use dayloom_domain::review::Change;
    let now = dayloom_domain::Clock::now(&*app.clock);
    let rows = app
        .store
        .days()
        .timesheet(person.id, week::THURSDAY, week::THURSDAY)
        .await?;
    for row in rows {
        let start = row.started_at.context("an entry has a start")?;
        let change = if start < week::instant(week::THURSDAY, 12 * 60) && row.task_id.is_some() {
            Change::Confirm
        } else if start == week::instant(week::THURSDAY, 14 * 60 + 30) {
            Change::Dismiss
        } else {
            continue;
        };
        app.store
            .reviews()
            .apply(person.id, row.id, &change, None, now)
            .await?;
    }
    app.derive().await;
    Ok(())
}

async fn send(app: &TestApp, person: &Person, device: DeviceId, events: Vec<Value>) -> anyhow::Result<()> {
    let body = json!({ "schema_version": "1.0", "device_id": device, "sent_at": "2026-11-19T12:00:00Z", "events": events });
    let answer = app
        .call(Method::POST, "/tracker/events:batch", person, &body)
        .await;
    let rejected = answer.json()["rejected"].as_array().map_or(0, Vec::len);
    ensure!(
        answer.status == 200 && rejected == 0,
        "the batch was not taken: {} {}",
        answer.status,
        answer.text
    );
    Ok(())
}
