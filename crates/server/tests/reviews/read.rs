//! What may be asked before a review, whose it is, and two tabs at once.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    desk::*,
    support::{World, on_both_databases},
};

on_both_databases!(
    similar_entries_are_named_and_left_alone,
    many_corrections_say_how_many_follow_them,
    explanations_say_who_answered,
    another_persons_are_unknown,
    two_tabs_lose_nothing,
);

/// The three days before, each with forty minutes in one file of a repository that names no task.
const DAYS: [&str; 3] = ["2026-11-17", "2026-11-18", "2026-11-19"];

/// The entry of each of those days, and an event of it.
async fn before(desk: &Desk<'_>) -> Vec<(String, String)> {
    let device = desk.world.enrol(&desk.ann, &desk.project).await;
    for date in DAYS {
        let event = |minute: i64| {
            json!({
                "event_id": Uuid::new_v4(), "client_seq": minute, "interval_s": 60, "idle_s": 3,
                "ts": format!("{date}T09:{minute:02}:00Z"),
                "active_app": { "name": "code", "bundle_id": "code", "window_title": "rounding.rs - ledger" },
                "file_context": { "path": "/home/ann/ledger/rounding.rs", "repo": "acme/ledger", "branch": "main" },
            })
        };
        let events: Vec<Value> = (0..40).map(event).collect();
        let batch = json!({ "schema_version": "1.0", "device_id": device, "sent_at": format!("{DAY}T14:00:00Z"),
            "events": events });
        let taken = desk
            .call("POST", "/tracker/events:batch", batch)
            .await
            .expect(200);
        assert_eq!(taken["accepted"], 40, "{taken}");
    }
    desk.world.app.derive().await;
    let mut entries = Vec::new();
    for date in DAYS {
        let day = day_of(desk, date).await;
        let text = |value: &Value| value.as_str().expect("an id").to_owned();
        assert_eq!(day["blocks"].as_array().map(Vec::len), Some(1), "{day}");
        entries.push((
            text(&day["blocks"][0]["entry_id"]),
            text(&day["spans"][0]["event_ids"][0]),
        ));
    }
    entries
}

async fn day_of(desk: &Desk<'_>, date: &str) -> Value {
    desk.world
        .get(&desk.ann, &format!("/tracker/days/{date}"))
        .await
        .expect(200)
}

async fn days(desk: &Desk<'_>) -> Vec<Value> {
    let mut days = vec![desk.day().await];
    for date in DAYS {
        days.push(day_of(desk, date).await);
    }
    days
}

async fn similar_entries_are_named_and_left_alone(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let entries = before(&desk).await;
    let [tuesday, wednesday, thursday] = [0, 1, 2].map(|n| entries[n].0.as_str());
    let stood = days(&desk).await;
    let ask = async |entry: &str, task: &str| {
        let answer = desk
            .verb(entry, ":similar", json!({ "task_id": task }))
            .await
            .expect(200);
        answer["entries"].as_array().expect("entries").clone()
    };
    let found = ask(thursday, &desk.tasks[1]).await;
    let ids: Vec<&Value> = found.iter().map(|entry| &entry["id"]).collect();
    assert_eq!(ids, [tuesday, wednesday], "the same file on the days before");
    assert_eq!(
        (&found[0]["date"], &found[0]["minutes"], &found[0]["task_id"]),
        (&json!(DAYS[0]), &json!(40), &Value::Null)
    );
    assert_eq!(days(&desk).await, stood, "asking changes nothing");
    let said = desk
        .patch(tuesday, json!({ "action": "confirm" }))
        .await
        .expect(200);
    assert_eq!(said.get("moves"), None, "only a correction moves others");
    let found = ask(thursday, &desk.tasks[1]).await;
    let ids: Vec<&Value> = found.iter().map(|entry| &entry["id"]).collect();
    assert_eq!(ids, [wednesday], "what was reviewed stays");

    let correct = json!({ "action": "correct", "task_id": desk.tasks[1] });
    let said = desk.patch(thursday, correct).await.expect(200);
    assert_eq!(said["moves"], 1, "a correction says how many follow it: {said}");
    desk.world.app.derive().await;
    let after = days(&desk).await;
    assert_eq!(
        [1, 2].map(|n| &after[n]["blocks"][0]["task_id"]),
        [&Value::Null, &json!(desk.tasks[1])]
    );
    let span = &after[2]["spans"][0];
    assert_eq!(
        (&span["reason"], &span["answered_by"]),
        (&json!("you moved 1 like this to P-2"), &json!("learned"))
    );
    let path = format!("/tracker/spans/{}/explain", entries[1].1);
    let why = desk.world.get(&desk.ann, &path).await.expect(200);
    for key in ["reason", "answered_by", "confidence"] {
        assert_eq!(why[key], span[key], "{key}");
    }
    assert_eq!(why["evidence"][0]["kind"], "learned", "{why}");
    assert_eq!(why["candidates"][0]["task_id"], desk.tasks[1].as_str());

    let unassignable = desk
        .verb(thursday, ":similar", json!({ "task_id": Uuid::new_v4() }))
        .await;
    assert_eq!(unassignable.refused(400), "task_id is not an assignable task");
    assert_eq!(
        desk.verb(thursday, ":similar", json!({})).await.fault().0,
        "body.task_id"
    );
}

async fn many_corrections_say_how_many_follow_them(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let entries = before(&desk).await;
    let one = desk.block(0).await;
    let review = async |reviews: Value| {
        let body = json!({ "reviews": reviews });
        let answer = desk.call("POST", "/tracker/timesheet/entries:review", body).await;
        answer.expect(200)
    };
    let confirmed = review(json!([{ "id": one, "action": "confirm" }])).await;
    assert_eq!(confirmed.get("moves"), None);
    let answer = review(json!([
        { "id": one, "action": "confirm" },
        { "id": entries[2].0, "action": "correct", "task_id": desk.tasks[1] },
        { "id": Uuid::new_v4(), "action": "correct", "task_id": desk.tasks[1] },
    ]))
    .await;
    assert_eq!(answer["moves"], 2, "{answer}");
    desk.world.app.derive().await;
    for date in DAYS {
        let day = day_of(&desk, date).await;
        assert_eq!(day["blocks"][0]["task_id"], desk.tasks[1].as_str(), "{date}");
    }
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
    let explain = async |event: &str| {
        let path = format!("/tracker/spans/{event}/explain");
        let answer = eve.call("GET", &path, Value::Null).await;
        (answer.status, answer.body.to_string())
    };
    assert_eq!(
        explain(&desk.events[3]).await,
        explain(&Uuid::new_v4().to_string()).await,
        "nothing tells an event of another person from one that never was"
    );
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
