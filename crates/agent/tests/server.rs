//! The agent against the real server, on both databases: what was captured is in the day, and what the server says
//! holds on the machine.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use dayloom_agent::spool::Limits;
use dayloom_agent::status::Capture;
use dayloom_agent::uploader::machine::Health;
use dayloom_agent::{Agent, AgentConfig, AgentStatus, Home, Secret, Sight, Spool, link::connect};
use dayloom_capture::{Outcome, Policy, Sample};
use dayloom_client::Client;
use dayloom_domain::{Zone, event::ActiveApp};
use dayloom_testkit::{Person, TestApp, on_both};
use jiff::{SignedDuration, Timestamp};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// Far above what anything takes here, because machines differ.
const PATIENCE: Duration = Duration::from_secs(120);

/// Always sees the same editor, whatever the rules say, as an old client would.
struct Eyes;

impl Sight for Eyes {
    fn set_policy(&mut self, _: Policy) {}

    async fn look(&mut self, _: Timestamp) -> Outcome {
        let app = ActiveApp {
            name: "code".into(),
            bundle_id: "Code".into(),
            window_title: Some("main.rs".into()),
        };
        let sample = Sample {
            active_app: app,
            idle_s: Some(0),
            tz: Some(Zone::utc()),
            ..Sample::default()
        };
        Outcome::Taken(Box::new(sample))
    }
}

struct Desk<'a> {
    dir: tempfile::TempDir,
    app: &'a TestApp,
    person: Person,
    seed: u64,
}

impl<'a> Desk<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let person = app.person("ada@example.org").await;
        app.tracked(&person).await;
        Self {
            dir: tempfile::tempdir().unwrap(),
            app,
            person,
            seed: 0,
        }
    }

    fn agent(&mut self) -> Agent<Eyes, Client> {
        self.seed += 1;
        let settings = AgentConfig {
            server: Some(self.app.url.clone()),
            token: Secret::new(&self.person.token),
            device_name: "thinkpad-x1".into(),
            heartbeat: Duration::from_millis(100),
            ..AgentConfig::new(self.dir.path())
        };
        let rng = StdRng::seed_from_u64(self.seed);
        Agent::new(settings, Eyes, self.app.clock.clone(), rng, Box::new(connect))
    }

    fn home(&self) -> Home {
        Home::open(self.dir.path()).unwrap()
    }

    async fn spool(&self) -> Spool {
        Spool::open(&self.home().spool(), Limits::default())
            .await
            .unwrap()
    }

    async fn capture(&mut self, minutes: usize) {
        for _ in 0..minutes {
            self.agent().once().await.unwrap();
            self.app.clock.advance(SignedDuration::from_mins(1));
        }
    }
}

#[tokio::test]
async fn what_was_captured_is_in_the_day() {
    on_both(async |app| {
        let mut desk = Desk::new(&app).await;
        desk.capture(5).await;
        assert_eq!(desk.agent().flush().await.unwrap(), Health::Flowing);
        assert_eq!(desk.agent().flush().await.unwrap(), Health::Flowing);
        assert_eq!(desk.spool().await.status().await.unwrap().waiting, 0);
        app.derive().await;
        let day = desk
            .person
            .client
            .day("2026-11-21".parse().unwrap())
            .await
            .unwrap();
        assert_eq!(day.attention_s.0, 300_000_000);
        assert_eq!(day.spans.len(), 1, "{:?}", day.spans);
        assert_eq!(day.devices.iter().map(|device| device.events).sum::<i64>(), 5);
    })
    .await;
}

#[tokio::test]
async fn what_the_server_refuses_is_kept_aside_with_its_reason() {
    on_both(async |app| {
        let mut desk = Desk::new(&app).await;
        desk.capture(1).await;
        let project = app
            .store
            .projects()
            .tracker_projects_for(desk.person.id)
            .await
            .unwrap()[0]
            .id;
        let body = json!({ "enabled": true, "config": { "excluded_bundle_ids": ["code"] } });
        let path = format!("/tracker/admin/projects/{project}/config");
        let answer = app.call(Method::PUT, &path, &desk.person, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(desk.agent().flush().await.unwrap(), Health::Flowing);
        let rejected = desk.spool().await.rejected(10).await.unwrap();
        assert_eq!(rejected.len(), 1);
        assert_eq!(rejected[0].reason, "excluded_app");
    })
    .await;
}

#[tokio::test]
async fn a_project_that_tracks_no_more_is_said() {
    on_both(async |app| {
        let mut desk = Desk::new(&app).await;
        desk.capture(1).await;
        let project = app
            .store
            .projects()
            .tracker_projects_for(desk.person.id)
            .await
            .unwrap()[0]
            .id;
        let path = format!("/tracker/admin/projects/{project}/config");
        let problem = |desk: &Desk| AgentStatus::load(&desk.home()).and_then(|status| status.problem);
        let answer = app
            .call(Method::PUT, &path, &desk.person, &json!({ "enabled": false }))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(desk.agent().flush().await.unwrap(), Health::Flowing);
        let spool = desk.spool().await;
        assert_eq!(spool.rejected(10).await.unwrap()[0].reason, "capture_disabled");
        assert!(
            problem(&desk)
                .unwrap_or_default()
                .contains("no more tracked time")
        );
    })
    .await;
}

#[tokio::test]
async fn a_pause_holds_on_the_machine_and_ends_there() {
    on_both(async |app| {
        let mut desk = Desk::new(&app).await;
        let stop = CancellationToken::new();
        let running = tokio::spawn(desk.agent().run(stop.clone()));
        let home = desk.home();
        let capture = || AgentStatus::load(&home).map(|status| (status.capture, status.last_heartbeat_at));
        wait(|| capture().is_some_and(|(capture, beat)| capture == Capture::Running && beat.is_some())).await;
        let device = AgentStatus::load(&home).unwrap().device_id.unwrap();
        let path = format!("/tracker/devices/{device}");
        let answer = app
            .call(Method::PATCH, &path, &desk.person, &json!({ "paused": true }))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        wait(|| capture().is_some_and(|(capture, _)| capture == Capture::Paused)).await;
        let answer = app
            .call(Method::PATCH, &path, &desk.person, &json!({ "paused": false }))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        wait(|| capture().is_some_and(|(capture, _)| capture == Capture::Running)).await;
        stop.cancel();
        running.await.unwrap().unwrap();
    })
    .await;
}

async fn wait(so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "it never came to be");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The clock is the server's too: both sides must agree on what is now.
#[tokio::test]
async fn a_sample_older_than_the_server_takes_goes_before_it_is_sent() {
    let app = TestApp::sqlite().await;
    let mut desk = Desk::new(&app).await;
    desk.capture(2).await;
    app.clock.advance(SignedDuration::from_hours(31 * 24));
    let stop = CancellationToken::new();
    let running = tokio::spawn(desk.agent().run(stop.clone()));
    let home = desk.home();
    wait(|| AgentStatus::load(&home).is_some_and(|status| status.spool.uploaded == 1)).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    let status = desk.spool().await.status().await.unwrap();
    assert_eq!((status.waiting, status.rejected), (0, 0));
    assert_eq!(status.dropped_by_age, 2);
}
