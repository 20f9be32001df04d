//! A person with a tracked day, and what must hold of the day whatever is said of it.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{self, Answer, Person, World};

pub const DAY: &str = "2026-11-20";

/// A person with a tracked day: 09:00–10:00 on P-1's branch, 10:00–10:30 in an editor nobody knows, 10:40–11:10 on P-1
/// again, then lunch, and 13:00–13:20 of private time by a rule.
pub struct Desk<'w> {
    pub world: &'w World,
    pub ann: Person,
    pub project: String,
    pub tasks: Vec<String>,
    pub events: Vec<String>,
}

impl<'w> Desk<'w> {
    pub async fn of(world: &'w World, email: &str) -> Self {
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

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.world.call(&self.ann, method, path, body).await
    }

    pub async fn day(&self) -> Value {
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

    pub async fn block(&self, n: usize) -> String {
        self.day().await["blocks"][n]["entry_id"]
            .as_str()
            .expect("a block")
            .to_owned()
    }

    pub async fn patch(&self, entry: &str, body: Value) -> Answer {
        self.call("PATCH", &format!("/tracker/timesheet/entries/{entry}"), body)
            .await
    }

    pub async fn verb(&self, entry: &str, verb: &str, body: Value) -> Answer {
        self.call("POST", &format!("/tracker/timesheet/entries/{entry}{verb}"), body)
            .await
    }

    pub async fn undo(&self, said: &Value) -> Value {
        let review = said["review_id"].as_str().expect("a review");
        let path = format!("/tracker/reviews/{review}:undo");
        self.call("POST", &path, Value::Null).await.expect(200)
    }
}

pub fn sum(rows: &Value, of: impl Fn(&Value) -> bool, key: &str) -> f64 {
    let rows = rows.as_array().expect("rows").iter();
    rows.filter(|row| of(row))
        .map(|row| row[key].as_f64().expect("a number"))
        .sum()
}

/// The equations of `contract/tracker.md` §9.
pub fn check(day: &Value, sheet: &Value) {
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
pub fn shown(day: &Value) -> Vec<String> {
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

pub const AS_INFERRED: [&str; 3] = [
    "09:00–10:00 60 P-1 inferred",
    "10:00–10:30 30 - inferred",
    "10:40–11:10 30 P-1 inferred",
];
