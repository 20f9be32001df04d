//! Durable ingest beside a bare bulk insert of the same rows into the same table, in the same run: through the store,
//! and over HTTP. SQLite always; Postgres where `DAYLOOM_TEST_POSTGRES` names one.
//!
//! The load is made on the same machine, so the figures over HTTP contain the cost of the generator.

use std::{sync::Arc, time::Instant};

use dayloom_domain::{
    DeviceId, EventId,
    event::{ActiveApp, Browser, FileContext, InputCadence, System},
};
use dayloom_server::{Secret, ServerState, Settings, auth};
use dayloom_storage::{Batch, Enroll, NewEvent, NewProject, NewWorkspace, Store, Submitted};
use jiff::{SignedDuration, Timestamp, ToSpan};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Figure, bare};
use crate::{FrozenClock, db::TestDb};

/// Events of the runs with batches of 500.
const EVENTS: usize = 60_000;
/// The largest batch (`contract/tracker.md` §2.3).
const BATCH: usize = 500;
/// Uploaders at a time with large batches.
const UPLOADERS: usize = 4;
/// Connections at a time with small batches.
const CONNECTIONS: usize = 32;
/// Requests of the runs with small batches.
const REQUESTS: usize = 12_000;

/// Measures; takes about half a minute.
pub fn run() -> Vec<Figure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let mut figures = on("SQLite", || async { Some(TestDb::sqlite().await) }).await;
        figures.extend(on("Postgres", TestDb::postgres).await);
        figures
    })
}

async fn on<F: Future<Output = Option<TestDb>>>(name: &str, fresh: impl Fn() -> F) -> Vec<Figure> {
    let (mut bare_rate, mut store_rate) = (0.0_f64, 0.0_f64);
    // In turn and the best of each, so that whatever else uses the machine weighs on both.
    for _ in 0..3 {
        let Some(db) = fresh().await else {
            return Vec::new();
        };
        let who = who(&db.store, 1).await;
        let events = events(EVENTS);
        bare_rate = bare_rate.max(bare::rate(&db.url, who[0].0, &events, BATCH).await);
        drop(db);
        let Some(db) = fresh().await else {
            return Vec::new();
        };
        store_rate = store_rate.max(through_store(&db.store, events).await);
        db.store.close().await;
    }
    let ratio = store_rate / bare_rate;
    let mut figures = vec![
        Figure::plain(
            format!("{name}: bare insert, 500 a transaction"),
            bare_rate,
            "events/s",
        ),
        Figure::plain(format!("{name}: store, batches of 500"), store_rate, "events/s"),
        Figure::at_least(
            format!("{name}: store to bare insert"),
            ratio,
            "ratio",
            0.5,
            ">= 0.50",
        ),
    ];
    if name == "SQLite" {
        let target = ">= 60,000 events/s";
        figures.push(Figure::at_least(
            format!("{name}: durable"),
            store_rate,
            "events/s",
            60_000.0,
            target,
        ));
    }
    for size in [BATCH, 10, 1] {
        let Some(db) = fresh().await else { return figures };
        figures.extend(over_http(name, &db.store, size, bare_rate).await);
        db.store.close().await;
    }
    figures
}

/// So many people with a device each.
async fn who(store: &Store, count: usize) -> Vec<(dayloom_domain::DeveloperId, DeviceId)> {
    let mut people = Vec::new();
    let now = now();
    for n in 0..count {
        let email = format!("dev{n}@example.org");
        let id = store
            .people()
            .create_or_get(&email, None, now)
            .await
            .expect("a person")
            .id;
        let new = NewWorkspace {
            name: "Work".to_owned(),
            slug: None,
        };
        let workspace = store
            .workspaces()
            .create(id, &new, now)
            .await
            .expect("a workspace")
            .id;
        let new = NewProject {
            name: "Project".to_owned(),
            slug: None,
            tracker_enabled: true,
        };
        let project = store
            .projects()
            .create(workspace, id, &new, now)
            .await
            .expect("a project")
            .id;
        let device_id = DeviceId(Uuid::new_v4());
        let request = Enroll {
            device_id,
            developer_id: id,
            project_id: project,
            name: None,
            platform: "linux".to_owned(),
            version: None,
        };
        store.devices().enroll(&request, now).await.expect("a device");
        people.push((id, device_id));
    }
    people
}

/// Noon of the day the load is from.
fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

/// Samples ten seconds apart, oldest first, with what a desktop sends.
fn events(count: usize) -> Vec<NewEvent> {
    let last = i64::try_from(count).unwrap_or(i64::MAX);
    (0_i64..)
        .take(count)
        .map(|n| {
            let text = |text: &str| Some(text.to_owned());
            NewEvent {
                id: EventId(Uuid::new_v4()),
                client_seq: n,
                ts: now() - ((last - n) * 10).seconds(),
                interval_s: 60,
                tz: dayloom_domain::Zone::parse("Europe/Berlin").ok(),
                idle_s: Some(3),
                active_app: ActiveApp {
                    name: "Code".to_owned(),
                    bundle_id: "code.Code".to_owned(),
                    window_title: Some(format!("module_{n}.rs - dayloom - Visual Studio Code")),
                },
                file_context: Some(FileContext {
                    path: Some(format!("/home/dev/work/dayloom/crates/storage/src/module_{n}.rs")),
                    repo: text("acme/dayloom"),
                    branch: text("feature/PROJ-12-group-commit"),
                }),
                dev_context: None,
                browser: (n % 4 == 0).then(|| Browser {
                    url: text("https://docs.rs/sqlx/latest/sqlx/sqlite/index.html"),
                    title: text("sqlx::sqlite - Rust"),
                }),
                input_cadence: Some(InputCadence {
                    key_events: 120,
                    mouse_events: 14,
                }),
                meeting: None,
                system: Some(System {
                    on_battery: Some(false),
                    displays: Some(2),
                    online: Some(true),
                    network: text("wifi"),
                }),
                evidence_ref: None,
            }
        })
        .collect()
}

/// Events a second through the store, several uploaders at a time.
async fn through_store(store: &Store, events: Vec<NewEvent>) -> f64 {
    let people = who(store, UPLOADERS).await;
    let total = events.len();
    let batches: Vec<Batch> = events
        .chunks(BATCH)
        .zip(people.iter().cycle())
        .map(|(chunk, (developer_id, device_id))| Batch {
            device_id: *device_id,
            developer_id: *developer_id,
            now: now(),
            events: chunk
                .iter()
                .map(|event| Submitted::Event(Box::new(event.clone())))
                .collect(),
        })
        .collect();
    let queue = Arc::new(std::sync::Mutex::new(batches));
    let started = Instant::now();
    let uploaders = (0..UPLOADERS).map(|_| {
        let (store, queue) = (store.clone(), queue.clone());
        tokio::spawn(async move {
            loop {
                let Some(batch) = queue.lock().expect("the queue").pop() else {
                    return;
                };
                let length = batch.events.len() as u64;
                let outcome = store.events().ingest(batch).await.expect("stored");
                assert_eq!(outcome.accepted, length, "every event is new");
            }
        })
    });
    for uploader in uploaders.collect::<Vec<_>>() {
        uploader.await.expect("an uploader ends well");
    }
    per_second(total, started)
}

/// Requests over HTTP with batches of one size: rate, and the time that 99 of 100 stay below.
async fn over_http(name: &str, store: &Store, size: usize, bare_rate: f64) -> Vec<Figure> {
    let connections = if size == BATCH { UPLOADERS } else { CONNECTIONS };
    let requests = if size == BATCH { EVENTS / BATCH } else { REQUESTS };
    let secret = Secret::new("a secret of the measurement");
    let settings = Settings {
        rate_limits: false,
        ..Settings::local(secret.clone())
    };
    let state = ServerState::new(settings, store.clone(), Arc::new(FrozenClock::at(now())), || {});
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let url = format!(
        "http://{}/api/v1/tracker/events:batch",
        listener.local_addr().expect("a port")
    );
    let stop = CancellationToken::new();
    let served = tokio::spawn(dayloom_server::serve(listener, state, stop.clone()));
    dayloom_client::Client::new("http://127.0.0.1", None).expect("a client puts the TLS provider in place");

    let people = who(store, connections).await;
    let mut all = events(requests * size);
    let mut work = Vec::new();
    for (developer, device) in people {
        let token = auth::mint(&secret, developer, now(), SignedDuration::from_hours(1)).expect("a token");
        let mine = all.split_off(all.len() - all.len().min(requests / connections * size));
        let bodies: Vec<String> = mine.chunks(size).map(|events| body(device, events)).collect();
        work.push((token, bodies));
    }
    let sent: usize = work.iter().map(|(_, bodies)| bodies.len()).sum();
    let started = Instant::now();
    let uploaders = work
        .into_iter()
        .map(|(token, bodies)| tokio::spawn(upload(url.clone(), token, bodies)));
    let mut times = Vec::new();
    for uploader in uploaders.collect::<Vec<_>>() {
        times.extend(uploader.await.expect("an uploader ends well"));
    }
    let rate = per_second(sent, started);
    stop.cancel();
    served
        .await
        .expect("the server ends")
        .expect("the server ends well");
    times.sort_by(f64::total_cmp);
    let p99 = times[times.len() * 99 / 100];
    let label = format!("{name}: HTTP, batches of {size}");
    if size == BATCH {
        let events_rate = rate * 500.0;
        return vec![
            Figure::plain(label.clone(), events_rate, "events/s"),
            Figure::plain(
                format!("{label}, to bare insert"),
                events_rate / bare_rate,
                "ratio",
            ),
            Figure::plain(format!("{label}, p99"), p99, "ms"),
        ];
    }
    if size == 1 {
        return vec![
            Figure::plain(label.clone(), rate, "requests/s"),
            Figure::plain(format!("{label}, p99"), p99, "ms"),
        ];
    }
    vec![
        Figure::at_least(label.clone(), rate, "requests/s", 3_000.0, ">= 3,000"),
        Figure::at_most(format!("{label}, p99"), p99, "ms", 20.0, "<= 20 ms"),
    ]
}

/// The request's body.
fn body(device: DeviceId, events: &[NewEvent]) -> String {
    let events: Vec<serde_json::Value> = events
        .iter()
        .map(|event| {
            serde_json::json!({
                "event_id": event.id,
                "client_seq": event.client_seq,
                "ts": event.ts,
                "interval_s": event.interval_s,
                "tz": event.tz,
                "idle_s": event.idle_s,
                "active_app": event.active_app,
                "file_context": event.file_context,
                "browser": event.browser,
                "input_cadence": event.input_cadence,
                "system": event.system,
            })
        })
        .collect();
    let batch = serde_json::json!({
        "schema_version": "1.0",
        "device_id": device,
        "sent_at": now(),
        "events": events,
    });
    batch.to_string()
}

/// Sends the bodies one after the other; the time of each in milliseconds.
async fn upload(url: String, token: String, bodies: Vec<String>) -> Vec<f64> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("an HTTP client");
    let mut times = Vec::with_capacity(bodies.len());
    for body in bodies {
        let request = client
            .post(&url)
            .bearer_auth(&token)
            .header("content-type", "application/json")
            .body(body);
        let started = Instant::now();
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a whole answer");
        times.push(started.elapsed().as_secs_f64() * 1e3);
        assert!(
            status == 200 && text.contains("\"duplicates\":0"),
            "{status} {text}"
        );
    }
    times
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn per_second(count: usize, since: Instant) -> f64 {
    count as f64 / since.elapsed().as_secs_f64()
}
