//! A day is a pure function of its evidence, whatever way that took: through the real server, with a runner that derives
//! while uploads still come, on either database.

use std::collections::BTreeSet;

use dayloom_api::{
    Stamp,
    tracker::{Event, EventBatch},
};
use dayloom_domain::{
    DeviceId, Zone, derive,
    event::Event as Evidence,
    sample::{self, Random},
};
use dayloom_testkit::{Person, TestApp, Tracked};
use jiff::{SignedDuration, civil::Date};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::BATCH;

/// Databases of each kind.
const DATABASES: u64 = 5;
/// Events of the days.
const EVENTS: usize = 160;

/// `DAYLOOM_TEST_SEED` for other days and orders than the usual ones.
fn seed() -> u64 {
    std::env::var("DAYLOOM_TEST_SEED").map_or(20, |seed| seed.parse().unwrap())
}

fn wire(event: &Evidence) -> Event {
    let event = event.clone();
    Event {
        event_id: event.id,
        client_seq: event.client_seq,
        ts: Stamp(event.ts),
        interval_s: event.interval_s,
        active_app: event.active_app.into(),
        file_context: event.file_context.map(Into::into),
        dev_context: event.dev_context.map(Into::into),
        browser: event.browser.map(Into::into),
        input_cadence: event.input_cadence.map(Into::into),
        meeting: event.meeting.map(Into::into),
        system: event.system.map(Into::into),
        evidence_ref: event.evidence_ref,
        tz: Some(event.tz.name().to_owned()),
        idle_s: event.idle_s,
    }
}

/// A person with two tasks, a rule, and the devices of the evidence.
async fn prepare(app: &TestApp, devices: &BTreeSet<DeviceId>) -> Person {
    let ann = app.person("ann@example.org").await;
    let Tracked {
        workspace, project, ..
    } = app.tracked(&ann).await;
    for key in ["PROJ-1", "PROJ-2"] {
        let body = json!({"title": format!("Title of {key}"), "key": key, "assignee_id": ann.id});
        let path = format!("/workspaces/{workspace}/tasks");
        assert_eq!(app.call(Method::POST, &path, &ann, &body).await.status, 201);
    }
    let rule = json!({"scope": "personal", "field": "app", "match": "glob", "pattern": "chat", "category": "personal"});
    let made = app.call(Method::POST, "/tracker/rules", &ann, &rule).await;
    assert_eq!(made.status, 201, "{}", made.text);
    for device in devices {
        let body = json!({"device_id": device, "project_id": project});
        let enrolled = app
            .call(Method::POST, "/tracker/devices:enroll", &ann, &body)
            .await;
        assert_eq!(enrolled.status, 201, "{}", enrolled.text);
    }
    ann
}

/// Sends everything at least once: in another order, cut anywhere, a third of it twice.
async fn upload(app: &TestApp, ann: &Person, events: &[Evidence], order: u64) {
    let mut random = Random::new(order);
    let mut rest = events.to_vec();
    rest.extend(events.iter().filter(|_| random.chance(33)).cloned());
    random.shuffle(&mut rest);
    while !rest.is_empty() {
        let cut = usize::try_from(random.between(1, 40)).unwrap().min(rest.len());
        let part: Vec<Evidence> = rest.drain(..cut).collect();
        let devices: BTreeSet<DeviceId> = part.iter().map(|event| event.device_id).collect();
        for device_id in devices {
            let body = json!(EventBatch {
                schema_version: "1.0".to_owned(),
                device_id,
                sent_at: Stamp(part[0].ts),
                events: part
                    .iter()
                    .filter(|e| e.device_id == device_id)
                    .map(wire)
                    .collect(),
            });
            let answer = app.call(Method::POST, BATCH, ann, &body).await;
            assert_eq!(answer.status, 200, "order {order}: {}", answer.text);
            assert_eq!(answer.json()["rejected"], json!([]), "order {order}");
        }
        if random.chance(30) {
            app.derived().await;
        }
    }
    app.derived().await;
}

/// The answer for a date without what another database must name otherwise: ids of entries and tasks, and how often the
/// day changed on its way. Tasks are told apart by their keys.
async fn answer(app: &TestApp, ann: &Person, date: Date) -> Value {
    let mut day = app.get(&format!("/tracker/days/{date}"), ann).await.json();
    assert_eq!(day["pending"], false, "{date}");
    let mut keys = serde_json::Map::new();
    for block in day["blocks"].as_array_mut().unwrap() {
        let key = block["task_key"].clone();
        if let (Some(id), true) = (block["task_id"].as_str(), key.is_string()) {
            keys.insert(id.to_owned(), key.clone());
        }
        assert!(block["entry_id"].take().is_string(), "every block is an entry");
        block["task_id"] = key;
    }
    for span in day["spans"].as_array_mut().unwrap() {
        if let Some(id) = span["task_id"].as_str() {
            span["task_id"] = keys
                .get(id)
                .cloned()
                .unwrap_or_else(|| json!("a task without a block"));
        }
    }
    day["revision"].take();
    day
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_databases_answer_alike() {
    let seed = seed();
    let events = sample::hostile(seed, EVENTS);
    let devices: BTreeSet<DeviceId> = events.iter().map(|event| event.device_id).collect();
    let last = events.iter().map(|event| event.ts).max().unwrap();
    let dates: Vec<Date> = derive::weave_all(&events, &Zone::utc()).into_keys().collect();
    assert!(!dates.is_empty(), "seed {seed}");
    let mut first: Option<(String, Vec<Value>)> = None;
    for nth in 0..2 * DATABASES {
        let (kind, app) = if nth < DATABASES {
            ("SQLite", Some(TestApp::sqlite_with_limits(false).await))
        } else {
            ("Postgres", TestApp::postgres_with_limits(false).await)
        };
        let Some(app) = app else { return };
        app.clock.set(last + SignedDuration::from_mins(1));
        app.keep_deriving();
        let order = Random::new(seed ^ (nth + 1)).bits();
        let ann = prepare(&app, &devices).await;
        upload(&app, &ann, &events, order).await;
        let mut days = Vec::new();
        for &date in &dates {
            days.push(answer(&app, &ann, date).await);
        }
        let name = format!("{kind} {nth}, order {order}, DAYLOOM_TEST_SEED={seed}");
        match &first {
            None => {
                let attention: f64 = days.iter().map(|day| day["attention_s"].as_f64().unwrap()).sum();
                assert!(attention > 0.0, "something to compare, {name}");
                first = Some((name, days));
            }
            Some((of, expected)) => {
                for (got, expected) in days.iter().zip(expected) {
                    assert_eq!(got, expected, "{name} against {of}");
                }
            }
        }
    }
}
