//! `replay`: derives stored days again with today's rules and what was learned since, and prints the difference. It
//! works on the database itself, on the server's own machine.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use dayloom_domain::{DeveloperId, TaskId, Zone};
use dayloom_pipeline::{BlockChange, BlockState, DeriveError, Lessons, Replayed, Stages, Sums};
use dayloom_storage::Store;
use serde_json::{Value, json};

use super::days::NOWHERE;
use crate::{
    Context, boot,
    cli::Replay,
    clock::SystemClock,
    failure::{Failure, Outcome},
    output::{columns, cut, duration, plain},
    settings::table::DATABASE_URL,
};

/// A person of the replay, as the table shows them.
struct Person {
    email: String,
    zone: Zone,
    tasks: HashMap<TaskId, String>,
}

/// Replays the days of a range.
pub async fn run(cx: &Context, asked: &Replay) -> Outcome {
    if asked.from > asked.to {
        return Err(Failure::usage(
            "The range ends before it begins",
            "Give the earlier date with --from",
        ));
    }
    if is_missing(cx.settings.text(&DATABASE_URL).unwrap_or_default()) {
        return Err(Failure::unreachable(
            "There is no database in this home yet, so there is nothing to replay",
            "Start Dayloom with `dayloom up`, or name the server's database with --database-url",
        ));
    }
    let store = boot::open_store(cx, boot::migrate_of(&cx.settings)).await?;
    let result = replay(cx, &store, asked).await;
    store.close().await;
    result
}

/// Whether the address is that of a file that is not there; opening it would make it.
fn is_missing(url: &str) -> bool {
    let Some(file) = url.strip_prefix("sqlite:") else {
        return false;
    };
    let file = file.strip_prefix("//").unwrap_or(file);
    file != ":memory:" && !std::path::Path::new(file).exists()
}

async fn replay(cx: &Context, store: &Store, asked: &Replay) -> Outcome {
    let developer = match &asked.developer {
        Some(name) => Some(person(store, name).await?),
        None => None,
    };
    let days = store.days().known(developer, asked.from, asked.to).await;
    let stages = Stages::new(store.clone(), Arc::new(SystemClock));
    let mut people: HashMap<DeveloperId, Person> = HashMap::new();
    let mut lessons: HashMap<DeveloperId, Lessons> = HashMap::new();
    let (mut days_seen, mut changed) = (0_usize, Vec::new());
    for (developer, date) in days.map_err(boot::database)? {
        let replayed = if asked.dry_run {
            let taught = lessons.entry(developer).or_default();
            stages.rehearse(developer, date, taught).await
        } else {
            stages.replay(developer, date, false).await
        };
        let replayed = replayed.map_err(broken)?;
        days_seen += 1;
        if replayed.changed {
            if let Entry::Vacant(unknown) = people.entry(developer) {
                unknown.insert(about(store, developer).await?);
            }
            changed.push(replayed);
        }
    }
    let answer = json!({
        "days": days_seen,
        "changed": changed.len(),
        "dry_run": asked.dry_run,
        "differences": changed.iter().map(|day| difference(day, &people)).collect::<Vec<_>>(),
    });
    cx.out
        .facts(&answer, || table(days_seen, &changed, &people, asked.dry_run))
}

fn broken(error: DeriveError) -> Failure {
    match error {
        DeriveError::Storage(error) => boot::database(error),
        DeriveError::Broken => Failure::failed(
            "A day could not be derived again",
            "Look at the log, and report this if it goes on",
        ),
    }
}

async fn person(store: &Store, name: &str) -> Outcome<DeveloperId> {
    let found = match name.parse() {
        Ok(id) => store.people().by_id(id).await,
        Err(_) => store.people().by_email(name).await,
    };
    let found = found.map_err(boot::database)?;
    found.map(|person| person.id).ok_or_else(|| {
        Failure::failed(
            format!("Nobody here is called `{}`", plain(name)),
            "Give the e-mail address or the id of a person of this server",
        )
    })
}

async fn about(store: &Store, developer: DeveloperId) -> Outcome<Person> {
    let person = store.people().by_id(developer).await.map_err(boot::database)?;
    let tasks = store
        .tasks()
        .for_attribution(developer)
        .await
        .map_err(boot::database)?;
    let names = tasks
        .into_iter()
        .map(|task| (task.id, task.key.unwrap_or(task.title)))
        .collect();
    Ok(Person {
        email: person
            .as_ref()
            .map_or_else(|| developer.to_string(), |p| p.email.clone()),
        zone: person.and_then(|p| p.timezone).unwrap_or_else(Zone::utc),
        tasks: names,
    })
}

fn difference(day: &Replayed, people: &HashMap<DeveloperId, Person>) -> Value {
    let sums = |sums: &Sums| {
        json!({
            "attention_s": seconds(sums.attention), "attributed_s": seconds(sums.attributed),
            "unattributed_s": seconds(sums.unattributed), "personal_s": seconds(sums.personal),
            "blocks": sums.blocks,
        })
    };
    let block = |state: &Option<BlockState>| {
        state.as_ref().map(|state| {
            json!({"start": state.start, "end": state.end, "minutes": state.minutes, "task_id": state.task_id})
        })
    };
    let blocks: Vec<Value> = day
        .blocks
        .iter()
        .map(|change| json!({"before": block(&change.before), "after": block(&change.after)}))
        .collect();
    json!({
        "developer_id": day.developer, "email": people.get(&day.developer).map(|person| &person.email),
        "date": day.date, "before": day.before.as_ref().map(sums), "after": sums(&day.after), "blocks": blocks,
    })
}

#[expect(clippy::cast_precision_loss, reason = "a day has 2^37 microseconds")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

fn table(days: usize, changed: &[Replayed], people: &HashMap<DeveloperId, Person>, dry: bool) -> String {
    let range = |n: usize| {
        if n == 1 {
            "1 day".to_owned()
        } else {
            format!("{n} days")
        }
    };
    if changed.is_empty() {
        return format!("{} replayed; nothing changes.", range(days));
    }
    let verb = if dry { "would change" } else { "changed" };
    let mut text = format!("{} replayed; {} {verb}.\n", range(days), range(changed.len()));
    for day in changed {
        let Some(person) = people.get(&day.developer) else {
            continue;
        };
        let was = |of: fn(&Sums) -> i64| {
            let before = day
                .before
                .as_ref()
                .map_or_else(|| "-".to_owned(), |s| duration(seconds(of(s))));
            format!("{before} → {}", duration(seconds(of(&day.after))))
        };
        text.push_str(&format!(
            "\n{} {}: in all {}, on tasks {}, without a task {}\n",
            day.date,
            plain(&person.email),
            was(|s| s.attention),
            was(|s| s.attributed),
            was(|s| s.unattributed),
        ));
        let rows: Vec<Vec<String>> = day.blocks.iter().map(|change| line(change, person)).collect();
        text.push_str(&columns(&rows, &[1]));
    }
    text
}

/// One block: when, how long now, and what became of its task.
fn line(change: &BlockChange, person: &Person) -> Vec<String> {
    let zone = person.zone.rules();
    let clock = |at| zone.to_datetime(at).strftime("%H:%M").to_string();
    let task = |state: &Option<BlockState>| match state {
        None => "no block".to_owned(),
        Some(BlockState { task_id: None, .. }) => "no task".to_owned(),
        Some(BlockState {
            task_id: Some(task), ..
        }) => {
            let name = person
                .tasks
                .get(task)
                .map_or("a task you may not see", String::as_str);
            cut(&plain(name), 40)
        }
    };
    let minutes = |state: &Option<BlockState>| state.as_ref().map_or(0, |state| state.minutes);
    let when = |state: &BlockState| {
        if state.start == state.end {
            NOWHERE.to_owned()
        } else {
            format!("{}-{}", clock(state.start), clock(state.end))
        }
    };
    let state = change.after.as_ref().or(change.before.as_ref());
    vec![
        format!("  {}", state.map_or_else(String::new, when)),
        format!("{} → {} min", minutes(&change.before), minutes(&change.after)),
        format!("{} → {}", task(&change.before), task(&change.after)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_reads_well() {
        let developer = DeveloperId(uuid::Uuid::nil());
        let task = TaskId(uuid::Uuid::from_u128(1));
        let state = |from: &str, to: &str, minutes, task_id| {
            let at = |time: &str| format!("2026-11-20T{time}:00Z").parse().expect("an instant");
            Some(BlockState {
                start: at(from),
                end: at(to),
                minutes,
                task_id,
            })
        };
        let sums = |attributed: i64| Sums {
            attention: 7_200_000_000,
            attributed,
            unattributed: 7_200_000_000 - attributed,
            personal: 0,
            blocks: 2,
        };
        let day = Replayed {
            developer,
            date: "2026-11-20".parse().expect("a date"),
            before: Some(sums(0)),
            after: sums(3_600_000_000),
            changed: true,
            blocks: vec![
                BlockChange {
                    before: state("08:00", "10:00", 120, None),
                    after: state("08:00", "09:00", 60, Some(task)),
                },
                BlockChange {
                    before: None,
                    after: state("09:00", "10:00", 60, None),
                },
            ],
        };
        let person = Person {
            email: "ann@example.org".to_owned(),
            zone: Zone::parse("Europe/Berlin").expect("a zone"),
            tasks: HashMap::from([(task, "PAY-412".to_owned())]),
        };
        let people = HashMap::from([(developer, person)]);
        insta::assert_snapshot!(table(3, &[day], &people, true), @r"
        3 days replayed; 1 day would change.

        2026-11-20 ann@example.org: in all 2h 00m → 2h 00m, on tasks 0s → 1h 00m, without a task 2h 00m → 1h 00m
          09:00-10:00  120 → 60 min  no task → PAY-412
          10:00-11:00    0 → 60 min  no block → no task
        ");
        assert_eq!(table(9, &[], &people, false), "9 days replayed; nothing changes.");
    }
}
