//! Everything of `contract/tracker.md` §2.6 and §9.3 that a person can say about their time, over HTTP, on both databases.

mod support;

use serde_json::{Value, json};
use support::{Answer, Person, World, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    entries_are_confirmed_corrected_and_dismissed,
    wishes_that_cannot_be_are_refused,
    a_review_follows_at_once_and_can_be_taken_back,
    borders_and_words_are_edited,
    entries_are_cut_and_made_one,
    many_reviews_are_each_on_their_own,
    time_by_hand_stands_and_counts_once,
    time_by_hand_is_checked,
    tracked_time_of_the_companion_app,
    similar_entries_are_named_and_left_alone,
    explanations_say_who_answered,
    another_persons_are_unknown,
    two_tabs_lose_nothing,
);

const DAY: &str = "2026-11-20";

/// A person with a tracked day: 09:00–10:00 on P-1's branch, 10:00–10:30 in an editor nobody knows, 10:40–11:10 on P-1
/// again, then lunch, and 13:00–13:20 of private time by a rule.
struct Desk<'w> {
    world: &'w World,
    ann: Person,
    project: String,
    tasks: Vec<String>,
    events: Vec<String>,
}

impl<'w> Desk<'w> {
    async fn of(world: &'w World, email: &str) -> Self {
        let ann = world.person(email).await;
        let workspace = world.workspace(&ann, email).await;
        let project = world.project(&ann, &workspace, "Loom").await;
        let mut tasks = Vec::new();
        for key in ["P-1", "P-2"] {
            let body = json!({ "title": format!("Task {key}"), "key": key, "assignee_id": ann.id });
            let path = format!("/workspaces/{workspace}/tasks");
            tasks.push(support::id(
                &world.call(&ann, "POST", &path, body).await.expect(201),
            ));
        }
        let rule = json!({ "scope": "personal", "field": "app", "match": "contains", "pattern": "Chess",
            "category": "personal" });
        world.call(&ann, "POST", "/tracker/rules", rule).await.expect(201);
        let device = world.enrol(&ann, &project).await;
        let mut events = Vec::new();
        let runs = [
            (540, 600, "Code", Some("feature/P-1")),
            (600, 630, "Editor", None),
            (640, 670, "Code", Some("feature/P-1")),
            (780, 800, "Chess", None),
        ];
        for (from, to, app, branch) in runs {
            for minute in from..to {
                let mut event = json!({
                    "event_id": Uuid::new_v4(), "client_seq": minute, "interval_s": 60,
                    "ts": format!("{DAY}T{:02}:{:02}:00Z", minute / 60, minute % 60),
                    "active_app": { "name": app, "bundle_id": app, "window_title": format!("{app} window") },
                });
                if let Some(branch) = branch {
                    event["file_context"] = json!({ "repo": "acme/loom", "branch": branch });
                }
                events.push(event);
            }
        }
        let ids = events
            .iter()
            .map(|event| event["event_id"].as_str().expect("an id").to_owned())
            .collect();
        let batch = json!({ "schema_version": "1.0", "device_id": device, "sent_at": format!("{DAY}T14:00:00Z"),
            "events": events });
        let taken = world
            .call(&ann, "POST", "/tracker/events:batch", batch)
            .await
            .expect(200);
        assert_eq!(taken["accepted"], 140, "{taken}");
        world.app.derive().await;
        Self {
            world,
            ann,
            project,
            tasks,
            events: ids,
        }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.world.call(&self.ann, method, path, body).await
    }

    async fn day(&self) -> Value {
        let day = self
            .world
            .get(&self.ann, &format!("/tracker/days/{DAY}"))
            .await
            .expect(200);
        let sheet = self
            .world
            .get(&self.ann, &format!("/tracker/timesheet?start={DAY}&end={DAY}"))
            .await
            .expect(200);
        check(&day, &sheet);
        day
    }

    async fn block(&self, n: usize) -> String {
        self.day().await["blocks"][n]["entry_id"]
            .as_str()
            .expect("a block")
            .to_owned()
    }

    async fn patch(&self, entry: &str, body: Value) -> Answer {
        self.call("PATCH", &format!("/tracker/timesheet/entries/{entry}"), body)
            .await
    }

    async fn verb(&self, entry: &str, verb: &str, body: Value) -> Answer {
        self.call("POST", &format!("/tracker/timesheet/entries/{entry}{verb}"), body)
            .await
    }

    async fn undo(&self, said: &Value) -> Value {
        let review = said["review_id"].as_str().expect("a review");
        let path = format!("/tracker/reviews/{review}:undo");
        self.call("POST", &path, Value::Null).await.expect(200)
    }
}

fn sum(rows: &Value, of: impl Fn(&Value) -> bool, key: &str) -> f64 {
    let rows = rows.as_array().expect("rows").iter();
    rows.filter(|row| of(row))
        .map(|row| row[key].as_f64().expect("a number"))
        .sum()
}

/// The equations of `contract/tracker.md` §9.
fn check(day: &Value, sheet: &Value) {
    assert_eq!(day["pending"], false, "the answer does not follow at once");
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} is not {b} in {day}");
    let number = |key: &str| day[key].as_f64().expect("a number");
    let attention = number("attention_s");
    near(attention, sum(&day["spans"], |_| true, "seconds"));
    near(
        attention,
        number("attributed_s") + number("unattributed_s") + number("personal_s"),
    );
    near(
        number("attributed_s"),
        sum(&day["blocks"], |block| !block["task_id"].is_null(), "seconds"),
    );
    near(
        number("attributed_s"),
        sum(&day["spans"], |span| !span["task_id"].is_null(), "seconds"),
    );
    near(
        number("unattributed_s"),
        sum(&day["blocks"], |block| block["task_id"].is_null(), "seconds"),
    );
    let minutes = sum(&day["blocks"], |_| true, "minutes");
    near(
        minutes,
        (sum(&day["blocks"], |_| true, "seconds") / 60.0 + 0.5).floor(),
    );
    near(minutes, sheet["total_minutes"].as_f64().expect("a number"));
    let entries = sheet["days"][0]["entries"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut shown: Vec<&Value> = entries.iter().map(|entry| &entry["id"]).collect();
    let mut blocks: Vec<&Value> = day["blocks"]
        .as_array()
        .expect("blocks")
        .iter()
        .map(|b| &b["entry_id"])
        .collect();
    shown.sort_by_key(|id| id.to_string());
    blocks.sort_by_key(|id| id.to_string());
    assert_eq!(shown, blocks, "the timesheet's entries are the blocks");
    let spans = day["spans"].as_array().expect("spans");
    for pair in spans.windows(2) {
        assert!(
            pair[0]["end"].as_str() <= pair[1]["start"].as_str(),
            "spans overlap in {day}"
        );
    }
}

/// Blocks as `HH:MM–HH:MM minutes status`.
fn shown(day: &Value) -> Vec<String> {
    let time = |at: &Value| at.as_str().expect("an instant")[11..16].to_owned();
    let blocks = day["blocks"].as_array().expect("blocks").iter();
    blocks
        .map(|b| {
            let status = b["status"].as_str().expect("a status");
            let task = if b["task_key"].is_null() {
                "-"
            } else {
                b["task_key"].as_str().expect("a key")
            };
            format!(
                "{}–{} {} {task} {status}",
                time(&b["start"]),
                time(&b["end"]),
                b["minutes"]
            )
        })
        .collect()
}

const AS_INFERRED: [&str; 3] = [
    "09:00–10:00 60 P-1 inferred",
    "10:00–10:30 30 - inferred",
    "10:40–11:10 30 P-1 inferred",
];

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
        "what was said of a piece afterwards stands"
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
    let bad = desk.world.get(&desk.ann, "/tracking/time/me?start_date=x").await;
    assert_eq!(bad.refused(400), "Invalid date (use YYYY-MM-DD)");
    let reversed = desk
        .world
        .get(
            &desk.ann,
            "/tracking/time/me?start_date=2026-11-21&end_date=2026-11-20",
        )
        .await;
    assert_eq!(reversed.refused(400), "start must be <= end");
}

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
