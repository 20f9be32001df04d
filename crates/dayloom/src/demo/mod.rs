//! The demonstration: an invented month, put through the real way of the data into a home of its own.

mod cast;
mod chance;
mod story;

use std::sync::Arc;

use dayloom_domain::{
    DeveloperId, DeviceId, TaskId, Zone,
    day::Category,
    people::Developer,
    review::Change,
    rule::{RuleField, RuleMatch, RuleScope},
};
use dayloom_pipeline::Runner;
use dayloom_storage::{
    Batch, DeveloperPatch, Enroll, NewProject, NewRule, NewTask, NewWorkspace, Store, Submitted,
};
use jiff::{Timestamp, civil::Date};

use self::{
    cast::{CastRule, EMAIL, NAME, PROJECTS, RULES, TASKS, WORKSPACE},
    chance::Chance,
    story::{Machine, Sampled},
};
use crate::{
    clock::SystemClock,
    failure::{Failure, Outcome},
};

/// Seed of the invented month.
const SEED: u64 = 0x00da_710a;

/// Fills an empty database with `days` days up to `now`, and derives them. Gives the invented person.
pub async fn fill(store: &Store, days: u32, zone: &Zone, now: Timestamp) -> Outcome<DeveloperId> {
    let person = people_and_tasks(store, zone, now).await?;
    let mut chance = Chance::new(SEED);
    let desk = DeviceId(chance.id());
    let laptop = DeviceId(chance.id());
    for (device, name, platform) in [
        (desk, "workstation (demo)", "linux"),
        (laptop, "laptop (demo)", "macos"),
    ] {
        enrol(store, &person, device, name, platform, now).await?;
    }
    let today = zone.date_of(now);
    let dates: Vec<Date> = (0..i64::from(days))
        .rev()
        .map(|back| today - jiff::Span::new().days(back))
        .collect();
    for date in &dates {
        let samples = story::day(*date, today, now, zone, SEED);
        for (device, machine) in [(desk, Machine::Desk), (laptop, Machine::Laptop)] {
            send(store, person.id, device, &samples, machine, now).await?;
        }
    }
    let runner = Runner::new(store.clone(), Arc::new(SystemClock));
    runner.run_until_idle().await.map_err(trouble)?;
    review(store, person.id, &dates, now).await?;
    runner.run_until_idle().await.map_err(trouble)?;
    Ok(person.id)
}

fn trouble(error: impl std::fmt::Display) -> Failure {
    Failure::failed(
        format!("The demonstration cannot be made: {error}"),
        "Make room on the disk, and try again",
    )
}

async fn people_and_tasks(store: &Store, zone: &Zone, now: Timestamp) -> Outcome<Developer> {
    let person = store
        .people()
        .create_or_get(EMAIL, Some(NAME), now)
        .await
        .map_err(trouble)?;
    let patch = DeveloperPatch {
        timezone: Some(zone.clone()),
        ..DeveloperPatch::default()
    };
    store
        .people()
        .update(person.id, &patch, now)
        .await
        .map_err(trouble)?;
    let space = NewWorkspace {
        name: WORKSPACE.to_owned(),
        slug: None,
    };
    let space = store
        .workspaces()
        .create(person.id, &space, now)
        .await
        .map_err(trouble)?
        .id;
    let mut projects = Vec::new();
    for project in &PROJECTS {
        let new = NewProject {
            name: project.name.to_owned(),
            slug: None,
            tracker_enabled: true,
        };
        projects.push(
            store
                .projects()
                .create(space, person.id, &new, now)
                .await
                .map_err(trouble)?
                .id,
        );
    }
    let mut tasks = Vec::new();
    for task in &TASKS {
        let new = NewTask {
            title: task.title.to_owned(),
            key: Some(task.key.to_owned()),
            url: Some(format!("https://tasks.northwind.example/{}", task.key)),
            status: Some(task.status.to_owned()),
            assignee_id: Some(person.id),
            project_id: Some(projects[task.project]),
        };
        tasks.push((
            task.key,
            store.tasks().create(space, &new, now).await.map_err(trouble)?.id,
        ));
    }
    for rule in &RULES {
        let new = rule_of(rule, &tasks);
        store
            .rules()
            .create(person.id, &new, now)
            .await
            .map_err(trouble)?;
    }
    Ok(person)
}

fn rule_of(rule: &CastRule, tasks: &[(&str, TaskId)]) -> NewRule {
    let (field, matching, pattern, key, category) = *rule;
    NewRule {
        scope: RuleScope::Personal,
        scope_project_id: None,
        field: match field {
            "app" => RuleField::App,
            "title" => RuleField::Title,
            _ => RuleField::Host,
        },
        matching: if matching == "contains" {
            RuleMatch::Contains
        } else {
            RuleMatch::Glob
        },
        pattern: pattern.to_owned(),
        task_id: tasks.iter().find(|(name, _)| *name == key).map(|(_, id)| *id),
        project_id: None,
        category: match category {
            "personal" => Some(Category::Personal),
            "productive" => Some(Category::Productive),
            _ => None,
        },
        position: None,
    }
}

async fn enrol(
    store: &Store,
    person: &Developer,
    device_id: DeviceId,
    name: &str,
    platform: &str,
    now: Timestamp,
) -> Outcome {
    let projects = store
        .projects()
        .tracker_projects_for(person.id)
        .await
        .map_err(trouble)?;
    let project = projects.first().ok_or_else(|| trouble("it has no project"))?;
    let request = Enroll {
        device_id,
        developer_id: person.id,
        project_id: project.id,
        name: Some(name.to_owned()),
        platform: platform.to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    };
    store
        .devices()
        .enroll(&request, now)
        .await
        .map(drop)
        .map_err(trouble)
}

async fn send(
    store: &Store,
    developer_id: DeveloperId,
    device_id: DeviceId,
    samples: &[Sampled],
    machine: Machine,
    now: Timestamp,
) -> Outcome {
    let own: Vec<&Sampled> = samples.iter().filter(|(at, _)| *at == machine).collect();
    // The limit of a batch on the wire (`contract/tracker.md` §2.3).
    for part in own.chunks(500) {
        let events = part
            .iter()
            .map(|(_, event)| Submitted::Event(Box::new(event.clone())))
            .collect();
        let batch = Batch {
            device_id,
            developer_id,
            now,
            events,
        };
        let outcome = store.events().ingest(batch).await.map_err(trouble)?;
        if let Some((_, reason)) = outcome.rejected.first() {
            return Err(trouble(format!("a sample was refused ({})", reason.as_str())));
        }
    }
    Ok(())
}

/// A person who has looked at their older days: most blocks confirmed, a few dismissed.
async fn review(store: &Store, person: DeveloperId, dates: &[Date], now: Timestamp) -> Outcome {
    let mut chance = Chance::new(SEED + 1);
    let old = dates.len().saturating_sub(8);
    for date in &dates[..old] {
        let Some(stored) = store.days().read(person, *date).await.map_err(trouble)? else {
            continue;
        };
        for block in stored.day.blocks {
            let Some(entry) = block.entry_id.filter(|_| chance.percent(70)) else {
                continue;
            };
            let dismissed = block.task_id.is_none() && chance.percent(15);
            let said = if dismissed {
                Change::Dismiss
            } else {
                Change::Confirm
            };
            store
                .reviews()
                .apply(person, entry, &said, None, now)
                .await
                .map_err(trouble)?;
        }
    }
    Ok(())
}
