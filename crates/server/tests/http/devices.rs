//! `contract/tracker.md` §2.1, §2.2 and §2.5: projects, enrolment, heartbeat, sync status.

use dayloom_domain::{Clock, people::CaptureConfig};
use dayloom_storage::NewProject;
use dayloom_testkit::on_both;
use reqwest::{Method, header};
use serde_json::{Value, json};
use uuid::Uuid;

const ENROLL: &str = "/tracker/devices:enroll";

#[tokio::test]
async fn projects_come_by_name_and_only_tracking_ones() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        for (name, tracker_enabled) in [("Zebra", true), ("Alpha", true), ("Quiet", false)] {
            let new = NewProject {
                name: name.to_owned(),
                slug: None,
                tracker_enabled,
            };
            app.store
                .projects()
                .create(tracked.workspace, ann.id, &new, app.clock.now())
                .await
                .unwrap();
        }
        let rows = app.get("/tracker/projects", &ann).await.json();
        let names: Vec<&str> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["Alpha", "Project", "Zebra"]);
        let bob = app.person("bob@example.org").await;
        assert_eq!(app.get("/tracker/projects", &bob).await.json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn enrolment_refuses_in_the_order_of_the_contract() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let bob = app.person("bob@example.org").await;
        let (of_ann, of_bob) = (app.tracked(&ann).await, app.tracked(&bob).await);
        let new = NewProject {
            name: "Quiet".to_owned(),
            slug: None,
            tracker_enabled: false,
        };
        let quiet = app
            .store
            .projects()
            .create(of_ann.workspace, ann.id, &new, app.clock.now())
            .await
            .unwrap();
        let enroll = |project: String, device: String| {
            let (app, ann) = (&app, &ann);
            async move {
                let answer = app
                    .call(
                        Method::POST,
                        ENROLL,
                        ann,
                        &json!({"device_id": device, "project_id": project}),
                    )
                    .await;
                (answer.status, answer.detail())
            }
        };
        let fresh = || Uuid::new_v4().to_string();
        assert_eq!(
            enroll(fresh(), fresh()).await,
            (404, "Project not found".to_owned())
        );
        assert_eq!(
            enroll(of_bob.project.to_string(), fresh()).await,
            (403, "Not a member of this project".to_owned())
        );
        let off = (403, "Tracker module not enabled for this project".to_owned());
        assert_eq!(enroll(quiet.id.to_string(), of_bob.device.to_string()).await, off);
        let taken = (403, "Device belongs to another developer".to_owned());
        assert_eq!(
            enroll(of_ann.project.to_string(), of_bob.device.to_string()).await,
            taken
        );
        assert_eq!(enroll("x".to_owned(), fresh()).await.0, 422);
        assert_eq!(
            enroll(of_ann.project.to_string().to_uppercase(), fresh()).await.0,
            201
        );
    })
    .await;
}

#[tokio::test]
async fn binding_again_applies_the_whole_config_and_equal_etags_mean_equal_config() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let new = NewProject {
            name: "Fast".to_owned(),
            slug: None,
            tracker_enabled: true,
        };
        let fast = app
            .store
            .projects()
            .create(tracked.workspace, ann.id, &new, app.clock.now())
            .await
            .unwrap();
        let config = CaptureConfig {
            sample_interval_s: 10,
            excluded_bundle_ids: vec!["bank".into()],
            ..Default::default()
        };
        app.store
            .projects()
            .set_config(fast.id, true, &config, app.clock.now())
            .await
            .unwrap();
        let bind = |project: String| {
            let (app, ann) = (&app, &ann);
            async move {
                let body = json!({"device_id": tracked.device, "project_id": project});
                app.call(Method::POST, ENROLL, ann, &body).await.json()["config"].clone()
            }
        };
        let slow_first = bind(tracked.project.to_string()).await;
        let fast_now = bind(fast.id.to_string()).await;
        assert_eq!(
            (&fast_now["sample_interval_s"], &fast_now["excluded_bundle_ids"]),
            (&json!(10), &json!(["bank"]))
        );
        let slow_again = bind(tracked.project.to_string()).await;
        assert_eq!(slow_first, slow_again);
        assert_ne!(slow_first["config_etag"], fast_now["config_etag"]);
        let etag = fast_now["config_etag"].as_str().unwrap();
        assert!(
            etag.len() == 16
                && etag
                    .strip_prefix("cfg_")
                    .unwrap()
                    .bytes()
                    .all(|b| b.is_ascii_hexdigit())
        );
    })
    .await;
}

#[tokio::test]
async fn a_heartbeat_never_looks_at_its_body() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let path = format!(
            "/api/v1/tracker/devices:heartbeat?device_id={}",
            tracked.device.to_string().to_uppercase()
        );
        for body in ["", "{", "null", "{\"device_id\":1}"] {
            let request = app.request(Method::POST, &path, Some(&ann.token));
            let answer = app
                .send(
                    request
                        .header(header::CONTENT_TYPE, "application/json")
                        .body(body),
                )
                .await;
            assert_eq!(answer.status, 200, "{body}");
            assert_eq!(answer.json()["sample_interval_s"], 60);
        }
        let status = app
            .get(
                &format!("/tracker/sync/status?device_id={}", tracked.device),
                &ann,
            )
            .await
            .json();
        assert_eq!(status["last_seen_at"], "2026-11-21T10:00:00Z");
        let missing = app.get("/tracker/sync/status", &ann).await;
        assert_eq!(
            (missing.status, missing.faults()),
            (422, vec!["missing at query.device_id".to_owned()])
        );
        let unknown = app
            .get(
                &format!("/tracker/sync/status?device_id={}", Uuid::new_v4()),
                &ann,
            )
            .await;
        assert_eq!(
            (unknown.status, unknown.detail()),
            (404, "Device not enrolled".to_owned())
        );
        app.store
            .devices()
            .release(ann.id, tracked.device, app.clock.now())
            .await
            .unwrap();
        let released = app
            .call(Method::POST, &path["/api/v1".len()..], &ann, &Value::Null)
            .await;
        assert_eq!(released.status, 404);
    })
    .await;
}
