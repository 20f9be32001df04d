//! Transactions that wait for each other on Postgres, brought about by holding a row that one of them needs.

use std::{future::Future, time::Duration};

use dayloom_domain::{DeveloperId, RuleId};
use dayloom_storage::{Derived, ImportRow, Lesson, RulePatch, StorageError, Store, Taken, Written};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use sqlx::{Connection, PgConnection};

use crate::{
    days::{TODAY, block, day},
    db::TestDb,
    rules::personal,
    world::{World, device, event, minute, now, send, world},
};

const TOMORROW: Date = date(2026, 11, 22);
const LEASE: Duration = Duration::from_secs(600);
/// Far above what anything takes here, because machines differ.
const PATIENCE: Duration = Duration::from_secs(120);

/// Holds what the statement locks until something waits for it in vain, and lets go.
struct Held {
    connection: PgConnection,
    /// Within a transaction the list of sessions stays as it was when it was first looked at.
    watch: PgConnection,
}

impl Held {
    async fn rows(db: &TestDb, statement: &'static str, which: impl ToString) -> Self {
        let mut connection = PgConnection::connect(&db.url).await.unwrap();
        sqlx::raw_sql("BEGIN").execute(&mut connection).await.unwrap();
        let found = sqlx::query(statement)
            .bind(which.to_string())
            .execute(&mut connection)
            .await;
        assert_eq!(found.unwrap().rows_affected(), 1, "a row to hold");
        let watch = PgConnection::connect(&db.url).await.unwrap();
        Self { connection, watch }
    }

    /// Waits until so many sessions of this database wait for a lock.
    async fn waited_for_by(&mut self, sessions: i64) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let all = async {
            loop {
                let count: i64 = sqlx::query_scalar(waiting)
                    .fetch_one(&mut self.watch)
                    .await
                    .unwrap();
                if count >= sessions {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, all).await;
        waited.expect("they come to wait");
    }

    async fn let_go(mut self) {
        sqlx::raw_sql("COMMIT")
            .execute(&mut self.connection)
            .await
            .unwrap();
        self.connection.close().await.unwrap();
        self.watch.close().await.unwrap();
    }
}

const STORED_DAY: &str = "SELECT 1 FROM tracker_days WHERE local_date = $1::date FOR UPDATE";
const RULE: &str = "SELECT 1 FROM tracker_rules WHERE pattern = $1 FOR UPDATE";
const TASK: &str = "SELECT 1 FROM sprint_tasks WHERE key = $1 FOR UPDATE";
const DIRTY_DAY: &str = "SELECT 1 FROM tracker_dirty_days WHERE local_date = $1::date FOR UPDATE";

/// Both days are derived; the block stands on the first one. Both wait to be derived again.
async fn two_days(store: &Store, w: &World) -> (Taken, Taken) {
    let first = day(TODAY, vec![block(1, w.project, 0, 30, None)]);
    store.days().write(w.owner, &first, now()).await.unwrap();
    let second = day(TOMORROW, vec![]);
    store.days().write(w.owner, &second, now()).await.unwrap();
    store
        .days()
        .mark(w.owner, &[TODAY, TOMORROW], now())
        .await
        .unwrap();
    let mut taken = store.days().take(now(), LEASE, 2).await.unwrap();
    let second = taken.pop().unwrap();
    (taken.pop().unwrap(), second)
}

/// The second day takes the block from the first.
fn moving(
    store: &Store,
    w: &World,
    taken: &Taken,
) -> impl Future<Output = Result<Option<Written>, StorageError>> + Send + 'static {
    let (store, taken) = (store.clone(), taken.clone());
    let moved = day(TOMORROW, vec![block(1, w.project, 0, 30, None)]);
    async move { store.days().finish(&taken, &moved, now()).await }
}

async fn is_pending(store: &Store, developer: DeveloperId, date: Date) -> bool {
    store.days().pending(developer, date).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_days_that_wait_for_each_other_both_are_written() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let store = db.store.clone();
    let w = world(&store, "ada").await;
    let (first, second) = two_days(&store, &w).await;
    let mut held = Held::rows(&db, STORED_DAY, TODAY).await;
    // The first holds its own mark, and will want that of the day it teaches.
    let teaching = {
        let (store, first) = (store.clone(), first.clone());
        tokio::spawn(async move {
            let empty = day(TODAY, vec![]);
            let derived = Derived {
                lesson: Lesson {
                    text: Some("a"),
                    days: 7,
                },
                ..Derived::from(&empty)
            };
            store.days().finish(&first, derived, now()).await
        })
    };
    held.waited_for_by(1).await;
    // The second holds its own, and wants that of the day the block comes from.
    let moving = tokio::spawn(moving(&store, &w, &second));
    held.waited_for_by(2).await;
    held.let_go().await;
    assert!(teaching.await.unwrap().unwrap().is_some());
    assert!(moving.await.unwrap().unwrap().is_some());
    let rows = store.days().timesheet(w.owner, TODAY, TOMORROW).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.entry_date).collect::<Vec<_>>(),
        [TOMORROW]
    );
    assert!(
        is_pending(&store, w.owner, TODAY).await || is_pending(&store, w.owner, TOMORROW).await,
        "whichever was first is looked at again"
    );
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_waits_for_a_day_that_waits_for_it_is_stored() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let store = db.store.clone();
    let w = world(&store, "ada").await;
    let laptop = device(&store, w.owner, w.project).await;
    let (_, second) = two_days(&store, &w).await;
    let mut held = Held::rows(&db, STORED_DAY, TOMORROW).await;
    let moving = tokio::spawn(moving(&store, &w, &second));
    held.waited_for_by(1).await;
    // The batch marks the first day, and wants the mark of the second.
    let sending = {
        let (store, events) = (store.clone(), [event(1, now()), event(2, now() + 24.hours())]);
        tokio::spawn(async move { send(&store, &laptop, minute(24 * 60), &events).await })
    };
    held.waited_for_by(2).await;
    held.let_go().await;
    assert_eq!(sending.await.unwrap().accepted, 2);
    assert!(moving.await.unwrap().unwrap().is_some());
    assert_eq!(store.events().count(w.owner).await.unwrap(), 2);
    for date in [TODAY, TOMORROW] {
        assert!(is_pending(&store, w.owner, date).await, "{date} has new evidence");
    }
    store.close().await;
}

/// Marks both days, the first of which a day that is written wants while it holds the second.
async fn marking_beside_a_day<F>(marking: impl FnOnce(Store, DeveloperId) -> F)
where
    F: Future<Output = Result<(), StorageError>> + Send + 'static,
{
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let store = db.store.clone();
    let w = world(&store, "ada").await;
    let (_, second) = two_days(&store, &w).await;
    let mut held = Held::rows(&db, STORED_DAY, TOMORROW).await;
    let moving = tokio::spawn(moving(&store, &w, &second));
    held.waited_for_by(1).await;
    let marking = tokio::spawn(marking(store.clone(), w.owner));
    held.waited_for_by(2).await;
    held.let_go().await;
    marking.await.unwrap().unwrap();
    assert!(moving.await.unwrap().unwrap().is_some());
    for date in [TODAY, TOMORROW] {
        assert!(
            is_pending(&store, w.owner, date).await,
            "{date} is looked at again"
        );
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_range_that_is_marked_beside_a_day_that_waits_for_it_is_marked() {
    marking_beside_a_day(|store, person| async move {
        let marked = store.days().mark_range(person, TODAY, TOMORROW, now()).await?;
        assert_eq!(marked, 2);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dates_that_are_marked_beside_a_day_that_waits_for_them_are_marked() {
    marking_beside_a_day(|store, person| async move {
        store.days().mark(person, &[TODAY, TOMORROW], now()).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_saved_beside_a_day_that_waits_for_them_are_saved() {
    marking_beside_a_day(|store, person| async move {
        let touched = [TODAY, TOMORROW];
        store.decisions().save(person, &[], &touched, now()).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_rules_that_make_room_for_each_other_both_are_moved() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let store = db.store.clone();
    let w = world(&store, "ada").await;
    let mut made = Vec::new();
    for pattern in ["a", "b", "c"] {
        let rule = store.rules().create(w.owner, &personal(pattern), now()).await;
        made.push(rule.unwrap().id);
    }
    let moving = |rule: RuleId, position: i64| {
        let (store, person) = (store.clone(), w.owner);
        let to = RulePatch {
            position: Some(position),
            ..RulePatch::default()
        };
        tokio::spawn(async move { store.rules().update(person, rule, &to, now()).await })
    };
    let mut held = Held::rows(&db, RULE, "b").await;
    // The first takes the place of the second, which takes that of the last.
    let first = moving(made[0], 1);
    held.waited_for_by(1).await;
    // The last takes the place of the first.
    let last = moving(made[2], 0);
    held.waited_for_by(2).await;
    held.let_go().await;
    first.await.unwrap().unwrap();
    last.await.unwrap().unwrap();
    let rules = store.rules().list(w.owner).await.unwrap();
    let order: Vec<&str> = rules.iter().map(|rule| rule.pattern.as_str()).collect();
    assert_eq!(order, ["c", "a", "b"]);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_imports_that_wait_for_each_other_both_are_taken_in() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let store = db.store.clone();
    let w = world(&store, "ada").await;
    let import = |keys: &[&str], title: &str| {
        let (store, workspace) = (store.clone(), w.workspace);
        let row = |key: &&str| ImportRow {
            key: Some((*key).to_owned()),
            title: Some(title.to_owned()),
            ..ImportRow::default()
        };
        let rows: Vec<ImportRow> = keys.iter().map(row).collect();
        tokio::spawn(async move { store.tasks().import(workspace, &rows, now()).await })
    };
    let made = import(&["A-1", "A-2", "A-3"], "made").await.unwrap().unwrap();
    assert_eq!(made.created, 3);
    let mut held = Held::rows(&db, TASK, "A-2").await;
    let down = import(&["A-1", "A-2", "A-3"], "down");
    held.waited_for_by(1).await;
    let up = import(&["A-3", "A-1"], "up");
    held.waited_for_by(2).await;
    held.let_go().await;
    assert_eq!(down.await.unwrap().unwrap().updated, 3);
    assert_eq!(up.await.unwrap().unwrap().updated, 2);
    store.close().await;
}

#[tokio::test]
async fn a_taker_passes_by_what_another_transaction_holds() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let store = db.store.clone();
    let w = world(&store, "ada").await;
    store
        .days()
        .mark(w.owner, &[TODAY, TOMORROW], now())
        .await
        .unwrap();
    let held = Held::rows(&db, DIRTY_DAY, TODAY).await;
    let taken = tokio::time::timeout(PATIENCE, store.days().take(now(), LEASE, 2)).await;
    let taken = taken.expect("it does not wait").unwrap();
    assert_eq!(taken.iter().map(|day| day.date).collect::<Vec<_>>(), [TOMORROW]);
    held.let_go().await;
    let rest = store.days().take(now(), LEASE, 2).await.unwrap();
    assert_eq!(rest.iter().map(|day| day.date).collect::<Vec<_>>(), [TODAY]);
    store.close().await;
}
