//! What a spool promises, called method by method on real files.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dayloom_agent::spool::{Limits, Settlement, SpoolStatus};
use dayloom_agent::{Account, Spool, SpoolError, outgoing, to_wire};
use dayloom_api::tracker::Event;
use dayloom_capture::Sample;
use dayloom_domain::{EventId, event::ActiveApp};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

const ALL: usize = usize::MAX;

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn event(minute: i64) -> Event {
    let app = ActiveApp {
        name: "code".into(),
        bundle_id: "code".into(),
        window_title: None,
    };
    let ts = now() + SignedDuration::from_mins(minute);
    outgoing(
        EventId(Uuid::new_v4()),
        ts,
        60,
        Sample {
            active_app: app,
            ..Sample::default()
        },
    )
}

fn account(person: &str) -> Account {
    Account {
        server: "http://localhost:8000/api/v1".into(),
        person: person.into(),
        device_id: "7c9e6679-7425-40de-944b-e07fc1f90ae7".parse().unwrap(),
        project_id: "11111111-1111-4111-8111-111111111111".parse().unwrap(),
    }
}

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    async fn open(&self, limits: Limits) -> Spool {
        Spool::open(&self.dir.path().join("spool.db"), limits)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn what_was_pushed_is_there_after_a_restart_in_order() {
    let place = Place::new();
    let spool = place.open(Limits::default()).await;
    let key = spool.account(&account("a")).await.unwrap();
    let mut pushed = vec![];
    for minute in 0..5 {
        let mut event = event(minute);
        let done = spool.push(key, &mut event).await.unwrap();
        assert_eq!(
            (done.client_seq, event.client_seq, done.dropped),
            (minute + 1, minute + 1, 0)
        );
        pushed.push(event);
    }
    spool.close().await.unwrap();

    let spool = place.open(Limits::default()).await;
    let key = spool.account(&account("a")).await.unwrap();
    let found = spool.oldest(key, ALL, ALL, &[]).await.unwrap();
    let read: Vec<Event> = found
        .iter()
        .map(|row| serde_json::from_str(&row.body).unwrap())
        .collect();
    assert_eq!(read, pushed);
    let mut next = event(6);
    assert_eq!(
        spool.push(key, &mut next).await.unwrap().client_seq,
        6,
        "the counter goes on"
    );
    assert_eq!(spool.get(found[0].row).await.unwrap().as_ref(), Some(&found[0]));
    assert_eq!(spool.get(9_999).await.unwrap(), None);
    let status = spool.status().await.unwrap();
    assert_eq!(
        (status.waiting, status.oldest, status.client_seq),
        (6, Some(now()), 6)
    );
    let bytes: usize = spool
        .oldest(key, ALL, ALL, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.body.len())
        .sum();
    assert_eq!(status.waiting_bytes, i64::try_from(bytes).unwrap());
}

#[tokio::test]
async fn a_second_copy_of_an_event_changes_nothing() {
    let place = Place::new();
    let spool = place.open(Limits::default()).await;
    let key = spool.account(&account("a")).await.unwrap();
    let mut event = event(0);
    spool.push(key, &mut event).await.unwrap();
    spool.push(key, &mut event).await.unwrap();
    assert_eq!(spool.status().await.unwrap().waiting, 1);
}

#[tokio::test]
async fn accounts_never_meet() {
    let place = Place::new();
    let spool = place.open(Limits::default()).await;
    let a = spool.account(&account("a")).await.unwrap();
    let b = spool.account(&account("b")).await.unwrap();
    assert_eq!(spool.account(&account("a")).await.unwrap(), a);
    let elsewhere = Account {
        server: "http://other:1/api/v1".into(),
        ..account("a")
    };
    assert_ne!(spool.account(&elsewhere).await.unwrap(), a);
    let (mut of_a, mut of_b) = (event(0), event(1));
    spool.push(a, &mut of_a).await.unwrap();
    spool.push(b, &mut of_b).await.unwrap();
    let ids = |rows: Vec<dayloom_agent::spool::Waiting>| {
        rows.into_iter().map(|row| row.event_id).collect::<Vec<_>>()
    };
    assert_eq!(
        ids(spool.oldest(a, ALL, ALL, &[]).await.unwrap()),
        [of_a.event_id.to_string()]
    );
    assert_eq!(
        ids(spool.oldest(b, ALL, ALL, &[]).await.unwrap()),
        [of_b.event_id.to_string()]
    );
}

#[tokio::test]
async fn batches_are_bounded_in_rows_and_bytes() {
    let place = Place::new();
    let spool = place.open(Limits::default()).await;
    let key = spool.account(&account("a")).await.unwrap();
    for minute in 0..10 {
        spool.push(key, &mut event(minute)).await.unwrap();
    }
    let all = spool.oldest(key, ALL, ALL, &[]).await.unwrap();
    assert_eq!(spool.oldest(key, 3, ALL, &[]).await.unwrap(), all[..3]);
    assert_eq!(
        spool
            .oldest(key, 3, ALL, &[all[0].row, all[2].row])
            .await
            .unwrap()[1],
        all[3]
    );
    let two = all[0].body.len() + all[1].body.len();
    assert_eq!(spool.oldest(key, ALL, two, &[]).await.unwrap(), all[..2]);
    assert_eq!(
        spool.oldest(key, ALL, 1, &[]).await.unwrap(),
        all[..1],
        "one that is too large alone goes alone"
    );
}

#[tokio::test]
async fn settling_lets_go_of_exactly_what_is_named() {
    let place = Place::new();
    let spool = place
        .open(Limits {
            max_rejected: 2,
            ..Limits::default()
        })
        .await;
    let key = spool.account(&account("a")).await.unwrap();
    for minute in 0..6 {
        spool.push(key, &mut event(minute)).await.unwrap();
    }
    let all = spool.oldest(key, ALL, ALL, &[]).await.unwrap();
    let settlement = Settlement {
        delivered: vec![all[0].row, all[4].row],
        refused: vec![(all[1].row, "paused".into()), (all[2].row, "excluded_app".into())],
    };
    spool.settle(&settlement, now()).await.unwrap();
    spool.settle(&settlement, now()).await.unwrap();
    assert_eq!(
        spool.oldest(key, ALL, ALL, &[]).await.unwrap(),
        [all[3].clone(), all[5].clone()]
    );
    let rejected = spool.rejected(10).await.unwrap();
    assert_eq!(
        rejected.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>(),
        ["excluded_app", "paused"]
    );
    assert_eq!(rejected[0].event["event_id"], all[2].event_id.as_str());

    let third = Settlement {
        refused: vec![(all[3].row, "third".into())],
        ..Settlement::default()
    };
    spool.settle(&third, now()).await.unwrap();
    let rejected = spool.rejected(10).await.unwrap();
    assert_eq!(
        rejected.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>(),
        ["third", "excluded_app"]
    );
    let status = spool.status().await.unwrap();
    let want = SpoolStatus {
        waiting: 1,
        waiting_bytes: i64::try_from(all[5].body.len()).unwrap(),
        oldest: Some(now() + SignedDuration::from_mins(5)),
        rejected: 2,
        uploaded: 2,
        dropped_rejected: 1,
        client_seq: 6,
        ..SpoolStatus::default()
    };
    assert_eq!(status, want);
}

#[tokio::test]
async fn too_old_goes_and_is_counted() {
    let place = Place::new();
    let spool = place.open(Limits::default()).await;
    let key = spool.account(&account("a")).await.unwrap();
    for minute in 0..4 {
        spool.push(key, &mut event(minute)).await.unwrap();
    }
    let later = now() + SignedDuration::from_hours(720) + SignedDuration::from_mins(2);
    assert_eq!(spool.expire(later).await.unwrap(), 2);
    assert_eq!(spool.expire(later).await.unwrap(), 0);
    let status = spool.status().await.unwrap();
    assert_eq!((status.waiting, status.dropped_by_age), (2, 2));
}

#[tokio::test]
async fn too_many_push_the_oldest_out_and_are_counted() {
    let place = Place::new();
    let spool = place
        .open(Limits {
            max_events: 3,
            ..Limits::default()
        })
        .await;
    let key = spool.account(&account("a")).await.unwrap();
    let mut pushed = vec![];
    for minute in 0..5 {
        let mut event = event(minute);
        let dropped = spool.push(key, &mut event).await.unwrap().dropped;
        assert_eq!(dropped, u64::from(minute >= 3));
        pushed.push(event.event_id.to_string());
    }
    let left: Vec<_> = spool
        .oldest(key, ALL, ALL, &[])
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.event_id)
        .collect();
    assert_eq!(left, pushed[2..]);
    assert_eq!(spool.status().await.unwrap().dropped_by_size, 2);
    spool.close().await.unwrap();

    let bytes = i64::try_from(to_wire(&event(0)).len()).unwrap();
    let spool = place
        .open(Limits {
            max_bytes: bytes * 2 + bytes / 2,
            ..Limits::default()
        })
        .await;
    assert_eq!(spool.push(key, &mut event(6)).await.unwrap().dropped, 2);
    assert_eq!(spool.status().await.unwrap().waiting, 2);
}

#[tokio::test]
async fn the_counter_follows_a_server_that_knows_more() {
    let place = Place::new();
    let spool = place.open(Limits::default()).await;
    let key = spool.account(&account("a")).await.unwrap();
    spool.raise_seq(41).await.unwrap();
    spool.raise_seq(7).await.unwrap();
    assert_eq!(spool.push(key, &mut event(0)).await.unwrap().client_seq, 42);
}

#[tokio::test]
async fn two_processes_may_share_a_spool() {
    let place = Place::new();
    let (first, second) = (
        place.open(Limits::default()).await,
        place.open(Limits::default()).await,
    );
    let key = first.account(&account("a")).await.unwrap();
    let push = async |spool: &Spool| {
        for minute in 0..20 {
            spool.push(key, &mut event(minute)).await.unwrap();
        }
    };
    tokio::join!(push(&first), push(&second));
    assert_eq!(first.status().await.unwrap().waiting, 40);
    assert_eq!(second.status().await.unwrap().client_seq, 40);
}

#[tokio::test]
async fn a_damaged_file_is_put_aside() {
    let place = Place::new();
    let path = place.dir.path().join("spool.db");
    std::fs::write(
        &path,
        "this is no database, not by far; it is text long enough for a header, and then some more",
    )
    .unwrap();
    let spool = place.open(Limits::default()).await;
    assert_eq!(spool.status().await.unwrap(), SpoolStatus::default());
    assert!(place.dir.path().join("spool.db.damaged-1").exists());
}

#[tokio::test]
async fn a_newer_format_is_left_alone() {
    let place = Place::new();
    place.open(Limits::default()).await.close().await.unwrap();
    let path = place.dir.path().join("spool.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 99")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let error = Spool::open(&path, Limits::default()).await.unwrap_err();
    assert!(matches!(error, SpoolError::Newer { found: 99, .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let spool = place.open(Limits::default()).await;
    let key = spool.account(&account("a")).await.unwrap();
    spool.push(key, &mut event(0)).await.unwrap();
    for file in std::fs::read_dir(place.dir.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{:?}",
            file.path()
        );
    }
}
