//! `contract/tracker.md` §2.6 and §9: a derived day, and the timesheet that agrees with it.

use dayloom_domain::Clock;
use dayloom_storage::TaskPatch;
use dayloom_testkit::{TestApp, on_both};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{event, send};

fn seconds(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn sum(rows: &Value, keep: impl Fn(&Value) -> bool) -> f64 {
    rows.as_array()
        .unwrap()
        .iter()
        .filter(|row| keep(row))
        .map(|row| seconds(&row["seconds"]))
        .sum()
}

#[tokio::test]
async fn a_day_adds_up_and_agrees_with_its_timesheet() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let task = app.task(&ann, &tracked, Some("PROJ-12"), "Weave").await;
        let mut events: Vec<Value> = (0..30)
            .map(|n| event(&format!("2026-11-21T09:{n:02}:00Z")))
            .collect();
        for event in &mut events[..20] {
            event["file_context"] = json!({"repo": "o/r", "branch": "feature/PROJ-12"});
        }
        assert_eq!(send(&app, &ann, &tracked, &events).await.json()["accepted"], 30);
        let waiting = app.get("/tracker/days/2026-11-21", &ann).await.json();
        assert_eq!(waiting["pending"], true);
        app.derive().await;

        let answer = app.get("/tracker/days/2026-11-21", &ann).await;
        let day = answer.json();
        assert_eq!(day["pending"], false);
        assert_eq!(day["date"], "2026-11-21");
        assert_eq!(day["timezone"], "UTC");
        assert_eq!(seconds(&day["attention_s"]), 1_800.0);
        assert_eq!(sum(&day["spans"], |_| true), 1_800.0);
        assert_eq!(
            sum(&day["spans"], |s| !s["task_id"].is_null()),
            seconds(&day["attributed_s"])
        );
        assert_eq!(
            sum(&day["blocks"], |b| !b["task_id"].is_null()),
            seconds(&day["attributed_s"])
        );
        assert_eq!(
            sum(&day["blocks"], |b| b["task_id"].is_null()),
            seconds(&day["unattributed_s"])
        );
        assert_eq!(seconds(&day["attributed_s"]), 1_200.0);
        let block = &day["blocks"][0];
        assert_eq!(
            (&block["task_key"], &block["task_title"]),
            (&json!("PROJ-12"), &json!("Weave"))
        );
        assert_eq!(block["task_id"], task.to_string());
        assert_eq!(day["devices"][0]["events"], 30);
        let span = day["spans"][0].as_object().unwrap();
        for field in [
            "start",
            "end",
            "seconds",
            "device_id",
            "app",
            "signal",
            "category",
            "task_id",
            "confidence",
            "reason",
            "event_ids",
        ] {
            assert!(span.contains_key(field), "{field}");
        }

        let sheet = app
            .get("/tracker/timesheet?start=2026-11-21&end=2026-11-21", &ann)
            .await
            .json();
        assert_eq!(
            (&sheet["days_count"], &sheet["total_minutes"]),
            (&json!(1), &json!(30))
        );
        let minutes: i64 = day["blocks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|b| b["minutes"].as_i64().unwrap())
            .sum();
        assert_eq!(sheet["days"][0]["total_minutes"], minutes);
        assert_eq!(sheet["days"][0]["entries"][0]["id"], day["blocks"][0]["entry_id"]);
        assert_eq!(sheet["days"][0]["journal"], Value::Null);

        let tag = answer.header("etag").unwrap().to_owned();
        let ask = |tag: String| {
            let request = app.request(Method::GET, "/api/v1/tracker/days/2026-11-21", Some(&ann.token));
            let app = &app;
            async move { app.send(request.header("if-none-match", tag)).await }
        };
        let same = ask(format!("W/{tag}, \"other\"")).await;
        assert_eq!((same.status, same.text.as_str()), (304, ""));
        let renamed = TaskPatch {
            title: Some("Weave on".to_owned()),
            ..TaskPatch::default()
        };
        let tasks = app.store.tasks();
        let renamed = tasks.update(tracked.workspace, task, &renamed, app.clock.now());
        renamed.await.unwrap();
        let again = ask(tag.clone()).await;
        assert_eq!(again.status, 200, "the day is as it was, its task's name is not");
        assert_eq!(again.json()["blocks"][0]["task_title"], "Weave on");
        let tag = again.header("etag").unwrap().to_owned();
        send(&app, &ann, &tracked, &[event("2026-11-21T09:50:00Z")]).await;
        assert_eq!(ask(tag.clone()).await.status, 200);
        app.derive().await;
        let later = ask(tag).await;
        assert_eq!(later.status, 200);
        assert!(later.json()["revision"].as_i64() > day["revision"].as_i64());

        let candidates = app.get("/tracker/candidate-tasks", &ann).await.json();
        assert_eq!(
            candidates,
            json!([{"id": task.to_string(), "title": "Weave on", "status": "todo"}])
        );
    })
    .await;
}

#[tokio::test]
async fn a_day_without_evidence_is_zeros() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        assert_eq!(
            app.get("/tracker/days/2020-02-29", &ann).await.json(),
            json!({"date": "2020-02-29", "timezone": "UTC", "revision": 0, "pending": false, "attention_s": 0,
                "attributed_s": 0, "unattributed_s": 0, "personal_s": 0, "spans": [], "blocks": [], "devices": []})
        );
    })
    .await;
}

#[tokio::test]
async fn bad_dates_are_400() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let answer = async |path: &str| {
            let answer = app.get(path, &ann).await;
            (answer.status, answer.detail())
        };
        let bad = (400, "Invalid date (use YYYY-MM-DD)".to_owned());
        for path in [
            "/tracker/days/today",
            "/tracker/days/2026-02-30",
            "/tracker/days/2026-1-1",
            "/tracker/timesheet?start=x",
            "/tracker/timesheet?end=2026-13-01",
            "/tracker/timesheet?start=",
            "/tracker/timesheet?end=2026-11-21-and-much-more-than-the-sixty-four-characters-of-any-date-there-is",
        ] {
            assert_eq!(answer(path).await, bad, "{path}");
        }
        assert_eq!(answer("/tracker/days/%ff").await.0, 404);
        let reversed = answer("/tracker/timesheet?start=2026-11-22&end=2026-11-21").await;
        assert_eq!(reversed, (400, "start must be <= end".to_owned()));
        assert_eq!(answer("/tracker/timesheet?start=2026-11-22").await.0, 400);
        for path in [
            "/tracker/timesheet?start=0000-01-01&end=9999-12-31",
            "/tracker/timesheet?end=0000-01-01",
            "/tracker/days/0000-01-01",
            "/tracker/days/9999-12-31",
        ] {
            assert_eq!(answer(path).await.0, 200, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_timesheet_without_dates_is_of_the_seven_days_to_today() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let events: Vec<Value> = (12..=21)
            .map(|day| event(&format!("2026-11-{day}T09:00:00Z")))
            .collect();
        send(&app, &ann, &tracked, &events).await;
        app.derive().await;
        let dates = async |query: &str| -> Vec<String> {
            let sheet = app.get(&format!("/tracker/timesheet{query}"), &ann).await.json();
            let days = sheet["days"].as_array().unwrap().iter();
            let dates: Vec<String> = days.map(|day| day["date"].as_str().unwrap().to_owned()).collect();
            assert_eq!(sheet["days_count"], dates.len());
            dates
        };
        let between =
            |from: u8, to: u8| -> Vec<String> { (from..=to).map(|day| format!("2026-11-{day}")).collect() };
        assert_eq!(dates("").await, between(15, 21));
        assert_eq!(dates("?end=2026-11-19").await, between(13, 19));
        assert_eq!(dates("?start=2026-11-12").await, between(12, 21));
        assert_eq!(dates("?start=2026-11-14&end=2026-11-14").await, between(14, 14));
    })
    .await;
}

#[tokio::test]
async fn the_same_evidence_in_any_cut_gives_the_same_day() {
    let events: Vec<Value> = (0..60)
        .map(|n| {
            let mut event = event(&format!("2026-11-21T08:{n:02}:00Z"));
            event["active_app"]["window_title"] = json!(format!("file{}.rs", n / 7));
            event
        })
        .collect();
    let mut days = Vec::new();
    for cut in [60, 7, 1] {
        let app = TestApp::sqlite_with_limits(false).await;
        let ann = app.person("ann@example.org").await;
        let mut tracked = app.tracked(&ann).await;
        tracked.device = enroll_as(&app, &ann, &tracked, "0b7a1f7e-5c3b-4b62-9f4e-6a2a86f9a001").await;
        let mut order: Vec<Value> = events.clone();
        if cut == 7 {
            order.reverse();
        }
        for part in order.chunks(cut) {
            send(&app, &ann, &tracked, part).await;
            send(&app, &ann, &tracked, part).await;
            if cut == 7 {
                app.derive().await;
            }
        }
        app.derive().await;
        let mut day = app.get("/tracker/days/2026-11-21", &ann).await.json();
        day["revision"] = Value::Null;
        for block in day["blocks"].as_array_mut().unwrap() {
            block["entry_id"] = Value::Null;
        }
        days.push(day);
    }
    assert_eq!(days[0], days[1]);
    assert_eq!(days[0], days[2]);
    assert_eq!(seconds(&days[0]["attention_s"]), 3_600.0);
}

async fn enroll_as(
    app: &TestApp,
    person: &dayloom_testkit::Person,
    tracked: &dayloom_testkit::Tracked,
    id: &str,
) -> dayloom_domain::DeviceId {
    let body = json!({"device_id": id, "project_id": tracked.project});
    assert_eq!(
        app.call(Method::POST, "/tracker/devices:enroll", person, &body)
            .await
            .status,
        201
    );
    id.parse().unwrap()
}
