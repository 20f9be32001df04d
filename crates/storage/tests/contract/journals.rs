//! Journals, the rows they are composed from, and the metrics of days.

use dayloom_domain::{
    EntryId, TaskId, Zone, day::Category, facts::Sentence, insight::DayMetrics, people::Role, review::Change,
};
use dayloom_storage::{DueDay, NewJournal, Store};
use jiff::{ToSpan, civil::Date};
use uuid::Uuid;

use crate::{
    days::{TODAY, block, day, task},
    world::{World, minute, now, person, world},
};

fn journal(w: &World, date: Date, text: &str, day_revision: i64) -> NewJournal {
    NewJournal {
        developer_id: w.owner,
        date,
        workspace_id: w.workspace,
        sentences: vec![
            Sentence {
                text: text.to_owned(),
                entries: vec![EntryId(Uuid::from_u128(5))],
                days: vec![date],
            },
            Sentence::plain("That was all."),
        ],
        basis: vec![(EntryId(Uuid::from_u128(5)), None)],
        written_by: "facts".to_owned(),
        is_final: false,
        day_revision,
        held_back: None,
        asked_at: None,
        logged_at: minute(800),
    }
}

/// Derives a day with one block of so many minutes.
async fn derived(store: &Store, w: &World, date: Date, minutes: i64) {
    let blocks = vec![block(
        u128::try_from(date.day()).unwrap(),
        w.project,
        0,
        minutes,
        None,
    )];
    store
        .days()
        .write(w.owner, &day(date, blocks), now())
        .await
        .unwrap();
}

pub async fn a_days_journal_is_one_and_stays_on_its_day(store: &Store) {
    let w = world(store, "ada").await;
    derived(store, &w, TODAY, 30).await;
    assert_eq!(store.journals().read(w.owner, TODAY).await.unwrap(), None);
    let first = journal(&w, TODAY, "I worked 30m.", 1);
    let journals = store.journals();
    let made = futures::future::join_all((0..6).map(|_| journals.write(&first, minute(1)))).await;
    assert!(made.into_iter().all(Result::unwrap));
    let stored = store.journals().read(w.owner, TODAY).await.unwrap().unwrap();
    assert_eq!(stored.text, "I worked 30m. That was all.");
    assert_eq!(
        (&stored.sentences, &stored.basis),
        (&first.sentences, &first.basis)
    );
    assert_eq!(
        (stored.logged_at, stored.stale, stored.edited),
        (minute(800), false, false)
    );

    // Written again weeks later, from another revision of the day: another text, the same place in time.
    derived(store, &w, TODAY, 45).await;
    assert!(
        store
            .journals()
            .read(w.owner, TODAY)
            .await
            .unwrap()
            .unwrap()
            .stale
    );
    let mut second = journal(&w, TODAY, "I worked 45m.", 2);
    second.logged_at = minute(90_000);
    second.is_final = true;
    second.held_back = Some("too_slow".to_owned());
    let claims =
        futures::future::join_all((0..6).map(|_| journals.claim(w.owner, TODAY, None, minute(2)))).await;
    let claims = claims.into_iter().filter(|claimed| *claimed.as_ref().unwrap());
    assert_eq!(claims.count(), 1, "one of those who want to ask does");
    assert!(
        !journals.write(&second, minute(60_000)).await.unwrap(),
        "it was claimed since its writer looked"
    );
    second.asked_at = Some(minute(2));
    assert!(store.journals().write(&second, minute(60_000)).await.unwrap());
    let mallory = person(store, "mallory").await;
    let foreign = store
        .journals()
        .claim(mallory, TODAY, Some(minute(2)), now())
        .await;
    assert!(!foreign.unwrap());
    let all = store.journals().between(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].logged_at, all[0].updated_at),
        (minute(800), minute(60_000))
    );
    assert_eq!(
        (all[0].is_final, all[0].stale, all[0].asked_at),
        (true, false, Some(minute(2)))
    );
    assert_eq!(all[0].held_back.as_deref(), Some("too_slow"));

    // A slow writer of an older revision comes too late.
    assert!(!store.journals().write(&first, minute(60_001)).await.unwrap());
    let eve = person(store, "eve").await;
    assert_eq!(store.journals().between(eve, TODAY, TODAY).await.unwrap(), []);
    assert!(!store.journals().remove(eve, TODAY).await.unwrap());
    assert!(store.journals().remove(w.owner, TODAY).await.unwrap());
    assert_eq!(store.journals().read(w.owner, TODAY).await.unwrap(), None);
}

pub async fn what_a_person_wrote_stands(store: &Store) {
    let w = world(store, "ada").await;
    derived(store, &w, TODAY, 30).await;
    assert!(
        !store
            .journals()
            .edit(w.owner, TODAY, "Mine.", minute(1))
            .await
            .unwrap()
    );
    store
        .journals()
        .write(&journal(&w, TODAY, "I worked 30m.", 1), now())
        .await
        .unwrap();
    assert!(
        store
            .journals()
            .edit(w.owner, TODAY, "Mine.", minute(1))
            .await
            .unwrap()
    );
    assert!(
        !store
            .journals()
            .write(&journal(&w, TODAY, "Other.", 9), minute(2))
            .await
            .unwrap()
    );
    assert!(!store.journals().remove(w.owner, TODAY).await.unwrap());
    let kept = store.journals().read(w.owner, TODAY).await.unwrap().unwrap();
    assert_eq!(
        (kept.text.as_str(), kept.written_by.as_str(), kept.edited),
        ("Mine.", "person", true)
    );
    assert_eq!(kept.sentences, []);
    assert_eq!(store.journals().due(TODAY, None, 10).await.unwrap(), []);

    assert!(
        store
            .journals()
            .give_back(w.owner, TODAY, minute(3))
            .await
            .unwrap()
    );
    assert!(
        !store
            .journals()
            .give_back(w.owner, TODAY, minute(3))
            .await
            .unwrap()
    );
    assert_eq!(store.journals().due(TODAY, None, 10).await.unwrap().len(), 1);
    assert!(
        store
            .journals()
            .write(&journal(&w, TODAY, "I worked 30m.", 1), minute(4))
            .await
            .unwrap()
    );
}

pub async fn what_is_due_is_found_page_by_page(store: &Store) {
    let (ada, bob) = (world(store, "ada").await, world(store, "bob").await);
    let yesterday = TODAY.saturating_sub(1.day());
    for w in [&ada, &bob] {
        for date in [yesterday, TODAY] {
            derived(store, w, date, 30).await;
        }
    }
    let mut done = journal(&ada, yesterday, "Done.", 1);
    done.is_final = true;
    store.journals().write(&done, now()).await.unwrap();
    // Up to date, but the day may still go on.
    store
        .journals()
        .write(&journal(&bob, TODAY, "So far.", 1), now())
        .await
        .unwrap();
    let mut found: Vec<DueDay> = Vec::new();
    loop {
        let page = store
            .journals()
            .due(yesterday, found.last().copied(), 1)
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    let days: Vec<Date> = found.iter().map(|due| due.date).collect();
    assert_eq!(days, [TODAY, TODAY, yesterday]);
    assert_eq!((found[2].developer_id, found[2].revision), (bob.owner, 1));
    assert_eq!(
        store
            .journals()
            .due(TODAY.saturating_add(1.day()), None, 10)
            .await
            .unwrap(),
        []
    );
}

pub async fn time_comes_with_its_names_and_without_what_was_dismissed(store: &Store) {
    let (w, foreign) = (world(store, "ada").await, world(store, "bob").await);
    let known = task(store, &w, "PROJ-12").await;
    let hidden = task(store, &foreign, "SECRET-1").await;
    let row = |n: u128, from: i64, task: Option<TaskId>| block(n, w.project, from, from + 10, task);
    let blocks = vec![
        row(1, 0, Some(known)),
        row(2, 10, Some(hidden)),
        row(3, 20, None),
        row(4, 30, None),
        row(5, 40, None),
    ];
    store
        .days()
        .write(w.owner, &day(TODAY, blocks), now())
        .await
        .unwrap();
    let all = store.days().works(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(all.len(), 5);
    let personal = Change::Correct {
        task_id: None,
        category: Category::Personal,
    };
    for (entry, change) in [(all[3].entry_id, Change::Dismiss), (all[4].entry_id, personal)] {
        let said = store.reviews().apply(w.owner, entry, &change, None, now()).await;
        said.unwrap();
    }

    let works = store.days().works(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(
        works.iter().map(|work| work.entry_id).collect::<Vec<_>>(),
        all[..3].iter().map(|w| w.entry_id).collect::<Vec<_>>()
    );
    let first = works[0].task.clone().unwrap();
    assert_eq!(
        (first.key.as_deref(), first.title.as_deref(), first.closed),
        (Some("PROJ-12"), Some("PROJ-12"), false)
    );
    let todo_is_done = store.clone().with_closed_statuses(vec!["Todo".to_owned()]);
    let closed = todo_is_done.days().works(w.owner, TODAY, TODAY).await.unwrap();
    assert!(closed[0].task.as_ref().is_some_and(|task| task.closed));
    assert_eq!(works[0].project.as_deref(), Some("Main"));
    assert_eq!((works[0].minutes, works[0].workspace_id), (10, w.workspace));
    let other = works[1].task.clone().unwrap();
    assert_eq!((other.key, other.title, other.status.as_str()), (None, None, ""));
    assert_eq!(store.days().works(foreign.owner, TODAY, TODAY).await.unwrap(), []);
    assert_eq!(
        store.days().last_zone(w.owner).await.unwrap(),
        Zone::parse("Europe/Berlin").ok()
    );
    assert_eq!(store.days().last_zone(foreign.owner).await.unwrap(), None);

    // Once the person has left, a task's names are no longer theirs to see.
    let bob = foreign.owner;
    let email = store.people().by_id(bob).await.unwrap().unwrap().email;
    let members = store.workspaces();
    members
        .add_member(w.workspace, w.owner, &email, Role::Owner, now())
        .await
        .unwrap();
    members
        .remove_member(w.workspace, bob, w.owner, now())
        .await
        .unwrap();
    let works = store.days().works(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(
        (works[0].task.clone().unwrap().title, works[0].project.clone()),
        (None, None)
    );
}

pub async fn days_are_measured_once_for_each_revision(store: &Store) {
    let w = world(store, "ada").await;
    let yesterday = TODAY.saturating_sub(1.day());
    for date in [TODAY, yesterday] {
        derived(store, &w, date, 30).await;
    }
    let due = store.insights().due(yesterday, None, 10).await.unwrap();
    assert_eq!(
        due.iter().map(|due| due.date).collect::<Vec<_>>(),
        [yesterday, TODAY]
    );
    assert_eq!(
        store.insights().due(yesterday, Some(due[0]), 10).await.unwrap(),
        due[1..]
    );
    let metrics = DayMetrics {
        active: 5,
        productive_at: vec![(1, 6)],
        ..DayMetrics::default()
    };
    store.insights().put(due[0], &metrics).await.unwrap();
    store.insights().put(due[0], &metrics).await.unwrap();
    assert_eq!(store.insights().due(yesterday, None, 10).await.unwrap(), due[1..]);
    let kept = store.insights().between(w.owner, yesterday, TODAY).await.unwrap();
    assert_eq!(
        (kept.len(), kept[0].date, &kept[0].metrics),
        (1, yesterday, &metrics)
    );
    assert_eq!(
        store.insights().due_of(w.owner, yesterday, TODAY).await.unwrap(),
        due[1..]
    );
    assert_eq!(
        store
            .insights()
            .due_of(w.owner, yesterday, yesterday)
            .await
            .unwrap(),
        []
    );
    derived(store, &w, yesterday, 40).await;
    assert_eq!(
        store.insights().due(yesterday, None, 10).await.unwrap()[0].revision,
        2
    );
}
