//! What a correction is said to move is what it moves: it is foretold, made, derived, and compared, on both databases.

mod generated;

use std::collections::BTreeSet;

use dayloom_domain::{
    Clock, EntryId, TaskId,
    day::AnsweredBy,
    review::{Change, EntryStatus},
    sample::Random,
};
use dayloom_pipeline::similar;
use dayloom_storage::StoredDay;
use dayloom_testkit::{TestApp, on_both};
use generated::{LAST, Worked, correct, open, settled, worked};

/// Rounds of foretelling and doing.
const ROUNDS: usize = 7;

/// Entries of before that nobody reviewed and of which, now, more than half of the time is on one of the tasks, where
/// it was not; by what is stored.
fn moved(
    before: &[StoredDay],
    after: &[StoredDay],
    corrected: &[EntryId],
    tasks: &[TaskId],
) -> BTreeSet<EntryId> {
    let mut found = BTreeSet::new();
    for (was, is) in before.iter().zip(after) {
        assert_eq!(was.day.date, is.day.date);
        for block in &was.day.blocks {
            let id = block.entry_id.expect("stored");
            if block.status != EntryStatus::Inferred || corrected.contains(&id) {
                continue;
            }
            let to = |task: &TaskId| {
                let spans = is.day.spans.iter().filter(|span| {
                    span.attribution.task_id == Some(*task)
                        && span.attribution.answered_by != AnsweredBy::Review
                });
                let pieces = spans.flat_map(|span| span.span.pieces.clone());
                let inside = pieces.map(|(from, to)| {
                    let length = to.min(block.end).as_microsecond() - from.max(block.start).as_microsecond();
                    length.max(0)
                });
                block.task_id != Some(*task) && 2 * inside.sum::<i64>() > block.micros
            };
            if tasks.iter().any(to) {
                found.insert(id);
            }
        }
    }
    found
}

/// Foretells what these corrections move, makes them, and returns what they moved, which must be the same.
async fn foretold(app: &TestApp, worked: &Worked, wishes: &[(EntryId, Change)], tasks: &[TaskId]) -> usize {
    let (ann, now) = (worked.ann.id, app.clock.now());
    let before = worked.days(app).await;
    let model = app.store.learned().model(ann).await.expect("a read");
    let listed = similar(&app.store, ann, wishes, now).await.expect("a list");
    assert_eq!(worked.days(app).await, before, "asking changes nothing");
    assert_eq!(app.store.learned().model(ann).await.expect("a read"), model);
    assert_eq!(app.store.days().backlog().await.expect("a count"), 0);
    for entry in &listed {
        let day = before.iter().find(|day| day.day.date == entry.date);
        let blocks = &day.expect("its day").day.blocks;
        let block = blocks.iter().find(|block| block.entry_id == Some(entry.entry));
        let block = block.expect("listed as it stands");
        assert_eq!(
            (block.start, block.end, block.minutes, block.task_id),
            (entry.start, entry.end, entry.minutes, entry.task_id)
        );
    }
    let order: Vec<_> = listed.iter().map(|entry| (entry.date, entry.start)).collect();
    assert!(order.is_sorted());
    for (entry, change) in wishes {
        let said = app.store.reviews().apply(ann, *entry, change, None, now).await;
        said.expect("a review");
    }
    settled(app).await;
    let corrected: Vec<EntryId> = wishes.iter().map(|(entry, _)| *entry).collect();
    let really = moved(&before, &worked.days(app).await, &corrected, tasks);
    let listed: BTreeSet<EntryId> = listed.into_iter().map(|entry| entry.entry).collect();
    assert_eq!(listed, really, "what is listed is what moves");
    really.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_listed_is_what_moves() {
    on_both(async |app| {
        let worked = worked(&app, 28, 300, 3).await;
        let mut random = Random::new(17);
        let (mut moved, mut quiet) = (0, 0);
        for _ in 0..ROUNDS {
            let days = worked.days(&app).await;
            let open = open(&days);
            // The longer ones: what takes five minutes teaches little.
            let (day, block) = *random.pick(&open[..open.len().min(40)]);
            let truth = worked.truth(day, block).filter(|_| random.chance(80));
            let task = truth.unwrap_or(*random.pick(&worked.tasks));
            let wish = (block.entry_id.expect("stored"), correct(task));
            let count = foretold(&app, &worked, &[wish], &[task]).await;
            moved += count;
            quiet += usize::from(count == 0);
        }
        assert!(moved > 5, "corrections move what is like them: {moved}");
        assert!(quiet < ROUNDS, "{quiet} moved nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn corrections_made_together_move_what_is_listed_for_them_together() {
    on_both(async |app| {
        let worked = worked(&app, 21, 300, 5).await;
        let (ann, mut moved) = (worked.ann.id, 0);
        for _ in 0..3 {
            let days = worked.days(&app).await;
            let (mut wishes, mut tasks) = (Vec::new(), Vec::new());
            for (day, block) in open(&days) {
                if let Some(task) = worked.truth(day, block)
                    && wishes.len() < 3
                    && tasks.last() != Some(&task)
                {
                    wishes.push((block.entry_id.expect("stored"), correct(task)));
                    tasks.push(task);
                }
            }
            assert_eq!(wishes.len(), 3);
            // What cannot be is left out of account.
            let mut with = wishes.clone();
            with.push((EntryId(uuid::Uuid::from_u128(9)), correct(tasks[0])));
            let now = app.clock.now();
            let all = similar(&app.store, ann, &with, now).await.expect("a list");
            assert_eq!(similar(&app.store, ann, &wishes, now).await.expect("a list"), all);
            moved += foretold(&app, &worked, &wishes, &tasks).await;
        }
        assert!(moved > 2, "corrections move what is like them: {moved}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_listed_for_what_is_no_correction_or_anothers() {
    on_both(async |app| {
        let worked = worked(&app, 7, 300, 1).await;
        let days = worked.days(&app).await;
        assert_eq!(days.last().map(|day| day.day.date), Some(LAST));
        let (_, block) = open(&days)[0];
        let entry = block.entry_id.expect("stored");
        let wish = [(entry, correct(worked.tasks[0]))];
        let (now, bob) = (app.clock.now(), app.person("bob@example.org").await);
        let list = async |who, wishes: &[(EntryId, Change)]| {
            let listed = similar(&app.store, who, wishes, now).await;
            listed.expect("a list").len()
        };
        assert_eq!(list(bob.id, &wish).await, 0);
        assert_eq!(list(worked.ann.id, &[(entry, Change::Confirm)]).await, 0);
        assert_eq!(list(worked.ann.id, &[]).await, 0);
        assert!(list(worked.ann.id, &wish).await > 0);
        assert_eq!(worked.tracked.project, block.project_id);
    })
    .await;
}
