//! What the tests of the engine share: the server, workers and bells of a queue, and what they are held against.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use dayloom_domain::{
    Clock, DeviceId,
    event::Event,
    sample::{self},
};
use dayloom_pipeline::Stages;
use dayloom_pipeline_temporal::{Address, Bell, Timing, Worker, WorkerSettings};
use dayloom_testkit::{Person, TestApp, Tracked, needs};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::{Value, json};
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, UntypedWorkflow, WorkflowFetchHistoryOptions,
    WorkflowGetResultOptions,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Long enough for a machine with other things to do.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// The server for tests.
pub fn temporal() -> Option<String> {
    needs::variable("DAYLOOM_TEST_TEMPORAL")
}

pub fn address(url: &str) -> Address {
    Address::parse(url, None).expect("an address")
}

/// The time-outs of the real thing, shorter: a worker that stops may take a task with it that it was just handed.
pub const QUICK: Timing = Timing {
    heartbeat_s: 4,
    first_wait_s: 1,
    ..Timing::DERIVE
};

pub fn own_queue() -> String {
    format!("test-{}", Uuid::new_v4())
}

pub fn stages(app: &TestApp) -> Stages {
    Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>)
}

pub async fn worker(app: &TestApp, url: &str, queue: &str, stop: &CancellationToken) -> Worker {
    let settings = WorkerSettings {
        queue: queue.to_owned(),
        schedules: false,
        ..WorkerSettings::default()
    };
    Worker::start(stages(app), address(url), settings, stop.clone())
        .await
        .expect("a worker")
}

pub fn bell(app: &TestApp, url: &str, queue: &str, stop: &CancellationToken) -> (Bell, JoinHandle<()>) {
    let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
    let (bell, carry) = Bell::hang(address(url), queue, QUICK, clock, stop.clone());
    (bell, tokio::spawn(carry))
}

/// Lets the clock of an app go as real ones do, until the app is gone: a day that was marked while it was derived rests
/// for a moment, which must pass.
pub fn ticking(app: &TestApp) {
    let clock = Arc::downgrade(&app.clock);
    tokio::spawn(async move {
        while let Some(clock) = clock.upgrade() {
            clock.advance(SignedDuration::from_millis(10));
            drop(clock);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
}

/// A minute at noon, so many days before today.
pub fn earlier(days: i64, device: DeviceId) -> Event {
    let noon: Timestamp = "2026-11-21T12:00:00Z".parse().expect("an instant");
    let mut event = sample::bare(
        Uuid::new_v4().into(),
        device,
        noon - SignedDuration::from_hours(24 * days),
    );
    event.active_app.name = "code".to_owned();
    event
}

pub async fn ended(worker: Worker) {
    tokio::time::timeout(PATIENCE, worker.ended())
        .await
        .expect("it stops")
        .expect("without a fault");
}

/// What people see: the rows of the timesheet without their ids, which depend on the ids of the people.
pub async fn timesheet(app: &TestApp, people: &[(Person, Tracked)]) -> Vec<String> {
    let (from, to) = (Date::constant(2026, 1, 1), Date::constant(2026, 12, 31));
    let mut shown = Vec::new();
    for (n, (person, _)) in people.iter().enumerate() {
        for row in app
            .store
            .days()
            .timesheet(person.id, from, to)
            .await
            .expect("rows")
        {
            shown.push(format!(
                "{n} {} {:?}-{:?} {} {:?} {:?} {:?}",
                row.entry_date,
                row.started_at,
                row.ended_at,
                row.duration_minutes,
                row.description,
                row.confidence_score,
                row.attribution_status
            ));
        }
    }
    shown
}

/// Three people with days full of devices, overlaps and gaps, in batches; after each one `rung` hears of the project.
pub async fn load(app: &TestApp, mut rung: impl FnMut(&Tracked)) -> Vec<(Person, Tracked)> {
    let mut people = Vec::new();
    for (n, seed) in [5, 8, 13].into_iter().enumerate() {
        let person = app.person(&format!("p{n}@example.org")).await;
        let tracked = app.tracked(&person).await;
        let mut events = sample::hostile(seed, 150);
        // Devices are known by their ids everywhere: of each person others.
        let mut devices: BTreeMap<DeviceId, DeviceId> = BTreeMap::new();
        for event in &mut events {
            let own = Uuid::from_u128(event.device_id.0.as_u128() ^ (u128::from(seed) << 64));
            devices.insert(event.device_id, own.into());
            event.device_id = own.into();
            event.id = Uuid::from_u128(event.id.0.as_u128() ^ (u128::from(seed) << 64)).into();
        }
        for &device in devices.values() {
            app.enroll(person.id, tracked.project, device).await;
        }
        for part in events.chunks(20) {
            for &device in devices.values() {
                let of_device: Vec<Event> = part.iter().filter(|e| e.device_id == device).cloned().collect();
                app.upload(person.id, device, &of_device).await;
                rung(&tracked);
            }
        }
        people.push((person, tracked));
    }
    people
}

/// The date of [`earlier`].
pub fn dated(back: i64) -> Date {
    Date::constant(2026, 11, 21).saturating_sub(jiff::Span::new().days(back))
}

/// The activities a workflow has ordered so far, as they stand in its history.
async fn scheduled(client: &Client, id: &str) -> Vec<Value> {
    let handle = client.get_workflow_handle::<UntypedWorkflow>(id);
    let history = handle.fetch_history(WorkflowFetchHistoryOptions::default());
    let history = history.to_json().await.expect("a history");
    let history: Value = serde_json::from_slice(&history).expect("JSON");
    let events = history["events"].as_array().expect("events");
    let ordered = events
        .iter()
        .map(|event| &event["attributes"]["ActivityTaskScheduledEventAttributes"]);
    ordered.filter(|ordered| !ordered.is_null()).cloned().collect()
}

/// How many they are.
pub async fn rounds(client: &Client, id: &str) -> usize {
    scheduled(client, id).await.len()
}

/// Each of them once, with its time-outs and retries.
pub async fn ordered(client: &Client, id: &str) -> BTreeMap<String, Value> {
    let ordered = scheduled(client, id).await.into_iter().map(|ordered| {
        let name = ordered["activity_type"]["name"]
            .as_str()
            .expect("a name")
            .to_owned();
        let limits = json!({
            "limit": ordered["start_to_close_timeout"], "heartbeat": ordered["heartbeat_timeout"],
            "tries": ordered["retry_policy"]["maximumAttempts"],
            "first": ordered["retry_policy"]["initialInterval"],
            "times": ordered["retry_policy"]["backoffCoefficient"],
            "most": ordered["retry_policy"]["maximumInterval"],
        });
        (name, limits)
    });
    ordered.collect()
}

/// The limits of `contract/tracker.md` §4.6, which differ in tries and the seconds of the first wait.
pub fn limits(tries: u32, first: u32) -> Value {
    let seconds = |count: u32| format!("{count}.000000000s");
    json!({
        "limit": seconds(900), "heartbeat": seconds(120), "tries": tries, "first": seconds(first), "times": 2.0,
        "most": seconds(600),
    })
}

/// Waits until a workflow has ended, well.
pub async fn completed(client: &Client, id: &str) {
    let handle = client.get_workflow_handle::<UntypedWorkflow>(id);
    let result = handle.get_result(WorkflowGetResultOptions::default());
    let ended = tokio::time::timeout(PATIENCE, result).await;
    ended.expect("it ends").expect("without a fault");
}

pub async fn client(url: &str) -> Client {
    let options = ConnectionOptions::new(url::Url::parse(url).expect("an address")).build();
    let connection = Connection::connect(options).await.expect("connected");
    Client::new(connection, ClientOptions::new("default").build()).expect("a client")
}
