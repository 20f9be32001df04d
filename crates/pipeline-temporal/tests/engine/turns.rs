//! Temporal and the embedded engine on one queue of days: the same timesheets, whoever works, and for however long.

use std::time::Duration;

use dayloom_domain::{Clock, day::Category, event::Event, review::Change};
use dayloom_pipeline::{Runner, Stages, compute_day};
use dayloom_pipeline_temporal::{Worker, WorkerSettings};
use dayloom_testkit::{Person, TestApp, on_both};
use jiff::civil::Date;
use tokio_util::sync::CancellationToken;

use crate::support::{
    PATIENCE, address, bell, dated, earlier, ended, load, own_queue, stages, temporal, ticking, timesheet,
    worker,
};

/// The timesheet of the people as the embedded engine makes it.
async fn embedded() -> Vec<String> {
    let app = TestApp::sqlite().await;
    let people = load(&app, |_| ()).await;
    app.derive().await;
    timesheet(&app, &people).await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_give_equal_timesheets() {
    let Some(url) = temporal() else { return };
    let expected = embedded().await;
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
        // A mark that came through no device: everybody's bell.
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

/// One engine after the other, and both at once, on one database, each for a moment, until `stop` is cancelled.
async fn taking_turns(stages: Stages, url: String, queue: String, stop: CancellationToken) {
    for turn in 0.. {
        let (embedded, temporal) = [(false, true), (true, true), (true, false)][turn % 3];
        let own = stop.child_token();
        let runner = embedded.then(|| tokio::spawn(Runner::of(stages.clone()).run(own.clone())));
        let settings = WorkerSettings {
            queue: queue.clone(),
            schedules: false,
            ..WorkerSettings::default()
        };
        let worker = if temporal {
            let started = Worker::start(stages.clone(), address(&url), settings, own.clone());
            Some(started.await.expect("a worker"))
        } else {
            None
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(40)) => {}
        }
        own.cancel();
        if let Some(runner) = runner {
            runner.await.expect("it ends");
        }
        if let Some(worker) = worker {
            ended(worker).await;
        }
        if stop.is_cancelled() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn engines_that_take_over_from_each_other_lose_nothing_and_do_nothing_twice() {
    let Some(url) = temporal() else { return };
    let expected = embedded().await;
    on_both(async |app| {
        ticking(&app);
        let (queue, stop) = (own_queue(), CancellationToken::new());
        let (bell, carried) = bell(&app, &url, &queue, &stop);
        let turns = taking_turns(stages(&app), url.clone(), queue, stop.clone());
        let turns = tokio::spawn(turns);
        let people = load(&app, |tracked| bell.ring(Some(tracked.project))).await;
        app.derived().await;
        assert_eq!(timesheet(&app, &people).await, expected);
        stop.cancel();
        carried.await.expect("it ends");
        turns.await.expect("they end");
        assert_eq!(timesheet(&app, &people).await, expected, "nothing is left over");
    })
    .await;
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
                let day = app
                    .store
                    .days()
                    .read(person.id, dated(back))
                    .await
                    .expect("a read");
                let day = day.expect("a day");
                assert_eq!((day.revision, day.day.attention_micros), (1, 60_000_000));
            }
        }
        stop_all.cancel();
        carried.await.expect("it ends");
    })
    .await;
}

/// Days of which a part is reviewed at once.
const MONTH: i64 = 28;

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_is_reviewed_at_once_is_taken_up_after_one_ring() {
    let Some(url) = temporal() else { return };
    on_both(async |app| {
        ticking(&app);
        let (queue, stop) = (own_queue(), CancellationToken::new());
        let person = app.person("ada@example.org").await;
        let tracked = app.tracked(&person).await;
        let task = app.task(&person, &tracked, None, "Retry refunds").await;
        for back in 1..=MONTH {
            let mut event = earlier(back, tracked.device);
            event.active_app.window_title = Some(format!("Page {}", back % 5));
            app.upload(person.id, tracked.device, &[event]).await;
        }
        app.derive().await;
        let to_task = Change::Correct {
            task_id: Some(task),
            category: Category::Productive,
        };
        for back in (1..=MONTH).step_by(2) {
            let day = app
                .store
                .days()
                .read(person.id, dated(back))
                .await
                .expect("a read");
            let entry = day.expect("a day").day.blocks[0].entry_id.expect("stored");
            let reviews = app.store.reviews();
            let said = reviews
                .apply(person.id, entry, &to_task, None, app.clock.now())
                .await;
            said.expect("a review");
        }
        let workers = [
            worker(&app, &url, &queue, &stop).await,
            worker(&app, &url, &queue, &stop).await,
        ];
        let (bell, carried) = bell(&app, &url, &queue, &stop);
        // What days teach, and what reviews do, marks days while they are derived: they rest, and nobody rings for them.
        bell.ring(None);
        app.derived().await;
        for back in 1..=MONTH {
            let stored = app
                .store
                .days()
                .read(person.id, dated(back))
                .await
                .expect("a read");
            let now = compute_day(&app.store, person.id, dated(back))
                .await
                .expect("a day");
            assert_eq!(stored.expect("a day").day.spans, now.spans, "{back} days back");
        }
        stop.cancel();
        carried.await.expect("it ends");
        for worker in workers {
            ended(worker).await;
        }
    })
    .await;
}
