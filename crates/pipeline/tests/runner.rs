//! The way from ingest to stored days on a real database, SQLite and Postgres alike: any order of uploads, lost
//! runners, evidence that comes while its day is being derived.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use dayloom_attribution::Attributor;
use dayloom_domain::{
    Clock, DeviceId, Zone,
    day::Day,
    derive,
    event::Event,
    sample::{self, Random},
};
use dayloom_pipeline::{Pace, Reach, Runner, RunnerSettings, Stages, Sweep, Wake, compute_day, derive_day};
use dayloom_storage::{StoredDay, Taken};
use dayloom_testkit::{Person, TestApp, Tracked, on_both};
use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const LEASE: Duration = Duration::from_secs(60);

/// The day as the rules have it, worked out without a database.
fn expected(events: &[Event], date: Date, tracked: &Tracked) -> Day {
    let stored: Vec<Event> = events
        .iter()
        .map(|event| Event {
            project_id: tracked.project,
            idle_threshold_s: 300,
            ..event.clone()
        })
        .collect();
    let woven = derive::weave(&stored, date, &Zone::utc());
    let answers = Attributor::new(Vec::new(), Vec::new()).attribute(&woven.spans);
    derive::assemble(woven, answers, &[])
}

async fn ada(app: &TestApp) -> (Person, Tracked) {
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    (person, tracked)
}

async fn read(app: &TestApp, person: &Person, date: Date) -> StoredDay {
    let read = app.store.days().read(person.id, date).await;
    read.expect("a read").expect("a stored day")
}

async fn taken(app: &TestApp, at_most: u32) -> Vec<Taken> {
    let taken = app.store.days().take(app.clock.now(), LEASE, at_most).await;
    taken.expect("a take")
}

/// Whether today is to be derived.
async fn pending(app: &TestApp, person: &Person) -> bool {
    let pending = app.store.days().pending(person.id, today()).await;
    pending.expect("a look")
}

/// The stored day, without the ids of its entries.
async fn stored(app: &TestApp, person: &Person, date: Date) -> Day {
    let found = read(app, person, date).await;
    assert!(!found.pending, "{date} is up to date");
    let mut day = found.day;
    for block in &mut day.blocks {
        assert!(block.entry_id.take().is_some(), "every block has an entry");
    }
    day
}

fn minute(n: i64, device: DeviceId) -> Event {
    let from: Timestamp = "2026-11-21T09:00:00Z".parse().expect("an instant");
    let ts = from
        .saturating_add(SignedDuration::from_mins(n))
        .expect("in range");
    let id = Uuid::from_u128(1_000 + u128::try_from(n).expect("not negative"));
    let mut event = sample::bare(id.into(), device, ts);
    event.active_app.name = "code".to_owned();
    event
}

/// A minute at noon, so many days before today.
fn earlier(days: i64, device: DeviceId) -> Event {
    let mut event = minute(180, device);
    event.id = Uuid::new_v4().into();
    event.ts -= SignedDuration::from_hours(24 * days);
    event
}

fn today() -> Date {
    Date::constant(2026, 11, 21)
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_and_cut_of_uploads_gives_the_same_days() {
    for seed in [3, 11, 42] {
        on_both(async |app| any_order(&app, seed).await).await;
    }
}

async fn any_order(app: &TestApp, seed: u64) {
    let (person, tracked) = ada(app).await;
    let events = sample::hostile(seed, 120);
    let devices: BTreeSet<DeviceId> = events.iter().map(|event| event.device_id).collect();
    for &device in &devices {
        app.enroll(person.id, tracked.project, device).await;
    }
    let mut random = Random::new(seed ^ Uuid::new_v4().as_u128() as u64);
    let mut rest: Vec<Event> = events.iter().chain(&events[..40]).cloned().collect();
    random.shuffle(&mut rest);
    while !rest.is_empty() {
        let cut = usize::try_from(random.between(1, 25))
            .expect("small")
            .min(rest.len());
        let part: Vec<Event> = rest.drain(..cut).collect();
        for &device in &devices {
            let of_device: Vec<Event> = part.iter().filter(|e| e.device_id == device).cloned().collect();
            if !of_device.is_empty() {
                app.upload(person.id, device, &of_device).await;
            }
        }
        if random.chance(40) {
            app.derive().await;
        }
    }
    app.derive().await;
    for (date, woven) in derive::weave_all(&events, &Zone::utc()) {
        if woven.spans.is_empty() && woven.devices.is_empty() {
            continue;
        }
        assert_eq!(
            stored(app, &person, date).await,
            expected(&events, date, &tracked),
            "seed {seed}, {date}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_whose_runner_vanished_is_derived_after_its_lease() {
    on_both(async |app| {
        let (person, tracked) = ada(&app).await;
        app.upload(person.id, tracked.device, &[minute(0, tracked.device)])
            .await;
        let lost = taken(&app, 9).await;
        assert!(!lost.is_empty());
        app.derive().await;
        assert!(pending(&app, &person).await, "still leased");
        app.clock.advance(SignedDuration::from_secs(61));
        app.derive().await;
        assert_eq!(stored(&app, &person, today()).await.attention_micros, 60_000_000);
        let late = lost
            .iter()
            .find(|taken| taken.date == today())
            .expect("today was taken");
        let day = compute_day(&app.store, person.id, today()).await.expect("a day");
        let written = app
            .store
            .days()
            .finish(late, &day, app.clock.now())
            .await
            .expect("an answer");
        assert_eq!(written, None, "a lost lease writes nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_comes_during_the_derivation_is_not_lost() {
    on_both(async |app| {
        let (person, tracked) = ada(&app).await;
        app.upload(person.id, tracked.device, &[minute(0, tracked.device)])
            .await;
        let taken = taken(&app, 9).await;
        let taken = taken.iter().find(|taken| taken.date == today()).expect("today");
        let day = compute_day(&app.store, person.id, today()).await.expect("a day");
        app.upload(person.id, tracked.device, &[minute(1, tracked.device)])
            .await;
        app.store
            .days()
            .finish(taken, &day, app.clock.now())
            .await
            .expect("written")
            .expect("still held");
        assert!(pending(&app, &person).await, "marked again");
        app.clock
            .advance(SignedDuration::try_from(dayloom_storage::REST).expect("a short rest"));
        app.derive().await;
        assert_eq!(stored(&app, &person, today()).await.attention_micros, 120_000_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deriving_again_changes_nothing_and_keeps_revision_and_entries() {
    on_both(async |app| {
        let (person, tracked) = ada(&app).await;
        let events: Vec<Event> = (0..30).map(|n| minute(n, tracked.device)).collect();
        app.upload(person.id, tracked.device, &events).await;
        app.derive().await;
        let before = read(&app, &person, today()).await;
        app.clock.advance(SignedDuration::from_hours(1));
        app.upload(person.id, tracked.device, &events).await;
        let (_, written) = derive_day(&app.store, person.id, today(), app.clock.now())
            .await
            .expect("a day");
        assert!(!written.changed);
        let after = read(&app, &person, today()).await;
        assert_eq!((after.revision, after.day), (before.revision, before.day));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_project_does_not_starve_another() {
    on_both(async |app| {
        let busy = app.person("busy@example.org").await;
        let at = app.tracked(&busy).await;
        let days: Vec<Event> = (0..20)
            .map(|n| Event {
                ..minute(-n * 24 * 60 + 30_000, at.device)
            })
            .collect();
        app.upload(busy.id, at.device, &days).await;
        app.clock.advance(SignedDuration::from_secs(5));
        let quiet = app.person("quiet@example.org").await;
        let there = app.tracked(&quiet).await;
        app.upload(quiet.id, there.device, &[minute(0, there.device)])
            .await;
        let next = taken(&app, 2).await;
        assert!(
            next.iter().any(|taken| taken.developer_id == quiet.id),
            "{next:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_runner_derives_when_woken_and_stops_when_told() {
    on_both(async |app| {
        let (person, tracked) = ada(&app).await;
        let settings = RunnerSettings {
            pace: Pace {
                poll: Duration::from_secs(3_600),
                ..Pace::default()
            },
            ..RunnerSettings::default()
        };
        let runner =
            Runner::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>).with_settings(settings);
        let (wake, stop) = (runner.wake(), CancellationToken::new());
        let running = tokio::spawn(runner.run(stop.clone()));
        for n in 0..3 {
            app.upload(person.id, tracked.device, &[minute(n, tracked.device)])
                .await;
            wake.notify();
            let derived = async {
                while app.store.days().backlog().await.expect("a count") > 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(180), derived)
                .await
                .expect("woken");
            assert_eq!(
                stored(&app, &person, today()).await.attention_micros,
                (n + 1) * 60_000_000
            );
        }
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(180), running)
            .await
            .expect("stops")
            .expect("without a panic");
    })
    .await;
}

/// Writes a day without its evidence and takes its mark away, which only something outside of Dayloom does.
async fn put_out_of_step(app: &TestApp, person: &Person) {
    let days = app.store.days();
    let now = app.clock.now();
    days.mark(person.id, &[today()], now).await.expect("a mark");
    let woven = derive::weave(&[], today(), &Zone::utc());
    let empty = derive::assemble(woven, Vec::new(), &[]);
    for taken in days.take(now, LEASE, 9).await.expect("a take") {
        days.finish(&taken, &empty, now).await.expect("written");
    }
    assert_eq!(stored(app, person, today()).await.attention_micros, 0);
    assert_eq!(days.backlog().await.expect("a count"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_marked_is_found_by_the_sweeps() {
    on_both(async |app| {
        let person = app.person("ada@example.org").await;
        let tracked = app.tracked(&person).await;
        app.upload(person.id, tracked.device, &[minute(0, tracked.device)])
            .await;
        let stages = Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>);
        for reach in [Reach::Lately, Reach::Everything] {
            put_out_of_step(&app, &person).await;
            let sweep = async || {
                let never = CancellationToken::new();
                stages.run_sweep(Sweep::Days, reach, &never).await.expect("swept")
            };
            assert_eq!((sweep().await, sweep().await), (1, 0), "{reach:?}");
            app.derive().await;
            assert_eq!(stored(&app, &person, today()).await.attention_micros, 60_000_000);
        }

        // A runner sweeps by itself, and wakes itself for what was found.
        put_out_of_step(&app, &person).await;
        let settings = RunnerSettings {
            pace: Pace {
                poll: Duration::from_secs(3_600),
                ..Pace::default()
            },
            ..RunnerSettings::default()
        };
        let stop = CancellationToken::new();
        let runner = Runner::of(stages).with_settings(settings);
        let running = tokio::spawn(runner.run(stop.clone()));
        let found = async {
            let days = app.store.days();
            while days
                .read(person.id, today())
                .await
                .expect("a read")
                .expect("a day")
                .day
                .spans
                .is_empty()
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(180), found).await;
        found.expect("it is derived again");
        stop.cancel();
        running.await.expect("without a panic");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_is_claimed_once_when_it_is_due() {
    on_both(async |app| {
        let stages = Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>);
        let claim = async || {
            let mut claims = tokio::task::JoinSet::new();
            for _ in 0..6 {
                let stages = stages.clone();
                claims.spawn(async move { stages.claim_sweep(Sweep::Days).await.expect("an answer") });
            }
            claims.join_all().await.into_iter().filter(|won| *won).count()
        };
        assert_eq!(claim().await, 1, "the first ever");
        app.clock.advance(SignedDuration::from_secs(290));
        assert_eq!(claim().await, 0, "not due");
        app.clock.advance(SignedDuration::from_secs(10));
        assert_eq!(claim().await, 1);
        app.clock.advance(SignedDuration::from_secs(-3_600));
        assert_eq!(claim().await, 1, "a clock that was set back stops nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_runners_divide_the_days_and_derive_none_twice() {
    on_both(async |app| {
        let mut people = Vec::new();
        for n in 0..12 {
            let person = app.person(&format!("p{n}@example.org")).await;
            let tracked = app.tracked(&person).await;
            let days: Vec<Event> = (0..5).map(|back| earlier(back, tracked.device)).collect();
            app.upload(person.id, tracked.device, &days).await;
            people.push((person, days));
        }
        let waiting = app.store.days().backlog().await.expect("a count");
        assert_eq!(waiting, 60, "five days of twelve people");
        let stages = Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>);
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let stages = stages.clone();
            workers.spawn(async move {
                let (wake, never) = (Wake::new(), CancellationToken::new());
                let pace = Pace {
                    ahead: 4,
                    ..Pace::default()
                };
                stages
                    .work_off(None, pace, &wake, &never, |_| ())
                    .await
                    .expect("worked off")
            });
        }
        let done = workers.join_all().await;
        let derived: u64 = done.iter().map(|part| part.derived).sum();
        assert_eq!(derived, 60, "{done:?}");
        assert!(done.iter().all(|part| part.lost + part.failed == 0), "{done:?}");
        assert!(
            done.iter().filter(|part| part.derived > 0).count() > 1,
            "they share: {done:?}"
        );
        for (person, days) in &people {
            for event in days {
                let date = Zone::utc().date_of(event.ts);
                assert_eq!(stored(&app, person, date).await.attention_micros, 60_000_000);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_worker_gives_back_what_it_has_not_begun() {
    on_both(async |app| {
        let (person, tracked) = ada(&app).await;
        let days: Vec<Event> = (0..20).map(|back| earlier(back, tracked.device)).collect();
        app.upload(person.id, tracked.device, &days).await;
        let stages = Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>);
        let (wake, stop) = (Wake::new(), CancellationToken::new());
        // As many at a time on every machine.
        let pace = Pace {
            parallel: 2,
            ..Pace::default()
        };
        let part = stages
            .work_off(Some(tracked.project), pace, &wake, &stop, |_| stop.cancel())
            .await
            .expect("worked off");
        assert!((1..=2).contains(&part.derived), "{part:?}");
        app.derive().await;
        assert_eq!(
            app.store.days().backlog().await.expect("a count"),
            0,
            "nothing is left under a lease"
        );
    })
    .await;
}
