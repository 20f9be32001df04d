//! What a person says of one stretch of time moves what is like it, on both databases; and nothing else ever does.

use dayloom_domain::{
    Clock, DeveloperId, ReviewId, TaskId,
    day::{AnsweredBy, Category, Day},
    event::{ActiveApp, Event, FileContext},
    review::{Change, EntryStatus},
    sample,
};
use dayloom_pipeline::{compute_day, derive_day};
use dayloom_storage::{NewTask, StoredDay};
use dayloom_testkit::{Person, TestApp, Tracked, on_both};
use jiff::{SignedDuration, Timestamp, civil::Date};
use uuid::Uuid;

const THURSDAY: Date = Date::constant(2026, 11, 19);
const FRIDAY: Date = Date::constant(2026, 11, 20);

/// Forty minutes in one file, from this hour of a date.
async fn works(app: &TestApp, person: &Person, tracked: &Tracked, date: Date, hour: i8, file: &str) {
    let from: Timestamp = format!("{date}T{hour:02}:00:00Z").parse().expect("an instant");
    let event = |minute: i64| {
        let ts = from + SignedDuration::from_mins(minute);
        let mut event = sample::bare(Uuid::new_v4().into(), tracked.device, ts);
        event.client_seq = minute;
        event.idle_s = Some(3);
        event.active_app = ActiveApp {
            name: "code".to_owned(),
            bundle_id: "code".to_owned(),
            window_title: Some(format!("{file} - ledger")),
        };
        event.file_context = Some(FileContext {
            path: Some(format!("/home/ada/ledger/src/{file}")),
            repo: Some("acme/ledger".to_owned()),
            branch: Some("main".to_owned()),
        });
        event
    };
    let events: Vec<Event> = (0..40).map(event).collect();
    app.upload(person.id, tracked.device, &events).await;
}

async fn task(app: &TestApp, tracked: &Tracked, owner: DeveloperId, key: &str) -> TaskId {
    let new = NewTask {
        title: format!("The work behind {key}"),
        key: Some(key.to_owned()),
        url: None,
        status: None,
        assignee_id: Some(owner),
        project_id: Some(tracked.project),
    };
    let made = app
        .store
        .tasks()
        .create(tracked.workspace, &new, app.clock.now())
        .await;
    made.expect("a task").id
}

/// A person, what they track with, and a task of theirs.
async fn ada(app: &TestApp) -> (Person, Tracked, TaskId) {
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    let rounding = task(app, &tracked, person.id, "PAY-398").await;
    (person, tracked, rounding)
}

/// Derives a day again; whether it became another.
async fn derive(app: &TestApp, person: &Person, date: Date) -> bool {
    let derived = derive_day(&app.store, person.id, date, app.clock.now()).await;
    derived.expect("a day").1.changed
}

async fn stored(app: &TestApp, person: &Person, date: Date) -> StoredDay {
    let read = app.store.days().read(person.id, date).await;
    read.expect("a read").expect("a day")
}

async fn day(app: &TestApp, person: &Person, date: Date) -> Day {
    let stored = stored(app, person, date).await;
    assert!(!stored.pending, "{date} is up to date");
    stored.day
}

/// Reviews the block at a place of a day and derives what that changes.
async fn say(app: &TestApp, person: &Person, date: Date, at: usize, change: &Change) -> ReviewId {
    let entry = day(app, person, date).await.blocks[at].entry_id.expect("stored");
    let reviewed = app
        .store
        .reviews()
        .apply(person.id, entry, change, None, app.clock.now())
        .await;
    app.derive().await;
    reviewed.expect("a review").review.id
}

fn correct(task: TaskId) -> Change {
    Change::Correct {
        task_id: Some(task),
        category: Category::Productive,
    }
}

async fn revisions(app: &TestApp, person: &Person) -> Vec<(i64, Day)> {
    let mut all = Vec::new();
    for date in [THURSDAY, FRIDAY] {
        let stored = stored(app, person, date).await;
        all.push((stored.revision, stored.day));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_moves_what_is_like_it_and_a_replay_moves_nothing() {
    on_both(async |app| {
        let (person, tracked, rounding) = ada(&app).await;
        task(&app, &tracked, person.id, "PAY-412").await;
        for (date, file) in [(THURSDAY, "rounding.rs"), (FRIDAY, "rounding.rs")] {
            works(&app, &person, &tracked, date, 9, file).await;
        }
        app.derive().await;
        assert_eq!(day(&app, &person, THURSDAY).await.blocks[0].task_id, None);

        say(&app, &person, FRIDAY, 0, &correct(rounding)).await;
        let moved = day(&app, &person, THURSDAY).await;
        assert_eq!(moved.blocks[0].task_id, Some(rounding));
        assert_eq!(moved.blocks[0].reason, "you moved 1 like this to PAY-398");
        let answer = &moved.spans[0].attribution;
        assert_eq!(answer.answered_by, AnsweredBy::Learned);
        assert!((0.6..1.0).contains(&answer.confidence), "{}", answer.confidence);

        let before = revisions(&app, &person).await;
        app.clock.advance(SignedDuration::from_hours(1));
        for date in [THURSDAY, FRIDAY] {
            assert!(!derive(&app, &person, date).await, "{date}");
        }
        assert_eq!(
            app.store.days().backlog().await.expect("a count"),
            0,
            "nothing is marked again"
        );
        assert_eq!(revisions(&app, &person).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_reaches_the_last_thirty_days_and_older_ones_when_they_are_replayed() {
    on_both(async |app| {
        let (person, tracked, rounding) = ada(&app).await;
        let today = app.clock.now();
        let (reached, beyond) = (Date::constant(2026, 10, 23), Date::constant(2026, 10, 19));
        for date in [beyond, reached, FRIDAY] {
            let evening = format!("{date}T20:00:00Z").parse().expect("an instant");
            app.clock.set(evening);
            works(&app, &person, &tracked, date, 9, "rounding.rs").await;
        }
        app.clock.set(today);
        app.derive().await;
        let before = app.store.days().read(person.id, beyond).await.expect("a read");
        say(&app, &person, FRIDAY, 0, &correct(rounding)).await;
        assert_eq!(
            day(&app, &person, reached).await.blocks[0].task_id,
            Some(rounding),
            "29 days back"
        );
        let after = app.store.days().read(person.id, beyond).await.expect("a read");
        assert_eq!(after, before, "33 days back");
        derive(&app, &person, beyond).await;
        assert_eq!(day(&app, &person, beyond).await.blocks[0].task_id, Some(rounding));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_a_review_back_takes_back_what_was_learned_from_it() {
    on_both(async |app| {
        let (person, tracked, rounding) = ada(&app).await;
        for date in [THURSDAY, FRIDAY] {
            works(&app, &person, &tracked, date, 9, "rounding.rs").await;
        }
        app.derive().await;
        let untouched = day(&app, &person, THURSDAY).await;
        let review = say(&app, &person, FRIDAY, 0, &correct(rounding)).await;
        assert_ne!(day(&app, &person, THURSDAY).await, untouched);
        let undone = app.store.reviews().undo(person.id, review, app.clock.now()).await;
        assert!(undone.expect("taken back").is_some());
        app.derive().await;
        assert_eq!(day(&app, &person, THURSDAY).await, untouched);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_person_says_changes_nothing_of_another() {
    on_both(async |app| {
        let (ada, bob) = (
            app.person("ada@example.org").await,
            app.person("bob@example.org").await,
        );
        let (of_ada, of_bob) = (app.tracked(&ada).await, app.tracked(&bob).await);
        let rounding = task(&app, &of_ada, ada.id, "PAY-398").await;
        for (person, tracked) in [(&ada, &of_ada), (&bob, &of_bob)] {
            works(&app, person, tracked, THURSDAY, 9, "rounding.rs").await;
            works(&app, person, tracked, FRIDAY, 9, "rounding.rs").await;
        }
        app.derive().await;
        let before = revisions(&app, &bob).await;
        say(&app, &ada, FRIDAY, 0, &correct(rounding)).await;
        assert_eq!(revisions(&app, &bob).await, before);
        assert_eq!(app.store.learned().model(bob.id).await.expect("a read"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_teaches_that_nobody_should_claim_such_time() {
    on_both(async |app| {
        let (person, tracked, rounding) = ada(&app).await;
        for date in [THURSDAY, FRIDAY] {
            works(&app, &person, &tracked, date, 9, "rounding.rs").await;
            works(&app, &person, &tracked, date, 13, "game.rs").await;
        }
        app.derive().await;
        say(&app, &person, FRIDAY, 0, &correct(rounding)).await;
        say(&app, &person, FRIDAY, 1, &Change::Dismiss).await;
        let like = day(&app, &person, THURSDAY).await;
        assert_eq!(
            like.attention_micros,
            80 * 60_000_000,
            "time is never taken away by what was learned"
        );
        assert_eq!(
            (like.blocks[0].task_id, like.blocks[1].task_id),
            (Some(rounding), None)
        );
        let doubt = &like.spans[1].attribution;
        assert_eq!(
            (doubt.answered_by, doubt.category),
            (AnsweredBy::Nobody, Category::Neutral),
            "{}",
            doubt.reason
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fit_that_broke_off_is_made_up_for_by_any_day() {
    on_both(async |app| {
        let (person, tracked, rounding) = ada(&app).await;
        for date in [THURSDAY, FRIDAY] {
            works(&app, &person, &tracked, date, 9, "rounding.rs").await;
        }
        app.derive().await;
        say(&app, &person, FRIDAY, 0, &correct(rounding)).await;
        let model = app.store.learned().model(person.id).await.expect("a read");
        app.sql("UPDATE tracker_learned SET fitted = 0, model = NULL")
            .await;
        // Nobody reviewed Thursday.
        derive(&app, &person, THURSDAY).await;
        assert_eq!(app.store.learned().model(person.id).await.expect("a read"), model);
        assert!(model.is_some_and(|model| model.model.is_some()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_followed_its_reviews_is_the_one_fitted_from_nothing() {
    on_both(async |app| {
        let (person, tracked, rounding) = ada(&app).await;
        let refund = task(&app, &tracked, person.id, "PAY-401").await;
        for date in [THURSDAY, FRIDAY] {
            works(&app, &person, &tracked, date, 9, "rounding.rs").await;
            works(&app, &person, &tracked, date, 14, "refund.rs").await;
        }
        app.derive().await;
        let model = async || app.store.learned().model(person.id).await.expect("a read");
        let mut before = None;
        for (date, at, task) in [
            (FRIDAY, 0, rounding),
            (THURSDAY, 0, refund),
            (FRIDAY, 1, refund),
            (THURSDAY, 0, rounding),
        ] {
            say(&app, &person, date, at, &correct(task)).await;
            let followed = model().await.expect("a model");
            assert_eq!(followed.fitted, followed.generation);
            assert_ne!(Some(&followed.model), before.as_ref(), "it learned");
            app.sql("UPDATE tracker_learned SET fitted = 0, model = NULL")
                .await;
            derive(&app, &person, date).await;
            assert_eq!(model().await.expect("a model").model, followed.model);
            // A model where there was none marks the other days.
            app.derive().await;
            before = Some(followed.model);
        }
    })
    .await;
}

/// Every stored day is what would be derived now: none was left behind by what another taught since.
async fn up_to_date(app: &TestApp, person: &Person, dates: &[Date]) {
    for &date in dates {
        let mut stored = day(app, person, date).await;
        for block in &mut stored.blocks {
            block.entry_id = block.entry_id.filter(|_| block.status != EntryStatus::Inferred);
        }
        let now = compute_day(&app.store, person.id, date).await.expect("a day");
        assert_eq!(stored, now, "{date}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn days_teach_those_after_them_in_whatever_order_they_come() {
    on_both(async |app| {
        let (person, tracked, rounding) = ada(&app).await;
        task(&app, &tracked, person.id, "PAY-412").await;
        let on = |day: i8| Date::constant(2026, 11, day);
        works(&app, &person, &tracked, on(16), 9, "rounding.rs").await;
        app.derive().await;
        say(&app, &person, on(16), 0, &correct(rounding)).await;
        let mut known = vec![on(16)];
        for day in [20, 18, 19, 17] {
            for (hour, file) in [(9, "rounding.rs"), (10, "beside.rs")] {
                works(&app, &person, &tracked, on(day), hour, file).await;
                if !known.contains(&on(day)) {
                    known.push(on(day));
                }
                app.derive().await;
                up_to_date(&app, &person, &known).await;
            }
        }
        let lessons = async || {
            app.store
                .days()
                .taught(person.id, on(1), on(30))
                .await
                .expect("a read")
        };
        let taught = lessons().await;
        let dates: Vec<Date> = taught.iter().map(|(date, _)| *date).collect();
        assert_eq!(dates, [17, 18, 19, 20].map(on), "the first was reviewed, whole");
        let before = revisions(&app, &person).await;
        for order in [[16, 17, 18, 19, 20], [20, 19, 18, 17, 16], [18, 20, 16, 19, 17]] {
            for date in order.map(on) {
                derive(&app, &person, date).await;
            }
            assert_eq!(app.store.days().backlog().await.expect("a count"), 0);
        }
        assert_eq!(lessons().await, taught);
        assert_eq!(revisions(&app, &person).await, before);
    })
    .await;
}
