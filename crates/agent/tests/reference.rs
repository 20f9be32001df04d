//! The agent against the reference system's wire, weaknesses included, over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dayloom_agent::enrolment::Enrolment;
use dayloom_agent::link::{LinkError, connect};
use dayloom_agent::spool::Limits;
use dayloom_agent::status::{Capture, Upload};
use dayloom_agent::uploader::machine::Health;
use dayloom_agent::{Agent, AgentConfig, AgentError, AgentStatus, Home, Secret, Sight, Spool, outgoing};
use dayloom_capture::{Outcome, Policy, Sample, Withheld};
use dayloom_client::Client;
use dayloom_domain::{Clock, EventId, event::ActiveApp};
use dayloom_testkit::reference::{Fault, PROJECT, Reference, TOKEN};
use jiff::Timestamp;
use rand::{SeedableRng, rngs::StdRng};
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// Far above what anything takes here, because machines differ.
const PATIENCE: Duration = Duration::from_secs(120);

/// Sees what it is told to, and remembers the rules it was given.
#[derive(Clone, Default)]
struct Eyes {
    titles: Arc<Mutex<VecDeque<String>>>,
    away: Arc<Mutex<bool>>,
    rules: Arc<Mutex<Option<Policy>>>,
}

impl Sight for Eyes {
    fn set_policy(&mut self, policy: Policy) {
        *self.rules.lock().unwrap() = Some(policy);
    }

    async fn look(&mut self, _: Timestamp) -> Outcome {
        if *self.away.lock().unwrap() {
            return Outcome::Withheld(Withheld::Idle);
        }
        let title = self.titles.lock().unwrap().pop_front();
        let app = ActiveApp {
            name: "code".into(),
            bundle_id: "Code".into(),
            window_title: title,
        };
        Outcome::Taken(Box::new(Sample {
            active_app: app,
            idle_s: Some(1),
            ..Sample::default()
        }))
    }
}

struct Now;

impl Clock for Now {
    #[expect(
        clippy::disallowed_methods,
        reason = "the stand-in compares with the real clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

struct Desk {
    dir: tempfile::TempDir,
    server: Reference,
    eyes: Eyes,
    seed: u64,
}

impl Desk {
    async fn new() -> Self {
        let eyes = Eyes::default();
        Self {
            dir: tempfile::tempdir().unwrap(),
            server: Reference::start().await.unwrap(),
            eyes,
            seed: 0,
        }
    }

    fn settings(&self) -> AgentConfig {
        AgentConfig {
            server: Some(self.server.base.clone()),
            token: Secret::new(TOKEN),
            interval_s: Some(1),
            device_name: "thinkpad-x1".into(),
            platform: "linux".into(),
            heartbeat: Duration::from_millis(200),
            ..AgentConfig::new(self.dir.path())
        }
    }

    fn agent(&mut self, settings: AgentConfig) -> Agent<Eyes, Client> {
        self.seed += 1;
        let rng = StdRng::seed_from_u64(self.seed);
        Agent::new(settings, self.eyes.clone(), Arc::new(Now), rng, Box::new(connect))
    }

    fn home(&self) -> Home {
        Home::open(self.dir.path()).unwrap()
    }

    async fn spool(&self) -> Spool {
        Spool::open(&self.home().spool(), Limits::default())
            .await
            .unwrap()
    }

    async fn once(&mut self) -> Result<String, AgentError> {
        let agent = self.agent(self.settings());
        Ok(agent.once().await?.event_id.to_string())
    }

    async fn flush(&mut self) -> Health {
        let agent = self.agent(self.settings());
        agent.flush().await.unwrap()
    }

    /// Runs an agent until something is so.
    async fn until(&mut self, settings: AgentConfig, so: impl Fn(&Self) -> bool) {
        let stop = CancellationToken::new();
        let running = tokio::spawn(self.agent(settings).run(stop.clone()));
        let begun = Instant::now();
        while !so(self) {
            assert!(!running.is_finished(), "the agent ended: {:?}", running.await);
            let status = AgentStatus::load(&self.home());
            assert!(begun.elapsed() < PATIENCE, "it never came to be: {status:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop.cancel();
        running.await.unwrap().unwrap();
    }

    fn status(&self) -> AgentStatus {
        AgentStatus::load(&self.home()).unwrap_or_default()
    }
}

#[tokio::test]
async fn samples_arrive_within_the_limits_of_the_reference() {
    let mut desk = Desk::new().await;
    desk.eyes
        .titles
        .lock()
        .unwrap()
        .extend(["ä\0".repeat(2_000), "b".into()]);
    let first = desk.once().await.unwrap();
    let second = desk.once().await.unwrap();
    assert_eq!(desk.flush().await, Health::Flowing);
    {
        let world = desk.server.world();
        assert_eq!(world.batches, [(200, 2)]);
        assert_eq!(
            world.events[&first]["active_app"]["window_title"],
            "ä".repeat(1024)
        );
        let seqs = [&first, &second].map(|id| world.events[id]["client_seq"].as_i64());
        assert_eq!(
            seqs,
            [Some(1), Some(2)],
            "the counter goes on from one start to the next"
        );
        assert_eq!(world.enrolments, 1, "an enrolment is remembered");
        assert_eq!(*world.devices.values().next().unwrap(), PROJECT);
    }
    assert_eq!(desk.spool().await.status().await.unwrap().waiting, 0);
}

#[tokio::test]
async fn a_flush_sends_all_that_waits() {
    let mut desk = Desk::new().await;
    desk.once().await.unwrap();
    let enrolment = std::fs::read(desk.home().enrolment()).unwrap();
    let enrolment: Enrolment = serde_json::from_slice(&enrolment).unwrap();
    let spool = desk.spool().await;
    let key = spool.account(&enrolment.account).await.unwrap();
    for _ in 0..1_002 {
        let id = EventId(uuid::Uuid::new_v4());
        let mut event = outgoing(id, Now.now(), 1, Sample::default().within_limits());
        spool.push(key, &mut event).await.unwrap();
    }
    assert_eq!(desk.flush().await, Health::Flowing);
    assert_eq!(spool.status().await.unwrap().waiting, 0);
    assert_eq!(desk.server.world().batches, [(200, 500), (200, 500), (200, 3)]);
}

#[tokio::test]
async fn a_lost_answer_or_a_garbled_one_doubles_nothing() {
    for fault in [Fault::LostAnswer, Fault::Garbage] {
        let mut desk = Desk::new().await;
        desk.once().await.unwrap();
        desk.server.world().faults.push_back(fault);
        assert!(matches!(desk.flush().await, Health::Failing(_)));
        assert_eq!(desk.spool().await.status().await.unwrap().waiting, 1);
        assert_eq!(desk.flush().await, Health::Flowing);
        assert_eq!(desk.server.world().events.len(), 1);
        assert_eq!(desk.spool().await.status().await.unwrap().waiting, 0);
    }
}

#[tokio::test]
async fn refusals_keep_what_waits() {
    let mut desk = Desk::new().await;
    desk.once().await.unwrap();
    for (status, want) in [
        (409, Health::SchemaRefused),
        (429, Health::Limited),
        (401, Health::TokenRefused(401)),
        (403, Health::TokenRefused(403)),
        (503, Health::Failing(503)),
        (307, Health::Failing(307)),
    ] {
        desk.server.world().faults.push_back(Fault::Status(status, None));
        assert_eq!(desk.flush().await, want);
        assert_eq!(desk.spool().await.status().await.unwrap().waiting, 1);
    }
    assert_eq!(desk.flush().await, Health::Flowing);
    assert_eq!(desk.server.world().events.len(), 1);
}

#[tokio::test]
async fn a_forgotten_device_is_enrolled_again() {
    let mut desk = Desk::new().await;
    desk.once().await.unwrap();
    desk.server.world().devices.clear();
    assert_eq!(desk.flush().await, Health::Flowing);
    let world = desk.server.world();
    assert_eq!(
        (world.events.len(), world.devices.len(), world.enrolments),
        (1, 1, 2)
    );
}

#[tokio::test]
async fn an_event_the_server_names_is_kept_aside_with_its_reason() {
    let mut desk = Desk::new().await;
    let id = desk.once().await.unwrap();
    let spool = desk.spool().await;
    // What was spooled four weeks and more ago is refused by name.
    let path = desk.home().spool();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("UPDATE waiting SET body = json_set(body, '$.ts', '2020-01-01T00:00:00Z')")
        .execute(&mut connection)
        .await
        .unwrap();
    let fresh = desk.once().await.unwrap();
    assert_eq!(desk.flush().await, Health::Flowing);
    let rejected = spool.rejected(10).await.unwrap();
    assert_eq!(rejected.len(), 1);
    assert_eq!(
        (rejected[0].event_id.as_str(), rejected[0].reason.as_str()),
        (id.as_str(), "ts_out_of_range")
    );
    assert!(desk.server.world().events.contains_key(&fresh));
    assert_eq!(spool.status().await.unwrap().waiting, 0);
}

#[tokio::test]
async fn one_poisonous_event_does_not_hold_up_the_others() {
    let mut desk = Desk::new().await;
    let mut ids = vec![];
    for _ in 0..9 {
        ids.push(desk.once().await.unwrap());
    }
    desk.server.world().poison.insert(ids[4].clone());
    let enough = |desk: &Desk| desk.status().spool.rejected == 1 && desk.server.world().events.len() > 8;
    desk.until(desk.settings(), enough).await;
    let spool = desk.spool().await;
    let rejected = spool.rejected(10).await.unwrap();
    assert_eq!(rejected[0].event_id, ids[4]);
    assert!(rejected[0].reason.contains("500"), "{}", rejected[0].reason);
    for id in ids.iter().filter(|id| **id != ids[4]) {
        assert!(desk.server.world().events.contains_key(id));
    }
}

#[tokio::test]
async fn a_new_config_is_in_force_as_soon_as_its_etag_changes() {
    let mut desk = Desk::new().await;
    desk.server.world().config["excluded_bundle_ids"] = json!(["Bank"]);
    let settings = AgentConfig {
        heartbeat: Duration::from_secs(3_600),
        ..desk.settings()
    };
    let stop = CancellationToken::new();
    let running = tokio::spawn(desk.agent(settings).run(stop.clone()));
    let excluded = |desk: &Desk, app: &str| {
        desk.eyes
            .rules
            .lock()
            .unwrap()
            .as_ref()
            .is_some_and(|rules| rules.exclusions.app([app]))
    };
    wait(|| excluded(&desk, "bank")).await;
    {
        let mut world = desk.server.world();
        world.config["excluded_bundle_ids"] = json!(["Diary"]);
        world.config["config_etag"] = json!("cfg_0123456789ab");
    }
    wait(|| excluded(&desk, "diary")).await;
    assert_eq!(
        desk.server.world().heartbeats,
        1,
        "asked once, because of the etag"
    );
    {
        let mut world = desk.server.world();
        world.config["paused"] = json!(true);
        world.config["config_etag"] = json!("cfg_0123456789ac");
    }
    wait(|| desk.status().capture == Capture::Paused).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(desk.status().capture, Capture::Stopped);

    // The pause is remembered: a start without a server takes nothing.
    let agent = desk.agent(desk.settings());
    assert!(matches!(agent.once().await, Err(AgentError::NothingTaken(_))));
    let stored = desk.server.world().events.len();
    desk.until(desk.settings(), |desk| desk.status().last_heartbeat_at.is_some())
        .await;
    assert_eq!(desk.server.world().events.len(), stored);
}

#[tokio::test]
async fn a_single_sample_heeds_what_the_server_says_now() {
    let mut desk = Desk::new().await;
    desk.once().await.unwrap();
    let pause = |desk: &Desk, paused: bool, etag: &str| {
        let mut world = desk.server.world();
        world.config["paused"] = json!(paused);
        world.config["config_etag"] = json!(etag);
    };
    pause(&desk, true, "cfg_0123456789ab");
    let refused = desk.once().await.unwrap_err();
    assert!(matches!(refused, AgentError::NothingTaken(why) if why.contains("paused")));
    pause(&desk, false, "cfg_0123456789ac");
    desk.once().await.unwrap();
    desk.server.stop().await;
    desk.once().await.unwrap();
    assert_eq!(desk.spool().await.status().await.unwrap().waiting, 3);
}

#[tokio::test]
async fn the_first_sample_comes_at_once_and_the_next_when_the_server_says() {
    let mut desk = Desk::new().await;
    desk.server.world().config["sample_interval_s"] = json!(600);
    let settings = AgentConfig {
        interval_s: None,
        ..desk.settings()
    };
    let stop = CancellationToken::new();
    let running = tokio::spawn(desk.agent(settings).run(stop.clone()));
    let intervals = |desk: &Desk| {
        let world = desk.server.world();
        let mut all: Vec<i64> = world
            .events
            .values()
            .map(|event| event["interval_s"].as_i64().unwrap())
            .collect();
        all.sort_unstable();
        all
    };
    wait(|| intervals(&desk) == [600]).await;
    assert_eq!(desk.status().interval_s, Some(600));
    {
        let mut world = desk.server.world();
        world.config["sample_interval_s"] = json!(1);
        world.config["config_etag"] = json!("cfg_0123456789ab");
    }
    // None of the ten minutes is waited for.
    wait(|| intervals(&desk).starts_with(&[1, 1])).await;
    assert_eq!(desk.status().interval_s, Some(1));
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_new_config_is_asked_for_again_where_the_heartbeat_fails() {
    let mut desk = Desk::new().await;
    let settings = AgentConfig {
        heartbeat: Duration::from_secs(3_600),
        ..desk.settings()
    };
    let stop = CancellationToken::new();
    let running = tokio::spawn(desk.agent(settings).run(stop.clone()));
    wait(|| !desk.server.world().events.is_empty()).await;
    {
        let mut world = desk.server.world();
        world.heartbeat_faults = [(503, None), (429, Some(1))].into();
        world.config["excluded_bundle_ids"] = json!(["Diary"]);
        world.config["config_etag"] = json!("cfg_0123456789ab");
    }
    wait(|| {
        let rules = desk.eyes.rules.lock().unwrap();
        rules
            .as_ref()
            .is_some_and(|rules| rules.exclusions.app(["diary"]))
    })
    .await;
    assert_eq!(
        desk.server.world().heartbeats,
        3,
        "asked again after each failure, however many samples went meanwhile"
    );
    stop.cancel();
    running.await.unwrap().unwrap();
}

async fn wait(so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "it never came to be");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn while_nobody_is_there_what_waits_is_still_sent() {
    let mut desk = Desk::new().await;
    desk.once().await.unwrap();
    *desk.eyes.away.lock().unwrap() = true;
    let sent =
        |desk: &Desk| desk.server.world().events.len() == 1 && desk.status().capture == Capture::Withheld;
    desk.until(desk.settings(), sent).await;
    assert_eq!(desk.status().withheld.as_deref(), Some("idle"));
    assert!(desk.server.world().heartbeats > 0);
}

#[tokio::test]
async fn an_outage_is_said_and_overcome() {
    let mut desk = Desk::new().await;
    desk.once().await.unwrap();
    desk.server.stop().await;
    // The enrolment is remembered, so capturing goes on.
    let settings = desk.settings();
    let waits = |desk: &Desk| desk.status().upload == Upload::Unreachable && desk.status().spool.waiting > 1;
    desk.until(settings, waits).await;
    assert!(
        desk.status()
            .problem
            .unwrap_or_default()
            .contains("does not answer")
    );
}

#[tokio::test]
async fn what_one_account_captured_goes_to_no_other() {
    let mut desk = Desk::new().await;
    let mine = desk.once().await.unwrap();
    let other = "aexy_00000000000000000000000000000002";
    desk.server
        .world()
        .tokens
        .insert(other.into(), "33333333-3333-4333-8333-333333333333".into());
    let settings = AgentConfig {
        token: Secret::new(other),
        ..desk.settings()
    };
    let theirs = desk
        .agent(settings.clone())
        .once()
        .await
        .unwrap()
        .event_id
        .to_string();
    assert_eq!(desk.agent(settings).flush().await.unwrap(), Health::Flowing);
    assert_eq!(desk.server.world().events.keys().collect::<Vec<_>>(), [&theirs]);
    assert_eq!(desk.spool().await.status().await.unwrap().waiting, 1);
    let waiting = desk.spool().await.accounts().await.unwrap();
    let now = Enrolment::last(&desk.home()).unwrap().account;
    assert_eq!((waiting.len(), waiting[0].waiting), (1, 1));
    assert_eq!(waiting[0].account.project_id, now.project_id);
    assert_ne!(waiting[0].account, now, "it waits for who captured it");

    // A new token of the same person finds what the old one left.
    let renewed = "aexy_00000000000000000000000000000003";
    let person = desk.server.world().tokens[TOKEN].clone();
    desk.server.world().tokens.insert(renewed.into(), person);
    let settings = AgentConfig {
        token: Secret::new(renewed),
        ..desk.settings()
    };
    assert_eq!(desk.agent(settings).flush().await.unwrap(), Health::Flowing);
    assert!(desk.server.world().events.contains_key(&mine));
}

#[tokio::test]
async fn a_wrong_project_or_token_stops_the_start_with_words() {
    let mut desk = Desk::new().await;
    let wrong = "44444444-4444-4444-8444-444444444444";
    let settings = AgentConfig {
        project: Some(wrong.into()),
        ..desk.settings()
    };
    let error = desk
        .agent(settings)
        .run(CancellationToken::new())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains(&format!("Atlas ({PROJECT})")),
        "{error}"
    );
    assert_eq!(desk.server.world().enrolments, 0, "nothing is enrolled elsewhere");

    let settings = AgentConfig {
        token: Secret::new("aexy_wrong"),
        ..desk.settings()
    };
    let error = desk
        .agent(settings)
        .run(CancellationToken::new())
        .await
        .unwrap_err();
    assert!(
        matches!(error, AgentError::TokenRefused { status: 401 }),
        "{error}"
    );
    let settings = AgentConfig {
        token: None,
        ..desk.settings()
    };
    let error = desk.agent(settings).once().await.unwrap_err();
    assert!(matches!(error, AgentError::NotSignedIn), "{error}");
    let settings = AgentConfig {
        server: Some("http://127.0.0.1:9".into()),
        ..desk.settings()
    };
    let error = desk.agent(settings).once().await.unwrap_err();
    assert!(
        matches!(error, AgentError::Link(LinkError::Unreachable)),
        "{error}"
    );
}

#[tokio::test]
async fn a_revoked_token_is_said_while_capturing_goes_on() {
    let mut desk = Desk::new().await;
    desk.once().await.unwrap();
    desk.server.world().tokens.clear();
    let said = |desk: &Desk| desk.status().upload == Upload::TokenRefused && desk.status().spool.waiting > 1;
    desk.until(desk.settings(), said).await;
    assert!(
        desk.status()
            .problem
            .unwrap_or_default()
            .contains("sign in again")
    );
}

#[tokio::test]
async fn a_home_has_one_running_agent() {
    let mut desk = Desk::new().await;
    let stop = CancellationToken::new();
    let first = tokio::spawn(desk.agent(desk.settings()).run(stop.clone()));
    wait(|| desk.status().last_sample_at.is_some()).await;
    let second = desk.agent(desk.settings()).run(CancellationToken::new()).await;
    assert!(matches!(second, Err(AgentError::AlreadyRunning { .. })));
    desk.once().await.unwrap();
    stop.cancel();
    first.await.unwrap().unwrap();
}
