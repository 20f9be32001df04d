//! Tokens, sessions, one-time links and settings.

use dayloom_storage::{NewToken, Store};

use crate::world::{minute, now, person};

fn token(hash: &str) -> NewToken {
    NewToken {
        name: "t".to_owned(),
        hash: hash.to_owned(),
        prefix: "aexy_1234567".to_owned(),
        expires_at: None,
    }
}

pub async fn tokens_are_found_by_hash_until_they_end(store: &Store) {
    let (ada, eve) = (person(store, "ada").await, person(store, "eve").await);
    let first = store.tokens().create(ada, &token("h1"), now()).await.unwrap();
    let ending = NewToken {
        expires_at: Some(minute(10)),
        ..token("h2")
    };
    let second = store.tokens().create(ada, &ending, minute(1)).await.unwrap();
    assert!(
        store.tokens().create(eve, &token("h1"), now()).await.is_err(),
        "one hash, one token"
    );
    assert_eq!(
        store.tokens().list(ada).await.unwrap(),
        vec![second.clone(), first.clone()]
    );
    assert_eq!(
        store.tokens().authenticate("h2", minute(9)).await.unwrap(),
        Some(ada)
    );
    assert_eq!(store.tokens().authenticate("h2", minute(10)).await.unwrap(), None);
    assert_eq!(store.tokens().authenticate("h3", now()).await.unwrap(), None);

    store.tokens().authenticate("h1", minute(20)).await.unwrap();
    store.tokens().authenticate("h1", minute(24)).await.unwrap();
    let used = |list: Vec<dayloom_storage::ApiToken>| list[1].last_used_at;
    assert_eq!(
        used(store.tokens().list(ada).await.unwrap()),
        Some(minute(20)),
        "within five minutes: not written"
    );
    store.tokens().authenticate("h1", minute(25)).await.unwrap();
    assert_eq!(used(store.tokens().list(ada).await.unwrap()), Some(minute(25)));
    assert!(!store.tokens().delete(eve, first.id).await.unwrap());
    assert!(store.tokens().delete(ada, first.id).await.unwrap());
    assert_eq!(store.tokens().authenticate("h1", now()).await.unwrap(), None);
}

pub async fn sessions_and_links(store: &Store) {
    let ada = person(store, "ada").await;
    store
        .sessions()
        .create(ada, "s", minute(10), now())
        .await
        .unwrap();
    assert_eq!(
        store.sessions().authenticate("s", minute(9)).await.unwrap(),
        Some(ada)
    );
    assert_eq!(
        store.sessions().authenticate("s", minute(10)).await.unwrap(),
        None
    );
    assert_eq!(store.sessions().authenticate("other", now()).await.unwrap(), None);
    assert!(store.sessions().delete("s").await.unwrap());
    assert!(!store.sessions().delete("s").await.unwrap());
    store
        .sessions()
        .create(ada, "old", minute(1), now())
        .await
        .unwrap();
    store
        .sessions()
        .create(ada, "new", minute(9), minute(2))
        .await
        .unwrap();
    assert!(
        !store.sessions().delete("old").await.unwrap(),
        "ended sessions are forgotten"
    );

    store
        .sessions()
        .create_link(ada, "late", minute(1), now())
        .await
        .unwrap();
    assert_eq!(
        store.sessions().redeem_link("late", minute(1)).await.unwrap(),
        None
    );
    assert_eq!(
        store.sessions().redeem_link("unknown", now()).await.unwrap(),
        None
    );
}

pub async fn a_link_opens_once(store: &Store) {
    let ada = person(store, "ada").await;
    store
        .sessions()
        .create_link(ada, "l", minute(10), now())
        .await
        .unwrap();
    let tries = (0..6).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.sessions().redeem_link("l", now()).await.unwrap() })
    });
    let mut opened = 0;
    for attempt in tries.collect::<Vec<_>>() {
        opened += u32::from(attempt.await.unwrap() == Some(ada));
    }
    assert_eq!(opened, 1);
}

pub async fn a_secret_is_made_once(store: &Store) {
    assert_eq!(store.settings().get("secret").await.unwrap(), None);
    let tries = (0..6).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .settings()
                .get_or_create("secret", &n.to_string())
                .await
                .unwrap()
        })
    });
    let mut values = Vec::new();
    for attempt in tries.collect::<Vec<_>>() {
        values.push(attempt.await.unwrap());
    }
    values.dedup();
    assert_eq!(values.len(), 1);
    assert!(!store.settings().replace("secret", "other", "old").await.unwrap());
    store.settings().put("turn", "0").await.unwrap();
    let callers = (1..=8).map(|n: u32| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .settings()
                .replace("turn", "0", &n.to_string())
                .await
                .unwrap()
        })
    });
    let mut won = 0;
    for caller in callers.collect::<Vec<_>>() {
        won += u32::from(caller.await.unwrap());
    }
    assert_eq!(won, 1, "one of all");
    store.settings().put("secret", "new").await.unwrap();
    assert_eq!(
        store.settings().get_or_create("secret", "x").await.unwrap(),
        "new"
    );
}
