//! What goes with a person: the row is removed behind the program's back, and nothing of theirs is left.

use crate::{
    db::TestDb,
    world::{device, event, minute, send, world},
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
