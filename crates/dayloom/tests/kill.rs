//! Server and agent are killed fifty times each under load: every event that was acknowledged or spooled is there once.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dayloom_agent::enrolment::Enrolment;
use dayloom_agent::spool::{Limits, SpoolStatus};
use dayloom_agent::{AgentStatus, Home, Spool, outgoing};
use dayloom_capture::Sample;
use dayloom_client::Client;
use dayloom_domain::{Clock, DeveloperId, EventId, event::ActiveApp};
use dayloom_storage::{Migrate, Store};
use dayloom_testkit::{Desktop, OwnPort, db::TestDb};
use jiff::SignedDuration;
use program::{Now, Program, Up, wait_for};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use uuid::Uuid;

const HOME: &str = "DAYLOOM_TEST_KILL_HOME";
/// How often each of the two is killed, at least.
const KILLS: usize = 50;
/// The title of the window the agent sees where there is a desktop.
const WINDOW: &str = "chapter one";

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

/// The process that is killed with the agent: it captures at a hundred times the agent's pace into the same spool, and
/// says what is on disk.
#[tokio::test]
async fn child() {
    if let Ok(home) = std::env::var(HOME) {
        load(Path::new(&home)).await;
    }
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

/// Everything of the test: the server's database, and a folder with the homes of both.
struct Stage {
    dir: tempfile::TempDir,
    database: String,
    /// The server comes back where the agent knows it.
    port: OwnPort,
    token: String,
    person: DeveloperId,
    desktop: Option<Desktop>,
}

impl Stage {
    fn new(database: Option<String>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", dir.path().join("server.db").display());
        let mut stage = Self {
            dir,
            database: database.unwrap_or(file),
            port: OwnPort::new(),
            token: String::new(),
            person: Uuid::nil().into(),
            // Without one the agent has nothing to see, and uploads what the other spools.
            desktop: if cfg!(target_os = "linux") {
                Desktop::start()
            } else {
                None
            },
        };
        let output = stage
            .server(&["token", "--email", "ann@example.org", "--json"])
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

    fn url(&self) -> String {
        format!("http://{}", self.port.address())
    }

    fn home(&self) -> std::path::PathBuf {
        self.dir.path().join("agent")
    }

    fn dayloom(&self, home: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dayloom"));
        command
            .env_clear()
            .env("HOME", self.dir.path())
            .env("DAYLOOM_HOME", home)
            .args(args)
            .stdin(Stdio::null());
        command
    }

    fn server(&self, args: &[&str]) -> Command {
        let mut command = self.dayloom(&self.dir.path().join("server"), args);
        command
            .env("DAYLOOM_RATE_LIMITS", "off")
            .args(["--database-url", &self.database]);
        command
    }

    fn agent(&self, args: &[&str]) -> Command {
        let mut command = self.dayloom(&self.home(), args);
        if let Some(desktop) = &self.desktop {
            command.env("DISPLAY", desktop.display());
        }
        command
            .env("DAYLOOM_SERVER", self.url())
            .env("DAYLOOM_TOKEN", &self.token)
            .env("DAYLOOM_ACTIVITYWATCH", "off")
            .env("AEXY_SAMPLE_INTERVAL", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Starts the server and waits until it answers.
    fn serve(&self) -> Up {
        let mut command = self.server(&["serve", "--listen", &self.port.address().to_string()]);
        command.stderr(Stdio::null());
        Program::ready(command)
    }

    /// Starts the agent, and what captures beside it.
    fn capture(&self) -> Capturing {
        let agent = self.agent(&["agent"]).spawn().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(HOME, self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let pushed: Arc<Mutex<Vec<String>>> = Arc::default();
        let ids = Arc::clone(&pushed);
        let lines = std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            let mut line = String::new();
            // A line the kill cut short was never said.
            while out.read_line(&mut line).unwrap_or(0) > 0 && line.ends_with('\n') {
                let id = line.strip_prefix("pushed ").map(|id| id.trim().to_owned());
                ids.lock().unwrap().extend(id);
                line.clear();
            }
        });
        Capturing {
            agent,
            child,
            pushed,
            lines,
        }
    }

    async fn spool(&self) -> Spool {
        Spool::open(&self.home().join("spool.db"), Limits::default())
            .await
            .unwrap()
    }

    /// Uploads all that waits.
    async fn drain(&self) -> SpoolStatus {
        let spool = self.spool().await;
        for _ in 0..40 {
            let flushed = self.agent(&["spool", "flush"]).status().unwrap();
            assert_eq!(flushed.code(), Some(0), "what waits cannot be uploaded");
            if spool.status().await.unwrap().waiting == 0 {
                break;
            }
        }
        spool.status().await.unwrap()
    }
}

struct Capturing {
    agent: Child,
    child: Child,
    /// Ids of what is on disk by the child's word.
    pushed: Arc<Mutex<Vec<String>>>,
    lines: std::thread::JoinHandle<()>,
}

impl Capturing {
    /// Kills both and says what was acknowledged.
    fn kill(mut self) -> Vec<String> {
        for child in [&mut self.agent, &mut self.child] {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            child.kill().unwrap();
            child.wait().unwrap();
        }
        self.lines.join().unwrap();
        std::mem::take(&mut *self.pushed.lock().unwrap())
    }

    /// Waits until something was captured since the start.
    fn at_work(&self) {
        wait_for("something captured", || self.pushed.lock().unwrap().len() > 10);
    }
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
async fn fifty_kills_of_each_lose_nothing_and_double_nothing_on_sqlite() {
    survive(Stage::new(None), KILLS).await;
}

#[tokio::test]
async fn kills_lose_nothing_and_double_nothing_on_postgres() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    db.store.close().await;
    survive(Stage::new(Some(db.url.clone())), KILLS / 2).await;
}

/// Kills server and agent, alone and together, at random moments, until each has been killed so often; then looks. Now and
/// then the moment waits for what the agent does, so that a slow machine has a load too.
async fn survive(stage: Stage, kills: usize) {
    let window = stage
        .desktop
        .as_ref()
        .map(|desktop| desktop.open("Inkwell", WINDOW));
    let mut rng = StdRng::seed_from_u64(50);
    let mut server = Some(stage.serve());
    a_project(&stage).await;

    // Nothing is known of a server that went before the agent was enrolled.
    let mut capturing = stage.capture();
    capturing.at_work();
    wait_for("a look at the desktop", || {
        let status = AgentStatus::load(&Home::open(&stage.home()).unwrap());
        window.is_none() || status.is_some_and(|status| status.last_sample_at.is_some())
    });
    let spool = stage.spool().await;
    let mut pushed = BTreeSet::new();
    let (mut servers, mut agents) = (0, 0);
    for round in 0.. {
        if servers >= kills && agents >= kills {
            break;
        }
        if round % 3 == 0 {
            capturing.at_work();
        }
        if round % 10 == 9 {
            uploads(&spool).await;
        }
        tokio::time::sleep(Duration::from_millis(rng.random_range(50..700))).await;
        let (of_server, of_agent) = [(true, false), (false, true), (true, true)][rng.random_range(0..3)];
        if let Some(up) = server.take_if(|_| of_server) {
            up.kill();
            servers += 1;
        }
        if of_agent {
            pushed.extend(capturing.kill());
            agents += 1;
            capturing = stage.capture();
        }
        server.get_or_insert_with(|| stage.serve());
    }
    capturing.at_work();
    pushed.extend(capturing.kill());
    assert!(pushed.len() > kills, "{} events are no load", pushed.len());
    let status = stage.drain().await;
    assert_eq!(
        (status.waiting, status.rejected, status.dropped_by_size),
        (0, 0, 0),
        "{status:?}"
    );
    drop((server, window));
    check(&stage, &pushed).await;
}

/// Waits until more is uploaded.
async fn uploads(spool: &Spool) {
    let before = spool.status().await.unwrap().uploaded;
    let uploading = async {
        while spool.status().await.unwrap().uploaded <= before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let more = tokio::time::timeout(program::PATIENCE, uploading).await;
    more.expect("something is uploaded in between");
}

/// What was acknowledged is stored, once, and so is what the agent itself saw.
async fn check(stage: &Stage, pushed: &BTreeSet<String>) {
    let store = Store::open(&stage.database, Migrate::Refuse).await.unwrap();
    let now = Now.now();
    let (from, to) = (
        now - SignedDuration::from_hours(24),
        now + SignedDuration::from_hours(1),
    );
    for device in store.devices().list(stage.person).await.unwrap() {
        assert!(device.server_seq >= i64::try_from(pushed.len()).unwrap());
    }
    let (mut stored, mut seen) = (BTreeSet::new(), 0);
    for event in store.events().window(stage.person, from, to).await.unwrap() {
        seen += usize::from(event.active_app.window_title.as_deref() == Some(WINDOW));
        assert!(
            stored.insert(event.id.to_string()),
            "{} is stored twice",
            event.id
        );
    }
    assert!(
        stage.desktop.is_none() || seen > 0,
        "the agent never saw the window"
    );
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
