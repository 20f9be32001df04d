//! A stand-in for the reference system: it speaks the wire of `contract/tracker.md` §1 and §2 with its documented
//! weaknesses (§8, 1 to 4 and 17), keeps everything in memory and can be told to misbehave.
//!
//! It shares no code with our server, so that a misreading of the contract shows on one of the two sides.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::OwnPort;

/// How the next batch is misbehaved to, whatever it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers this status, with `Retry-After` if a number of seconds is given.
    Status(u16, Option<u64>),
    /// Stores what it should, then answers 500, as when the answer is lost.
    LostAnswer,
    /// Stores what it should, then answers 200 with a body that is no JSON.
    Garbage,
}

/// What the stand-in holds. Change it freely between calls.
#[derive(Debug, Default)]
pub struct World {
    /// Tokens that are taken; each is a developer id.
    pub tokens: BTreeMap<String, String>,
    /// Projects: id and name.
    pub projects: Vec<(String, String)>,
    /// Enrolled devices: id as sent, and project.
    pub devices: BTreeMap<String, String>,
    /// The config every device is given.
    pub config: Value,
    /// Stored events by their id in lower case, in wire form.
    pub events: BTreeMap<String, Value>,
    /// Ids that make the whole batch fail with 500.
    pub poison: BTreeSet<String>,
    /// What the next batches get.
    pub faults: VecDeque<Fault>,
    /// What the next heartbeats get: a status, with `Retry-After` if a number of seconds is given.
    pub heartbeat_faults: VecDeque<(u16, Option<u64>)>,
    /// Requests a device may send in 60 s, if limited. Refused ones count too.
    pub limit: Option<usize>,
    /// Every batch that arrived: status answered and number of events.
    pub batches: Vec<(u16, usize)>,
    /// Heartbeats that arrived.
    pub heartbeats: usize,
    /// Enrolments that arrived.
    pub enrolments: usize,
    recent: Vec<Instant>,
    server_seq: i64,
}

/// The stand-in, listening on a port of its own until dropped.
#[derive(Debug)]
pub struct Reference {
    /// Base address, ending in `/api/v1`.
    pub base: String,
    world: Arc<Mutex<World>>,
    server: tokio::task::JoinHandle<()>,
    _port: OwnPort,
}

/// The token the stand-in takes from the start.
pub const TOKEN: &str = "aexy_00000000000000000000000000000001";
/// The project it has from the start.
pub const PROJECT: &str = "11111111-1111-4111-8111-111111111111";

impl Reference {
    /// Starts one with one developer, one token and one project.
    pub async fn start() -> std::io::Result<Self> {
        let world = World {
            tokens: [(
                TOKEN.to_owned(),
                "22222222-2222-4222-8222-222222222222".to_owned(),
            )]
            .into(),
            projects: vec![(PROJECT.to_owned(), "Atlas".to_owned())],
            config: json!({
                "config_etag": "cfg_0", "sample_interval_s": 60, "screenshot_policy": "off",
                "screenshot_every_n_samples": 5, "idle_threshold_s": 300, "paused": false, "excluded_bundle_ids": [],
            }),
            ..World::default()
        };
        let world = Arc::new(Mutex::new(world));
        let port = OwnPort::new();
        let listener = tokio::net::TcpListener::bind(port.address()).await?;
        let base = format!("http://{}/api/v1", port.address());
        let router = Router::new()
            .route("/api/v1/developers/me", get(me))
            .route("/api/v1/tracker/projects", get(projects))
            .route("/api/v1/tracker/devices:enroll", post(enroll))
            .route("/api/v1/tracker/devices:heartbeat", post(heartbeat))
            .route("/api/v1/tracker/events:batch", post(batch))
            .with_state(world.clone());
        let server = tokio::spawn(async move {
            // The stand-in ends with its test; an error of the listener shows there.
            drop(axum::serve(listener, router).await);
        });
        Ok(Self {
            base,
            world,
            server,
            _port: port,
        })
    }

    /// Ends it as an outage would: from now on nobody answers at its address.
    pub async fn stop(&mut self) {
        self.server.abort();
        // Whether it was ended or had ended is the same.
        let _ = (&mut self.server).await;
    }

    /// What it holds now.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        self.server.abort();
    }
}

type Shared = State<Arc<Mutex<World>>>;

fn hold(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

fn detail(status: u16, text: &str) -> Response {
    (
        StatusCode::from_u16(status).unwrap_or_default(),
        Json(json!({ "detail": text })),
    )
        .into_response()
}

fn crash() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
}

fn caller(world: &World, headers: &HeaderMap) -> Result<String, Box<Response>> {
    let header = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let token = header.strip_prefix("Bearer ").unwrap_or_default();
    if token.is_empty() {
        return Err(Box::new(detail(401, "Not authenticated")));
    }
    match world.tokens.get(token) {
        Some(developer) => Ok(developer.clone()),
        None if token.starts_with("aexy_") => Err(Box::new(detail(401, "Invalid or expired API token"))),
        None => Err(Box::new(detail(401, "Invalid token"))),
    }
}

async fn me(State(world): Shared, headers: HeaderMap) -> Response {
    let world = hold(&world);
    match caller(&world, &headers) {
        Ok(id) => Json(json!({
            "id": id, "email": "a@example.org", "name": null, "avatar_url": null, "skill_fingerprint": null,
            "work_patterns": null, "growth_trajectory": null, "github_connection": null,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        }))
        .into_response(),
        Err(refusal) => *refusal,
    }
}

async fn projects(State(world): Shared, headers: HeaderMap) -> Response {
    let world = hold(&world);
    if let Err(refusal) = caller(&world, &headers) {
        return *refusal;
    }
    let listed: Vec<_> = world
        .projects
        .iter()
        .map(|(id, name)| json!({ "id": id, "name": name, "slug": "slug" }))
        .collect();
    Json(listed).into_response()
}

async fn enroll(State(world): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let mut world = hold(&world);
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return detail(422, "no JSON");
    };
    if let Err(refusal) = caller(&world, &headers) {
        return *refusal;
    }
    let (Some(device), Some(project)) = (body["device_id"].as_str(), body["project_id"].as_str()) else {
        return detail(422, "missing");
    };
    if !world.projects.iter().any(|(id, _)| id == project) {
        return detail(404, "Project not found");
    }
    world.enrolments += 1;
    world.devices.insert(device.to_owned(), project.to_owned());
    let answer = json!({ "device_id": device, "project_id": project, "config": world.config });
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn heartbeat(
    State(world): Shared,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let mut world = hold(&world);
    if let Err(refusal) = caller(&world, &headers) {
        return *refusal;
    }
    world.heartbeats += 1;
    if !query
        .get("device_id")
        .is_some_and(|id| world.devices.contains_key(id))
    {
        return detail(404, "Device not enrolled");
    }
    if let Some((status, retry_after)) = world.heartbeat_faults.pop_front() {
        return refusal(status, retry_after);
    }
    Json(world.config.clone()).into_response()
}

/// What was told to be answered.
fn refusal(status: u16, retry_after: Option<u64>) -> Response {
    let mut answer = detail(status, "as told");
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert("retry-after", seconds.into());
    }
    answer
}

async fn batch(State(world): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let mut world = hold(&world);
    let parsed = serde_json::from_slice::<Value>(&body);
    let size = parsed
        .as_ref()
        .ok()
        .and_then(|body| body["events"].as_array())
        .map_or(0, Vec::len);
    let answer = match parsed {
        Ok(body) => answer_batch(&mut world, &headers, &body),
        Err(_) => detail(422, "no JSON"),
    };
    world.batches.push((answer.status().as_u16(), size));
    answer
}

fn answer_batch(world: &mut World, headers: &HeaderMap, body: &Value) -> Response {
    if let Err(refusal) = caller(world, headers) {
        return *refusal;
    }
    let fault = world.faults.pop_front();
    if let Some(Fault::Status(status, retry_after)) = fault {
        return refusal(status, retry_after);
    }
    let Some(events) = body["events"].as_array().filter(|events| events.len() <= 500) else {
        return detail(422, "events");
    };
    if let Some(problem) = events.iter().find_map(invalid) {
        return detail(422, problem);
    }
    if !body["schema_version"]
        .as_str()
        .is_some_and(|version| version.starts_with("1."))
    {
        return detail(409, "Unsupported schema_version");
    }
    if !body["device_id"]
        .as_str()
        .is_some_and(|id| world.devices.contains_key(id))
    {
        return detail(404, "Device not enrolled");
    }
    let before = world
        .recent
        .iter()
        .filter(|at| at.elapsed().as_secs() < 60)
        .count();
    world.recent.push(Instant::now());
    if world.limit.is_some_and(|limit| before >= limit) {
        return detail(429, "Rate limit exceeded");
    }
    let stored = store(world, events);
    match fault {
        Some(Fault::LostAnswer) => crash(),
        Some(Fault::Garbage) => "<html>not what you asked for</html>".into_response(),
        _ => stored.unwrap_or_else(crash),
    }
}

/// Everything in one transaction: a single event the database chokes on fails them all.
fn store(world: &mut World, events: &[Value]) -> Option<Response> {
    let now = now();
    let mut fresh = BTreeMap::new();
    let (mut duplicates, mut rejected, mut seen) = (0, vec![], BTreeSet::new());
    let mut server_seq = world.server_seq;
    for event in events {
        let id = event["event_id"].as_str()?;
        let ts: Timestamp = event["ts"].as_str()?.parse().ok()?;
        if ts < now - SignedDuration::from_hours(720) || ts > now + SignedDuration::from_mins(5) {
            rejected.push(json!({ "event_id": id, "reason": "ts_out_of_range" }));
            continue;
        }
        server_seq = server_seq.max(event["client_seq"].as_i64()?);
        // Compared as sent with what is stored in lower case: the weakness with upper-case ids.
        if !seen.insert(id.to_owned()) || world.events.contains_key(id) {
            duplicates += 1;
            continue;
        }
        uuid::Uuid::parse_str(id).ok()?;
        let taken = world.events.contains_key(&id.to_lowercase()) || fresh.contains_key(&id.to_lowercase());
        if taken || world.poison.contains(id) || event.to_string().contains("\\u0000") {
            return None;
        }
        fresh.insert(id.to_lowercase(), event.clone());
    }
    let accepted = fresh.len();
    world.server_seq = server_seq;
    world.events.append(&mut fresh);
    Some(
        Json(json!({
            "accepted": accepted, "duplicates": duplicates, "rejected": rejected, "server_seq": server_seq,
            "next_poll_after_s": 60, "config_etag": world.config["config_etag"],
        }))
        .into_response(),
    )
}

/// What its validation finds wrong with an event; the whole batch is refused for it.
fn invalid(event: &Value) -> Option<&'static str> {
    let id = event["event_id"].as_str()?;
    if id.chars().count() > 36 {
        return Some("event_id");
    }
    if !event["interval_s"]
        .as_i64()
        .is_some_and(|interval| (1..=600).contains(&interval))
    {
        return Some("interval_s");
    }
    if event["client_seq"].as_i64().is_none_or(|seq| seq < 0) {
        return Some("client_seq");
    }
    let cadence = &event["input_cadence"];
    if !cadence.is_null() && cadence.as_object().is_none_or(|members| members.len() != 2) {
        return Some("input_cadence");
    }
    let bounds = [
        ("/active_app/name", 255, true),
        ("/active_app/bundle_id", 255, true),
        ("/active_app/window_title", 1024, false),
        ("/file_context/path", 2048, false),
        ("/file_context/repo", 255, false),
        ("/file_context/branch", 255, false),
        ("/dev_context/terminal_cwd", 2048, false),
        ("/dev_context/last_command", 1024, false),
        ("/dev_context/editor_file", 2048, false),
        ("/browser/url", 2048, false),
        ("/browser/title", 1024, false),
        ("/meeting/call_app", 255, false),
        ("/system/network", 32, false),
    ];
    bounds
        .into_iter()
        .find_map(|(pointer, max, required)| match event.pointer(pointer) {
            None | Some(Value::Null) => required.then_some(pointer),
            Some(Value::String(text)) => (text.chars().count() > max).then_some(pointer),
            Some(_) => Some(pointer),
        })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the stand-in is a program of its own, with a clock of its own"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
