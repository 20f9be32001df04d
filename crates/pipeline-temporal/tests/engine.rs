//! Against a real Temporal server, that of `DAYLOOM_TEST_TEMPORAL`, and both databases. Each test has a task queue of its
//! own.

#![expect(
    clippy::print_stderr,
    reason = "a skipped test must be seen in the test's output"
)]

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use dayloom_domain::{
    Clock, DeviceId,
    event::Event,
    sample::{self},
};
use dayloom_pipeline::{Models, Stages, Sweep};
use dayloom_pipeline_temporal::{Address, Bell, Timing, Worker, WorkerSettings, look};
use dayloom_testkit::{
    OwnPort, Person, Scripted, TestApp, Tracked,
    model::{by_words, sorted_by},
    on_both,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, RpcOptions, UntypedWorkflow,
    WorkflowGetResultOptions, schedules::ListSchedulesOptions,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Long enough for a machine with other things to do.
const PATIENCE: Duration = Duration::from_secs(180);

/// The server for tests; none where there is none, which `DAYLOOM_TEST_ALL=1` forbids.
fn temporal() -> Option<String> {
    match std::env::var("DAYLOOM_TEST_TEMPORAL") {
        Ok(url) if !url.is_empty() => Some(url),
        _ if std::env::var("DAYLOOM_TEST_ALL").is_ok_and(|all| all == "1") => {
            panic!("DAYLOOM_TEST_ALL=1 but DAYLOOM_TEST_TEMPORAL is not set")
        }
        _ => {
            eprintln!("skipped: DAYLOOM_TEST_TEMPORAL is not set");
            None
        }
    }
}

fn address(url: &str) -> Address {
    Address::parse(url, None).expect("an address")
}

/// The time-outs of the real thing, shorter: a worker that stops may take a task with it that it was just handed.
const QUICK: Timing = Timing {
    heartbeat_s: 4,
    first_wait_s: 1,
    ..Timing::DERIVE
};

fn own_queue() -> String {
    format!("test-{}", Uuid::new_v4())
}

fn stages(app: &TestApp) -> Stages {
    Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>)
}

async fn worker(app: &TestApp, url: &str, queue: &str, stop: &CancellationToken) -> Worker {
    let settings = WorkerSettings {
        queue: queue.to_owned(),
        schedules: false,
        ..WorkerSettings::default()
    };
    Worker::start(stages(app), address(url), settings, stop.clone())
        .await
        .expect("a worker")
}

fn bell(app: &TestApp, url: &str, queue: &str, stop: &CancellationToken) -> (Bell, JoinHandle<()>) {
    let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
    let (bell, carry) = Bell::hang(address(url), queue, QUICK, clock, stop.clone());
    (bell, tokio::spawn(carry))
}

/// Lets the clock of an app go as real ones do, until the app is gone: a day that was marked while it was derived rests
/// for a moment, which must pass.
fn ticking(app: &TestApp) {
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
fn earlier(days: i64, device: DeviceId) -> Event {
    let noon: Timestamp = "2026-11-21T12:00:00Z".parse().expect("an instant");
    let mut event = sample::bare(
        Uuid::new_v4().into(),
        device,
        noon - SignedDuration::from_hours(24 * days),
    );
    event.active_app.name = "code".to_owned();
    event
}

async fn ended(worker: Worker) {
    tokio::time::timeout(PATIENCE, worker.ended())
        .await
        .expect("it stops")
        .expect("without a fault");
}

/// What people see: the rows of the timesheet without their ids, which depend on the ids of the people.
async fn timesheet(app: &TestApp, people: &[(Person, Tracked)]) -> Vec<String> {
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
async fn load(app: &TestApp, mut rung: impl FnMut(&Tracked)) -> Vec<(Person, Tracked)> {
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

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_give_equal_timesheets() {
    let Some(url) = temporal() else { return };
    let embedded = TestApp::sqlite().await;
    let people = load(&embedded, |_| ()).await;
    embedded.derive().await;
    let expected = timesheet(&embedded, &people).await;
    assert!(
        expected.len() > 20,
        "there is something to compare: {}",
        expected.len()
    );

    on_both(async |app| {
        ticking(&app);
        let (queue, stop) = (own_queue(), CancellationToken::new());
        let (one, two) = (
            worker(&app, &url, &queue, &stop).await,
            worker(&app, &url, &queue, &stop).await,
        );
        let (bell, carried) = bell(&app, &url, &queue, &stop);
        let people = load(&app, |tracked| bell.ring(Some(tracked.project))).await;
        app.derived().await;
        assert_eq!(timesheet(&app, &people).await, expected);
        // A mark that came through no device: everybody's bell. Its workflow is named by the minute alone, and one of
        // another test's queue may still be open.
        let minutes = i64::try_from(Uuid::new_v4().as_u128() % 600).expect("small");
        app.clock.advance(SignedDuration::from_mins(1 + minutes));
        let (person, _) = &people[0];
        let day = expected_date(&app, person).await;
        app.store
            .days()
            .mark(person.id, &[day], app.clock.now())
            .await
            .expect("marked");
        bell.ring(None);
        app.derived().await;
        assert_eq!(timesheet(&app, &people).await, expected, "nothing changes");
        stop.cancel();
        carried.await.expect("it ends");
        ended(one).await;
        ended(two).await;
    })
    .await;
}

/// Waits until a workflow has ended, well.
async fn completed(client: &Client, id: &str) {
    let handle = client.get_workflow_handle::<UntypedWorkflow>(id);
    let result = handle.get_result(WorkflowGetResultOptions::default());
    let ended = tokio::time::timeout(PATIENCE, result).await;
    ended.expect("it ends").expect("without a fault");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_ends_when_nothing_is_left_to_do() {
    let Some(url) = temporal() else { return };
    let app = TestApp::sqlite().await;
    let (queue, stop) = (own_queue(), CancellationToken::new());
    let worker = worker(&app, &url, &queue, &stop).await;
    let (bell, carried) = bell(&app, &url, &queue, &stop);
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
    stop.cancel();
    carried.await.expect("it ends");
    ended(worker).await;
}

async fn expected_date(app: &TestApp, person: &Person) -> Date {
    let (from, to) = (Date::constant(2026, 1, 1), Date::constant(2026, 12, 31));
    let rows = app
        .store
        .days()
        .timesheet(person.id, from, to)
        .await
        .expect("rows");
    rows.first().expect("a row").entry_date
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stops_in_the_middle_leaves_the_rest_to_others() {
    let Some(url) = temporal() else { return };
    on_both(async |app| {
        ticking(&app);
        let (queue, stop_all) = (own_queue(), CancellationToken::new());
        let mut people = Vec::new();
        for n in 0..10 {
            let person = app.person(&format!("p{n}@example.org")).await;
            let tracked = app.tracked(&person).await;
            let days: Vec<Event> = (0..12).map(|back| earlier(back, tracked.device)).collect();
            app.upload(person.id, tracked.device, &days).await;
            people.push((person, tracked));
        }
        assert_eq!(app.store.days().backlog().await.expect("a count"), 120);
        let (bell, carried) = bell(&app, &url, &queue, &stop_all);
        for (_, tracked) in &people {
            bell.ring(Some(tracked.project));
        }
        // One after the other: each is stopped as soon as it has done something.
        let mut left = 120;
        while left > 0 {
            let stop = CancellationToken::new();
            let worker = worker(&app, &url, &queue, &stop).await;
            let begun = left;
            let working = async {
                while left == begun {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    left = app.store.days().backlog().await.expect("a count");
                }
            };
            tokio::time::timeout(PATIENCE, working).await.expect("it works");
            stop.cancel();
            ended(worker).await;
            left = app.store.days().backlog().await.expect("a count");
        }
        for (person, _) in &people {
            for back in 0..12 {
                let date = Date::constant(2026, 11, 21).saturating_sub(jiff::Span::new().days(back));
                let day = app.store.days().read(person.id, date).await.expect("a read");
                let day = day.expect("a day");
                assert_eq!((day.revision, day.day.attention_micros), (1, 60_000_000));
            }
        }
        stop_all.cancel();
        carried.await.expect("it ends");
    })
    .await;
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

async fn client(url: &str) -> Client {
    let options = ConnectionOptions::new(url::Url::parse(url).expect("an address")).build();
    let connection = Connection::connect(options).await.expect("connected");
    Client::new(connection, ClientOptions::new("default").build()).expect("a client")
}

/// Pauses the schedule of a sweep, as a person would, and waits until the server says so.
async fn pause(client: &Client, sweep: Sweep) {
    let handle = client.get_schedule_handle(sweep.name());
    handle
        .pause(None::<String>, Default::default())
        .await
        .expect("paused");
    let paused = async {
        while !handle
            .describe(RpcOptions::default())
            .await
            .expect("it is there")
            .paused()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, paused)
        .await
        .expect("it is paused");
}

/// Each sweep comes as often as it says.
async fn is_every_so_often(client: &Client) {
    for &sweep in Sweep::ALL {
        let handle = client.get_schedule_handle(sweep.name());
        let found = handle.describe(RpcOptions::default()).await.expect("it is there");
        let spec = found.raw().schedule.clone().and_then(|s| s.spec).expect("a spec");
        let every: Vec<u64> = spec
            .interval
            .iter()
            .filter_map(|i| i.interval.as_ref())
            .map(|i| u64::try_from(i.seconds).expect("not negative"))
            .collect();
        assert_eq!(every, [sweep.every().as_secs()], "{}", sweep.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_are_made_once_and_kept_paused() {
    use futures::TryStreamExt;

    let Some(url) = temporal() else { return };
    let app = TestApp::sqlite().await;
    let (queue, stop) = (own_queue(), CancellationToken::new());
    let settings = WorkerSettings {
        queue,
        ..WorkerSettings::default()
    };
    // Derived while there was no model: a worker that has one notes it, and nobody rings.
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    app.task(&person, &tracked, None, "Retry refunds").await;
    let mut event = earlier(1, tracked.device);
    event.active_app.window_title = Some("Refunds".to_owned());
    app.upload(person.id, tracked.device, &[event]).await;
    app.derive().await;
    let model = Scripted::new(|prompt| Ok(sorted_by(&prompt.user, by_words)));
    let models = Models::new(app.store.clone(), model.clone(), None);
    let start = || {
        let stages = stages(&app).with_models(models.clone());
        Worker::start(stages, address(&url), settings.clone(), stop.clone())
    };
    let (one, two) = tokio::join!(start(), start());
    let (one, two) = (one.expect("a worker"), two.expect("a worker"));
    let client = client(&url).await;
    pause(&client, Sweep::Days).await;
    let handle = client.get_schedule_handle(Sweep::Days.name());
    let three = start().await.expect("a worker");
    let described = handle.describe(RpcOptions::default()).await.expect("it is there");
    assert!(described.paused(), "what a person paused stays paused");
    is_every_so_often(&client).await;
    handle
        .unpause(None::<String>, Default::default())
        .await
        .expect("unpaused");

    // Whoever is due is asked for by a schedule too.
    let at_once = async |name: &str| {
        let handle = client.get_schedule_handle(name);
        let all = temporalio_client::schedules::ScheduleOverlapPolicy::AllowAll;
        handle.trigger(all, Default::default()).await.expect("triggered");
    };
    at_once("tracker-ask-sweep").await;
    let asked = async {
        while model.asked().is_empty() || app.store.days().backlog().await.expect("a count") > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked)
        .await
        .expect("it is asked, and derived");

    // A mark that nobody rang for is found by the sweep.
    app.upload(person.id, tracked.device, &[earlier(0, tracked.device)])
        .await;
    at_once(Sweep::Days.name()).await;
    app.derived().await;
    let mut names: Vec<String> = client
        .list_schedules(ListSchedulesOptions::default())
        .try_collect::<Vec<_>>()
        .await
        .expect("a list")
        .iter()
        .map(|summary| summary.schedule_id().to_owned())
        .collect();
    names.sort();
    names.dedup();
    let sweeps = Sweep::ALL.iter().map(|sweep| sweep.name());
    let ours: Vec<&str> = sweeps.chain(["tracker-ask-sweep"]).collect();
    let all_ours = names.iter().all(|name| ours.contains(&name.as_str()));
    assert!(all_ours, "{names:?}");
    stop.cancel();
    for worker in [one, two, three] {
        ended(worker).await;
    }
}
