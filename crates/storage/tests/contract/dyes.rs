//! Dyes of tasks (`design/pages.md`, drawing rule 7).

use dayloom_domain::TaskId;
use dayloom_storage::Store;
use jiff::ToSpan;

use crate::{
    days::{TODAY, block, day, task},
    world::{now, world},
};

pub async fn a_task_keeps_the_dye_of_its_first_attribution(store: &Store) {
    let w = world(store, "ada").await;
    let mut tasks: Vec<TaskId> = Vec::new();
    for n in 0..11 {
        tasks.push(task(store, &w, &format!("P-{n}")).await);
    }
    let dyes = async |owner| -> Vec<Option<u8>> {
        let found = store.dyes().of(owner, &tasks).await.unwrap();
        tasks.iter().map(|task| found.get(task).copied()).collect()
    };
    // Each block an hour, all on one day; the reference tells days apart.
    let worked = |date, tasks: &[TaskId]| {
        let blocks = tasks.iter().zip(0_i64..).map(|(task, n)| {
            let reference = u128::from(date == TODAY) * 1_000 + u128::try_from(n).unwrap();
            block(reference, w.project, n * 60, n * 60 + 60, Some(*task))
        });
        day(date, blocks.collect())
    };
    let long_ago = TODAY.saturating_sub(40.days());
    let first = worked(long_ago, &tasks[..2]);
    store.days().write(w.owner, &first, now()).await.unwrap();
    assert_eq!(dyes(w.owner).await[..3], [Some(1), Some(2), None]);

    // Forty days later the dyes of those two count as free again, and they keep them all the same.
    let second = worked(TODAY, &tasks[2..10]);
    store.days().write(w.owner, &second, now()).await.unwrap();
    let given = dyes(w.owner).await;
    let expected: Vec<Option<u8>> = [1, 2, 1, 2, 3, 4, 5, 6, 7, 8].map(Some).to_vec();
    assert_eq!((&given[..10], given[10]), (&expected[..], None));

    // The day comes out in another way, with another task first: who has a dye keeps it.
    let third = worked(TODAY, &[tasks[10], tasks[9], tasks[3]]);
    store.days().write(w.owner, &third, now()).await.unwrap();
    let after = dyes(w.owner).await;
    assert_eq!(after[..10], given[..10]);
    // In use today are dyes 8 and 2 alone.
    assert_eq!(after[10], Some(1));

    let eve = world(store, "eve").await;
    assert_eq!(dyes(eve.owner).await, vec![None; 11], "a dye is of one person");
}
