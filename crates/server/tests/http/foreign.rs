//! Another developer's token on every path with every id: 403 or 404, never data.

use dayloom_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    desk::{batch, event, send},
    openapi::operations,
};

/// What a stranger may be answered on an operation.
enum Allowed {
    /// 403 or 404 for ids that are not theirs.
    Refusal,
    /// 200 with nothing in it: the operation names nobody, it speaks of the caller.
    OwnOnly,
}

struct Probe {
    operation: &'static str,
    path: String,
    body: Value,
    allowed: Allowed,
}

/// One probe for each operation; [`every_operation_is_probed`] fails if one is missing.
async fn probes(app: &TestApp, ann: &Person) -> Vec<Probe> {
    let tracked = app.tracked(ann).await;
    let device = tracked.device;
    send(app, ann, &tracked, &[event("2026-11-21T09:00:00Z")]).await;
    app.derive().await;
    let made = app
        .call(
            Method::POST,
            "/developers/me/api-tokens",
            ann,
            &json!({"name": "of Ann"}),
        )
        .await
        .json();
    let token = made["id"].as_str().unwrap();
    let refusal = |operation, path: String, body| Probe {
        operation,
        path,
        body,
        allowed: Allowed::Refusal,
    };
    let own = |operation, path: &str| Probe {
        operation,
        path: path.to_owned(),
        body: Value::Null,
        allowed: Allowed::OwnOnly,
    };
    let presign = json!({"event_id": Uuid::new_v4(), "content_type": "image/webp", "byte_size": 1, "sha256": "0".repeat(64)});
    vec![
        own("GET /developers/me/api-tokens", "/developers/me/api-tokens"),
        own("GET /tracker/projects", "/tracker/projects"),
        own("GET /tracker/candidate-tasks", "/tracker/candidate-tasks"),
        own(
            "GET /tracker/timesheet",
            "/tracker/timesheet?start=2026-11-21&end=2026-11-21",
        ),
        own("GET /tracker/days/{date}", "/tracker/days/2026-11-21"),
        own(
            "GET /tracker/model-preview/{date}",
            "/tracker/model-preview/2026-11-21",
        ),
        own(
            "GET /tracker/model-usage",
            "/tracker/model-usage?start=2026-11-21&end=2026-11-21",
        ),
        refusal(
            "GET /tracker/journals/{date}",
            "/tracker/journals/2026-11-21".into(),
            Value::Null,
        ),
        refusal(
            "PATCH /tracker/journals/{date}",
            "/tracker/journals/2026-11-21".into(),
            json!({"text": "mine"}),
        ),
        Probe {
            body: json!({"question": "main.rs"}),
            ..own("POST /tracker/qa", "/tracker/qa")
        },
        Probe {
            body: json!({"question": "main.rs"}),
            ..own("POST /tracker/qa:stream", "/tracker/qa:stream")
        },
        refusal(
            "DELETE /developers/me/api-tokens/{id}",
            format!("/developers/me/api-tokens/{token}"),
            Value::Null,
        ),
        refusal(
            "POST /tracker/devices:enroll",
            "/tracker/devices:enroll".into(),
            json!({"device_id": Uuid::new_v4(), "project_id": tracked.project}),
        ),
        refusal(
            "POST /tracker/devices:heartbeat",
            format!("/tracker/devices:heartbeat?device_id={device}"),
            Value::Null,
        ),
        refusal(
            "GET /tracker/sync/status",
            format!("/tracker/sync/status?device_id={device}"),
            Value::Null,
        ),
        refusal(
            "POST /tracker/events:batch",
            "/tracker/events:batch".into(),
            batch(&tracked, &[event("2026-11-21T09:30:00Z")]),
        ),
        refusal(
            "POST /tracker/evidence:presign",
            format!("/tracker/evidence:presign?device_id={device}"),
            presign,
        ),
    ]
}

/// Operations that neither read nor change anything that is another's.
const HARMLESS: [&str; 1] = ["POST /developers/me/api-tokens"];

#[tokio::test]
async fn a_stranger_gets_403_or_404_and_never_data() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let mallory = app.person("mallory@example.org").await;
    for probe in probes(&app, &ann).await {
        let (method, _) = probe.operation.split_once(' ').unwrap();
        let answer = app
            .call(method.parse().unwrap(), &probe.path, &mallory, &probe.body)
            .await;
        let name = probe.operation;
        match probe.allowed {
            Allowed::Refusal => assert!(
                matches!(answer.status, 403 | 404),
                "{name}: {} {}",
                answer.status,
                answer.text
            ),
            Allowed::OwnOnly => {
                assert_eq!(answer.status, 200, "{name}: {}", answer.text);
                for secret in [
                    ann.id.to_string().as_str(),
                    "ann@example.org",
                    "Project",
                    "main.rs",
                    "of Ann",
                ] {
                    assert!(!answer.text.contains(secret), "{name} tells {secret}");
                }
                let sizes = ["spans", "blocks", "days", "devices"]
                    .map(|key| answer.json()[key].as_array().map(Vec::len));
                assert!(
                    sizes.iter().flatten().all(|size| *size == 0),
                    "{name}: {}",
                    answer.text
                );
            }
        }
    }
    let kept = app.store.events().count(ann.id).await.unwrap();
    assert_eq!(
        (kept, app.store.events().count(mallory.id).await.unwrap()),
        (1, 0)
    );
    assert_eq!(app.store.tokens().list(ann.id).await.unwrap().len(), 1);
    assert_eq!(app.store.devices().list(ann.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn every_operation_is_probed() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let probed: Vec<&str> = probes(&app, &ann)
        .await
        .iter()
        .map(|probe| probe.operation)
        .collect();
    let document = serde_json::to_value(dayloom_server::document()).unwrap();
    let tested_elsewhere = |operation: &String| {
        [
            "/workspaces",
            "/projects/",
            "/tracker/rules",
            "/tracker/admin",
            "/tracker/devices",
            "/tracker/timesheet/entries",
            "/tracker/reviews",
            "/tracker/spans",
            "/tracker/target-hours",
            "/tracking/time",
            "/developers/me",
            "/notifications",
            "/api/team/",
        ]
        .iter()
        .any(|start| {
            operation
                .split_once(' ')
                .is_some_and(|(_, path)| path.starts_with(start))
        })
    };
    let missing: Vec<String> = operations(&document)
        .into_iter()
        .map(|operation| operation.replace("/api/v1", ""))
        .filter(|operation| !probed.contains(&operation.as_str()) && !HARMLESS.contains(&operation.as_str()))
        .filter(|operation| !tested_elsewhere(operation))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}
