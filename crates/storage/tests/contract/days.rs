//! Derived days and their entries.

use std::sync::Arc;

use dayloom_domain::{
    EventId, ProjectId, TaskId, Zone,
    day::{AnsweredBy, AttributedSpan, Attribution, Block, Category, Day, Signal, Span},
    review::{Change, ChangeError, EntryStatus},
};
use dayloom_storage::{Derived, Lesson, NewTask, ReviewError, Store, StoredDays};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use uuid::Uuid;

use crate::world::{World, minute, now, world};

pub const TODAY: Date = date(2026, 11, 21);

pub fn block(reference: u128, project: ProjectId, from: i64, to: i64, task: Option<TaskId>) -> Block {
    let first = EventId(Uuid::from_u128(reference));
    Block {
        entry_id: None,
        external_ref: format!("tracker:{first}"),
        start: minute(from),
        end: minute(to),
        micros: (to - from) * 60_000_000,
        minutes: to - from,
        project_id: project,
        task_id: task,
        category: Category::Productive,
        confidence: 0.875,
        reason: "branch feature/PROJ-12".to_owned(),
        status: EntryStatus::Inferred,
        event_ids: vec![first],
    }
}

pub fn day(date: Date, blocks: Vec<Block>) -> Day {
    let spans = blocks.iter().map(|block| AttributedSpan {
        span: Span {
            start: block.start,
            end: block.end,
            micros: block.micros,
            pieces: vec![(block.start, block.end)],
            device_id: dayloom_domain::DeviceId(Uuid::from_u128(9)),
            zone: Zone::utc(),
            project_id: block.project_id,
            signal: Arc::new(Signal {
                app: "code".to_owned(),
                ..Signal::default()
            }),
            in_call: false,
            event_ids: block.event_ids.clone(),
        },
        attribution: Attribution {
            category: block.category,
            task_id: block.task_id,
            project_id: None,
            confidence: block.confidence,
            reason: block.reason.clone(),
            answered_by: AnsweredBy::Key,
        },
    });
    let total = blocks.iter().map(|block| block.micros).sum();
    Day {
        date,
        timezone: Zone::parse("Europe/Berlin").unwrap(),
        attention_micros: total,
        attributed_micros: total,
        unattributed_micros: 0,
        personal_micros: 0,
        spans: spans.collect(),
        blocks,
        devices: Vec::new(),
    }
}

pub async fn task(store: &Store, w: &World, title: &str) -> TaskId {
    let new = NewTask {
        title: title.to_owned(),
        key: Some(title.to_owned()),
        url: None,
        status: None,
        assignee_id: None,
        project_id: None,
    };
    store.tasks().create(w.workspace, &new, now()).await.unwrap().id
}

/// A day with one block and so many spans, each a second of it.
fn long_day(w: &World, spans: i64) -> Day {
    let mut long = day(TODAY, vec![block(1, w.project, 0, 30, None)]);
    let whole = long.spans.remove(0);
    long.spans = (0..spans)
        .map(|n| {
            let mut part = whole.clone();
            part.span.start = minute(0) + n.seconds();
            part.span.end = part.span.start + 1.seconds();
            part.span.micros = 1_000_000;
            Arc::make_mut(&mut part.span.signal).title = Some(format!("page {n}"));
            part
        })
        .collect();
    long
}

/// The day as stored, without what reading adds.
async fn as_stored(store: &Store, w: &World) -> Day {
    let mut stored = store.days().read(w.owner, TODAY).await.unwrap().unwrap().day;
    for block in &mut stored.blocks {
        block.entry_id = None;
    }
    stored
}

/// However long a day is, and whatever of it changes, it reads as it was written, and counts as changed only if it was.
pub async fn a_long_day_reads_as_it_was_written(store: &Store) {
    let w = world(store, "ada").await;
    let mut revision = 0;
    for spans in [2_000, 2_001, 256, 1_999, 257, 0, 600] {
        let long = long_day(&w, spans);
        let written = store.days().write(w.owner, &long, minute(60)).await.unwrap();
        revision += 1;
        assert_eq!((written.revision, written.changed), (revision, true), "{spans}");
        assert_eq!(as_stored(store, &w).await, long, "{spans}");
        let same = store.days().write(w.owner, &long, minute(61)).await.unwrap();
        assert_eq!((same.revision, same.changed), (revision, false), "{spans}");
    }
    // Anywhere in it, even where nothing adds up to anything else.
    for at in [0, 255, 256, 511, 512, 599] {
        let mut other = long_day(&w, 600);
        "another reason".clone_into(&mut other.spans[at].attribution.reason);
        let written = store.days().write(w.owner, &other, minute(62)).await.unwrap();
        revision += 1;
        assert_eq!((written.revision, written.changed), (revision, true), "{at}");
        assert_eq!(as_stored(store, &w).await, other, "{at}");
    }
    // Days beside it are their own, and it comes with what it was computed from.
    let tomorrow = day(date(2026, 11, 22), vec![block(2, w.project, 1_440, 1_470, None)]);
    store.days().write(w.owner, &tomorrow, minute(63)).await.unwrap();
    let long = long_day(&w, 700);
    let with = Derived {
        day: &long,
        evidence: Some("what it was computed from"),
        lesson: Lesson::default(),
    };
    store.days().write(w.owner, with, minute(64)).await.unwrap();
    let found = store.days().between(w.owner, TODAY, tomorrow.date).await.unwrap();
    let lengths: Vec<usize> = found.days.iter().map(|stored| stored.day.spans.len()).collect();
    assert_eq!(lengths, [700, 1]);
    let evidenced = store.days().evidenced(w.owner, TODAY).await.unwrap().unwrap();
    assert_eq!(evidenced.day.spans, long.spans);
    assert_eq!(evidenced.evidence.as_deref(), Some("what it was computed from"));
}

pub async fn a_day_is_written_as_a_difference(store: &Store) {
    let w = world(store, "ada").await;
    let known = task(store, &w, "PROJ-12").await;
    assert_eq!(store.days().read(w.owner, TODAY).await.unwrap(), None);
    let first = day(
        TODAY,
        vec![
            block(1, w.project, 0, 30, Some(known)),
            block(2, w.project, 30, 40, None),
        ],
    );
    let written = store.days().write(w.owner, &first, minute(60)).await.unwrap();
    assert_eq!((written.revision, written.changed), (1, true));
    let stored = store.days().read(w.owner, TODAY).await.unwrap().unwrap();
    let mut plain = stored.day.clone();
    let ids: Vec<_> = plain
        .blocks
        .iter_mut()
        .map(|block| block.entry_id.take().unwrap())
        .collect();
    assert_eq!(plain, first);
    assert!(!stored.pending);
    let rows = store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
    assert_eq!((rows[0].duration_minutes, rows[0].task_id), (30, Some(known)));
    assert_eq!(rows[0].task_title.as_deref(), Some("PROJ-12"));
    assert_eq!(rows[0].description.as_deref(), Some("branch feature/PROJ-12"));
    assert_eq!(
        (rows[0].confidence_score, rows[0].attribution_status),
        (Some(0.875), Some(EntryStatus::Inferred))
    );
    assert_eq!(
        (rows[0].started_at, rows[0].ended_at),
        (Some(minute(0)), Some(minute(30)))
    );

    let same = store.days().write(w.owner, &first, minute(61)).await.unwrap();
    assert_eq!((same.revision, same.changed), (1, false));
    let second = day(
        TODAY,
        vec![
            block(1, w.project, 0, 35, Some(known)),
            block(3, w.project, 35, 40, None),
        ],
    );
    let written = store.days().write(w.owner, &second, minute(62)).await.unwrap();
    assert_eq!((written.revision, written.changed), (2, true));
    let rows = store
        .days()
        .timesheet(w.owner, date(2026, 11, 1), date(2026, 11, 30))
        .await
        .unwrap();
    assert_eq!(
        rows.iter().map(|row| row.duration_minutes).collect::<Vec<_>>(),
        vec![35, 5]
    );
    assert_eq!(rows[0].id, ids[0], "the entry keeps its id");
    assert_ne!(rows[1].id, ids[1]);
    let eve = world(store, "eve").await;
    assert!(
        store
            .days()
            .timesheet(eve.owner, TODAY, TODAY)
            .await
            .unwrap()
            .is_empty()
    );
    let theirs = day(TODAY, vec![block(1, eve.project, 0, 5, None)]);
    store.days().write(eve.owner, &theirs, now()).await.unwrap();
    assert_eq!(
        store
            .days()
            .timesheet(eve.owner, TODAY, TODAY)
            .await
            .unwrap()
            .len(),
        1,
        "an event id may be two's"
    );
}

/// Two blocks, the first corrected to another task, the second dismissed.
struct Reviewed {
    w: World,
    one: TaskId,
    two: TaskId,
    derived: Day,
    rows: Vec<dayloom_storage::TimesheetRow>,
}

fn correct(task: TaskId) -> Change {
    Change::Correct {
        task_id: Some(task),
        category: Category::Productive,
    }
}

async fn reviewed(store: &Store) -> Reviewed {
    let w = world(store, "ada").await;
    let (one, two) = (task(store, &w, "P-1").await, task(store, &w, "P-2").await);
    let derived = day(
        TODAY,
        vec![
            block(1, w.project, 0, 30, Some(one)),
            block(2, w.project, 30, 40, None),
        ],
    );
    store.days().write(w.owner, &derived, now()).await.unwrap();
    let rows = store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap();
    let say = async |row: usize, change: &Change| {
        let said = store
            .reviews()
            .apply(w.owner, rows[row].id, change, None, minute(70))
            .await;
        said.unwrap()
    };
    let changed = say(0, &correct(two)).await;
    assert_eq!(changed.entries, vec![rows[0].id]);
    let changed = store.days().entries(w.owner, &changed.entries).await.unwrap();
    assert_eq!(
        (changed[0].task_id, changed[0].attribution_status),
        (Some(two), Some(EntryStatus::Corrected))
    );
    assert!(store.days().pending(w.owner, TODAY).await.unwrap());
    say(1, &Change::Dismiss).await;
    Reviewed {
        w,
        one,
        two,
        derived,
        rows,
    }
}

pub async fn a_review_claims_its_interval(store: &Store) {
    let Reviewed { w, two, rows, .. } = reviewed(store).await;
    let eve = world(store, "eve").await;
    let foreign = store
        .reviews()
        .apply(eve.owner, rows[0].id, &correct(two), None, now())
        .await;
    assert!(matches!(foreign, Err(ReviewError::Change(ChangeError::Gone))));

    let pins = store.days().pins(w.owner, minute(5), minute(35)).await.unwrap();
    assert_eq!(
        pins.iter().map(|p| (p.entry_id, p.status)).collect::<Vec<_>>(),
        vec![
            (rows[0].id, EntryStatus::Corrected),
            (rows[1].id, EntryStatus::Dismissed),
        ]
    );
    assert_eq!(
        (pins[0].task_id, pins[0].category),
        (Some(two), Category::Productive)
    );
    assert_eq!((pins[0].project_id, pins[0].date), (w.project, TODAY));
    assert_eq!((pins[0].start, pins[0].end), (minute(0), minute(30)));
    assert!(
        store
            .days()
            .pins(w.owner, minute(40), minute(50))
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn a_reviewed_entry_stands(store: &Store) {
    let Reviewed {
        w,
        one,
        two,
        derived,
        rows,
    } = reviewed(store).await;
    let mut pinned = block(1, w.project, 0, 30, Some(two));
    pinned.status = EntryStatus::Corrected;
    pinned.entry_id = Some(rows[0].id);
    pinned.minutes = 29;
    let again = day(TODAY, vec![pinned, block(5, w.project, 50, 55, None)]);
    store.days().write(w.owner, &again, minute(80)).await.unwrap();
    let rows = store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(
        rows.iter()
            .map(|r| (r.duration_minutes, r.task_id))
            .collect::<Vec<_>>(),
        vec![(29, Some(two)), (5, None),]
    );
    let nothing = day(TODAY, vec![]);
    store.days().write(w.owner, &nothing, minute(81)).await.unwrap();
    assert_eq!(
        store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap().len(),
        1,
        "a review is never deleted"
    );
    assert_eq!(
        store
            .days()
            .pins(w.owner, minute(0), minute(60))
            .await
            .unwrap()
            .len(),
        2
    );

    for review in store.reviews().page(w.owner, None, 10).await.unwrap() {
        store
            .reviews()
            .undo(w.owner, review.id, minute(82))
            .await
            .unwrap();
    }
    store.days().write(w.owner, &derived, minute(83)).await.unwrap();
    let rows = store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(
        rows[0].task_id,
        Some(one),
        "a review taken back leaves nothing behind"
    );
}

pub async fn titles_are_shown_to_members_only(store: &Store) {
    let w = world(store, "ada").await;
    let eve = world(store, "eve").await;
    let secret = task(store, &eve, "SECRET-1").await;
    let leaked = day(TODAY, vec![block(1, w.project, 0, 30, Some(secret))]);
    store.days().write(w.owner, &leaked, now()).await.unwrap();
    let stored = store.days().read(w.owner, TODAY).await.unwrap().unwrap();
    assert!(stored.tasks.is_empty());
    let rows = store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(
        (rows[0].task_id, rows[0].task_title.as_deref()),
        (Some(secret), None)
    );
    let role = dayloom_domain::people::Role::Viewer;
    store
        .workspaces()
        .add_member(eve.workspace, eve.owner, "ada@example.org", role, now())
        .await
        .unwrap();
    let stored = store.days().read(w.owner, TODAY).await.unwrap().unwrap();
    assert_eq!(stored.tasks[&secret].key.as_deref(), Some("SECRET-1"));
    let rows = store.days().timesheet(w.owner, TODAY, TODAY).await.unwrap();
    assert_eq!(rows[0].task_title.as_deref(), Some("SECRET-1"));

    // The managers of the workspace it was tracked into see the time, and nothing that names another's task.
    let seen = store
        .days()
        .timesheet_in(w.workspace, w.owner, TODAY, TODAY)
        .await
        .unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].duration_minutes, rows[0].duration_minutes);
    assert_eq!(
        (seen[0].task_id, &seen[0].task_title, &seen[0].description),
        (None, &None, &None)
    );
    let elsewhere = store
        .days()
        .timesheet_in(eve.workspace, w.owner, TODAY, TODAY)
        .await
        .unwrap();
    assert_eq!(elsewhere, vec![]);
}

pub async fn an_entry_that_moves_leaves_its_old_day(store: &Store) {
    let w = world(store, "ada").await;
    let tomorrow = date(2026, 11, 22);
    store
        .days()
        .write(
            w.owner,
            &day(TODAY, vec![block(1, w.project, 0, 30, None)]),
            now(),
        )
        .await
        .unwrap();
    store
        .days()
        .write(
            w.owner,
            &day(tomorrow, vec![block(1, w.project, 0, 30, None)]),
            now(),
        )
        .await
        .unwrap();
    assert!(
        store.days().pending(w.owner, TODAY).await.unwrap(),
        "the day it came from is derived again"
    );
    let rows = store.days().timesheet(w.owner, TODAY, tomorrow).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.entry_date).collect::<Vec<_>>(),
        vec![tomorrow]
    );
}

pub async fn days_of_a_range_are_read_together(store: &Store) {
    let (w, eve) = (world(store, "ada").await, world(store, "eve").await);
    let on = |back: i64| TODAY.saturating_sub(back.days());
    let (one, two) = (task(store, &w, "PROJ-1").await, task(store, &w, "PROJ-2").await);
    for (back, task) in [(0_i64, one), (2, two), (9, one)] {
        let from = -back * 24 * 60;
        let block = block(
            100 + u128::from(back.unsigned_abs()),
            w.project,
            from,
            from + 30,
            Some(task),
        );
        let day = day(on(back), vec![block]);
        store.days().write(w.owner, &day, now()).await.unwrap();
    }
    let dates = [on(1), on(2), on(30)];
    store.days().mark(w.owner, &dates, now()).await.unwrap();

    let found = store.days().between(w.owner, on(4), TODAY).await.unwrap();
    assert_eq!(found.pending.iter().copied().collect::<Vec<_>>(), [on(2), on(1)]);
    assert_eq!(
        found
            .days
            .iter()
            .map(|stored| stored.day.date)
            .collect::<Vec<_>>(),
        [on(2), TODAY]
    );
    for stored in &found.days {
        let alone = store.days().read(w.owner, stored.day.date).await.unwrap();
        assert_eq!(alone.as_ref(), Some(stored), "as it is read alone");
    }
    assert!(found.days[0].pending && !found.days[1].pending);
    assert_eq!(found.days[0].tasks.keys().copied().collect::<Vec<_>>(), [two]);
    assert_eq!(found.days[1].tasks.keys().copied().collect::<Vec<_>>(), [one]);
    let theirs = store.days().between(eve.owner, on(30), TODAY).await.unwrap();
    assert_eq!(theirs, StoredDays::default(), "nobody else's");
}

pub async fn what_a_day_was_computed_from_goes_with_it(store: &Store) {
    let w = world(store, "ada").await;
    let one = day(TODAY, vec![block(1, w.project, 0, 30, None)]);
    let with = |evidence| Derived {
        evidence,
        ..Derived::from(&one)
    };
    let kept = async || {
        let found = store.days().evidenced(w.owner, TODAY).await.unwrap();
        found.map(|found| (found.day, found.evidence, found.pending))
    };
    assert_eq!(kept().await, None);
    let text = |text: &str| Some((one.clone(), Some(text.to_owned()), false));
    let written = store.days().write(w.owner, with(Some("a")), now()).await.unwrap();
    assert_eq!((written.revision, written.changed), (1, true));
    assert_eq!(kept().await, text("a"));
    let written = store
        .days()
        .write(w.owner, with(Some("b")), minute(1))
        .await
        .unwrap();
    assert_eq!(
        (written.revision, written.changed),
        (1, false),
        "the day shows the same"
    );
    assert_eq!(kept().await, text("b"));

    store.days().mark(w.owner, &[TODAY], minute(2)).await.unwrap();
    let taken = store
        .days()
        .take(minute(2), std::time::Duration::from_secs(60), 1)
        .await
        .unwrap();
    assert!(
        kept().await.is_some_and(|(_, _, pending)| pending),
        "there is something new"
    );
    let written = store.days().finish(&taken[0], with(Some("c")), minute(2)).await;
    assert!(
        written
            .unwrap()
            .is_some_and(|written| (written.revision, written.changed) == (1, false))
    );
    assert_eq!(kept().await, text("c"));

    let eve = world(store, "eve").await;
    assert_eq!(
        store.days().evidenced(eve.owner, TODAY).await.unwrap(),
        None,
        "nobody else's"
    );
    let written = store.days().write(w.owner, &one, minute(3)).await.unwrap();
    assert!(!written.changed);
    assert_eq!(
        kept().await,
        Some((one.clone(), None, false)),
        "what was kept was of another derivation"
    );
}

pub async fn what_a_day_teaches_marks_the_days_after_it(store: &Store) {
    let (w, eve) = (world(store, "ada").await, world(store, "eve").await);
    let on = |days: i32| TODAY.saturating_add(days.days());
    let write = async |owner, date: Date, text: Option<&str>| {
        let one = day(date, vec![]);
        let with = Derived {
            lesson: Lesson { text, days: 2 },
            ..Derived::from(&one)
        };
        store.days().write(owner, with, now()).await.unwrap()
    };
    let pending = async || {
        let found = store.days().between(w.owner, on(-1), on(4)).await.unwrap();
        found.pending.into_iter().collect::<Vec<_>>()
    };
    for days in [-1, 0, 1, 3] {
        write(w.owner, on(days), None).await;
        write(eve.owner, on(days), None).await;
    }
    // Derived for the first time while the day before it is: nothing is stored of it yet.
    store.days().mark(w.owner, &[on(2)], now()).await.unwrap();
    let lease = std::time::Duration::from_secs(60);
    let first = store.days().take(now(), lease, 1).await.unwrap().remove(0);
    write(w.owner, TODAY, Some("a")).await;
    assert_eq!(
        pending().await,
        [on(1), on(2)],
        "no day before it, and none further on"
    );
    let written = store
        .days()
        .finish(&first, &day(on(2), vec![]), now())
        .await
        .unwrap();
    assert!(
        written.is_some_and(|written| written.due_again.is_some()),
        "it may have been answered for by what stood there before"
    );
    for taken in store.days().take(minute(5), lease, 10).await.unwrap() {
        let again = day(taken.date, vec![]);
        store.days().finish(&taken, &again, minute(5)).await.unwrap();
    }
    assert_eq!(pending().await, []);

    write(w.owner, TODAY, Some("a")).await;
    assert_eq!(pending().await, [], "it teaches the same");
    let taught = store.days().taught(w.owner, on(-1), on(1)).await.unwrap();
    assert_eq!(taught, [(TODAY, "a".to_owned())]);
    assert_eq!(store.days().taught(w.owner, on(1), on(4)).await.unwrap(), []);
    let theirs = store.days().taught(eve.owner, on(-1), on(4)).await.unwrap();
    assert_eq!(theirs, [], "nobody else's");
    write(w.owner, TODAY, None).await;
    assert_eq!(pending().await, [on(1), on(2)]);
    assert_eq!(store.days().taught(w.owner, on(-1), on(4)).await.unwrap(), []);
    let theirs = store.days().between(eve.owner, on(-1), on(4)).await.unwrap();
    assert!(theirs.pending.is_empty());
}
