//! What may be asked before a review, whose it is, and two tabs at once.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    desk::*,
    support::{World, on_both_databases},
};

on_both_databases!(
    similar_entries_are_named_and_left_alone,
    explanations_say_who_answered,
    another_persons_are_unknown,
    two_tabs_lose_nothing,
);

async fn similar_entries_are_named_and_left_alone(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let (one, two, three) = (desk.block(0).await, desk.block(1).await, desk.block(2).await);
    let before = desk.day().await;
    let ask = async |entry: &str, task: &str| {
        let answer = desk
            .verb(entry, ":similar", json!({ "task_id": task }))
            .await
            .expect(200);
        answer["entries"].as_array().expect("entries").clone()
    };
    let found = ask(&one, &desk.tasks[1]).await;
    let ids: Vec<&Value> = found.iter().map(|entry| &entry["id"]).collect();
    assert!(
        ids.contains(&&json!(three)),
        "the same branch later that day: {found:?}"
    );
    assert!(!ids.contains(&&json!(one)) && !ids.contains(&&json!(two)));
    let entry = found
        .iter()
        .find(|entry| entry["id"] == three.as_str())
        .expect("it is there");
    assert_eq!((&entry["date"], &entry["minutes"]), (&json!(DAY), &json!(30)));
    assert_eq!(entry["task_id"], desk.tasks[0].as_str());
    assert_eq!(desk.day().await, before, "asking changes nothing");
    desk.patch(&three, json!({ "action": "confirm" }))
        .await
        .expect(200);
    let found = ask(&one, &desk.tasks[1]).await;
    assert!(
        found.iter().all(|entry| entry["id"] != three.as_str()),
        "what was reviewed stays"
    );
    let unassignable = desk
        .verb(&one, ":similar", json!({ "task_id": Uuid::new_v4() }))
        .await;
    assert_eq!(unassignable.refused(400), "task_id is not an assignable task");
    assert_eq!(
        desk.verb(&one, ":similar", json!({})).await.fault().0,
        "body.task_id"
    );
}

async fn explanations_say_who_answered(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let explain = |n: usize| {
        let path = format!("/tracker/spans/{}/explain", desk.events[n]);
        async { desk.world.get(&desk.ann, &{ path }).await.expect(200) }
    };
    let known = explain(3).await;
    assert_eq!(known["answered_by"], "key", "{known}");
    assert!(
        known["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("P-1"))
    );
    assert!(
        known["evidence"]
            .as_array()
            .is_some_and(|all| all.iter().any(|item| item["kind"] == "key"))
    );
    let private = explain(125).await;
    assert_eq!(private["answered_by"], "rule", "{private}");
    let unknown = explain(70).await;
    assert!(
        unknown["confidence"]
            .as_f64()
            .is_some_and(|sure| (0.0..=1.0).contains(&sure)),
        "{unknown}"
    );
    let entry = desk.block(1).await;
    for (change, reason) in [
        (
            json!({ "action": "correct", "task_id": desk.tasks[1] }),
            "you corrected this",
        ),
        (json!({ "action": "confirm" }), "you confirmed this"),
        (json!({ "action": "dismiss" }), "you dismissed this"),
    ] {
        desk.patch(&entry, change).await.expect(200);
        let reviewed = explain(70).await;
        assert_eq!(
            (&reviewed["answered_by"], &reviewed["reason"]),
            (&json!("review"), &json!(reason))
        );
        assert_eq!(reviewed["evidence"][0]["kind"], "review");
    }
}

async fn another_persons_are_unknown(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let eve = Desk::of(world, "eve@example.org").await;
    let (one, two) = (desk.block(0).await, desk.block(1).await);
    let said = desk.patch(&one, json!({ "action": "confirm" })).await.expect(200);
    let before = desk.day().await;
    let review = said["review_id"].as_str().expect("an id");
    let task = eve.tasks[0].clone();
    for (method, path, body) in [
        (
            "PATCH",
            format!("/tracker/timesheet/entries/{two}"),
            json!({ "action": "dismiss" }),
        ),
        (
            "POST",
            format!("/tracker/timesheet/entries/{one}:split"),
            json!({ "at": ["2026-11-20T09:10:00Z"] }),
        ),
        (
            "POST",
            format!("/tracker/timesheet/entries/{one}:similar"),
            json!({ "task_id": task }),
        ),
        (
            "POST",
            "/tracker/timesheet/entries:merge".to_owned(),
            json!({ "ids": [one, two] }),
        ),
        ("POST", format!("/tracker/reviews/{review}:undo"), Value::Null),
        (
            "GET",
            format!("/tracker/spans/{}/explain", desk.events[3]),
            Value::Null,
        ),
    ] {
        let answer = eve.call(method, &path, body).await;
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
    }
    let many = json!({ "reviews": [{ "id": two, "action": "dismiss" }] });
    let answer = eve
        .call("POST", "/tracker/timesheet/entries:review", many)
        .await
        .expect(200);
    assert_eq!(answer["results"][0]["detail"], "Inferred entry not found");
    let theirs = json!({ "action": "correct", "task_id": desk.tasks[0] });
    let own = eve.block(1).await;
    assert_eq!(
        eve.patch(&own, theirs).await.refused(400),
        "task_id is not an assignable task"
    );
    assert_eq!(
        eve.world.get(&eve.ann, "/tracker/reviews").await.expect(200)["reviews"],
        json!([])
    );
    assert_eq!(desk.day().await, before);
    assert_ne!(desk.project, eve.project);
}

/// Two tabs reviewing one day at once, many times over: every answer is followed, and nothing is lost.
async fn two_tabs_lose_nothing(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let (one, two, three) = (desk.block(0).await, desk.block(1).await, desk.block(2).await);
    let tab = |entry: String| {
        let desk = &desk;
        async move {
            for action in ["confirm", "dismiss", "confirm", "dismiss", "confirm"] {
                desk.patch(&entry, json!({ "action": action })).await.expect(200);
                let path = format!("/tracker/timesheet?start={DAY}&end={DAY}");
                let sheet = desk.world.get(&desk.ann, &path).await.expect(200);
                let entries = sheet["days"][0]["entries"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default();
                let mine = entries.iter().find(|row| row["id"] == entry.as_str());
                let status =
                    mine.map(|row| row["attribution_status"].as_str().unwrap_or_default().to_owned());
                let expected = (action == "confirm").then(|| "confirmed".to_owned());
                assert_eq!(status, expected, "an answer was not followed");
            }
        }
    };
    tokio::join!(tab(one), tab(two), tab(three));
    let log = desk.world.get(&desk.ann, "/tracker/reviews").await.expect(200);
    assert_eq!(log["reviews"].as_array().map(Vec::len), Some(15));
    assert_eq!(
        shown(&desk.day().await),
        [
            "09:00–10:00 60 P-1 confirmed",
            "10:00–10:30 30 - confirmed",
            "10:40–11:10 30 P-1 confirmed"
        ]
    );
}
