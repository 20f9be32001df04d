//! Reviews: an append-only log, and the rows it leaves.

use std::time::Duration;

use dayloom_domain::{
    EntryId, ReviewId,
    day::Category,
    review::{Change, ChangeError, EntryStatus, Review, ReviewAction},
};
use dayloom_storage::{NewEntry, ReviewError, Reviewed, Store};
use uuid::Uuid;

use crate::{
    days::{TODAY, block, day, task},
    world::{World, minute, now, world},
};

/// Three blocks in a row: known, unknown, known.
async fn morning(store: &Store) -> (World, Vec<EntryId>) {
    let w = world(store, "ada").await;
    let known = task(store, &w, "P-1").await;
    let derived = day(
        TODAY,
        vec![
            block(1, w.project, 0, 30, Some(known)),
            block(2, w.project, 30, 90, None),
            block(3, w.project, 120, 150, Some(known)),
        ],
    );
    store.days().write(w.owner, &derived, now()).await.unwrap();
    let rows = store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap();
    (w, rows.into_iter().map(|row| row.id).collect())
}

async fn say(store: &Store, w: &World, entry: EntryId, change: &Change) -> Reviewed {
    store
        .reviews()
        .apply(w.owner, entry, change, None, minute(200))
        .await
        .unwrap()
}

/// What is in force, in minutes after the morning began.
async fn standing(store: &Store, w: &World) -> Vec<(i64, i64, EntryStatus)> {
    let pins = store
        .days()
        .pins(w.owner, minute(-10), minute(1_000))
        .await
        .unwrap();
    pins.iter()
        .map(|pin| {
            let after = |at: jiff::Timestamp| (at.as_second() - now().as_second()) / 60;
            (after(pin.start), after(pin.end), pin.status)
        })
        .collect()
}

pub async fn every_wish_is_kept_and_can_be_taken_back(store: &Store) {
    use EntryStatus::{Confirmed, Corrected, Dismissed};
    let (w, entries) = morning(store).await;
    let edit = Change::Edit {
        answer: None,
        start: None,
        end: Some(minute(40)),
        description: Some(Some("stand-up".to_owned())),
    };
    let split = Change::Split { at: vec![minute(60)] };
    let merge = Change::Merge {
        with: vec![entries[1]],
        task_id: None,
    };
    let expected = [
        (0, Change::Confirm, vec![(0, 30, Confirmed)]),
        (0, edit, vec![(0, 40, Corrected)]),
        (1, Change::Confirm, vec![(0, 30, Corrected), (30, 90, Confirmed)]),
        (
            2,
            Change::Dismiss,
            vec![(0, 30, Corrected), (30, 90, Confirmed), (120, 150, Dismissed)],
        ),
        (0, merge, vec![(0, 90, Corrected), (120, 150, Dismissed)]),
        (
            0,
            split,
            vec![(0, 60, Corrected), (60, 90, Corrected), (120, 150, Dismissed)],
        ),
    ];
    let mut said = Vec::new();
    let mut before = vec![Vec::new()];
    for (at, change, expected) in expected {
        said.push(say(store, &w, entries[at], &change).await);
        assert_eq!(standing(store, &w).await, expected, "{change:?}");
        before.push(expected);
    }
    assert_eq!(said[5].entries.len(), 2);
    let pieces = store.days().entries(w.owner, &said[5].entries).await.unwrap();
    assert_eq!(pieces[0].description.as_deref(), Some("stand-up"));
    assert_eq!(
        (pieces[1].started_at, pieces[1].ended_at),
        (Some(minute(60)), Some(minute(90)))
    );
    assert!(store.days().pending(w.owner, TODAY).await.unwrap());

    let log = store.reviews().page(w.owner, None, 4).await.unwrap();
    let newest = [
        ReviewAction::Split,
        ReviewAction::Merge,
        ReviewAction::Dismiss,
        ReviewAction::Confirm,
    ];
    assert_eq!(log.iter().map(|review| review.action).collect::<Vec<_>>(), newest);
    let rest = store.reviews().page(w.owner, Some(log[3].seq), 4).await.unwrap();
    assert_eq!(rest.len(), 2);
    assert_eq!(
        store.reviews().since(w.owner, minute(200)).await.unwrap().len(),
        6
    );
    assert_eq!(store.reviews().since(w.owner, minute(201)).await.unwrap(), vec![]);
    of_one_day(store, &w, [log, rest].concat()).await;

    take_back_all(store, &w, &said, &before).await;
    let stranger = ReviewId(Uuid::new_v4());
    assert_eq!(
        store.reviews().undo(w.owner, stranger, now()).await.unwrap(),
        None
    );
    let eve = world(store, "eve").await;
    let theirs = store
        .reviews()
        .undo(eve.owner, said[0].review.id, now())
        .await
        .unwrap();
    assert_eq!(theirs, None);
    assert_eq!(store.reviews().page(eve.owner, None, 10).await.unwrap(), vec![]);
    assert_eq!(store.reviews().of_day(eve.owner, TODAY).await.unwrap(), vec![]);
}

/// The same as a page tells newest first, in the order they were said.
async fn of_one_day(store: &Store, w: &World, newest_first: Vec<Review>) {
    let mut of_day = store.reviews().of_day(w.owner, TODAY).await.unwrap();
    of_day.reverse();
    assert_eq!(of_day, newest_first);
    let other = TODAY.saturating_add(jiff::Span::new().days(1));
    assert_eq!(store.reviews().of_day(w.owner, other).await.unwrap(), vec![]);
}

/// The newest first, each twice.
async fn take_back_all(store: &Store, w: &World, said: &[Reviewed], before: &[Vec<(i64, i64, EntryStatus)>]) {
    for (at, one) in said.iter().enumerate().rev() {
        for _ in 0..2 {
            let undone = store
                .reviews()
                .undo(w.owner, one.review.id, minute(300))
                .await
                .unwrap()
                .unwrap();
            assert!(undone.review.undone_at.is_some());
            assert_eq!(standing(store, w).await, before[at]);
        }
    }
    assert_eq!(
        store.reviews().since(w.owner, minute(300)).await.unwrap().len(),
        6
    );
}

fn by_hand(w: &World, from: i64, to: i64, minutes: i64) -> NewEntry {
    NewEntry {
        date: TODAY,
        start: minute(from),
        end: minute(to),
        micros: minutes * 60_000_000,
        project_id: w.project,
        task_id: None,
        description: Some("dentist".to_owned()),
        source: "web",
    }
}

pub async fn entries_made_by_hand_stand_in_the_timesheet(store: &Store) {
    let (w, entries) = morning(store).await;
    say(store, &w, entries[1], &Change::Confirm).await;
    let made = store
        .reviews()
        .enter(w.owner, &by_hand(&w, 40, 50, 10), minute(200))
        .await
        .unwrap();
    let standing = standing(store, &w).await;
    assert_eq!(
        standing.iter().map(|s| (s.0, s.1)).collect::<Vec<_>>(),
        [(30, 40), (40, 50), (50, 90)]
    );
    let row = store
        .days()
        .entries(w.owner, &made.entries)
        .await
        .unwrap()
        .remove(0);
    assert_eq!((row.duration_minutes, row.source.as_str()), (10, "web"));
    assert_eq!((row.attribution_status, row.confidence_score), (None, None));
    assert_eq!(row.description.as_deref(), Some("dentist"));
    let rows = store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap();
    assert!(rows.iter().any(|row| row.id == made.entries[0]));

    let again = store
        .reviews()
        .enter(w.owner, &by_hand(&w, 45, 60, 15), now())
        .await;
    assert!(matches!(again, Err(ReviewError::Change(ChangeError::ByHand))));
    let change = store
        .reviews()
        .apply(w.owner, made.entries[0], &Change::Dismiss, None, now())
        .await;
    assert!(
        matches!(change, Err(ReviewError::Change(ChangeError::Gone))),
        "it is not inferred"
    );
    let nowhere = store
        .reviews()
        .enter(w.owner, &by_hand(&w, 0, 0, 25), minute(201))
        .await
        .unwrap();
    let row = store
        .days()
        .entries(w.owner, &nowhere.entries)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (row.started_at, row.ended_at, row.duration_minutes),
        (None, None, 25)
    );

    for made in [made, nowhere] {
        store
            .reviews()
            .undo(w.owner, made.review.id, minute(202))
            .await
            .unwrap();
        assert_eq!(
            store.days().entries(w.owner, &made.entries).await.unwrap(),
            vec![]
        );
    }
    let pins = store
        .days()
        .pins(w.owner, minute(-10), minute(100))
        .await
        .unwrap();
    assert_eq!(
        pins.iter().map(|p| (p.start, p.end)).collect::<Vec<_>>(),
        [(minute(30), minute(90))]
    );
}

pub async fn what_another_tab_did_is_seen(store: &Store) {
    let (w, entries) = morning(store).await;
    let two = task(store, &w, "P-2").await;
    let correct = Change::Correct {
        task_id: Some(two),
        category: Category::Productive,
    };
    let seen = Some(None);
    let first = store
        .reviews()
        .apply(w.owner, entries[1], &correct, seen, minute(200))
        .await
        .unwrap();
    let stale = store
        .reviews()
        .apply(w.owner, entries[1], &Change::Dismiss, seen, minute(201))
        .await;
    assert!(matches!(stale, Err(ReviewError::Change(ChangeError::Seen(pin))) if pin.task_id == Some(two)));
    let again = store
        .reviews()
        .apply(w.owner, entries[1], &correct, None, minute(202))
        .await
        .unwrap();
    assert_eq!(again, first, "what changes nothing is no second review");
    let unknown = EntryId(Uuid::new_v4());
    let gone = store
        .reviews()
        .apply(w.owner, unknown, &correct, None, now())
        .await;
    assert!(matches!(gone, Err(ReviewError::Change(ChangeError::Gone))));

    // Personal time is in no timesheet, and can be taken back all the same.
    let private = Change::Correct {
        task_id: None,
        category: Category::Personal,
    };
    say(store, &w, entries[1], &private).await;
    let rows = store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        [entries[0], entries[2]]
    );
    say(store, &w, entries[1], &Change::Confirm).await;
}

pub async fn reviews_at_once_are_all_kept(store: &Store) {
    let (w, entries) = morning(store).await;
    let mut tabs = tokio::task::JoinSet::new();
    for n in 0..12_usize {
        let (store, owner, entry) = (store.clone(), w.owner, entries[n % 3]);
        let change = if n % 2 == 0 {
            Change::Confirm
        } else {
            Change::Dismiss
        };
        tabs.spawn(async move {
            store
                .reviews()
                .apply(owner, entry, &change, None, minute(200))
                .await
        });
    }
    let mut said = Vec::new();
    while let Some(one) = tabs.join_next().await {
        said.push(one.unwrap().unwrap().review);
    }
    let mut log = store.reviews().page(w.owner, None, 100).await.unwrap();
    log.reverse();
    let seqs: Vec<i64> = log.iter().map(|review| review.seq).collect();
    assert_eq!(seqs, (1..=i64::try_from(log.len()).unwrap()).collect::<Vec<_>>());
    assert!(
        said.iter()
            .all(|one| log.iter().any(|review| review.id == one.id))
    );
    for entry in entries {
        let last = log
            .iter()
            .rev()
            .find(|review| review.after[0].entry_id == entry)
            .unwrap();
        let row = store.days().entries(w.owner, &[entry]).await.unwrap().remove(0);
        assert_eq!(
            row.attribution_status,
            Some(last.after[0].status),
            "the last word stands"
        );
    }
}

pub async fn a_seized_day_is_lost_to_its_taker(store: &Store) {
    let (w, entries) = morning(store).await;
    let lease = Duration::from_secs(60);
    assert_eq!(
        store
            .days()
            .seize(w.owner, TODAY, minute(200), lease)
            .await
            .unwrap(),
        None,
        "it is clean"
    );
    say(store, &w, entries[0], &Change::Confirm).await;
    assert_eq!(
        store.days().known(Some(w.owner), TODAY, TODAY).await.unwrap(),
        [(w.owner, TODAY)]
    );
    assert_eq!(
        store
            .days()
            .known(None, TODAY.tomorrow().unwrap(), TODAY.tomorrow().unwrap())
            .await
            .unwrap(),
        []
    );
    let taken = store.days().take(minute(200), lease, 1).await.unwrap().remove(0);
    let seized = store
        .days()
        .seize(w.owner, TODAY, minute(200), lease)
        .await
        .unwrap()
        .unwrap();
    let empty = day(TODAY, vec![]);
    assert_eq!(
        store.days().finish(&taken, &empty, minute(201)).await.unwrap(),
        None
    );
    assert!(
        store
            .days()
            .finish(&seized, &empty, minute(201))
            .await
            .unwrap()
            .is_some()
    );
    assert!(!store.days().pending(w.owner, TODAY).await.unwrap());
}

pub async fn what_would_be_in_force_is_what_then_is(store: &Store) {
    let (w, entries) = morning(store).await;
    let other = task(store, &w, "P-2").await;
    let correct = |task_id, category| Change::Correct { task_id, category };
    let wishes = [
        (entries[0], correct(Some(other), Category::Productive)),
        (entries[1], Change::Dismiss),
        (EntryId(Uuid::from_u128(77)), Change::Confirm),
        (
            entries[1],
            Change::Edit {
                answer: None,
                start: None,
                end: Some(minute(-60)),
                description: None,
            },
        ),
        (entries[1], correct(None, Category::Personal)),
    ];
    let foreseen = store.reviews().foresee(w.owner, &wishes).await.unwrap();
    assert_eq!(standing(store, &w).await, [], "nothing was said");
    assert!(!store.days().pending(w.owner, TODAY).await.unwrap());
    for (entry, change) in [&wishes[0], &wishes[1], &wishes[4]] {
        say(store, &w, *entry, change).await;
    }
    let pins = store
        .days()
        .pins(w.owner, minute(-10), minute(1_000))
        .await
        .unwrap();
    assert_eq!(pins.len(), 2);
    assert_eq!(foreseen.get(&TODAY), Some(&pins));
    assert_eq!(foreseen.len(), 1);
    let eve = world(store, "eve").await;
    let foreign = store.reviews().foresee(eve.owner, &wishes).await.unwrap();
    assert!(foreign.is_empty(), "another person's entries are unknown");
}
