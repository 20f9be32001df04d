//! Notifications and preferences.

use dayloom_domain::{DeveloperId, NotificationId};
use dayloom_storage::{NewNotification, Preference, PreferencePatch, Store};
use jiff::{ToSpan, civil::Date};
use serde_json::json;
use uuid::Uuid;

use crate::{
    days::TODAY,
    world::{minute, now, person},
};

const TYPE: &str = "tracker.insight.after_hours";

fn new(recipient_id: DeveloperId, date: Date) -> NewNotification {
    NewNotification {
        recipient_id,
        event_type: TYPE,
        title: "Work outside of your hours".to_owned(),
        body: "1h 35m".to_owned(),
        context: json!({ "source": "tracker", "metrics": { "after_hours_productive": 95.0 } }),
        date,
    }
}

pub async fn one_of_a_type_and_day(store: &Store) {
    let (ada, eve) = (person(store, "ada").await, person(store, "eve").await);
    let one = new(ada, TODAY);
    let all = store.notifications();
    let made = futures::future::join_all((0..6).map(|_| all.create(&one, now()))).await;
    assert_eq!(made.into_iter().filter(|made| *made.as_ref().unwrap()).count(), 1);
    assert!(
        store
            .notifications()
            .create(&new(eve, TODAY), now())
            .await
            .unwrap()
    );
    assert!(
        store
            .notifications()
            .create(&new(ada, TODAY.saturating_sub(1.day())), minute(1))
            .await
            .unwrap()
    );
    let seen = store.notifications().page(ada, false, 0, 10).await.unwrap();
    assert_eq!(seen.len(), 2);
    assert_eq!(
        (seen[1].date, seen[1].body.as_str(), &seen[1].context),
        (TODAY, "1h 35m", &one.context)
    );
}

pub async fn pages_and_polls_are_newest_first(store: &Store) {
    let (ada, eve) = (person(store, "ada").await, person(store, "eve").await);
    for back in 0..5 {
        let made = new(ada, TODAY.saturating_sub(i64::from(back).days()));
        assert!(
            store
                .notifications()
                .create(&made, minute(back.into()))
                .await
                .unwrap()
        );
    }
    let page = |skip, unread| async move { store.notifications().page(ada, unread, skip, 2).await.unwrap() };
    let first = page(0, false).await;
    assert_eq!(
        first.iter().map(|one| one.created_at).collect::<Vec<_>>(),
        [minute(4), minute(3)]
    );
    assert_eq!(page(4, false).await.len(), 1);
    let polled = store.notifications().since(ada, minute(2), 50).await.unwrap();
    assert_eq!(polled, first);
    assert_eq!(store.notifications().since(eve, minute(0), 50).await.unwrap(), []);

    let nothing = store
        .notifications()
        .mark_read(eve, first[0].id, now())
        .await
        .unwrap();
    assert_eq!(nothing, None, "another person's");
    let unknown = NotificationId(Uuid::new_v4());
    assert_eq!(
        store
            .notifications()
            .mark_read(ada, unknown, now())
            .await
            .unwrap(),
        None
    );
    let read = store
        .notifications()
        .mark_read(ada, first[0].id, minute(9))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((read.is_read, read.read_at), (true, Some(minute(9))));
    let again = store
        .notifications()
        .mark_read(ada, first[0].id, minute(20))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again.read_at, Some(minute(9)));
    assert_eq!(store.notifications().counts(ada).await.unwrap(), (5, 4));
    assert_eq!(page(0, true).await[0].created_at, minute(3));
    assert_eq!(store.notifications().mark_all_read(eve, now()).await.unwrap(), 0);
    assert_eq!(store.notifications().mark_all_read(ada, now()).await.unwrap(), 4);
    assert_eq!(store.notifications().counts(ada).await.unwrap(), (5, 0));
}

pub async fn a_type_that_is_turned_off_makes_none(store: &Store) {
    let (ada, eve) = (person(store, "ada").await, person(store, "eve").await);
    assert_eq!(store.notifications().preferences(ada).await.unwrap(), []);
    let off = PreferencePatch {
        in_app: Some(false),
        ..PreferencePatch::default()
    };
    let said = store
        .notifications()
        .set_preference(ada, TYPE, off, now())
        .await
        .unwrap();
    assert_eq!(
        said,
        Preference {
            in_app: false,
            ..Preference::unsaid(TYPE)
        }
    );
    assert_eq!(
        store.notifications().preferences(ada).await.unwrap(),
        std::slice::from_ref(&said)
    );
    assert!(
        !store
            .notifications()
            .create(&new(ada, TODAY), now())
            .await
            .unwrap()
    );
    assert!(
        store
            .notifications()
            .create(&new(eve, TODAY), now())
            .await
            .unwrap()
    );
    let slack = PreferencePatch {
        slack: Some(true),
        in_app: Some(true),
        ..PreferencePatch::default()
    };
    let said = store
        .notifications()
        .set_preference(ada, TYPE, slack, now())
        .await
        .unwrap();
    assert_eq!((said.in_app, said.slack, said.email), (true, true, false));
    assert!(
        store
            .notifications()
            .create(&new(ada, TODAY), now())
            .await
            .unwrap()
    );
}
