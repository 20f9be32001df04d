//! The queue of dirty days.

use std::{collections::BTreeSet, time::Duration};

use dayloom_domain::{
    Zone,
    day::{Day, DeviceDay},
};
use dayloom_storage::{NewEvent, REST, Store};
use jiff::civil::{Date, date};

use crate::world::{World, device, event, minute, now, project, send, world};

const LEASE: Duration = Duration::from_secs(60);

fn empty(date: Date) -> Day {
    Day {
        date,
        timezone: Zone::utc(),
        attention_micros: 0,
        attributed_micros: 0,
        unattributed_micros: 0,
        personal_micros: 0,
        spans: Vec::new(),
        blocks: Vec::new(),
        devices: Vec::new(),
    }
}

async fn dates(store: &Store) -> Vec<Date> {
    store
        .days()
        .take(minute(1), LEASE, 100)
        .await
        .unwrap()
        .into_iter()
        .map(|t| t.date)
        .collect()
}

pub async fn ingest_marks_the_days_it_touches(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    let noon = NewEvent {
        idle_s: Some(0),
        ..event(1, minute(120))
    };
    send(store, &laptop, now(), std::slice::from_ref(&noon)).await;
    let today = date(2026, 11, 21);
    assert!(store.days().pending(w.owner, today).await.unwrap());
    assert!(!store.days().pending(w.owner, date(2026, 11, 20)).await.unwrap());
    assert_eq!(dates(store).await, vec![today]);
    assert!(dates(store).await.is_empty(), "leased");

    let eve = world(store, "eve").await;
    let laptop = device(store, eve.owner, eve.project).await;
    let after_midnight = event(1, "2026-11-21T00:00:30Z".parse().unwrap());
    send(store, &laptop, now(), &[after_midnight]).await;
    let both = vec![date(2026, 11, 20), today];
    assert_eq!(
        dates(store).await,
        both,
        "it can shorten what went before midnight"
    );
    let away = NewEvent {
        tz: Some(Zone::parse("Pacific/Auckland").unwrap()),
        ..event(2, minute(180))
    };
    send(store, &laptop, now(), &[away]).await;
    assert!(
        store.days().pending(eve.owner, date(2026, 11, 22)).await.unwrap(),
        "the date in the event's zone"
    );
    send(store, &laptop, now(), &[]).await;
    let duplicates = send(store, &device(store, w.owner, w.project).await, now(), &[noon]).await;
    assert_eq!(duplicates.duplicates, 1);
    let taken = store.days().take(minute(5), LEASE, 100).await.unwrap();
    let ada = taken.iter().find(|t| t.developer_id == w.owner).unwrap();
    assert_eq!(ada.generation, 1, "a duplicate marks nothing");
}

pub async fn two_takers_never_share_a_day(store: &Store) {
    let w = world(store, "ada").await;
    device(store, w.owner, w.project).await;
    let days: Vec<Date> = (1..=28).map(|day| date(2026, 2, day)).collect();
    store.days().mark(w.owner, &days, now()).await.unwrap();
    assert_eq!(store.days().backlog().await.unwrap(), 28);
    let takers = (0..7).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.days().take(now(), LEASE, 5).await.unwrap() })
    });
    let mut all = Vec::new();
    for taker in takers.collect::<Vec<_>>() {
        all.extend(taker.await.unwrap());
    }
    all.extend(store.days().take(now(), LEASE, 100).await.unwrap());
    let distinct: BTreeSet<Date> = all.iter().map(|t| t.date).collect();
    assert_eq!((all.len(), distinct.len()), (28, 28));
}

pub async fn a_project_takes_the_days_of_its_people(store: &Store) {
    let (w, today) = marked(store).await;
    let eve = world(store, "eve").await;
    device(store, eve.owner, eve.project).await;
    store.days().mark(eve.owner, &[today], now()).await.unwrap();
    // A second device elsewhere does not hide her from the first one's project.
    let other = project(store, w.workspace, w.owner, "Other").await;
    device(store, w.owner, other).await;
    let take = async |project, at| {
        let taken = store.days().take_of_project(project, at, LEASE, 10).await;
        taken.unwrap()
    };
    let taken = take(w.project, now()).await;
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].developer_id, w.owner);
    assert!(take(other, now()).await.is_empty(), "leased");
    assert!(store.days().give_back(&taken[0]).await.unwrap());
    let taken = take(other, now()).await;
    assert_eq!((taken.len(), taken[0].attempts), (1, 0));
    assert!(store.days().renew(&taken[0], minute(9)).await.unwrap());
    assert!(take(other, minute(8)).await.is_empty(), "renewed");
    assert_eq!(take(other, minute(9)).await.len(), 1);
    assert!(!store.days().renew(&taken[0], minute(20)).await.unwrap(), "lost");
    assert!(!store.days().give_back(&taken[0]).await.unwrap());
    assert_eq!(take(eve.project, now()).await.len(), 1);
}

async fn marked(store: &Store) -> (World, Date) {
    let w = world(store, "ada").await;
    device(store, w.owner, w.project).await;
    let today = date(2026, 11, 21);
    store.days().mark(w.owner, &[today, today], now()).await.unwrap();
    (w, today)
}

pub async fn a_day_marked_meanwhile_stays_dirty(store: &Store) {
    let (w, today) = marked(store).await;
    let taken = store.days().take(now(), LEASE, 10).await.unwrap().remove(0);
    store.days().mark(w.owner, &[today], minute(0)).await.unwrap();
    let written = store
        .days()
        .finish(&taken, &empty(today), now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((written.revision, written.changed), (1, true));
    assert!(store.days().pending(w.owner, today).await.unwrap());
    let due = now().saturating_add(REST).unwrap();
    assert_eq!(written.due_again, Some(due), "it rests first");
    assert_eq!(store.days().take(now(), LEASE, 10).await.unwrap(), vec![]);
    let taken = store.days().take(due, LEASE, 10).await.unwrap().remove(0);
    let written = store
        .days()
        .finish(&taken, &empty(today), now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (written.revision, written.changed, written.due_again),
        (1, false, None)
    );
    assert!(!store.days().pending(w.owner, today).await.unwrap());
    assert_eq!(store.days().next_due().await.unwrap(), None);

    let marked = store
        .days()
        .mark_range(w.owner, date(2026, 11, 1), date(2026, 11, 30), now())
        .await
        .unwrap();
    assert_eq!(marked, 1, "only dates that have a day");
    assert!(store.days().pending(w.owner, today).await.unwrap());
}

pub async fn a_lost_lease_writes_nothing(store: &Store) {
    let (w, today) = marked(store).await;
    let slow = store.days().take(now(), LEASE, 10).await.unwrap().remove(0);
    assert_eq!(
        store.days().next_due().await.unwrap(),
        Some(minute(1)),
        "when the lease runs out"
    );
    let other = date(2026, 11, 3);
    for (marked_at, due) in [(minute(3), minute(1)), (now(), now())] {
        store.days().mark(w.owner, &[other], marked_at).await.unwrap();
        assert_eq!(
            store.days().next_due().await.unwrap(),
            Some(due),
            "a day that waits, or one whose lease runs out before"
        );
        let of_other = store
            .days()
            .seize(w.owner, other, marked_at, LEASE)
            .await
            .unwrap();
        store
            .days()
            .finish(&of_other.unwrap(), &empty(other), marked_at)
            .await
            .unwrap();
    }
    let next = store.days().take(minute(2), LEASE, 10).await.unwrap().remove(0);
    assert_eq!(
        store
            .days()
            .finish(&slow, &empty(today), minute(2))
            .await
            .unwrap(),
        None
    );
    assert!(!store.days().fail(&slow, minute(3)).await.unwrap());
    assert_eq!(store.days().read(w.owner, today).await.unwrap(), None);
    assert!(
        store
            .days()
            .finish(&next, &empty(today), minute(2))
            .await
            .unwrap()
            .is_some()
    );
}

pub async fn a_clock_that_was_set_back_holds_no_day_up(store: &Store) {
    let (w, today) = marked(store).await;
    let hours = |hours: i64| minute(hours * 60);
    // Marked and taken where the clock was three hours ahead, then looked for where it is right.
    let ahead = store.days().take(hours(3), LEASE, 10).await.unwrap().remove(0);
    let taken = store.days().take(now(), LEASE, 10).await.unwrap();
    assert_eq!(taken.len(), 1, "a lease of hours ahead is none");
    let late = store.days().finish(&ahead, &empty(today), hours(3)).await;
    assert_eq!(late.unwrap(), None, "whoever held it has lost it");
    assert!(store.days().fail(&taken[0], hours(3)).await.unwrap());
    let taken = store.days().take(now(), LEASE, 10).await.unwrap();
    assert_eq!(taken.len(), 1, "nor does it wait for hours");
    assert!(store.days().fail(&taken[0], minute(5)).await.unwrap());
    assert!(store.days().take(now(), LEASE, 10).await.unwrap().is_empty());
    let of_project = store
        .days()
        .take_of_project(w.project, minute(5), LEASE, 10)
        .await;
    assert_eq!(of_project.unwrap().len(), 1);
}

pub async fn failures_wait_and_projects_take_turns(store: &Store) {
    let (w, today) = marked(store).await;
    let taken = store.days().take(now(), LEASE, 10).await.unwrap().remove(0);
    assert!(store.days().fail(&taken, minute(5)).await.unwrap());
    assert!(store.days().take(minute(4), LEASE, 10).await.unwrap().is_empty());
    assert_eq!(store.days().next_due().await.unwrap(), Some(minute(5)));
    store.days().mark(w.owner, &[today], minute(1)).await.unwrap();
    assert!(
        store.days().take(minute(4), LEASE, 10).await.unwrap().is_empty(),
        "new evidence waits too"
    );
    let again = store.days().take(minute(5), LEASE, 10).await.unwrap().remove(0);
    assert_eq!(again.attempts, 1);
    assert!(
        store
            .days()
            .finish(&again, &empty(again.date), now())
            .await
            .unwrap()
            .is_some()
    );

    let many: Vec<Date> = (1..=20).map(|day| date(2026, 3, day)).collect();
    store.days().mark(w.owner, &many, minute(6)).await.unwrap();
    let eve = world(store, "eve").await;
    let other = project(store, eve.workspace, eve.owner, "Other").await;
    device(store, eve.owner, other).await;
    store.days().mark(eve.owner, &[today], minute(7)).await.unwrap();
    let first = store.days().take(minute(8), LEASE, 2).await.unwrap();
    assert!(
        first.iter().any(|t| t.developer_id == eve.owner),
        "a long queue does not hold up a short one"
    );
}

pub async fn the_sweep_marks_what_nobody_marked(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    let quarter_zone = Zone::parse("Asia/Kathmandu").unwrap();
    let late = NewEvent {
        tz: Some(quarter_zone),
        ..event(1, "2026-11-21T18:16:00Z".parse().unwrap())
    };
    send(store, &laptop, minute(600), &[event(2, minute(0)), late]).await;
    let sweep = async || {
        let from = "2026-11-19T00:00:00Z".parse().unwrap();
        store.days().sweep(from, minute(500), minute(700)).await.unwrap()
    };
    assert_eq!(sweep().await, 0, "both days are marked");
    for taken in store.days().take(minute(700), LEASE, 10).await.unwrap() {
        assert!(
            store
                .days()
                .finish(&taken, &empty(taken.date), now())
                .await
                .unwrap()
                .is_some()
        );
    }
    assert_eq!(sweep().await, 2, "both were derived without their events");
    let taken = store.days().take(minute(700), LEASE, 10).await.unwrap();
    let dates: Vec<Date> = taken.iter().map(|t| t.date).collect();
    assert_eq!(
        dates,
        [date(2026, 11, 21), date(2026, 11, 22)],
        "the second is tomorrow in Kathmandu"
    );
    for taken in &taken {
        let mut day = empty(taken.date);
        day.devices.push(DeviceDay {
            device_id: laptop.id,
            events: 1,
            attention_micros: 0,
            shadowed_micros: 0,
        });
        store
            .days()
            .finish(taken, &day, minute(700))
            .await
            .unwrap()
            .unwrap();
    }
    assert_eq!(sweep().await, 0, "both are derived from all there is");
    let nobody = store
        .days()
        .sweep(minute(-3_000), minute(601), minute(700))
        .await
        .unwrap();
    assert_eq!(nobody, 0);
}
