//! Examples and models: what is stored changes a generation, and only a model of the newest one is kept.

use dayloom_storage::{LearnedStanding, Store};
use jiff::civil::{Date, date};

use crate::world::{minute, now, world};

const SUNDAY: Date = date(2026, 11, 15);
const MONDAY: Date = date(2026, 11, 16);
const TUESDAY: Date = date(2026, 11, 17);

pub async fn a_model_is_kept_only_of_the_newest_examples(store: &Store) {
    let w = world(store, "ada").await;
    let nothing = LearnedStanding {
        fit_due: false,
        day: None,
    };
    assert_eq!(store.learned().model(w.owner).await.unwrap(), None);
    assert_eq!(store.learned().standing(w.owner, MONDAY).await.unwrap(), nothing);
    assert_eq!(store.learned().examples(w.owner, 9).await.unwrap(), (0, vec![]));
    assert!(
        store
            .learned()
            .put_day(w.owner, TUESDAY, Some("[2]"), now())
            .await
            .unwrap()
    );
    assert!(
        !store
            .learned()
            .put_day(w.owner, TUESDAY, Some("[2]"), now())
            .await
            .unwrap()
    );
    assert!(
        store
            .learned()
            .put_day(w.owner, MONDAY, Some("[1]"), now())
            .await
            .unwrap()
    );
    let standing = async |date| store.learned().standing(w.owner, date).await.unwrap();
    let stands = |fit_due, day: Option<&str>| LearnedStanding {
        fit_due,
        day: day.map(str::to_owned),
    };
    assert_eq!(standing(MONDAY).await, stands(true, Some("[1]")));
    assert_eq!(
        standing(SUNDAY).await,
        stands(true, None),
        "a day nobody reviewed"
    );
    let (generation, days) = store.learned().examples(w.owner, 9).await.unwrap();
    assert_eq!((generation, days), (2, vec!["[1]".to_owned(), "[2]".to_owned()]));
    assert_eq!(
        store.learned().examples(w.owner, 1).await.unwrap().1,
        ["[2]"],
        "the newest"
    );

    assert!(!store.learned().put_model(w.owner, 1, "old", now()).await.unwrap());
    assert!(
        store
            .learned()
            .put_model(w.owner, 2, "new", minute(1))
            .await
            .unwrap()
    );
    assert!(
        !store
            .learned()
            .put_model(w.owner, 2, "again", minute(2))
            .await
            .unwrap()
    );
    let model = store.learned().model(w.owner).await.unwrap().unwrap();
    assert_eq!(
        (model.generation, model.fitted, model.model.as_deref()),
        (2, 2, Some("new"))
    );
    assert_eq!(standing(MONDAY).await, stands(false, Some("[1]")));
    assert_eq!(standing(SUNDAY).await, nothing);
}

pub async fn taking_examples_away_makes_a_fit_due(store: &Store) {
    let w = world(store, "ada").await;
    assert!(
        !store
            .learned()
            .put_day(w.owner, MONDAY, None, now())
            .await
            .unwrap()
    );
    assert!(
        store
            .learned()
            .put_day(w.owner, MONDAY, Some("[1]"), now())
            .await
            .unwrap()
    );
    assert!(store.learned().put_model(w.owner, 1, "one", now()).await.unwrap());
    assert!(
        store
            .learned()
            .put_day(w.owner, MONDAY, None, now())
            .await
            .unwrap()
    );
    let model = store.learned().model(w.owner).await.unwrap().unwrap();
    assert_eq!((model.generation, model.fitted), (2, 1));
    let standing = store.learned().standing(w.owner, MONDAY).await.unwrap();
    assert_eq!((standing.fit_due, standing.day), (true, None));
    let other = world(store, "bob").await;
    assert_eq!(
        store.learned().model(other.owner).await.unwrap(),
        None,
        "nobody else's"
    );
}
