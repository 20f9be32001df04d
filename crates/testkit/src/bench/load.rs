//! The load: people with devices, batches of what a desktop sends, and connections that send one after the other.
//!
//! It shares the cores with the server, so it is kept lean: HTTP/1.1 on open connections, bodies made beforehand.

use std::{net::SocketAddr, time::Instant};

use dayloom_domain::{
    DeviceId, EventId,
    event::{ActiveApp, Browser, FileContext, InputCadence, System},
};
use dayloom_server::{Secret, auth};
use dayloom_storage::{Enroll, NewEvent, NewProject, NewWorkspace, Store};
use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp, ToSpan};
use tokio::net::TcpStream;
use uuid::Uuid;

/// Connections that send small batches at a time, each for a person of its own: 24, or `DAYLOOM_BENCH_CONNECTIONS`. More of
/// them share a commit, and each waits longer; with fewer, the day of each person is longer.
pub(super) fn connections() -> usize {
    let asked = std::env::var("DAYLOOM_BENCH_CONNECTIONS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(24)
}

/// Seconds between the samples of a person: those of agents where nothing else is said (`contract/tracker.md` §2.2), or
/// `DAYLOOM_BENCH_INTERVAL_S`. The closer they are, the more of them one day has.
fn interval_s() -> i64 {
    let asked = std::env::var("DAYLOOM_BENCH_INTERVAL_S").ok();
    let asked = asked.and_then(|n| n.parse().ok());
    asked.filter(|n| (1..=600).contains(n)).unwrap_or(60)
}

/// What one connection sends: a token and the bodies under it.
pub(super) type Work = (String, Vec<String>);

/// So many people with a device each.
pub(super) async fn who(
    store: &Store,
    count: usize,
    now: Timestamp,
) -> Vec<(dayloom_domain::DeveloperId, DeviceId)> {
    let mut people = Vec::new();
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

/// Samples so many seconds apart, the last just before `now`, oldest first, with what a desktop sends.
pub(super) fn events(count: usize, apart_s: i64, now: Timestamp) -> Vec<NewEvent> {
    let last = i64::try_from(count).unwrap_or(i64::MAX);
    (0_i64..)
        .take(count)
        .map(|n| {
            let text = |text: &str| Some(text.to_owned());
            NewEvent {
                id: EventId(Uuid::new_v4()),
                client_seq: n,
                ts: now - ((last - n) * apart_s).seconds(),
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

/// Requests for so many connections, each of a person and a device of its own.
pub(super) async fn work(
    store: &Store,
    secret: &Secret,
    connections: usize,
    requests: usize,
    size: usize,
    now: Timestamp,
) -> Vec<Work> {
    let mine = requests / connections * size;
    let mut work = Vec::new();
    for (developer, device) in who(store, connections, now).await {
        let token = auth::mint(secret, developer, now, SignedDuration::from_hours(24)).expect("a token");
        let events = events(mine, interval_s(), now);
        let bodies = events.chunks(size).map(|events| body(device, events, now));
        work.push((token, bodies.collect()));
    }
    work
}

/// Sends everything: requests a second, and the time of each in milliseconds.
pub(super) async fn run(address: SocketAddr, work: Vec<Work>) -> (f64, Vec<f64>) {
    let sent: usize = work.iter().map(|(_, bodies)| bodies.len()).sum();
    let started = Instant::now();
    let uploaders = work
        .into_iter()
        .map(|(token, bodies)| tokio::spawn(upload(address, token, bodies)));
    let mut times = Vec::with_capacity(sent);
    for uploader in uploaders.collect::<Vec<_>>() {
        times.extend(uploader.await.expect("an uploader ends well"));
    }
    (per_second(sent, started), times)
}

/// The value that so many of a hundred stay below.
pub(super) fn percentile(mut times: Vec<f64>, percent: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() * percent / 100]
}

/// The request's body.
fn body(device: DeviceId, events: &[NewEvent], now: Timestamp) -> String {
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
        "sent_at": now,
        "events": events,
    });
    batch.to_string()
}

/// Sends the bodies one after the other on one connection; the time of each in milliseconds.
async fn upload(address: SocketAddr, token: String, bodies: Vec<String>) -> Vec<f64> {
    let stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a socket");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .expect("a connection");
    let driver = tokio::spawn(connection);
    let token = format!("Bearer {token}");
    let mut times = Vec::with_capacity(bodies.len());
    for body in bodies {
        let request = Request::post("/api/v1/tracker/events:batch")
            .header("host", "127.0.0.1")
            .header("authorization", &token)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        let started = Instant::now();
        let answer = sender.send_request(request).await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer
            .into_body()
            .collect()
            .await
            .expect("a whole answer")
            .to_bytes();
        times.push(started.elapsed().as_secs_f64() * 1e3);
        let text = String::from_utf8_lossy(&text);
        assert!(
            status == 200 && text.contains("\"duplicates\":0"),
            "{status} {text}"
        );
    }
    drop(sender);
    // It ends with an error where the server closes first, which it may.
    let _ = driver.await;
    times
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(super) fn per_second(count: usize, since: Instant) -> f64 {
    count as f64 / since.elapsed().as_secs_f64()
}
