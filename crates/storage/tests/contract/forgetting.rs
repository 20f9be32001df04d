//! What goes with a person: the row is removed behind the program's back, and nothing of theirs is left.

use dayloom_storage::{Derived, Lesson, Store};

use crate::{
    days::{TODAY, block, day},
    db::TestDb,
    world::{World, device, event, minute, now, send, world},
};

#[tokio::test]
async fn events_and_their_ids_go_with_the_person() {
    let mut databases = vec![TestDb::sqlite().await];
    databases.extend(TestDb::postgres().await);
    for db in databases {
        let ada = world(&db.store, "ada").await;
        let bob = world(&db.store, "bob").await;
        for one in [&ada, &bob] {
            let laptop = device(&db.store, one.owner, one.project).await;
            send(
                &db.store,
                &laptop,
                minute(5),
                &[event(1, minute(1)), event(2, minute(2))],
            )
            .await;
        }
        let id = ada.owner.0;
        let (events, mine) = if let Some(file) = db.url.strip_prefix("sqlite:") {
            let options = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(file)
                .foreign_keys(true);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query("DELETE FROM developers WHERE id = $1")
                .bind(id)
                .execute(&pool)
                .await
                .unwrap();
            let count = "SELECT COUNT(*), COALESCE(SUM(developer_id = $1), 0) FROM tracker_events";
            sqlx::query_as::<_, (i64, i64)>(count)
                .bind(id)
                .fetch_one(&pool)
                .await
                .unwrap()
        } else {
            let pool = sqlx::PgPool::connect(&db.url).await.unwrap();
            sqlx::query("DELETE FROM developers WHERE id = $1")
                .bind(id)
                .execute(&pool)
                .await
                .unwrap();
            let count = "SELECT COUNT(*), COUNT(*) FILTER (WHERE i.developer_id = $1)
                 FROM tracker_events e FULL JOIN tracker_event_ids i
                 ON i.developer_id = e.developer_id AND i.event_id = e.id";
            sqlx::query_as::<_, (i64, i64)>(count)
                .bind(id)
                .fetch_one(&pool)
                .await
                .unwrap()
        };
        assert_eq!((events, mine), (2, 0), "{}", db.url);
        db.store.close().await;
    }
}

/// A long day with something it was computed from.
async fn evidenced(store: &Store, w: &World) {
    let mut derived = day(TODAY, vec![block(1, w.project, 0, 30, None)]);
    derived.spans = vec![derived.spans[0].clone(); 300];
    let with = Derived {
        day: &derived,
        evidence: Some("a title nobody else may read"),
        lesson: Lesson {
            text: Some("what it teaches"),
            days: 7,
        },
    };
    store.days().write(w.owner, with, now()).await.unwrap();
}

/// Counts each person once for each kind of what is kept beside a day.
const EVIDENCE: &str = "SELECT (SELECT COUNT(DISTINCT developer_id) FROM tracker_day_evidence)
        + (SELECT COUNT(DISTINCT developer_id) FROM tracker_day_taught)
        + (SELECT COUNT(DISTINCT developer_id) FROM tracker_day_spans)";

#[tokio::test]
async fn what_a_day_was_computed_from_goes_with_the_day_and_with_the_person() {
    let mut databases = vec![TestDb::sqlite().await];
    databases.extend(TestDb::postgres().await);
    for db in databases {
        let (ada, bob) = (world(&db.store, "ada").await, world(&db.store, "bob").await);
        evidenced(&db.store, &ada).await;
        evidenced(&db.store, &bob).await;
        let mut left = Vec::new();
        let gone = [
            ("DELETE FROM tracker_days WHERE developer_id = $1", ada.owner.0),
            ("DELETE FROM developers WHERE id = $1", bob.owner.0),
        ];
        if let Some(file) = db.url.strip_prefix("sqlite:") {
            let options = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(file)
                .foreign_keys(true);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            for (sql, id) in gone {
                sqlx::query(sql).bind(id).execute(&pool).await.unwrap();
                left.push(
                    sqlx::query_scalar::<_, i64>(EVIDENCE)
                        .fetch_one(&pool)
                        .await
                        .unwrap(),
                );
            }
        } else {
            let pool = sqlx::PgPool::connect(&db.url).await.unwrap();
            for (sql, id) in gone {
                sqlx::query(sql).bind(id).execute(&pool).await.unwrap();
                left.push(
                    sqlx::query_scalar::<_, i64>(EVIDENCE)
                        .fetch_one(&pool)
                        .await
                        .unwrap(),
                );
            }
        }
        assert_eq!(left, [3, 0], "{}", db.url);
        assert!(
            db.store
                .days()
                .evidenced(ada.owner, TODAY)
                .await
                .unwrap()
                .is_none()
        );
        db.store.close().await;
    }
}
