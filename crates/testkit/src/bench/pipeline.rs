//! The whole way from stored samples to stored days, without a language model: 100,000 pending samples of 200 people,
//! taken, derived, attributed and written by one engine; by four that share the work; and by one once everybody has
//! reviewed a day, so that each has a learned model. And how long one upload takes to be in its day. SQLite always;
//! Postgres where `DAYLOOM_TEST_POSTGRES` names one.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dayloom_domain::{
    Clock, DeveloperId,
    day::Category,
    review::Change,
    sample::{self, Developer},
};
use dayloom_pipeline::{Pace, Progress, Runner, Stages, Wake};
use dayloom_storage::{Batch, ImportRow, Store, Submitted};
use jiff::{Timestamp, ToSpan, civil::Date};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Figure, load::who};
use crate::{FrozenClock, db::TestDb, evidence::submitted};

/// People.
const PEOPLE: usize = 200;
/// Samples of each: a day and a bit.
const SAMPLES: usize = 500;
/// Engines that share the work in the second run.
const WORKERS: usize = 4;
/// Blocks everybody reviews before the second run.
const REVIEWED: usize = 8;
/// Uploads that are timed.
const UPLOADS: usize = 40;
/// The first day.
const FROM: Date = Date::constant(2026, 11, 16);

/// Measures; takes a minute or so, most of it to store the samples.
pub fn run() -> Vec<Figure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let mut figures = on("SQLite", TestDb::sqlite().await, 1).await;
        for workers in [1, WORKERS] {
            if let Some(db) = TestDb::postgres().await {
                figures.extend(on("Postgres", db, workers).await);
            }
        }
        figures
    })
}

async fn on(name: &str, db: TestDb, workers: usize) -> Vec<Figure> {
    let store = &db.store;
    let events = fill(store).await;
    let waiting = store.days().backlog().await.expect("a count");
    let clock = Arc::new(FrozenClock::at(now()));
    let begun = Instant::now();
    let mut engines = JoinSet::new();
    for _ in 0..workers {
        engines.spawn(work(Stages::new(
            store.clone(),
            Arc::clone(&clock) as Arc<dyn Clock>,
        )));
    }
    let done = engines.join_all().await;
    let seconds = begun.elapsed().as_secs_f64();
    let worked: u64 = done.iter().map(Progress::days).sum();
    assert_eq!(
        store.days().backlog().await.expect("a count"),
        0,
        "all is derived"
    );
    let name = match workers {
        1 => format!("{name}: {events} samples of {PEOPLE} people, {waiting} days"),
        many => format!("{name}: the same by {many} engines"),
    };
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let twice = worked as f64 - waiting as f64;
    let mut figures = vec![
        Figure::at_most(name.clone(), seconds, "s", 10.0, "<= 10 s"),
        Figure::at_most(format!("{name}: done twice"), twice, "days", 0.0, "0"),
    ];
    if workers == 1 {
        figures.extend(learned(store, &clock, &name).await);
        let ms = latency_ms(store, &clock).await;
        figures.push(Figure::plain(
            format!("{name}: from upload to derived (median)"),
            ms,
            "ms",
        ));
    }
    store.close().await;
    figures
}

/// The same days once everybody has reviewed blocks of one: taking the reviews up, and then everything again.
async fn learned(store: &Store, clock: &Arc<FrozenClock>, name: &str) -> Vec<Figure> {
    let last = FROM.saturating_add(6.days());
    let days = store.days().known(None, FROM, last).await.expect("days");
    let mut reviews = 0;
    let mut seen = None;
    for &(person, date) in &days {
        if seen.replace(person) != Some(person) {
            reviews += review(store, person, date).await;
        }
    }
    let stages = || Stages::new(store.clone(), Arc::clone(clock) as Arc<dyn Clock>);
    let begun = Instant::now();
    work(stages()).await;
    let taking_up = begun.elapsed().as_secs_f64();
    for &(person, date) in &days {
        store.days().mark(person, &[date], now()).await.expect("marked");
    }
    let begun = Instant::now();
    work(stages()).await;
    vec![
        Figure::plain(
            format!("{name}: {reviews} reviews taken up, and what is like them moved"),
            taking_up,
            "s",
        ),
        Figure::at_most(
            format!("{name}: all again, each person with a learned model"),
            begun.elapsed().as_secs_f64(),
            "s",
            10.0,
            "<= 10 s",
        ),
    ]
}

/// Confirms what has a task, and gives the rest one; of the first blocks of a day. How many.
async fn review(store: &Store, person: DeveloperId, date: Date) -> usize {
    let stored = store.days().read(person, date).await.expect("a read");
    let tasks = store.tasks().for_attribution(person).await.expect("tasks");
    let mut said = 0;
    for block in stored.iter().flat_map(|stored| &stored.day.blocks).take(REVIEWED) {
        let Some(entry) = block.entry_id else { continue };
        let change = match block.task_id {
            Some(_) => Change::Confirm,
            None => Change::Correct {
                task_id: tasks.first().map(|task| task.id),
                category: Category::Productive,
            },
        };
        let review = store.reviews().apply(person, entry, &change, None, now()).await;
        said += usize::from(review.is_ok());
    }
    said
}

/// The median time from an answered upload of five samples to a derived day, by a running engine.
async fn latency_ms(store: &Store, clock: &Arc<FrozenClock>) -> f64 {
    let (person, device) = who(store, 1, now()).await.remove(0);
    let developer = Developer {
        developer_id: person,
        device_id: device,
        ..Developer::default()
    };
    let events = sample::year(&developer, FROM.saturating_sub(1.day()), 3, 99);
    let runner = Runner::new(store.clone(), Arc::clone(clock) as Arc<dyn Clock>);
    let (wake, stop) = (runner.wake(), CancellationToken::new());
    let running = tokio::spawn(runner.run(stop.clone()));
    let mut times = Vec::new();
    for five in events.chunks(5).take(UPLOADS) {
        let batch = Batch {
            device_id: device,
            developer_id: person,
            now: now(),
            events: five.iter().cloned().map(submitted).collect(),
        };
        store.events().ingest(batch).await.expect("a batch");
        let begun = Instant::now();
        wake.notify();
        while store.days().backlog().await.expect("a count") > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    stop.cancel();
    running.await.expect("it stops");
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

async fn work(stages: Stages) -> Progress {
    let (wake, never) = (Wake::new(), CancellationToken::new());
    let worked = stages
        .work_off(None, Pace::default(), &wake, &never, |_| ())
        .await;
    worked.expect("the queue is worked off")
}

/// Stores the samples of everyone, and their tasks; how many samples.
async fn fill(store: &Store) -> usize {
    let mut stored = 0;
    for (n, (person, device)) in who(store, PEOPLE, now()).await.into_iter().enumerate() {
        let developer = Developer {
            developer_id: person,
            device_id: device,
            ..Developer::default()
        };
        tasks(store, person, &developer.keys).await;
        let seed = u64::try_from(n).unwrap_or(0);
        let events: Vec<Submitted> = sample::year(&developer, FROM, 5, seed)
            .into_iter()
            .take(SAMPLES)
            .map(submitted)
            .collect();
        stored += events.len();
        let batch = Batch {
            device_id: device,
            developer_id: person,
            now: now(),
            events,
        };
        store.events().ingest(batch).await.expect("a batch");
    }
    stored
}

/// A task for every key of the samples, so that keys have something to find; in one transaction.
async fn tasks(store: &Store, person: DeveloperId, keys: &[String]) {
    let workspaces = store.workspaces().list_for(person).await.expect("workspaces");
    let workspace = workspaces.first().expect("a workspace").0.id;
    let row = |key: &String| ImportRow {
        key: Some(key.clone()),
        title: Some(format!("Task {key}")),
        url: None,
        status: None,
        assignee: None,
    };
    let rows: Vec<ImportRow> = keys.iter().map(row).collect();
    let made = store
        .tasks()
        .import(workspace, &rows, now())
        .await
        .expect("tasks");
    assert!(made.rejected.is_empty(), "{made:?}");
}

fn now() -> Timestamp {
    let after = FROM.saturating_add(5.days()).to_zoned(jiff::tz::TimeZone::UTC);
    after.expect("midnight").timestamp()
}
