//! A year replayed: what nobody changed stays as it is, what a rule changes changes once, and no review is lost.

use dayloom_domain::{
    Clock, TaskId,
    day::Category,
    review::{Change, EntryStatus, Pin},
    rule::{RuleField, RuleMatch, RuleScope},
    sample::{Developer, Random, year},
};
use dayloom_pipeline::Stages;
use dayloom_storage::{Dialect, NewEntry, NewRule, StoredDay};
use dayloom_testkit::{Person, TestApp, Tracked, on_both};
use jiff::{SignedDuration, ToSpan, civil::Date};

/// The person's own words on a row.
const WORDS: &str = "Paired with the auditors";

const LAST: Date = jiff::civil::date(2026, 11, 20);

/// A year of a developer on SQLite, six weeks of it on Postgres, uploaded day by day and derived.
async fn worked(app: &TestApp) -> (Person, Tracked, Date) {
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    let developer = Developer {
        developer_id: ann.id,
        project_id: tracked.project,
        device_id: tracked.device,
        interval_s: 600,
        ..Developer::default()
    };
    for key in &developer.keys {
        let title = format!("Task {key}");
        app.task(&ann, &tracked, Some(key), &title).await;
    }
    let days = if app.store.dialect() == Dialect::Sqlite {
        365
    } else {
        45
    };
    let first = LAST.saturating_sub((days - 1).days());
    let mut events = year(&developer, first, days, 7);
    events.sort_by_key(|event| event.ts);
    app.upload_in_time(ann.id, tracked.device, &events).await;
    app.derive().await;
    (ann, tracked, first)
}

/// Reviews of every sort on some days.
#[expect(clippy::too_many_lines, reason = "one of each thing a person may say")]
async fn reviewed(app: &TestApp, ann: &Person, first: Date, task: TaskId) {
    let mut random = Random::new(11);
    let reviews = app.store.reviews();
    let mut said = Vec::new();
    for (_, date) in app
        .store
        .days()
        .known(Some(ann.id), first, LAST)
        .await
        .expect("days")
    {
        if !random.chance(12) {
            continue;
        }
        let day = read(app, ann, date).await;
        for pair in day.day.blocks.windows(2) {
            let (Some(one), Some(two)) = (pair[0].entry_id, pair[1].entry_id) else {
                continue;
            };
            let change = match random.between(0, 9) {
                0 | 1 => Change::Confirm,
                2 => Change::Dismiss,
                3 => Change::Correct {
                    task_id: Some(task),
                    category: Category::Productive,
                },
                4 => Change::Correct {
                    task_id: None,
                    category: Category::Personal,
                },
                5 => Change::Split {
                    at: vec![
                        pair[0]
                            .start
                            .saturating_add(SignedDuration::from_mins(2))
                            .expect("in range"),
                    ],
                },
                6 => Change::Merge {
                    with: vec![two],
                    task_id: None,
                },
                7 => Change::Edit {
                    answer: Some((Some(task), Category::Productive)),
                    start: Some(
                        pair[0]
                            .start
                            .saturating_add(SignedDuration::from_mins(1))
                            .expect("in range"),
                    ),
                    end: None,
                    description: Some(Some(WORDS.to_owned())),
                },
                _ => continue,
            };
            // Some cannot be, such as merging over private time.
            if let Ok(review) = reviews.apply(ann.id, one, &change, None, app.clock.now()).await {
                said.push(review.review.id);
            }
        }
        if let Some(first) = day.day.blocks.first() {
            let before = |minutes| {
                first
                    .start
                    .saturating_sub(SignedDuration::from_mins(minutes))
                    .expect("in range")
            };
            let entry = NewEntry {
                date,
                start: before(90),
                end: before(60),
                micros: 1_800_000_000,
                project_id: first.project_id,
                task_id: Some(task),
                description: Some(WORDS.to_owned()),
                source: "web",
            };
            // A day that begins just after midnight has no room for it.
            let _ = reviews.enter(ann.id, &entry, app.clock.now()).await;
        }
    }
    for review in said.into_iter().step_by(7) {
        let undone = reviews.undo(ann.id, review, app.clock.now()).await;
        assert!(undone.expect("an undo").is_some());
    }
    app.derive().await;
}

/// What is said of rows in the person's own words, and of which tasks.
async fn in_own_words(app: &TestApp, ann: &Person, first: Date) -> Vec<(Date, i64, Option<TaskId>)> {
    let works = app.store.days().works(ann.id, first, LAST).await.expect("rows");
    works
        .iter()
        .filter(|work| work.reason == WORDS)
        .map(|work| (work.date, work.minutes, work.task.as_ref().map(|task| task.id)))
        .collect()
}

async fn read(app: &TestApp, ann: &Person, date: Date) -> StoredDay {
    app.store
        .days()
        .read(ann.id, date)
        .await
        .expect("a read")
        .expect("a stored day")
}

async fn all(app: &TestApp, ann: &Person, first: Date) -> Vec<StoredDay> {
    let mut days = Vec::new();
    for (_, date) in app
        .store
        .days()
        .known(Some(ann.id), first, LAST)
        .await
        .expect("days")
    {
        days.push(read(app, ann, date).await);
    }
    days
}

/// Replays everything; how many days came out differently.
async fn replay(app: &TestApp, ann: &Person, first: Date, dry: bool) -> usize {
    let stages = Stages::new(app.store.clone(), app.clock.clone());
    let mut changed = 0;
    for (developer, date) in app.store.days().known(None, first, LAST).await.expect("days") {
        assert_eq!(developer, ann.id);
        let replayed = stages.replay(developer, date, dry).await.expect("a replay");
        changed += usize::from(replayed.changed);
        assert!(replayed.changed || replayed.blocks.is_empty());
    }
    changed
}

async fn pins(app: &TestApp, ann: &Person) -> Vec<Pin> {
    let from = "2025-01-01T00:00:00Z".parse().expect("an instant");
    app.store
        .days()
        .pins(ann.id, from, app.clock.now())
        .await
        .expect("pins")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_replayed_twice_changes_nothing_the_second_time() {
    on_both(async |app| {
        let (ann, tracked, first) = worked(&app).await;
        let tasks = app
            .store
            .tasks()
            .candidates(ann.id, &dayloom_storage::CandidateFilter::default())
            .await
            .expect("tasks");
        reviewed(&app, &ann, first, tasks[0].id).await;
        // Days that were derived before the last review was learned from catch up with it once.
        replay(&app, &ann, first, false).await;
        let (said, before) = (pins(&app, &ann).await, all(&app, &ann, first).await);
        let words = in_own_words(&app, &ann, first).await;
        assert!(
            said.iter().any(Pin::is_by_hand) && words.len() > 3,
            "{} in own words",
            words.len()
        );
        assert!(
            words.iter().any(|(_, minutes, _)| *minutes != 30),
            "edited ones and ones by hand"
        );
        assert!(
            said.len() > 5 && before.len() > 30,
            "{} reviews of {} days",
            said.len(),
            before.len()
        );
        assert_eq!(
            replay(&app, &ann, first, false).await,
            0,
            "nothing changed, so nothing may"
        );
        assert_eq!(all(&app, &ann, first).await, before);

        let rule = NewRule {
            scope: RuleScope::Personal,
            field: RuleField::Repo,
            matching: RuleMatch::Glob,
            pattern: "acme/*".to_owned(),
            task_id: Some(tasks[1].id),
            project_id: None,
            scope_project_id: None,
            category: None,
            position: None,
        };
        app.store
            .rules()
            .create(ann.id, &rule, app.clock.now())
            .await
            .expect("a rule");
        let would = replay(&app, &ann, first, true).await;
        assert!(would > 0);
        assert_eq!(all(&app, &ann, first).await, before, "a dry run writes nothing");
        assert_eq!(replay(&app, &ann, first, false).await, would);
        let after = all(&app, &ann, first).await;
        assert_ne!(after, before);
        assert_eq!(replay(&app, &ann, first, false).await, 0);
        assert_eq!(all(&app, &ann, first).await, after, "not even a revision grew");
        assert_eq!(pins(&app, &ann).await, said);
        assert_eq!(in_own_words(&app, &ann, first).await, words);
        let attention = |days: &[StoredDay]| days.iter().map(|day| day.day.attention_micros).sum::<i64>();
        assert_eq!(
            attention(&after),
            attention(&before),
            "a rule changes attribution, never time"
        );
        for pin in said
            .iter()
            .filter(|pin| pin.status != EntryStatus::Dismissed && pin.category != Category::Personal)
        {
            let day = after
                .iter()
                .find(|day| day.day.date == pin.date)
                .expect("its day");
            let block = day
                .day
                .blocks
                .iter()
                .find(|block| block.entry_id == Some(pin.entry_id))
                .expect("its block");
            assert_eq!((block.task_id, block.status), (pin.task_id, pin.status));
        }
        assert!(
            app.store
                .projects()
                .by_id(tracked.project)
                .await
                .expect("a read")
                .is_some()
        );
    })
    .await;
}
