//! ActivityWatch: servers that misbehave, made here, and the real one where `DAYLOOM_TEST_AW_SERVER` names it.

#[path = "../../../testkit/src/needs.rs"]
#[allow(dead_code, reason = "these tests need one kind of thing")]
mod needs;
#[path = "../../../testkit/src/port.rs"]
mod port;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use port::OwnPort;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::*;
use crate::slot::{Candidate, Slot};
use crate::source::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A server that answers by the path asked for, after a while.
async fn server(delay: Duration, answer: fn(&str) -> (u16, String)) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = vec![0; 4096];
                let length = stream.read(&mut asked).await.unwrap_or(0);
                let text = String::from_utf8_lossy(&asked[..length]).into_owned();
                let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
                tokio::time::sleep(delay).await;
                let (status, body) = answer(&path);
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            });
        }
    });
    url
}

fn buckets(path: &str) -> Option<(u16, String)> {
    if path.starts_with("/api/0/info") {
        return Some((200, r#"{"hostname":"elsewhere","version":"v0.9"}"#.to_owned()));
    }
    (path == "/api/0/buckets/").then(|| {
        let list = r#"{
            "aw-watcher-afk_loom": {"id":"aw-watcher-afk_loom","type":"afkstatus","client":"aw-watcher-afk","hostname":"LOOM"},
            "aw-watcher-afk_far": {"type":"afkstatus","hostname":"far"},
            "aw-watcher-window_loom": {"type":"currentwindow","client":null,"hostname":"loom","new":{"x":1}},
            "aw-watcher-input_loom": {"type":"os.hid.input","hostname":"loom"},
            "aw-watcher-web-firefox": {"type":"web.tab.current","client":"aw-client-web","hostname":"unknown"},
            "odd": {}
        }"#;
        (200, list.to_owned())
    })
}

fn well(path: &str) -> (u16, String) {
    if let Some(answer) = buckets(path) {
        return answer;
    }
    let body = if path.contains("afk_loom") {
        r#"[{"id":1,"timestamp":"2026-11-21T09:50:00.123000+00:00","duration":580.5,"data":{"status":"not-afk"}}]"#
    } else if path.contains("window_loom") {
        r#"[{"timestamp":"2026-11-21T09:59:50Z","duration":5,"data":{"app":"firefox","title":"Docs — Mozilla Firefox"}}]"#
    } else if path.contains("input_loom") {
        r#"[{"timestamp":"2026-11-21T10:00:30Z","duration":1,"data":{"presses":7,"clicks":2,"deltaX":9,"deltaY":0,"scrollX":0,"scrollY":0}},
            {"timestamp":"2026-11-21T09:59:30Z","duration":40,"data":{"presses":100,"clicks":100}}]"#
    } else if path.contains("web-firefox") {
        r#"[{"timestamp":"2026-11-21T09:58:00Z","duration":60,"data":{"url":"https://h/docs","title":"Docs","incognito":false}}]"#
    } else {
        return (404, "{}".to_owned());
    };
    (200, body.to_owned())
}

async fn started<S: ?Sized>(role: Role, candidate: Candidate<S>) -> Slot<S> {
    let mut slot = Slot::new(role, vec![candidate]);
    slot.get().await;
    slot
}

fn refusal<S: ?Sized>(slot: &Slot<S>) -> Unavailable {
    match slot.report().remove(0).availability {
        Availability::Unavailable(why) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_four_roles_read_what_watchers_wrote() {
    let aw = ActivityWatch::new(&server(Duration::ZERO, well).await, "loom");
    let now = at("2026-11-21T10:00:00Z");
    let mut slot = started(Role::Idle, idle(aw.clone())).await;
    let quiet = slot.get().await.unwrap().idle(now).await.unwrap();
    assert_eq!(quiet, Duration::from_millis(600_000 - 123 - 580_500));

    let mut slot = started(Role::Window, window(aw.clone())).await;
    let source = slot.get().await.unwrap();
    let seen = source.window(now).await.unwrap().unwrap();
    assert_eq!(
        (seen.class.as_str(), seen.title.as_deref()),
        ("firefox", Some("Docs — Mozilla Firefox"))
    );
    assert_eq!(
        source.window(now + SignedDuration::from_secs(120)).await.unwrap(),
        None,
        "stale"
    );

    let mut slot = started(Role::Input, input(aw.clone())).await;
    let source = slot.get().await.unwrap();
    assert_eq!(
        source.take(now).await.unwrap(),
        Default::default(),
        "counting begins with the first call"
    );
    let counts = source.take(now + SignedDuration::from_secs(60)).await.unwrap();
    assert_eq!(
        (counts.key_events, counts.mouse_events),
        (7, 3),
        "what began before was counted before"
    );

    let mut slot = started(Role::Browser, browser(aw)).await;
    let source = slot.get().await.unwrap();
    let page = source
        .page("Firefox", Some("Docs — Mozilla Firefox"), now)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.url.as_deref(), Some("https://h/docs"));
    assert_eq!(
        source
            .page("Firefox", Some("Other — Mozilla Firefox"), now)
            .await
            .unwrap(),
        None,
        "another tab"
    );
    assert!(source.page("Firefox", None, now).await.unwrap().is_some());
    assert_eq!(
        source.page("Chromium", None, now).await.unwrap(),
        None,
        "another browser"
    );
    assert_eq!(
        source
            .page("Firefox", Some("Docs"), at("2026-11-21T11:00:00Z"))
            .await
            .unwrap(),
        None,
        "stale"
    );
}

#[tokio::test]
async fn servers_that_are_missing_elsewhere_or_something_else_are_refused_with_a_reason() {
    let nobody = Url::parse("http://127.0.0.1:9").unwrap();
    let slot = started(Role::Idle, idle(ActivityWatch::new(&nobody, "loom"))).await;
    assert!(refusal(&slot).reason.contains("No ActivityWatch server answers"));

    let far = Url::parse("http://example.com:5600").unwrap();
    let slot = started(Role::Idle, idle(ActivityWatch::new(&far, "loom"))).await;
    assert!(refusal(&slot).reason.contains("not of this machine"));

    let html = server(Duration::ZERO, |_| (200, "<html>hello</html>".to_owned())).await;
    let slot = started(Role::Idle, idle(ActivityWatch::new(&html, "loom"))).await;
    assert!(refusal(&slot).reason.contains("No ActivityWatch server answers"));

    let aw = ActivityWatch::new(&server(Duration::ZERO, well).await, "another-host");
    let slot = started(Role::Idle, idle(aw)).await;
    assert!(
        refusal(&slot)
            .reason
            .contains("no watcher of this machine reports `afkstatus`")
    );
}

#[tokio::test]
async fn a_server_that_turns_bad_loses_the_source_in_time() {
    for answer in [
        (|path: &str| buckets(path).unwrap_or((500, "oops".to_owned()))) as fn(&str) -> (u16, String),
        |path| buckets(path).unwrap_or((200, "not json".to_owned())),
        |path| buckets(path).unwrap_or((200, r#"{"an":"object"}"#.to_owned())),
    ] {
        let aw = ActivityWatch::new(&server(Duration::ZERO, answer).await, "loom");
        let mut slot = started(Role::Idle, idle(aw)).await;
        assert!(
            slot.get()
                .await
                .unwrap()
                .idle(at("2026-11-21T10:00:00Z"))
                .await
                .is_err()
        );
    }
    let slow = server(Duration::from_secs(30), well).await;
    let slot = started(Role::Idle, idle(ActivityWatch::new(&slow, "loom"))).await;
    assert!(refusal(&slot).reason.contains("No ActivityWatch server answers"));
}

#[tokio::test]
async fn a_tick_tells_present_from_away_and_survives_a_torn_bucket() {
    let now = at("2026-11-21T10:00:00Z");
    let aw = ActivityWatch::new(&server(Duration::ZERO, well).await, "loom").unwrap();
    assert!(aw.is_reachable().await);
    assert_eq!(
        aw.last_input(now).await,
        Ok(Some(at("2026-11-21T10:00:31Z"))),
        "a count after the last not-afk"
    );
    assert_eq!(aw.front_window(now).await.unwrap().unwrap().app, "firefox");
    let away = |path: &str| match path.contains("afk_loom") {
        true => {
            let afk = r#"[{"timestamp":"2026-11-21T09:59:00Z","duration":60,"data":{"status":"afk"}},
                {"timestamp":"2026-11-21T09:50:00Z","duration":540,"data":{"status":"not-afk"}}]"#;
            (200, afk.to_owned())
        }
        false if path.contains("input_loom") => (500, "oops".to_owned()),
        false => well(path),
    };
    let aw = ActivityWatch::new(&server(Duration::ZERO, away).await, "loom").unwrap();
    assert_eq!(aw.last_input(now).await, Ok(Some(at("2026-11-21T09:59:00Z"))));
    for answer in [
        (|_| (200, "[]".to_owned())) as fn(&str) -> (u16, String),
        |_| (200, "<html>".to_owned()),
        |_| (404, "{}".to_owned()),
    ] {
        let aw = ActivityWatch::new(&server(Duration::ZERO, answer).await, "loom").unwrap();
        assert!(!aw.is_reachable().await, "something else answers there");
    }
    let slow = ActivityWatch::new(&server(Duration::from_secs(30), well).await, "loom").unwrap();
    assert!(!slow.is_reachable().await);
}

#[tokio::test]
async fn a_title_is_a_window_where_the_watcher_cannot_name_the_app() {
    let now = at("2026-11-21T10:00:00Z");
    let front = async |answer: fn(&str) -> (u16, String)| {
        let aw = ActivityWatch::new(&server(Duration::ZERO, answer).await, "loom").unwrap();
        aw.front_window(now).await.unwrap()
    };
    let titled = front(|path| match path.contains("window_loom") {
        true => {
            let seen = r#"[{"timestamp":"2026-11-21T09:59:50Z","duration":5,"data":{"title":"page.tsx"}}]"#;
            (200, seen.to_owned())
        }
        false => well(path),
    });
    let titled = titled.await.unwrap();
    assert_eq!((titled.app.as_str(), titled.title.as_str()), ("", "page.tsx"));
    let nothing = front(|path| match path.contains("window_loom") {
        true => {
            let seen = r#"[{"timestamp":"2026-11-21T09:59:50Z","duration":5,"data":{"app":"","title":""}}]"#;
            (200, seen.to_owned())
        }
        false => well(path),
    });
    assert_eq!(nothing.await, None);
}

struct Real {
    process: Child,
    url: Url,
    _home: tempfile::TempDir,
    _port: OwnPort,
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The real server on a free port with a home of its own, or `None` where none is to be tested against.
async fn real() -> Option<Real> {
    let program = needs::variable("DAYLOOM_TEST_AW_SERVER")?;
    let home = tempfile::tempdir().unwrap();
    let port = OwnPort::new();
    let process = Command::new(program)
        .args([
            "--testing",
            "--host",
            "127.0.0.1",
            "--port",
            &port.address().port().to_string(),
        ])
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .env("XDG_CACHE_HOME", home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the ActivityWatch server starts");
    let url = Url::parse(&format!("http://{}", port.address())).unwrap();
    let real = Real {
        process,
        url,
        _home: home,
        _port: port,
    };
    let http = dayloom_http::client().no_proxy().build().unwrap();
    for _ in 0..1_800 {
        if http
            .get(real.url.join("/api/0/info").unwrap())
            .send()
            .await
            .is_ok_and(|r| r.status().is_success())
        {
            return Some(real);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the ActivityWatch server did not answer within three minutes");
}

async fn bucket(real: &Real, id: &str, kind: &str, hostname: &str, events: serde_json::Value) {
    let http = dayloom_http::client().no_proxy().build().unwrap();
    let at = real.url.join(&format!("/api/0/buckets/{id}")).unwrap();
    let body = serde_json::json!({"client": id, "type": kind, "hostname": hostname});
    assert!(
        http.post(at)
            .json(&body)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
    let at = real.url.join(&format!("/api/0/buckets/{id}/events")).unwrap();
    assert!(
        http.post(at)
            .json(&events)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
}

fn event(start: &str, seconds: u32, data: serde_json::Value) -> serde_json::Value {
    serde_json::json!([{"timestamp": start, "duration": seconds, "data": data}])
}

/// What watchers of this and of another machine would have written.
async fn fill(real: &Real) {
    let app = |title: &str| serde_json::json!({"app": "code", "title": title});
    bucket(
        real,
        "w_loom",
        "currentwindow",
        "loom",
        event("2026-11-21T09:59:40Z", 15, app("mine")),
    )
    .await;
    bucket(
        real,
        "w_far",
        "currentwindow",
        "far",
        event("2026-11-21T09:59:50Z", 9, app("theirs")),
    )
    .await;
    bucket(
        real,
        "afk",
        "afkstatus",
        "loom",
        event("2026-11-21T09:57:00Z", 60, serde_json::json!({"status": "afk"})),
    )
    .await;
    let counts =
        serde_json::json!({"presses": 5, "clicks": 1, "deltaX": 3, "deltaY": 0, "scrollX": 0, "scrollY": 0});
    bucket(
        real,
        "input",
        "os.hid.input",
        "loom",
        event("2026-11-21T10:00:10Z", 1, counts),
    )
    .await;
    let tab = serde_json::json!({"url": "https://h/", "title": "Ünï", "incognito": true, "audible": false});
    bucket(
        real,
        "web",
        "web.tab.current",
        "unknown",
        event("2026-11-21T09:59:00Z", 30, tab),
    )
    .await;
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "what one real server goes through is told in one piece"
)]
async fn the_real_server_is_understood_and_its_restart_survived() {
    let Some(real) = real().await else { return };
    let now = at("2026-11-21T10:00:00Z");
    let aw = ActivityWatch::new(&real.url, "loom");
    let slot = started(Role::Window, window(aw.clone())).await;
    assert!(
        refusal(&slot)
            .reason
            .contains("no watcher of this machine reports `currentwindow`")
    );

    fill(&real).await;

    let mut slot = started(Role::Window, window(aw.clone())).await;
    let seen = slot.get().await.unwrap().window(now).await.unwrap().unwrap();
    assert_eq!(
        seen.title.as_deref(),
        Some("mine"),
        "only this host's buckets are read"
    );
    let mut idle_slot = started(Role::Idle, idle(aw.clone())).await;
    assert_eq!(
        idle_slot.get().await.unwrap().idle(now).await.unwrap(),
        Duration::from_secs(180)
    );
    let mut counter = started(Role::Input, input(aw.clone())).await;
    counter.get().await.unwrap().take(now).await.unwrap();
    let counts = counter
        .get()
        .await
        .unwrap()
        .take(now + SignedDuration::from_secs(60))
        .await
        .unwrap();
    assert_eq!((counts.key_events, counts.mouse_events), (5, 2));
    let mut tabs = started(Role::Browser, browser(aw)).await;
    let page = tabs
        .get()
        .await
        .unwrap()
        .page("Firefox", Some("Ünï — Mozilla Firefox"), now)
        .await
        .unwrap()
        .unwrap();
    assert!(page.private);

    let aw = ActivityWatch::new(&real.url, "LOOM.local").unwrap();
    assert!(aw.is_reachable().await);
    let counted = at("2026-11-21T10:00:11Z");
    assert_eq!(
        aw.last_input(now).await,
        Ok(Some(counted)),
        "an afk event is no input, counts are"
    );
    let before = event(
        "2026-11-21T09:30:00Z",
        900,
        serde_json::json!({"status": "not-afk"}),
    );
    bucket(&real, "afk2", "afkstatus", "loom", before).await;
    let far = event(
        "2026-11-21T10:30:00Z",
        9,
        serde_json::json!({"status": "not-afk"}),
    );
    bucket(&real, "afk3", "afkstatus", "far", far).await;
    let still = event(
        "2026-11-21T10:20:00Z",
        9,
        serde_json::json!({"presses": 0, "clicks": 0, "deltaX": 0}),
    );
    bucket(&real, "input2", "os.hid.input", "loom", still).await;
    let aw = ActivityWatch::new(&real.url, "loom").unwrap();
    assert_eq!(
        aw.last_input(now).await,
        Ok(Some(counted)),
        "older, of another machine, or without a figure"
    );
    let front = aw.front_window(now).await.unwrap().unwrap();
    assert_eq!((front.app.as_str(), front.title.as_str()), ("code", "mine"));
    assert_eq!(
        aw.front_window(now + SignedDuration::from_secs(120)).await,
        Ok(None),
        "stale"
    );

    drop(real);
    assert!(!aw.is_reachable().await);
    assert!(aw.last_input(now + SignedDuration::from_secs(60)).await.is_err());
    let answer = slot.get().await.unwrap().window(now).await;
    assert!(slot.settle(answer).is_none());
    assert!(slot.get().await.is_none(), "lost until a server is there again");
    assert!(matches!(
        slot.report()[0].availability,
        Availability::Unavailable(_)
    ));
}
