//! `contract/tracker.md` §2.4 and §9.1: limits by a sliding minute, refused calls not counted.

use dayloom_testkit::{Answer, TestApp};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::desk::{event, send};

fn refusal(answer: &Answer) -> (u16, String, Option<String>) {
    (
        answer.status,
        answer.detail(),
        answer.header("retry-after").map(str::to_owned),
    )
}

#[tokio::test]
async fn a_device_sends_thirty_batches_a_minute() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    for _ in 0..30 {
        assert_eq!(send(&app, &ann, &tracked, &[]).await.status, 200);
        app.clock.advance(SignedDuration::from_secs(1));
    }
    for _ in 0..3 {
        let refused = refusal(&send(&app, &ann, &tracked, &[event("2026-11-21T09:00:00Z")]).await);
        assert_eq!(
            refused,
            (429, "Rate limit exceeded".to_owned(), Some("30".to_owned()))
        );
    }
    let other = dayloom_testkit::Tracked {
        device: app.device(&ann, tracked.project).await,
        ..tracked
    };
    assert_eq!(send(&app, &ann, &other, &[]).await.status, 200);
    app.clock.advance(SignedDuration::from_secs(30));
    assert_eq!(send(&app, &ann, &tracked, &[]).await.status, 200);
    assert_eq!(
        refusal(&send(&app, &ann, &tracked, &[]).await).2.as_deref(),
        Some("1")
    );
}

#[tokio::test]
async fn presigns_are_limited_before_the_missing_storage_is_told() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let bob = app.person("bob@example.org").await;
    let tracked = app.tracked(&ann).await;
    let path = format!("/tracker/evidence:presign?device_id={}", tracked.device);
    let body = json!({"event_id": Uuid::new_v4(), "content_type": "image/webp", "byte_size": 1, "sha256": "0".repeat(64)});
    let foreign = app.call(Method::POST, &path, &bob, &body).await;
    assert_eq!(
        (foreign.status, foreign.detail()),
        (404, "Device not enrolled".to_owned())
    );
    for _ in 0..60 {
        let answer = app.call(Method::POST, &path, &ann, &body).await;
        assert_eq!(
            (answer.status, answer.detail()),
            (503, "Evidence storage not configured".to_owned())
        );
    }
    let refused = refusal(&app.call(Method::POST, &path, &ann, &body).await);
    assert_eq!(
        refused,
        (429, "Rate limit exceeded".to_owned(), Some("60".to_owned()))
    );
}

#[tokio::test]
async fn limits_can_be_turned_off() {
    let app = TestApp::sqlite_with_limits(false).await;
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    for _ in 0..40 {
        assert_eq!(send(&app, &ann, &tracked, &[]).await.status, 200);
    }
    let stranger = app.person("bob@example.org").await;
    assert_eq!(send(&app, &stranger, &tracked, &[]).await.status, 404);
}
