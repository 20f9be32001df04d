//! Time entered by hand, here and by the companion app.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    desk::*,
    support::{World, on_both_databases},
};

on_both_databases!(
    time_by_hand_stands_and_counts_once,
    time_by_hand_is_checked,
    tracked_time_of_the_companion_app,
);

async fn time_by_hand_stands_and_counts_once(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let total = desk.day().await["attention_s"].as_f64().expect("a number");
    let one = desk.block(0).await;
    desk.patch(&one, json!({ "action": "confirm" })).await.expect(200);
    let by_hand = json!({ "date": DAY, "start": "2026-11-20T09:20:00Z", "end": "2026-11-20T09:50:00Z",
        "task_id": desk.tasks[1], "description": "stand-up" });
    let made = desk
        .call("POST", "/tracker/timesheet/entries", by_hand.clone())
        .await
        .expect(201);
    assert_eq!(
        (&made["source"], &made["duration_minutes"]),
        (&json!("web"), &json!(30))
    );
    assert!(made["attribution_status"].is_null() && made["description"] == "stand-up");
    let day = desk.day().await;
    assert_eq!(
        shown(&day)[..3],
        [
            "09:00–09:20 20 P-1 confirmed",
            "09:20–09:50 30 P-2 confirmed",
            "09:50–10:00 10 P-1 confirmed"
        ]
    );
    assert_eq!(day["attention_s"].as_f64(), Some(total), "no hour counts twice");
    let again = desk.call("POST", "/tracker/timesheet/entries", by_hand).await;
    assert!(again.refused(409).contains("by hand"));
    let reach = json!({ "action": "correct", "ended_at": "2026-11-20T09:30:00Z" });
    desk.patch(&one, reach).await.expect(409);
    let id = made["id"].as_str().expect("an id");
    assert_eq!(
        desk.patch(id, json!({ "action": "confirm" })).await.refused(404),
        "Inferred entry not found"
    );

    let noon = json!({ "date": DAY, "start": "12:00", "minutes": 45, "task_id": desk.tasks[0] });
    let lunch = desk
        .call("POST", "/tracker/timesheet/entries", noon)
        .await
        .expect(201);
    assert_eq!(lunch["started_at"], "2026-11-20T12:00:00Z");
    let somewhen = json!({ "date": DAY, "minutes": 20 });
    let somewhen = desk
        .call("POST", "/tracker/timesheet/entries", somewhen)
        .await
        .expect(201);
    assert!(somewhen["started_at"].is_null() && somewhen["task_id"].is_null());
    let day = desk.day().await;
    assert_eq!(day["attention_s"].as_f64(), Some(total + 65.0 * 60.0));
    let empty = json!({ "date": "2026-11-18", "end": "2026-11-18T16:00:00Z", "minutes": 90 });
    desk.call("POST", "/tracker/timesheet/entries", empty)
        .await
        .expect(201);
    let other = desk
        .world
        .get(&desk.ann, "/tracker/days/2026-11-18")
        .await
        .expect(200);
    assert_eq!(
        (&other["attention_s"], &other["unattributed_s"]),
        (&json!(5_400), &json!(5_400))
    );
    for made in [&somewhen, &lunch, &made] {
        desk.undo(made).await;
    }
    let day = desk.day().await;
    assert_eq!(day["attention_s"].as_f64(), Some(total));
    assert_eq!(
        shown(&day)[0],
        "09:00–10:00 60 P-1 confirmed",
        "the review under it is whole again"
    );
}

async fn time_by_hand_is_checked(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let post = |body: Value| desk.call("POST", "/tracker/timesheet/entries", body);
    for (body, place) in [
        (json!({ "minutes": 5 }), "body.date"),
        (json!({ "date": "20.11.2026", "minutes": 5 }), "body.date"),
        (json!({ "date": "1999-12-31", "minutes": 5 }), "body.date"),
        (json!({ "date": DAY }), "body.minutes"),
        (json!({ "date": DAY, "minutes": 0 }), "body.minutes"),
        (json!({ "date": DAY, "minutes": 1_441 }), "body.minutes"),
        (json!({ "date": DAY, "start": "09:00" }), "body.minutes"),
        (
            json!({ "date": DAY, "start": "09:00", "end": "10:00", "minutes": 60 }),
            "body.minutes",
        ),
        (
            json!({ "date": DAY, "start": "10:00", "end": "09:00" }),
            "body.end",
        ),
        (
            json!({ "date": DAY, "start": "23:30", "minutes": 60 }),
            "body.end",
        ),
        (
            json!({ "date": DAY, "start": "2026-11-21T09:00:00Z", "minutes": 5 }),
            "body.end",
        ),
        (
            json!({ "date": DAY, "start": "soon", "minutes": 5 }),
            "body.start",
        ),
        (
            json!({ "date": DAY, "minutes": 5, "description": "x".repeat(1_001) }),
            "body.description",
        ),
        (
            json!({ "date": DAY, "minutes": 5, "task_id": "x" }),
            "body.task_id",
        ),
    ] {
        let answer = post(body.clone()).await;
        assert_eq!(answer.fault().0, place, "{body}");
    }
    let foreign = post(json!({ "date": DAY, "minutes": 5, "task_id": Uuid::new_v4() })).await;
    assert_eq!(foreign.refused(400), "task_id is not an assignable task");
    let alone = world.person("alone@example.org").await;
    let body = json!({ "date": DAY, "minutes": 5 });
    let nowhere = world
        .call(&alone, "POST", "/tracker/timesheet/entries", body)
        .await;
    assert!(nowhere.refused(400).contains("project"));
}

async fn tracked_time_of_the_companion_app(world: &World) {
    let desk = Desk::of(world, "ann@example.org").await;
    let body = json!({ "duration_minutes": 25, "description": "a call", "source": "web", "entry_date": DAY });
    let made = desk.call("POST", "/tracking/time", body).await.expect(201);
    assert_eq!(
        (&made["duration_minutes"], &made["source"]),
        (&json!(25), &json!("web"))
    );
    let today = desk
        .call("POST", "/tracking/time", json!({ "duration_minutes": 5 }))
        .await
        .expect(201);
    assert_eq!(today["entry_date"], "2026-11-21");
    let dismissed = desk.block(2).await;
    desk.patch(&dismissed, json!({ "action": "dismiss" }))
        .await
        .expect(200);
    let mine = desk
        .world
        .get(
            &desk.ann,
            "/tracking/time/me?start_date=2026-11-20&end_date=2026-11-21",
        )
        .await
        .expect(200);
    let minutes: i64 = mine["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .filter_map(|e| e["duration_minutes"].as_i64())
        .sum();
    assert_eq!(mine["total_minutes"], minutes);
    assert_eq!(mine["entries"][0]["entry_date"], "2026-11-21", "latest first");
    let ids: Vec<&Value> = mine["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|e| &e["id"])
        .collect();
    assert!(
        ids.contains(&&made["id"]) && !ids.contains(&&json!(dismissed)),
        "dismissed time is in no report"
    );
    for (body, place) in [
        (json!({}), "body.duration_minutes"),
        (json!({ "duration_minutes": 1_441 }), "body.duration_minutes"),
    ] {
        assert_eq!(desk.call("POST", "/tracking/time", body).await.fault().0, place);
    }
    for bad in ["x".to_owned(), "9".repeat(65)] {
        let path = format!("/tracking/time/me?start_date={bad}");
        let bad = desk.world.get(&desk.ann, &path).await;
        assert_eq!(bad.refused(400), "Invalid date (use YYYY-MM-DD)");
    }
    let reversed = desk
        .world
        .get(
            &desk.ann,
            "/tracking/time/me?start_date=2026-11-21&end_date=2026-11-20",
        )
        .await;
    assert_eq!(reversed.refused(400), "start must be <= end");
}
