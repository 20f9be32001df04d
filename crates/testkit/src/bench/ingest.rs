//! Durable ingest beside a bare bulk insert of the same rows into the same table, in the same run: through the store,
//! and over HTTP. SQLite always; Postgres where `DAYLOOM_TEST_POSTGRES` names one.
//!
//! The load is made on the same machine, so the figures over HTTP contain the cost of the generator.

use std::{sync::Arc, time::Instant};

use dayloom_server::{Secret, ServerState, Settings};
use dayloom_storage::{Batch, NewEvent, Store, Submitted};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{
    Figure, bare,
    load::{self, events, per_second, who},
};
use crate::{FrozenClock, db::TestDb};

/// Events of the runs with batches of 500.
const EVENTS: usize = 60_000;
/// The largest batch (`contract/tracker.md` §2.3).
const BATCH: usize = 500;
/// Uploaders at a time with large batches.
const UPLOADERS: usize = 4;
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
        let who = who(&db.store, 1, now()).await;
        let events = events(EVENTS, 10, now());
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

/// Events a second through the store, several uploaders at a time.
async fn through_store(store: &Store, events: Vec<NewEvent>) -> f64 {
    let people = who(store, UPLOADERS, now()).await;
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
    let connections = if size == BATCH {
        UPLOADERS
    } else {
        load::connections()
    };
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
    let address = listener.local_addr().expect("a port");
    let stop = CancellationToken::new();
    let served = tokio::spawn(dayloom_server::serve(listener, state, stop.clone()));
    let work = load::work(store, &secret, connections, requests, size, now()).await;
    let (rate, times) = load::run(address, work).await;
    stop.cancel();
    served
        .await
        .expect("the server ends")
        .expect("the server ends well");
    let p99 = load::percentile(times, 99);
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

/// Noon of the day the load is from.
fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}
