//! Health, readiness, figures, and a stop that lets requests end.

use std::time::Duration;

use dayloom_domain::Clock;
use dayloom_testkit::TestApp;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::desk::{event, send};

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

/// A request whose body is still on its way when the stop comes is answered; new connections are not taken.
#[tokio::test]
async fn a_stop_lets_requests_under_way_end() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    let body = crate::desk::batch(&tracked, &[event("2026-11-21T09:00:00Z")]).to_string();
    let (first, second) = body.split_at(body.len() / 2);
    let authority = app.url.trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(&authority).await.unwrap();
    let head = format!(
        "POST /api/v1/tracker/events:batch HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{first}",
        ann.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // Another answer on the same runtime: the first request has been taken up by then.
    app.get("/tracker/projects", &ann).await;
    app.stop();
    let refused = async {
        while tokio::net::TcpStream::connect(&authority).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), refused)
        .await
        .expect("no new connection is taken");
    stream.write_all(second.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let from = app
        .clock
        .now()
        .checked_sub(jiff::SignedDuration::from_hours(2))
        .unwrap();
    assert_eq!(
        app.store
            .events()
            .window(ann.id, from, app.clock.now())
            .await
            .unwrap()
            .len(),
        1
    );
}
