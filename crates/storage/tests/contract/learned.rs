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
        generation: 0,
        fitted: 0,
        day: None,
    };
    assert_eq!(store.learned().model(w.owner).await.unwrap(), None);
    assert_eq!(store.learned().standing(w.owner, MONDAY).await.unwrap(), nothing);
    assert_eq!(store.learned().dates(w.owner, 9).await.unwrap(), []);
    let put = async |date, said: &str| {
        store
            .learned()
            .put_day(w.owner, date, Some(said), now())
            .await
            .unwrap()
    };
    assert_eq!(put(TUESDAY, "[2]").await, Some(1));
    assert_eq!(put(TUESDAY, "[2]").await, None, "nothing new");
    assert_eq!(put(MONDAY, "[1]").await, Some(2));
    let standing = async |date| store.learned().standing(w.owner, date).await.unwrap();
    let stands = |fitted, day: Option<&str>| LearnedStanding {
        generation: 2,
        fitted,
        day: day.map(str::to_owned),
    };
    assert_eq!(standing(MONDAY).await, stands(0, Some("[1]")));
    assert_eq!(standing(SUNDAY).await, stands(0, None), "a day nobody reviewed");
    assert_eq!(
        store.learned().dates(w.owner, 9).await.unwrap(),
        [MONDAY, TUESDAY]
    );
    assert_eq!(
        store.learned().dates(w.owner, 1).await.unwrap(),
        [TUESDAY],
        "the newest"
    );
    let examples = async |dates: &[Date]| store.learned().examples(w.owner, dates).await.unwrap();
    let said = |date, said: &str| (date, said.to_owned());
    assert_eq!(
        examples(&[TUESDAY, SUNDAY, MONDAY]).await,
        [said(MONDAY, "[1]"), said(TUESDAY, "[2]")]
    );
    assert_eq!(examples(&[]).await, []);

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
    assert_eq!(standing(MONDAY).await, stands(2, Some("[1]")));
    assert_eq!(standing(SUNDAY).await, stands(2, None));
}

pub async fn taking_examples_away_makes_a_fit_due(store: &Store) {
    let w = world(store, "ada").await;
    let put = async |said: Option<&'static str>| {
        store
            .learned()
            .put_day(w.owner, MONDAY, said, now())
            .await
            .unwrap()
    };
    assert_eq!(put(None).await, None);
    assert_eq!(put(Some("[1]")).await, Some(1));
    assert!(store.learned().put_model(w.owner, 1, "one", now()).await.unwrap());
    assert_eq!(put(None).await, Some(2));
    let model = store.learned().model(w.owner).await.unwrap().unwrap();
    assert_eq!((model.generation, model.fitted), (2, 1));
    let standing = store.learned().standing(w.owner, MONDAY).await.unwrap();
    assert_eq!((standing.generation, standing.fitted, standing.day), (2, 1, None));
    assert_eq!(store.learned().dates(w.owner, 9).await.unwrap(), []);
    let other = world(store, "bob").await;
    assert_eq!(
        store.learned().model(other.owner).await.unwrap(),
        None,
        "nobody else's"
    );
    assert_eq!(store.learned().dates(other.owner, 9).await.unwrap(), []);
}
