//! Ids are known exactly once they are committed, however runs are cut, transactions end and programs come and go.

use std::collections::HashSet;

use proptest::prelude::*;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::*;
use crate::{Migrate, Store};

/// What happens to a group of ids.
#[derive(Clone, Copy, Debug)]
enum End {
    Commit,
    Rollback,
    /// The commit is done, but its answer is lost.
    Unanswered,
    /// The program ends after the commit and starts again.
    Restart,
}

fn groups() -> impl Strategy<Value = Vec<(Vec<u8>, End, bool)>> {
    let end = prop_oneof![
        6 => Just(End::Commit),
        1 => Just(End::Rollback),
        1 => Just(End::Unanswered),
        1 => Just(End::Restart),
    ];
    prop::collection::vec(
        (prop::collection::vec(any::<u8>(), 1..12), end, any::<bool>()),
        1..40,
    )
}

fn key(person: Uuid, n: u8) -> Key {
    (person, Uuid::from_u128(u128::from(n) << 64))
}

/// One program's way in: a connection and what it holds in memory.
struct Program {
    connection: SqliteConnection,
    arrivals: Arrivals,
}

impl Program {
    async fn start(file: &std::path::Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file).foreign_keys(true);
        Self {
            connection: SqliteConnection::connect_with(&options).await.unwrap(),
            arrivals: Arrivals::filing_at(8),
        }
    }

    async fn take(&mut self, keys: &[Key], end: End) -> Vec<bool> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
        self.arrivals.refresh(&mut transaction).await.unwrap();
        let fresh = self.arrivals.fresh(&mut transaction, keys).await.unwrap();
        let new = keys.iter().zip(&fresh).filter(|(_, fresh)| **fresh);
        let new: Vec<Key> = new.map(|(key, _)| *key).collect();
        let done = self.arrivals.store(&mut transaction, new).await.unwrap();
        match end {
            End::Rollback => {
                transaction.rollback().await.unwrap();
                self.arrivals.distrust();
            }
            End::Unanswered => {
                transaction.commit().await.unwrap();
                self.arrivals.distrust();
            }
            End::Commit | End::Restart => {
                transaction.commit().await.unwrap();
                self.arrivals.committed(done);
            }
        }
        fresh
    }
}

async fn holds(groups: Vec<(Vec<u8>, End, bool)>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let store = Store::open(&format!("sqlite:{}", file.display()), Migrate::Apply).await;
    let store = store.unwrap();
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let person = store.people().create_or_get("a@example.org", None, now).await;
    let person = person.unwrap().id.0;
    store.close().await;

    let mut programs = [Program::start(&file).await, Program::start(&file).await];
    let mut stored: HashSet<Key> = HashSet::new();
    for (ids, end, second) in groups {
        let mut keys: Vec<Key> = ids.iter().map(|&n| key(person, n)).collect();
        keys.sort_unstable();
        keys.dedup();
        let program = &mut programs[usize::from(second)];
        let fresh = program.take(&keys, end).await;
        let expected: Vec<bool> = keys.iter().map(|key| !stored.contains(key)).collect();
        assert_eq!(fresh, expected, "after {} ids", stored.len());
        if !matches!(end, End::Rollback) {
            stored.extend(keys);
        }
        if matches!(end, End::Restart) {
            *program = Program::start(&file).await;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn an_id_is_new_exactly_once(groups in groups()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(holds(groups));
    }
}

#[tokio::test]
async fn a_run_leaves_the_list_once_it_is_filed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let store = Store::open(&format!("sqlite:{}", file.display()), Migrate::Apply).await;
    let store = store.unwrap();
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let person = store.people().create_or_get("a@example.org", None, now).await;
    let person = person.unwrap().id.0;
    store.close().await;

    let mut program = Program::start(&file).await;
    for n in 0..200 {
        program.take(&[key(person, n)], End::Commit).await;
    }
    let filed: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tracker_event_ids")
        .fetch_one(&mut program.connection)
        .await
        .unwrap();
    let listed: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tracker_event_arrivals")
        .fetch_one(&mut program.connection)
        .await
        .unwrap();
    assert_eq!(filed + listed, 200, "a run is filed at once where it is short");
    assert!(listed <= 8, "{listed} are still listed");
    assert_eq!(program.arrivals.ids.len(), usize::try_from(listed).unwrap());
}
