//! Against a real Temporal server, that of `DAYLOOM_TEST_TEMPORAL`, and both databases. Each test has a task queue of its
//! own.

mod schedules;
mod support;
mod turns;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use dayloom_domain::Clock;
use dayloom_pipeline::Models;
use dayloom_pipeline_temporal::{Bell, Timing, Worker, WorkerSettings, look};
use dayloom_testkit::{
    OwnPort, Scripted, TestApp,
    model::{by_words, sorted_by},
};
use jiff::{SignedDuration, civil::Date};
use support::{
    PATIENCE, address, bell, client, completed, dated, earlier, ended, limits, ordered, own_queue, rounds,
    stages, temporal, worker,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_ends_when_nothing_is_left_to_do() {
    let Some(url) = temporal() else { return };
    let app = TestApp::sqlite().await;
    let (queue, stop) = (own_queue(), CancellationToken::new());
    let worker = worker(&app, &url, &queue, &stop).await;
    let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
    let (bell, carry) = Bell::hang(address(&url), &queue, Timing::DERIVE, clock, stop.clone());
    let carried = tokio::spawn(carry);
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    app.upload(person.id, tracked.device, &[earlier(0, tracked.device)])
        .await;
    let minute = app.clock.now().as_second() / 60;
    bell.ring(Some(tracked.project));
    let id = format!("tracker-enrich-{}-{minute}", tracked.project);
    let client = client(&url).await;
    while app.store.days().backlog().await.expect("a count") > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    completed(&client, &id).await;
    let wanted = BTreeMap::from([("derive-days".to_owned(), limits(6, 30))]);
    assert_eq!(ordered(&client, &id).await, wanted);
    stop.cancel();
    carried.await.expect("it ends");
    ended(worker).await;
}

/// Rounds in which a workflow that finds nothing to derive gives up, and some more.
const ROUNDS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_waits_for_what_rests_as_long_as_anything_is_derived() {
    let Some(url) = temporal() else { return };
    let app = TestApp::sqlite().await;
    let (queue, stop) = (own_queue(), CancellationToken::new());
    let worker = worker(&app, &url, &queue, &stop).await;
    let (bell, carried) = bell(&app, &url, &queue, &stop);
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    let now = app.clock.now();
    let (busy, resting) = (dated(0), dated(1));
    let days = app.store.days();
    // The clock stands still, so this one rests all the time.
    let later = now + SignedDuration::from_millis(100);
    days.mark(person.id, &[resting], later).await.expect("marked");
    app.upload(person.id, tracked.device, &[earlier(0, tracked.device)])
        .await;
    bell.ring(Some(tracked.project));
    let id = format!("tracker-enrich-{}-{}", tracked.project, now.as_second() / 60);
    let client = client(&url).await;
    let goes_on = async {
        loop {
            if !days.pending(person.id, busy).await.expect("an answer") {
                if rounds(&client, &id).await >= ROUNDS {
                    return;
                }
                // Nobody rings for it.
                days.mark(person.id, &[busy], now).await.expect("marked");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, goes_on).await.expect("it goes on");
    app.clock.advance(SignedDuration::from_secs(1));
    app.derived().await;
    completed(&client, &id).await;
    stop.cancel();
    carried.await.expect("it ends");
    ended(worker).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_asks_the_model_and_its_answers_are_derived() {
    let Some(url) = temporal() else { return };
    let app = TestApp::sqlite().await;
    let (queue, stop) = (own_queue(), CancellationToken::new());
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    let task = app.task(&person, &tracked, None, "Retry refunds").await;
    let model = Scripted::new(|prompt| Ok(sorted_by(&prompt.user, by_words)));
    let models = Models::new(app.store.clone(), model.clone(), None);
    let settings = WorkerSettings {
        queue: queue.clone(),
        schedules: false,
        ..WorkerSettings::default()
    };
    let worker = Worker::start(
        stages(&app).with_models(models),
        address(&url),
        settings,
        stop.clone(),
    )
    .await
    .expect("a worker");
    let (bell, _carried) = bell(&app, &url, &queue, &stop);
    let mut event = earlier(0, tracked.device);
    event.ts = app.clock.now() - SignedDuration::from_mins(5);
    event.active_app.window_title = Some("Refunds".to_owned());
    app.upload(person.id, tracked.device, &[event]).await;
    bell.ring(Some(tracked.project));
    let attributed = async {
        loop {
            // It is asked once nothing new has come for a while. Later a day is due soon; what was taken must not run out.
            let soon = if model.asked().is_empty() { 1_000 } else { 50 };
            app.clock.advance(SignedDuration::from_millis(soon));
            let day = app
                .store
                .days()
                .read(person.id, Date::constant(2026, 11, 21))
                .await;
            let spans = day.expect("a read").map(|day| day.day.spans).unwrap_or_default();
            if spans.iter().any(|span| span.attribution.task_id == Some(task)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, attributed)
        .await
        .expect("the answer is in the day");
    assert_eq!(model.asked().len(), 1);
    let client = client(&url).await;
    completed(&client, &format!("tracker-ask-{}", tracked.project)).await;
    assert_eq!(model.asked().len(), 1, "once is enough");
    stop.cancel();
    ended(worker).await;
}

/// Passes connections on to the real server, from the moment it is started.
async fn pass_on(listener: TcpListener, to: SocketAddr) {
    while let Ok((mut from, _)) = listener.accept().await {
        tokio::spawn(async move {
            if let Ok(mut to) = TcpStream::connect(to).await {
                let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rang_while_temporal_was_away_is_said_when_it_is_back() {
    let Some(url) = temporal() else { return };
    let app = TestApp::sqlite().await;
    let (queue, stop) = (own_queue(), CancellationToken::new());
    let port = OwnPort::new();
    let away = port.address();
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    let away_url = format!("http://{away}");
    let (bell, _carried) = bell(&app, &away_url, &queue, &stop);
    for back in 0..3 {
        app.upload(person.id, tracked.device, &[earlier(back, tracked.device)])
            .await;
        bell.ring(Some(tracked.project));
    }
    let unreachable = look(&address(&away_url), &queue).await.expect_err("nobody there");
    assert!(
        unreachable.to_string().contains("does not answer"),
        "{unreachable}"
    );
    let failed = Worker::start(
        stages(&app),
        address(&away_url),
        WorkerSettings::default(),
        stop.clone(),
    );
    assert!(failed.await.is_err(), "a worker says so too");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(app.store.days().backlog().await.expect("a count"), 3, "kept");

    let _worker = worker(&app, &url, &queue, &stop).await;
    let real = url.trim_start_matches("http://").parse().expect("an address");
    let listener = TcpListener::bind(away).await.expect("the same port");
    tokio::spawn(pass_on(listener, real));
    app.derived().await;
    assert_eq!(look(&address(&url), &queue).await.expect("an answer").workers, 1);
    stop.cancel();
}
