//! `contract/tracker.md` §7: the published client against this server, in its own spelling.

use dayloom_testkit::{TestApp, on_both};
use reqwest::{Method, header};
use serde_json::{Value, json};
use uuid::Uuid;

/// What the published client does from its first token to a resent batch: uppercase ids, whole seconds, `macos`.
#[tokio::test]
async fn the_published_client_works_unchanged() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let made = app.call(Method::POST, "/developers/me/api-tokens", &ann,
            &json!({"name": "Aexy (Ann's Mac)", "expires_in_days": 365})).await;
        let token = made.json()["token"].as_str().unwrap().to_owned();

        let projects = speak(&app, &token, Method::GET, "/tracker/projects", None).await;
        assert_eq!(projects.0, 200);
        assert_eq!(projects.1, json!([{"id": tracked.project.to_string(), "name": "Project", "slug": "project"}]));
        let project = projects.1[0]["id"].as_str().unwrap().to_owned();

        let device = Uuid::new_v4().to_string().to_uppercase();
        let body = json!({"device_id": device, "project_id": project, "name": "Ann's Mac", "platform": "macos"});
        let (status, enrolled) = speak(&app, &token, Method::POST, "/tracker/devices:enroll", Some(body)).await;
        assert_eq!(status, 201);
        assert_eq!(enrolled["device_id"], device.to_lowercase());
        let config = enrolled["config"].as_object().unwrap();
        let fields = ["config_etag", "sample_interval_s", "screenshot_policy", "screenshot_every_n_samples",
            "idle_threshold_s", "paused", "excluded_bundle_ids"];
        assert!(fields.iter().all(|field| !config[*field].is_null()) && config.len() == fields.len());

        let good = Uuid::new_v4().to_string().to_uppercase();
        let bad = Uuid::new_v4().to_string().to_uppercase();
        let batch = json!({"schema_version": "1.0", "device_id": device, "sent_at": "2026-11-21T10:00:00Z", "events": [
            {"event_id": good, "client_seq": 1, "ts": "2026-11-21T09:59:00Z", "interval_s": 60,
             "active_app": {"name": "Xcode", "bundle_id": "com.apple.dt.Xcode", "window_title": null},
             "file_context": null, "dev_context": null, "browser": null, "input_cadence": null, "meeting": null,
             "system": null, "evidence_ref": null},
            {"event_id": bad, "client_seq": 2, "ts": "2026-11-21T09:59:00Z", "interval_s": 6_000,
             "active_app": {"name": "Xcode", "bundle_id": "com.apple.dt.Xcode"}},
        ]});
        let send = || speak(&app, &token, Method::POST, "/tracker/events%3Abatch", Some(batch.clone()));
        let (status, first) = send().await;
        assert_eq!((status, &first["accepted"], &first["duplicates"]), (200, &json!(1), &json!(0)));
        assert_eq!(first["rejected"], json!([{"event_id": bad, "reason": "invalid_event"}]));
        let (status, second) = send().await;
        assert_eq!((status, &second["accepted"], &second["duplicates"]), (200, &json!(0), &json!(1)));
        let stored = app.store.events().window(ann.id, "2026-11-21T00:00:00Z".parse().unwrap(),
            "2026-11-22T00:00:00Z".parse().unwrap()).await.unwrap();
        assert_eq!(stored.iter().map(|e| e.id.to_string()).collect::<Vec<_>>(), [good.to_lowercase()]);
    })
    .await;
}

async fn speak(app: &TestApp, token: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let mut request = app.request(method, &format!("/api/v1{path}"), Some(token));
    if let Some(body) = body {
        request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
    }
    let answer = app.send(request).await;
    (answer.status, answer.json())
}
