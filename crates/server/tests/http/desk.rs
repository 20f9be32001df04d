//! What a story over HTTP begins with: a person at work, what their device sends, and the browser they look with.

use dayloom_domain::Clock;
use dayloom_server::pages::one_time_link;
use dayloom_testkit::{Answer, Person, TestApp, Tracked};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Where batches go.
pub const BATCH: &str = "/tracker/events:batch";
/// The page of today.
pub const DAY: &str = "/tracking/tracker";

/// A person with the task PROJ-12.
pub async fn weaver(app: &TestApp, email: &str) -> (Person, Tracked) {
    let person = app.person(email).await;
    let tracked = app.tracked(&person).await;
    app.task(&person, &tracked, Some("PROJ-12"), "Weave the <b>cloth</b>")
        .await;
    (person, tracked)
}

/// A minute in one window, as a device sends it.
pub fn event(ts: &str) -> Value {
    json!({
        "event_id": Uuid::new_v4().to_string(), "client_seq": 1, "ts": ts, "interval_s": 60,
        "active_app": {"name": "Code", "bundle_id": "code", "window_title": "main.rs"},
    })
}

/// A batch of the person's device.
pub fn batch(tracked: &Tracked, events: &[Value]) -> Value {
    json!({"schema_version": "1.0", "device_id": tracked.device.to_string(), "sent_at": "2026-11-21T10:00:00Z",
        "events": events})
}

/// Sends a batch.
pub async fn send(app: &TestApp, person: &Person, tracked: &Tracked, events: &[Value]) -> Answer {
    app.call(Method::POST, BATCH, person, &batch(tracked, events))
        .await
}

/// So many minutes from an instant on, on a branch or on none.
pub async fn work(
    app: &TestApp,
    person: &Person,
    tracked: &Tracked,
    from: &str,
    minutes: i64,
    branch: Option<&str>,
) {
    let from: Timestamp = from.parse().unwrap();
    let events: Vec<Value> = (0..minutes)
        .map(|n| {
            let mut event = event(&(from + SignedDuration::from_mins(n)).to_string());
            if let Some(branch) = branch {
                event["file_context"] = json!({"repo": "o/r", "branch": branch});
            }
            event
        })
        .collect();
    assert_eq!(
        send(app, person, tracked, &events).await.json()["accepted"],
        minutes
    );
    app.derive().await;
}

/// The path of a fresh one-time link.
pub async fn link(app: &TestApp, person: &Person, random: u8) -> String {
    one_time_link(&app.store, person.id, [random; 32], app.clock.now())
        .await
        .unwrap()
}

/// Asks for a page as a browser does.
pub async fn visit(app: &TestApp, path: &str, cookie: Option<&str>) -> Answer {
    let mut request = app.request(Method::GET, path, None).header("accept", "text/html");
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    app.send(request).await
}

/// The session cookie that a link gives.
pub async fn signed_in(app: &TestApp, person: &Person, random: u8) -> String {
    let answer = visit(app, &link(app, person, random).await, None).await;
    assert_eq!(answer.status, 200);
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    cookie.split(';').next().unwrap().to_owned()
}

/// What the forms of a page carry.
pub fn csrf(html: &str) -> String {
    html.split("name=\"csrf\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

/// Sends a form as a page of ours does; `accept` is what the browser would take.
pub async fn submit(
    app: &TestApp,
    path: &str,
    cookie: &str,
    fields: &[(&str, &str)],
    accept: &str,
) -> Answer {
    app.send(form(app, path, cookie, fields, accept)).await
}

/// The request of such a form.
pub fn form(
    app: &TestApp,
    path: &str,
    cookie: &str,
    fields: &[(&str, &str)],
    accept: &str,
) -> reqwest::RequestBuilder {
    let pair =
        |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    let body: Vec<String> = fields.iter().map(pair).collect();
    let request = app
        .request(Method::POST, path, None)
        .header("cookie", cookie)
        .header("accept", accept)
        .header("origin", &app.url)
        .header("content-type", "application/x-www-form-urlencoded");
    request.body(body.join("&"))
}
