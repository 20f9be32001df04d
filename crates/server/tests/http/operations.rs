//! Health, readiness, figures, and a stop that lets requests end.

use dayloom_testkit::TestApp;
use reqwest::Method;

use crate::ingest::{event, send};

#[tokio::test]
async fn health_readiness_and_figures() {
    let app = TestApp::sqlite().await;
    let get = |path: &'static str| {
        let app = &app;
        async move { app.send(app.request(Method::GET, path, None)).await }
    };
    assert_eq!(get("/healthz").await.text, "ok");
    assert_eq!(get("/readyz").await.text, "ready");
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    send(&app, &ann, &tracked, &[event("2026-11-21T09:00:00Z")]).await;
    let figures = get("/metrics").await.text;
    let route = r#"route="/api/v1/tracker/events:batch""#;
    assert!(
        figures
            .lines()
            .any(|l| l.starts_with("dayloom_http_requests_total") && l.contains(route)),
        "{figures}"
    );
    assert!(figures.contains("dayloom_http_request_seconds_bucket"));
    assert!(figures.contains(r#"dayloom_events_total{outcome="accepted"}"#));
    assert!(figures.contains("dayloom_dirty_days"));
    app.store.close().await;
    assert_eq!(get("/healthz").await.status, 200);
    let unready = get("/readyz").await;
    assert_eq!(
        (unready.status, unready.detail()),
        (503, "The database does not answer".to_owned())
    );
}
