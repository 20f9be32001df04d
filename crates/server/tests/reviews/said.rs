//! Reviews: confirmed, corrected, dismissed, edited, cut, joined, many at once, taken back.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    desk::*,
    support::{World, on_both_databases},
};

on_both_databases!(
    entries_are_confirmed_corrected_and_dismissed,
    wishes_that_cannot_be_are_refused,
    a_review_follows_at_once_and_can_be_taken_back,
    borders_and_words_are_edited,
    entries_are_cut_and_made_one,
    many_reviews_are_each_on_their_own,
);

async fn entries_are_confirmed_corrected_and_dismissed(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    assert_eq!(shown(&desk.day().await), AS_INFERRED);
    let (known, unknown) = (desk.block(0).await, desk.block(1).await);
    let said = desk
        .patch(&known, json!({ "action": "confirm", "task_id": desk.tasks[1] }))
        .await
        .expect(200);
    assert_eq!(said["attribution_status"], "confirmed");
    assert_eq!(
        said["task_id"],
        desk.tasks[0].as_str(),
        "confirming ignores a task"
    );
    assert_eq!(said["task_title"], "Task P-1");
    let again = desk
        .patch(&known, json!({ "action": "confirm" }))
        .await
        .expect(200);
    assert_eq!(again, said, "repeats are harmless");
    let said = desk
        .patch(&unknown, json!({ "action": "correct", "task_id": desk.tasks[1] }))
        .await
        .expect(200);
    assert_eq!(
        (&said["id"], &said["attribution_status"]),
        (&json!(unknown), &json!("corrected"))
    );
    assert_eq!(
        shown(&desk.day().await),
        [
            "09:00–10:00 60 P-1 confirmed",
            "10:00–10:30 30 P-2 corrected",
            "10:40–11:10 30 P-1 inferred"
        ]
    );
    let without = json!({ "action": "correct", "task_id": null, "category": "productive" });
    let said = desk.patch(&unknown, without).await.expect(200);
    assert!(said["task_id"].is_null());
    let day = desk.day().await;
    assert_eq!(day["blocks"][1]["category"], "productive");
    assert_eq!(day["unattributed_s"], 1_800);
    let private = json!({ "action": "correct", "task_id": null, "category": "personal" });
    desk.patch(&unknown, private).await.expect(200);
    let day = desk.day().await;
    assert_eq!(
        day["blocks"].as_array().map(Vec::len),
        Some(2),
        "personal time is in no block"
    );
    assert_eq!(day["personal_s"], 1_800 + 1_200);
    let before = day["attention_s"].as_f64().expect("a number");
    desk.patch(&known, json!({ "action": "dismiss" }))
        .await
        .expect(200);
    let day = desk.day().await;
    assert_eq!(
        day["attention_s"].as_f64(),
        Some(before - 3_600.0),
        "dismissed time counts nowhere"
    );
    desk.patch(&known, json!({ "action": "confirm" }))
        .await
        .expect(200);
    assert_eq!(
        desk.day().await["attention_s"].as_f64(),
        Some(before),
        "any status may follow any other"
    );
}

async fn wishes_that_cannot_be_are_refused(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let entry = desk.block(0).await;
    let bad = desk.patch(&entry, json!({ "action": "erase" })).await.fault();
    assert_eq!(bad.0, "body.action");
    assert_eq!(desk.patch(&entry, json!({})).await.fault().0, "body.action");
    for none in [
        json!({ "action": "correct" }),
        json!({ "action": "correct", "task_id": null }),
    ] {
        let text = desk.patch(&entry, none).await.refused(400);
        assert_eq!(text, "task_id is required to correct an entry");
    }
    let unknown = json!({ "action": "correct", "task_id": Uuid::new_v4() });
    assert_eq!(
        desk.patch(&entry, unknown.clone()).await.refused(400),
        "task_id is not an assignable task"
    );
    let both = json!({ "action": "correct", "task_id": desk.tasks[0], "category": "personal" });
    assert_eq!(desk.patch(&entry, both).await.fault().0, "body.category");
    for id in [Uuid::new_v4().to_string(), "rubbish".to_owned()] {
        assert_eq!(
            desk.patch(&id, unknown.clone()).await.refused(404),
            "Inferred entry not found"
        );
        for (verb, body) in [
            (":split", json!({ "at": ["2026-11-20T09:10:00Z"] })),
            (":similar", json!({ "task_id": desk.tasks[0] })),
        ] {
            assert_eq!(
                desk.verb(&id, verb, body).await.refused(404),
                "Inferred entry not found"
            );
        }
        let path = format!("/tracker/reviews/{id}:undo");
        assert_eq!(
            desk.call("POST", &path, Value::Null).await.refused(404),
            "Review not found"
        );
        let path = format!("/tracker/spans/{id}/explain");
        assert_eq!(
            desk.call("GET", &path, Value::Null).await.refused(404),
            "Span not found"
        );
    }
    let stale = json!({ "action": "confirm", "seen_task_id": desk.tasks[1] });
    let answer = desk.patch(&entry, stale).await.expect(409);
    assert!(answer["detail"].is_string());
    assert_eq!(answer["entry"]["id"], entry.as_str());
    assert_eq!(answer["entry"]["task_id"], desk.tasks[0].as_str());
    assert_eq!(answer["entry"]["attribution_status"], "inferred");
    let unseen = json!({ "action": "confirm", "seen_task_id": null });
    desk.patch(&entry, unseen).await.expect(409);
    let seen = json!({ "action": "confirm", "seen_task_id": desk.tasks[0] });
    desk.patch(&entry, seen).await.expect(200);
    assert_eq!(
        desk.world
            .get(&desk.ann, "/tracker/reviews?cursor=x")
            .await
            .fault()
            .0,
        "query.cursor"
    );
    for path in [
        "/tracker/timesheet/entries/x:unknown",
        "/tracker/reviews/x/~undo",
        "/tracker/reviews/x:y:z",
    ] {
        let answer = desk.call("POST", path, Value::Null).await;
        assert!(matches!(answer.status, 307 | 404), "{path}: {}", answer.status);
    }
}

async fn a_review_follows_at_once_and_can_be_taken_back(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let before = desk.day().await;
    let entry = desk.block(1).await;
    let first = desk
        .patch(&entry, json!({ "action": "correct", "task_id": desk.tasks[1] }))
        .await
        .expect(200);
    let second = desk
        .patch(&entry, json!({ "action": "dismiss" }))
        .await
        .expect(200);
    let log = desk.world.get(&desk.ann, "/tracker/reviews").await.expect(200);
    let actions: Vec<&Value> = log["reviews"]
        .as_array()
        .expect("reviews")
        .iter()
        .map(|r| &r["action"])
        .collect();
    assert_eq!(actions, ["dismiss", "correct"]);
    assert_eq!(log["reviews"][1]["before"][0]["status"], "inferred");
    assert_eq!(log["reviews"][1]["after"][0]["task_id"], desk.tasks[1].as_str());
    assert!(log["next_cursor"].is_null());
    for _ in 0..2 {
        let undone = desk.undo(&second).await;
        assert_eq!(undone["entries"][0]["attribution_status"], "corrected");
    }
    let path = format!(
        "/tracker/reviews/{}%3Aundo",
        first["review_id"].as_str().expect("an id")
    );
    let undone = desk.call("POST", &path, Value::Null).await.expect(200);
    assert_eq!(undone["entries"][0]["attribution_status"], "inferred");
    let mut after = desk.day().await;
    assert!(after["revision"].as_i64() > before["revision"].as_i64());
    after["revision"] = before["revision"].clone();
    assert_eq!(after, before, "taken back, the day is what it was");
    let log = desk.world.get(&desk.ann, "/tracker/reviews").await.expect(200);
    assert!(
        log["reviews"]
            .as_array()
            .expect("reviews")
            .iter()
            .all(|r| r["undone_at"].is_string())
    );
    for n in 0..55 {
        let action = if n % 2 == 0 { "confirm" } else { "dismiss" };
        desk.patch(&entry, json!({ "action": action })).await.expect(200);
    }
    let page = desk.world.get(&desk.ann, "/tracker/reviews").await.expect(200);
    assert_eq!(page["reviews"].as_array().map(Vec::len), Some(50));
    let next = format!(
        "/tracker/reviews?cursor={}",
        page["next_cursor"].as_str().expect("a cursor")
    );
    let next = desk.world.get(&desk.ann, &next).await.expect(200);
    assert_eq!(next["reviews"].as_array().map(Vec::len), Some(7));
    assert!(next["next_cursor"].is_null());
}

async fn borders_and_words_are_edited(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let entry = desk.block(0).await;
    let edit = json!({ "action": "correct", "ended_at": "2026-11-20T10:10:00Z", "description": "pairing" });
    let said = desk.patch(&entry, edit).await.expect(200);
    assert_eq!(
        (&said["attribution_status"], &said["task_id"]),
        (&json!("corrected"), &json!(desk.tasks[0]))
    );
    let day = desk.day().await;
    assert_eq!(
        shown(&day),
        [
            "09:00–10:10 70 P-1 corrected",
            "10:10–10:30 20 - inferred",
            "10:40–11:10 30 P-1 inferred"
        ]
    );
    assert_eq!(day["blocks"][0]["reason"], "pairing");
    let unknown = desk.block(1).await;
    let earlier = json!({ "action": "confirm", "started_at": "2026-11-20T10:05:00Z" });
    let said_too = desk.patch(&unknown, earlier).await.expect(200);
    assert_eq!(said_too["attribution_status"], "corrected");
    assert_eq!(
        shown(&desk.day().await)[..2],
        ["09:00–10:05 65 P-1 corrected", "10:05–10:30 25 - corrected"],
        "what is said later has the time"
    );
    for (body, place) in [
        (
            json!({ "action": "correct", "ended_at": "2026-11-20T08:00:00Z" }),
            "body.ended_at",
        ),
        (
            json!({ "action": "correct", "ended_at": "2026-11-21T00:30:00Z" }),
            "body.ended_at",
        ),
        (
            json!({ "action": "correct", "started_at": "lunch" }),
            "body.started_at",
        ),
        (
            json!({ "action": "correct", "description": "x".repeat(1_001) }),
            "body.description",
        ),
    ] {
        assert_eq!(desk.patch(&entry, body).await.fault().0, place);
    }
    desk.undo(&said_too).await;
    desk.undo(&said).await;
    assert_eq!(shown(&desk.day().await), AS_INFERRED);
}

async fn entries_are_cut_and_made_one(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let (one, two, three) = (desk.block(0).await, desk.block(1).await, desk.block(2).await);
    let at = json!({ "at": ["2026-11-20T09:45:00Z", "2026-11-20T09:15:00Z"] });
    let cut = desk.verb(&one, "%3Asplit", at).await.expect(200);
    let pieces = cut["entries"].as_array().expect("entries");
    assert_eq!(
        pieces.iter().map(|p| &p["duration_minutes"]).collect::<Vec<_>>(),
        [15, 30, 15]
    );
    assert_eq!(pieces[0]["id"], one.as_str(), "the first piece keeps the id");
    let piece = pieces[1]["id"].as_str().expect("an id");
    desk.patch(piece, json!({ "action": "correct", "task_id": desk.tasks[1] }))
        .await
        .expect(200);
    assert_eq!(
        shown(&desk.day().await)[..3],
        [
            "09:00–09:15 15 P-1 corrected",
            "09:15–09:45 30 P-2 corrected",
            "09:45–10:00 15 P-1 corrected"
        ]
    );
    for outside in ["2026-11-20T09:00:00Z", "2026-11-20T12:00:00Z"] {
        let bad = desk
            .verb(&one, ":split", json!({ "at": [outside] }))
            .await
            .fault();
        assert_eq!(bad.0, "body.at.0");
    }
    assert_eq!(
        desk.verb(&one, ":split", json!({ "at": [] })).await.fault().0,
        "body.at"
    );

    let merge = |ids: Vec<&str>, task: Value| {
        desk.call(
            "POST",
            "/tracker/timesheet/entries:merge",
            json!({ "ids": ids, "task_id": task }),
        )
    };
    let merged = merge(vec![&three, &two], Value::Null).await.expect(200);
    assert_eq!(merged["entry"]["id"], two.as_str());
    assert_eq!(merged["entry"]["duration_minutes"], 60);
    let day = desk.day().await;
    assert_eq!(day["blocks"].as_array().map(Vec::len), Some(4));
    desk.undo(&merged).await;
    let merged = merge(vec![&two, &three], json!(desk.tasks[1])).await.expect(200);
    assert_eq!(merged["entry"]["task_id"], desk.tasks[1].as_str());
    assert_eq!(shown(&desk.day().await)[3], "10:00–11:10 60 P-2 corrected");
    desk.undo(&merged).await;
    assert_eq!(merge(vec![&one, &three], Value::Null).await.fault().0, "body.ids");
    assert_eq!(merge(vec![&one, &one], Value::Null).await.fault().0, "body.ids");
    assert_eq!(merge(vec![&one], Value::Null).await.fault().0, "body.ids");
    let stranger = Uuid::new_v4().to_string();
    assert_eq!(
        merge(vec![&one, &stranger], Value::Null).await.refused(404),
        "Inferred entry not found"
    );
    let unassignable = merge(vec![&two, &three], json!(stranger)).await.refused(400);
    assert_eq!(unassignable, "task_id is not an assignable task");
    desk.undo(&cut).await;
    assert_eq!(
        shown(&desk.day().await)[..3],
        [
            "09:00–09:15 15 P-1 inferred",
            "09:15–09:45 30 P-2 corrected",
            "09:45–10:00 15 P-1 inferred"
        ],
        "what was said of a piece afterwards stands, and the key of the branch for the rest of it"
    );
}

async fn many_reviews_are_each_on_their_own(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let (one, two, three) = (desk.block(0).await, desk.block(1).await, desk.block(2).await);
    let stranger = Uuid::new_v4();
    let body = json!({ "reviews": [
        { "id": one, "action": "confirm" },
        { "id": stranger, "action": "confirm" },
        { "id": two, "action": "correct" },
        { "id": two, "action": "correct", "task_id": null, "category": "productive", "seen_task_id": null },
        { "id": three, "action": "confirm", "seen_task_id": desk.tasks[1] },
        { "id": three, "action": "dismiss" },
    ] });
    let answer = desk
        .call("POST", "/tracker/timesheet/entries:review", body)
        .await
        .expect(200);
    let results = answer["results"].as_array().expect("results");
    let details: Vec<&Value> = results.iter().map(|one| &one["detail"]).collect();
    assert_eq!(details[0], &Value::Null);
    assert_eq!(details[1], "Inferred entry not found");
    assert_eq!(details[2], "task_id is required to correct an entry");
    assert!(details[4].is_string());
    for n in [0, 3, 5] {
        assert!(results[n]["review_id"].is_string(), "{answer}");
    }
    assert_eq!(results[1]["id"], stranger.to_string());
    assert_eq!(
        shown(&desk.day().await),
        ["09:00–10:00 60 P-1 confirmed", "10:00–10:30 30 - corrected"]
    );
    let many = |count: usize| json!({ "reviews": vec![json!({ "id": one, "action": "confirm" }); count] });
    desk.call("POST", "/tracker/timesheet/entries:review", many(500))
        .await
        .expect(200);
    for (body, place) in [
        (many(501), "body.reviews"),
        (json!({}), "body.reviews"),
        (
            json!({ "reviews": [{ "id": "x", "action": "confirm" }] }),
            "body.reviews.0.id",
        ),
        (
            json!({ "reviews": [{ "id": one, "action": "confirm" }, { "id": one }] }),
            "body.reviews.1.action",
        ),
        (json!({ "reviews": [1] }), "body.reviews.0"),
    ] {
        let answer = desk.call("POST", "/tracker/timesheet/entries:review", body).await;
        assert_eq!(answer.fault().0, place);
    }
}
