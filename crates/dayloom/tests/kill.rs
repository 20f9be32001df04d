//! Server and agent are killed fifty times under load: every event that was acknowledged or spooled is there once.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use dayloom_agent::enrolment::Enrolment;
use dayloom_agent::link::connect;
use dayloom_agent::spool::Limits;
use dayloom_agent::uploader::machine::Health;
use dayloom_agent::{Agent, AgentConfig, Home, Secret, Sight, Spool, outgoing};
use dayloom_capture::{Outcome, Policy, Sample};
use dayloom_client::Client;
use dayloom_domain::{Clock, DeveloperId, EventId, event::ActiveApp};
use dayloom_storage::{Migrate, Store};
use jiff::{SignedDuration, Timestamp};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const HOME: &str = "DAYLOOM_TEST_KILL_HOME";
const SERVER: &str = "DAYLOOM_TEST_KILL_SERVER";
const TOKEN: &str = "DAYLOOM_TEST_KILL_TOKEN";
const KILLS: usize = 50;

struct Now;

impl Clock for Now {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server of this test has the real clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

struct Eyes;

fn sample() -> Sample {
    let app = ActiveApp {
        name: "code".into(),
        bundle_id: "Code".into(),
        window_title: Some("main.rs".into()),
    };
    Sample {
        active_app: app,
        idle_s: Some(0),
        ..Sample::default()
    }
}

impl Sight for Eyes {
    fn set_policy(&mut self, _: Policy) {}

    async fn look(&mut self, _: Timestamp) -> Outcome {
        Outcome::Taken(Box::new(sample()))
    }
}

fn agent(home: &Path, server: &str, token: &str) -> Agent<Eyes, Client> {
    let settings = AgentConfig {
        server: Some(server.to_owned()),
        token: Secret::new(token),
        interval_s: Some(1),
        ..AgentConfig::new(home)
    };
    Agent::new(
        settings,
        Eyes,
        Arc::new(Now),
        StdRng::from_os_rng(),
        Box::new(connect),
    )
}

/// The process that is killed: an agent that captures and uploads, and beside it a capture at a hundred times its
/// pace into the same spool, which says what is on disk.
#[tokio::test]
async fn child() {
    let (Ok(home), Ok(server), Ok(token)) =
        (std::env::var(HOME), std::env::var(SERVER), std::env::var(TOKEN))
    else {
        return;
    };
    let home = Path::new(&home);
    let run = agent(home, &server, &token).run(CancellationToken::new());
    let ended = tokio::select! {
        ended = run => ended,
        () = load(home) => return,
    };
    panic!("the agent ended: {ended:?}");
}

async fn load(home: &Path) {
    let home = Home::open(home).unwrap();
    let enrolment: Enrolment = loop {
        let found = std::fs::read(home.enrolment())
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok());
        match found {
            Some(found) => break found,
            None => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    let spool = Spool::open(&home.spool(), Limits::default()).await.unwrap();
    let key = spool.account(&enrolment.account).await.unwrap();
    loop {
        let mut event = outgoing(EventId(Uuid::new_v4()), Now.now(), 1, sample());
        spool.push(key, &mut event).await.unwrap();
        let mut out = std::io::stdout().lock();
        out.write_all(format!("pushed {}\n", event.event_id).as_bytes())
            .unwrap();
        out.flush().unwrap();
        drop(out);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Everything of the test in one folder: the server's database and the agent's home.
struct Stage {
    dir: tempfile::TempDir,
    listen: String,
    token: String,
    person: DeveloperId,
}

impl Stage {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = free.local_addr().unwrap().to_string();
        let mut stage = Self {
            dir,
            listen,
            token: String::new(),
            person: Uuid::nil().into(),
        };
        let output = stage
            .dayloom(&["token", "--email", "ann@example.org", "--json"])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let signed: Value = serde_json::from_slice(&output.stdout).unwrap();
        stage.token = signed["token"].as_str().unwrap().to_owned();
        stage.person = signed["developer_id"].as_str().unwrap().parse().unwrap();
        stage
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.dir.path().join("server.db").display())
    }

    fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    fn home(&self) -> std::path::PathBuf {
        self.dir.path().join("agent")
    }

    fn dayloom(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dayloom"));
        command
            .env_clear()
            .env("HOME", self.dir.path())
            .env("DAYLOOM_HOME", self.dir.path().join("server"))
            .env("DAYLOOM_RATE_LIMITS", "off")
            .args(args)
            .args(["--database-url", &self.database()])
            .stdin(Stdio::null());
        command
    }

    /// Starts the server and waits until it answers.
    fn serve(&self) -> Child {
        let mut child = self
            .dayloom(&["serve", "--listen", &self.listen])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.starts_with("ready "), "the server said {line:?}");
        child
    }

    fn capture(&self) -> Capturing {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(HOME, self.home())
            .env(SERVER, self.url())
            .env(TOKEN, &self.token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let lines = std::thread::spawn(move || {
            let mut ids = vec![];
            let mut out = BufReader::new(out);
            let mut line = String::new();
            // A line the kill cut short was never said.
            while out.read_line(&mut line).unwrap_or(0) > 0 && line.ends_with('\n') {
                ids.extend(line.strip_prefix("pushed ").map(|id| id.trim().to_owned()));
                line.clear();
            }
            ids
        });
        Capturing { child, lines }
    }
}

struct Capturing {
    child: Child,
    lines: std::thread::JoinHandle<Vec<String>>,
}

impl Capturing {
    /// Kills it and says what it had acknowledged.
    fn kill(mut self) -> Vec<String> {
        assert!(
            self.child.try_wait().unwrap().is_none(),
            "the agent ended by itself"
        );
        kill(&mut self.child);
        self.lines.join().unwrap()
    }
}

fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A project that takes tracked time.
async fn a_project(stage: &Stage) {
    let client = Client::new(&stage.url(), Some(&stage.token)).unwrap();
    let workspace: Value = client
        .post("/workspaces", &json!({ "name": "Work" }))
        .await
        .unwrap();
    let path = format!("/workspaces/{}/projects", workspace["id"].as_str().unwrap());
    let project = json!({ "name": "Loom", "tracker_enabled": true });
    let _: Value = client.post(&path, &project).await.unwrap();
}

#[tokio::test]
async fn fifty_kills_lose_nothing_and_double_nothing() {
    let stage = Stage::new();
    let mut rng = StdRng::seed_from_u64(50);
    let mut server = stage.serve();
    a_project(&stage).await;

    let mut capturing = stage.capture();
    let mut pushed = BTreeSet::new();
    let mut kills = 0;
    while kills < KILLS {
        tokio::time::sleep(Duration::from_millis(rng.random_range(50..900))).await;
        let (of_server, of_agent) = [(true, false), (false, true), (true, true)][rng.random_range(0..3)];
        if of_server {
            kill(&mut server);
            kills += 1;
        }
        if of_agent {
            pushed.extend(capturing.kill());
            kills += 1;
            capturing = stage.capture();
        }
        if of_server {
            server = stage.serve();
        }
    }
    pushed.extend(capturing.kill());
    assert!(
        pushed.len() > 10 * KILLS,
        "only {} events were pushed: that is no load",
        pushed.len()
    );

    let spool = Spool::open(&stage.home().join("spool.db"), Limits::default())
        .await
        .unwrap();
    assert!(
        spool.status().await.unwrap().uploaded > 0,
        "nothing was uploaded in between"
    );
    for _ in 0..20 {
        let health = agent(&stage.home(), &stage.url(), &stage.token)
            .flush()
            .await
            .unwrap();
        assert_eq!(health, Health::Flowing);
        if spool.status().await.unwrap().waiting == 0 {
            break;
        }
    }
    let status = spool.status().await.unwrap();
    assert_eq!(
        (status.waiting, status.rejected, status.dropped_by_size),
        (0, 0, 0),
        "{status:?}"
    );

    kill(&mut server);
    let store = Store::open(&stage.database(), Migrate::Refuse).await.unwrap();
    let now = Now.now();
    let (from, to) = (
        now - SignedDuration::from_hours(24),
        now + SignedDuration::from_hours(1),
    );
    let mut stored = BTreeSet::new();
    for device in store.devices().list(stage.person).await.unwrap() {
        assert!(device.server_seq >= i64::try_from(pushed.len()).unwrap());
    }
    for event in store.events().window(stage.person, from, to).await.unwrap() {
        assert!(
            stored.insert(event.id.to_string()),
            "{} is stored twice",
            event.id
        );
    }
    let lost: Vec<_> = pushed.difference(&stored).collect();
    assert_eq!(
        lost,
        [] as [&String; 0],
        "{} of {} acknowledged events are lost",
        lost.len(),
        pushed.len()
    );
    store.close().await;
}
