//! The typed client on what a person says of their time, and on target hours.

use dayloom_api::{
    Patch, Stamp,
    target_hours::TargetPut,
    tracker::{EntryAction, EntryChange, Moment, NewTimesheetEntry, OneReview, TrackedTime},
};
use dayloom_client::DayRead;
use dayloom_testkit::TestApp;
use jiff::{Timestamp, civil::date};

use crate::desk::{weaver, work};

#[tokio::test]
async fn a_day_is_reviewed_by_the_client_alone() {
    let app = TestApp::sqlite().await;
    let (ann, tracked) = weaver(&app, "ann@example.org").await;
    work(&app, &ann, &tracked, "2026-11-21T08:00:00Z", 30, None).await;
    let (client, today) = (&ann.client, date(2026, 11, 21));
    let task = client.candidate_tasks().await.unwrap()[0].id;
    let DayRead::Day(day, Some(tag)) = client.day_unless(today, "\"nothing\"").await.unwrap() else {
        panic!("a day with its tag");
    };
    assert!(matches!(
        client.day_unless(today, &tag).await.unwrap(),
        DayRead::Unchanged
    ));
    let (entry, event) = (day.blocks[0].entry_id, day.spans[0].event_ids[0]);
    assert_eq!(client.explain(event).await.unwrap().candidates, []);
    assert_eq!(client.similar(entry, task).await.unwrap().entries, []);

    let middle: Timestamp = "2026-11-21T08:10:00Z".parse().unwrap();
    let cut = client.split(entry, &[middle]).await.unwrap();
    let ids: Vec<_> = cut.entries.iter().map(|row| row.entry.id).collect();
    assert_eq!((ids.len(), ids[0]), (2, entry));
    let one = client.merge(ids.clone(), Some(task)).await.unwrap().entry;
    assert_eq!((one.entry.id, one.entry.task_id), (entry, Some(task)));
    let reviews = client.reviews(None).await.unwrap();
    assert_eq!((reviews.reviews.len(), reviews.next_cursor), (2, None));
    let undone = client.undo(reviews.reviews[0].id).await.unwrap();
    assert_eq!(undone.entries.len(), 2);

    let correct = EntryChange {
        task_id: Patch::Set(task),
        ..EntryChange::new(EntryAction::Correct)
    };
    let said = client.review(entry, &correct).await.unwrap();
    assert_eq!(said.task_title.as_deref(), Some("Weave the <b>cloth</b>"));
    let many = ids.iter().map(|&id| OneReview {
        id,
        change: EntryChange::new(EntryAction::Confirm),
    });
    let many = client.review_many(many.collect()).await.unwrap();
    assert!(many.results.iter().all(|one| one.review_id.is_some()));
}

#[tokio::test]
async fn time_is_entered_and_targets_are_set_by_the_client_alone() {
    let app = TestApp::sqlite().await;
    let (ann, tracked) = weaver(&app, "ann@example.org").await;
    let (client, today) = (&ann.client, date(2026, 11, 21));
    let new = NewTimesheetEntry {
        date: today,
        start: Some(Moment::Clock(jiff::civil::time(9, 0, 0, 0))),
        end: Some(Moment::At("2026-11-21T09:45:00Z".parse().unwrap())),
        minutes: None,
        task_id: None,
        description: Some("Talked".to_owned()),
    };
    let made = client.enter(&new).await.unwrap().entry;
    assert_eq!(
        made.started_at,
        Some(Stamp("2026-11-21T09:00:00Z".parse().unwrap()))
    );
    let minutes = TrackedTime {
        duration_minutes: 15,
        description: None,
        task_id: None,
        entry_date: Some(today),
        source: "api",
    };
    client.track(&minutes).await.unwrap();
    let all = client.tracked(today, today).await.unwrap();
    assert_eq!((all.total, all.total_minutes), (2, 60));

    let workspace = tracked.workspace;
    let default = client.target_hours(workspace, None).await.unwrap();
    assert_eq!(default.source, "default");
    let put = TargetPut {
        project_id: Some(tracked.project.0),
        developer_id: None,
        hundredths: 650,
    };
    let target = client.put_target(workspace, &put).await.unwrap();
    assert_eq!(
        client.targets(workspace).await.unwrap(),
        std::slice::from_ref(&target)
    );
    let resolved = client
        .target_hours(workspace, Some(tracked.project))
        .await
        .unwrap();
    assert_eq!(
        (resolved.target_hours_per_day, resolved.source.as_str()),
        (6.5, "project")
    );
    client.remove_target(workspace, target.id).await.unwrap();
    assert_eq!(client.targets(workspace).await.unwrap(), []);
}
