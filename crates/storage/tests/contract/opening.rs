//! Opening: addresses, schema versions, closing.

use dayloom_storage::{Batch, Dialect, Migrate, NewEvent, NewToken, StorageError, Store};

use crate::{
    db::TestDb,
    world::{batch, device, event, minute, now, person, world},
};

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_its_password() {
    for url in ["mysql://me:secret@host/db", "nonsense", "sqlite:"] {
        let error = Store::open(url, Migrate::Apply).await.unwrap_err();
        assert!(matches!(error, StorageError::Address(_)), "{error}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn memory_is_one_database_for_all_clones() {
    let store = Store::open("sqlite::memory:", Migrate::Apply).await.unwrap();
    let other = store.clone();
    store.settings().put("a", "1").await.unwrap();
    assert_eq!(other.settings().get("a").await.unwrap().as_deref(), Some("1"));
    assert_eq!(store.dialect(), Dialect::Sqlite);
    assert!(store.closed_statuses().iter().any(|status| status == "done"));
    store.close().await;
    store.close().await;
    assert!(other.settings().get("a").await.is_err());
}

#[tokio::test]
async fn an_older_schema_is_refused_or_migrated_and_a_newer_one_refused() {
    let mut databases = vec![TestDb::sqlite().await];
    databases.extend(TestDb::postgres().await);
    for db in databases {
        db.store.ping().await.unwrap();
        let again = Store::open(&db.url, Migrate::Refuse).await.unwrap();
        again.close().await;
        db.store.close().await;
        db.sql("UPDATE dayloom_schema SET version = 99 WHERE version = 1")
            .await;
        let error = Store::open(&db.url, Migrate::Apply).await.unwrap_err();
        assert!(matches!(error, StorageError::Newer { found: 99, .. }), "{error}");
    }
    let empty = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", empty.path().join("new.db").display());
    let error = Store::open(&url, Migrate::Refuse).await.unwrap_err();
    assert!(matches!(error, StorageError::Older { found: 0, .. }), "{error}");
    assert!(error.to_string().contains("migrate"), "{error}");
}

#[tokio::test]
async fn two_programs_opening_a_fresh_database_at_once_both_work() {
    let mut urls = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    urls.push(format!("sqlite:{}", folder.path().join("shared.db").display()));
    let postgres = TestDb::postgres().await;
    if let Some(db) = &postgres {
        urls.push(db.url.clone());
    }
    for url in urls {
        let (one, two) = futures::join!(
            Store::open(&url, Migrate::Apply),
            Store::open(&url, Migrate::Apply)
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        one.settings().put("k", "v").await.unwrap();
        assert_eq!(two.settings().get("k").await.unwrap().as_deref(), Some("v"));
        one.close().await;
        two.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_take_the_same_batches_in_once() {
    let mut databases = vec![TestDb::sqlite().await];
    databases.extend(TestDb::postgres().await);
    for db in databases {
        let w = world(&db.store, "ada").await;
        let laptop = device(&db.store, w.owner, w.project).await;
        let other = Store::open(&db.url, Migrate::Refuse).await.unwrap();
        let events: Vec<NewEvent> = (0..525).map(|n| event(n, minute(n))).collect();
        // Each event is in two batches, but for the first ones and the last.
        let batches: Vec<Batch> = (0..20)
            .map(|n| batch(&laptop, now(), &events[n * 25..n * 25 + 50]))
            .collect();
        let mut sent = tokio::task::JoinSet::new();
        for store in [&db.store, &other] {
            for batch in &batches {
                let (store, batch) = (store.clone(), batch.clone());
                sent.spawn(async move { store.events().ingest(batch).await.unwrap() });
            }
        }
        let answers = sent.join_all().await;
        let accepted: u64 = answers.iter().map(|answer| answer.accepted).sum();
        assert_eq!(accepted, 525);
        assert!(
            answers
                .iter()
                .all(|answer| answer.accepted + answer.duplicates == 50)
        );
        assert_eq!(db.store.events().count(w.owner).await.unwrap(), 525);
        other.close().await;
        db.store.close().await;
    }
}

/// A full disk takes no writing; what is there can still be read, and by whose token.
#[tokio::test]
async fn a_token_opens_a_database_that_takes_no_writing() {
    let mut databases = vec![TestDb::sqlite().await];
    databases.extend(TestDb::postgres().await);
    for db in databases {
        let ada = person(&db.store, "ada").await;
        let token = NewToken {
            name: "t".to_owned(),
            hash: "h".to_owned(),
            prefix: "aexy_1234567".to_owned(),
            expires_at: None,
        };
        db.store.tokens().create(ada, &token, now()).await.unwrap();
        db.sql(match db.store.dialect() {
            Dialect::Sqlite => {
                "CREATE TRIGGER full BEFORE UPDATE ON api_tokens BEGIN SELECT RAISE(FAIL, 'full'); END"
            }
            Dialect::Postgres => "ALTER TABLE api_tokens ADD CHECK (last_used_at IS NULL)",
        })
        .await;
        let whose = db.store.tokens().authenticate("h", now()).await;
        assert_eq!(whose.unwrap(), Some(ada));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("no/such/folder.db").display());
    let error = Store::open(&url, Migrate::Apply).await.unwrap_err();
    assert!(
        error.to_string().contains("its file cannot be opened or made"),
        "{error}"
    );
}
