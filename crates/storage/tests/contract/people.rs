//! People.

use dayloom_domain::{Zone, people::Role};
use dayloom_storage::{DeveloperPatch, Glance, NewNotification, Store};
use jiff::civil::date;

use crate::world::{again, device, minute, now, person, world};

pub async fn a_person_is_found_without_case(store: &Store) {
    let ada = store
        .people()
        .create_or_get("Ada@Example.org", Some("Ada"), now())
        .await
        .unwrap();
    assert_eq!(ada.email, "Ada@Example.org");
    let same = store
        .people()
        .create_or_get(" ada@EXAMPLE.org", Some("Other"), minute(1))
        .await
        .unwrap();
    assert_eq!(same, ada);
    assert_eq!(
        store.people().by_email("ADA@example.ORG").await.unwrap(),
        Some(ada.clone())
    );
    assert_eq!(store.people().by_id(ada.id).await.unwrap(), Some(ada));
    assert_eq!(store.people().by_email("bob@example.org").await.unwrap(), None);
}

pub async fn a_person_changes_what_they_name(store: &Store) {
    let id = person(store, "ada").await;
    let before = store.people().by_id(id).await.unwrap().unwrap();
    let nothing = DeveloperPatch::default();
    assert_eq!(
        store.people().update(id, &nothing, minute(1)).await.unwrap(),
        Some(before.clone())
    );
    let patch = DeveloperPatch {
        timezone: Some(Zone::parse("Asia/Kolkata").unwrap()),
        working_hours: Some(("09:00".to_owned(), "17:30".to_owned())),
        locale: Some("hi".to_owned()),
        name: None,
    };
    let after = store
        .people()
        .update(id, &patch, minute(2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(after.name, before.name);
    assert_eq!(after.timezone, patch.timezone);
    assert_eq!(after.updated_at, minute(2));
    assert_eq!(store.people().by_id(id).await.unwrap(), Some(after));
    let nobody = dayloom_domain::DeveloperId(uuid::Uuid::new_v4());
    assert_eq!(store.people().update(nobody, &patch, now()).await.unwrap(), None);

    let world = world(store, "bob").await;
    let laptop = device(store, world.owner, world.project).await;
    let paused = store
        .people()
        .set_paused(world.owner, true, minute(1))
        .await
        .unwrap()
        .unwrap();
    assert!(paused.paused);
    let held = again(store, &laptop).await;
    assert!(held.config.paused && held.config_etag != laptop.config_etag);
    store
        .people()
        .set_paused(world.owner, false, minute(2))
        .await
        .unwrap();
    assert_eq!(again(store, &laptop).await, laptop);
    assert_eq!(
        store.people().set_paused(nobody, true, now()).await.unwrap(),
        None
    );
}

pub async fn a_person_made_twice_at_once_is_one(store: &Store) {
    let tries = (0..8).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let email = if n % 2 == 0 {
                "eve@example.org"
            } else {
                "EVE@example.org"
            };
            store.people().create_or_get(email, None, now()).await.unwrap().id
        })
    });
    let mut ids = Vec::new();
    for attempt in tries.collect::<Vec<_>>() {
        ids.push(attempt.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

pub async fn a_glance_counts_what_is_the_persons_own(store: &Store) {
    let (ada, bob) = (world(store, "ada").await, person(store, "bob").await);
    let glance = async |id| store.people().glance(id).await.unwrap();
    let told = |unread, in_workspace| Glance { unread, in_workspace };
    assert_eq!(glance(ada.owner).await, told(0, true));
    assert_eq!(glance(bob).await, told(0, false));
    let notification = |event_type| NewNotification {
        recipient_id: bob,
        event_type,
        title: "Late".to_owned(),
        body: "Again".to_owned(),
        context: serde_json::Value::Null,
        date: date(2026, 11, 21),
    };
    for (event_type, at) in [("one", now()), ("two", minute(1))] {
        let made = notification(event_type);
        assert!(store.notifications().create(&made, at).await.unwrap());
    }
    let newest = store.notifications().page(bob, true, 0, 1).await.unwrap();
    store
        .notifications()
        .mark_read(bob, newest[0].id, now())
        .await
        .unwrap();
    assert_eq!(glance(bob).await, told(1, false));
    assert_eq!(
        glance(ada.owner).await,
        told(0, true),
        "another person's are not counted"
    );

    let workspaces = store.workspaces();
    let member = workspaces.add_member(
        ada.workspace,
        ada.owner,
        "bob@example.org",
        Role::Developer,
        now(),
    );
    member.await.unwrap();
    assert_eq!(glance(bob).await, told(1, true));
    let left = workspaces.remove_member(ada.workspace, bob, bob, now());
    left.await.unwrap();
    assert_eq!(glance(bob).await, told(1, false), "nor is a workspace they left");
}
