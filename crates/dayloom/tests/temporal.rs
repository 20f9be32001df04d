//! The program on Temporal: the same load through the embedded engine and through Temporal gives equal timesheets, with
//! workers killed at random. Needs `DAYLOOM_TEST_TEMPORAL` and `DAYLOOM_TEST_POSTGRES`.
#![cfg(all(unix, feature = "temporal"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::time::Duration;

use dayloom_client::Client;
use dayloom_domain::Clock;
use dayloom_testkit::{OwnPort, Wire, db::TestDb, model::honest, needs};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use program::{Now, PATIENCE, Program, Up};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};
use uuid::Uuid;

/// Workers are started and killed so often.
const KILLS: usize = 12;
/// Address of a namespace on the server for tests: each test has one of its own, as each has a database of its own, and a
/// worker of one must not be handed the days of another. `scripts/lib/temporal.sh` makes them.
fn temporal(namespace: &str) -> Option<String> {
    Some(format!(
        "{}/{namespace}",
        needs::variable("DAYLOOM_TEST_TEMPORAL")?
    ))
}

/// The address of that namespace, and a Postgres; none where one of the two is not there.
async fn servers(namespace: &str) -> Option<(String, TestDb)> {
    let address = temporal(namespace)?;
    Some((address, TestDb::postgres().await?))
}

/// What the doctor says of the engine.
fn engine(program: &Program, temporal: &str) -> Value {
    let ran = program.run(&["doctor", "--json", "--engine", "temporal", "--temporal", temporal]);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    let findings = found.as_array().unwrap();
    findings.iter().find(|f| f["part"] == "engine").unwrap().clone()
}

/// One who is tracked on a server.
struct Person {
    client: Client,
    device: Uuid,
}

impl Person {
    /// The n-th person, with a project, a task and a device.
    async fn new(program: &Program, server: &Up, database: &str, n: u128) -> Self {
        let email = format!("p{n}@example.org");
        let signed = program.json(&["token", "--email", &email, "--database-url", database]);
        let client = Client::new(&server.url, signed["token"].as_str()).unwrap();
        let workspace: Value = client
            .post("/workspaces", &json!({"name": format!("Work {n}")}))
            .await
            .unwrap();
        let workspace = workspace["id"].as_str().unwrap();
        let project: Value = client
            .post(
                &format!("/workspaces/{workspace}/projects"),
                &json!({"name": "Loom", "tracker_enabled": true}),
            )
            .await
            .unwrap();
        let me: Value = client.get("/developers/me", &[]).await.unwrap();
        let task = json!({"title": "Retry refunds", "key": "PAY-412", "assignee_id": me["id"]});
        let _: Value = client
            .post(&format!("/workspaces/{workspace}/tasks"), &task)
            .await
            .unwrap();
        let device = Uuid::from_u128(n + 1);
        let enroll = json!({"device_id": device, "project_id": project["id"], "platform": "linux"});
        let _: Value = client.post("/tracker/devices:enroll", &enroll).await.unwrap();
        Self { client, device }
    }

    async fn send(&self, events: &[Value]) {
        let batch = json!({"schema_version": "1.0", "device_id": self.device, "sent_at": Now.now(), "events": events});
        let answer: Value = self.client.post("/tracker/events:batch", &batch).await.unwrap();
        assert_eq!(answer["accepted"], events.len(), "{answer}");
    }

    /// Rows of the timesheet as people read them, without ids.
    async fn timesheet(&self, dates: &[Date]) -> Vec<Value> {
        let (first, last) = (dates[0].to_string(), dates[dates.len() - 1].to_string());
        let range = [("start", &*first), ("end", &*last)];
        let mut sheet: Value = self.client.get("/tracker/timesheet", &range).await.unwrap();
        let days = sheet["days"].as_array_mut().unwrap();
        for day in &mut *days {
            // Told by a sweep of its own, at another moment in each engine.
            day.as_object_mut().unwrap().remove("journal");
            for entry in day["entries"].as_array_mut().unwrap() {
                let entry = entry.as_object_mut().unwrap();
                entry.remove("id");
                entry.remove("task_id");
            }
        }
        days.clone()
    }
}

/// The dates of the load, with one before and two after it.
fn dates(from: Timestamp) -> Vec<Date> {
    let first = from.to_zoned(TimeZone::UTC).date();
    first
        .yesterday()
        .unwrap()
        .series(jiff::Span::new().days(1))
        .take(7)
        .collect()
}

/// Four days of an hour or so each, in batches of a quarter of an hour: on the task, in reviews, on the web.
fn batches(n: u128, from: Timestamp) -> Vec<Vec<Value>> {
    let mut events = Vec::new();
    for minute in 0..4 * 75_i64 {
        let (day, within) = (minute / 75, minute % 75);
        let ts = from + SignedDuration::from_hours(24 * day) + SignedDuration::from_mins(within);
        let (app, title) = match (within / 9) % 3 {
            0 => ("code", "refund.rs – PAY-412 – loom"),
            1 => ("firefox", "Review queue"),
            _ => ("slack", "general"),
        };
        let id = Uuid::from_u128((n + 1) << 64 | u128::try_from(minute).unwrap());
        events.push(json!({
            "event_id": id, "client_seq": minute, "ts": ts, "interval_s": 60, "tz": "UTC",
            "active_app": {"name": app, "bundle_id": app, "window_title": title},
        }));
    }
    events.chunks(15).map(<[Value]>::to_vec).collect()
}

/// A server on the embedded engine and one on Temporal, and the same people on both.
struct Two {
    /// Home of the embedded server: its database lies there, and is gone when this is dropped.
    _here: Program,
    there: Program,
    postgres: TestDb,
    temporal: String,
    servers: [Up; 2],
    people: Vec<[Person; 2]>,
}

impl Two {
    async fn start(temporal: String, postgres: TestDb) -> Self {
        let (here, there) = (Program::new(), Program::new());
        let off = [("DAYLOOM_RATE_LIMITS", "off")];
        let sqlite = format!("sqlite:{}", here.path("embedded.db").display());
        let serve = ["serve", "--listen", "127.0.0.1:0", "--database-url"];
        let embedded = here.start_with(&[&serve[..], &[&sqlite]].concat(), &off);
        let engine = [
            "--engine",
            "temporal",
            "--temporal",
            &temporal,
            "--temporal-heartbeat",
            "3",
        ];
        let many = there.start_with(&[&serve[..], &[&postgres.url], &engine].concat(), &off);
        let mut people = Vec::new();
        for n in 0..3 {
            people.push([
                Person::new(&here, &embedded, &sqlite, n).await,
                Person::new(&there, &many, &postgres.url, n).await,
            ]);
        }
        Self {
            _here: here,
            there,
            postgres,
            temporal,
            servers: [embedded, many],
            people,
        }
    }

    fn worker(&self) -> Up {
        let place = ["--database-url", &self.postgres.url, "--temporal", &self.temporal];
        self.there
            .start(&[&["worker"][..], &place, &["--temporal-heartbeat", "3"]].concat())
    }

    async fn idle(&self) {
        let idle = async {
            while self.postgres.store.days().backlog().await.unwrap() > 0 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, idle)
            .await
            .expect("every day is derived");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_killed_at_random_lose_nothing_and_change_nothing() {
    let Some((temporal, postgres)) = servers("dayloom-killed").await else {
        return;
    };
    let two = Two::start(temporal, postgres).await;
    let from = Now.now() - SignedDuration::from_hours(24 * 5);
    let mut load: Vec<(usize, Vec<Value>)> = (0..two.people.len())
        .flat_map(|n| batches(n as u128, from).into_iter().map(move |batch| (n, batch)))
        .collect();
    let mut chance = StdRng::seed_from_u64(11);
    load.shuffle(&mut chance);
    let mut workers: Vec<Up> = Vec::new();
    let every = load.len() / KILLS;
    for (count, (n, batch)) in load.iter().enumerate() {
        for person in &two.people[*n] {
            person.send(batch).await;
        }
        if count % every == 0 {
            workers.push(two.worker());
            tokio::time::sleep(Duration::from_millis(chance.random_range(0..400))).await;
            if workers.len() > 2 {
                workers.remove(chance.random_range(0..3)).kill();
            }
        }
    }
    for worker in workers.drain(1..) {
        worker.kill();
    }
    let engine = engine(&two.there, &two.temporal);
    assert_eq!(engine["state"], "works", "{engine}");
    two.idle().await;
    let dates = dates(from);
    for [alone, shared] in &two.people {
        let expected = settled(alone, &dates).await;
        assert!(expected.len() >= 4, "{expected:?}");
        assert_eq!(shared.timesheet(&dates).await, expected);
    }
    assert_eq!(workers.remove(0).terminate().0, 0, "a worker ends cleanly");
    for server in two.servers {
        assert_eq!(server.terminate().0, 0);
    }
}

/// The timesheet of the embedded engine, once it has derived everything.
async fn settled(person: &Person, dates: &[Date]) -> Vec<Value> {
    let waiting = async {
        loop {
            let mut pending = false;
            for date in dates {
                let path = format!("/tracker/days/{date}");
                let day: Value = person.client.get(&path, &[]).await.unwrap();
                pending |= day["pending"] == true;
            }
            if !pending {
                return person.timesheet(dates).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("it is derived")
}

/// Titles that nobody can answer for but a model: of two days, more than go into one call.
const UNKNOWN: usize = 600;

/// A minute of each of these titles, half of them on the day after.
fn unknown(from: Timestamp) -> Vec<Value> {
    let event = |n: usize| {
        let (day, minute) = (n * 2 / UNKNOWN, n % (UNKNOWN / 2));
        let minutes = i64::try_from(day * 24 * 60 + minute).unwrap();
        let title = format!("Page p{n}q on refunds");
        json!({
            "event_id": Uuid::new_v4(), "client_seq": n, "interval_s": 60, "tz": "UTC",
            "ts": from + SignedDuration::from_mins(minutes),
            "active_app": {"name": "firefox", "bundle_id": "firefox", "window_title": title},
        })
    };
    (0..UNKNOWN).map(event).collect()
}

/// Waits until the model was asked so often, or nothing is left to ask.
async fn is_asked(model: &Wire, times: usize, postgres: &TestDb) {
    let asked = async {
        loop {
            let waiting = postgres.store.decisions().failing(0).await.unwrap().0;
            let asked = model.sent().len();
            if asked >= times || (asked > 0 && waiting == 0) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("it asks");
}

/// Waits until every minute of the two days is on a task.
async fn is_attributed(person: &Person, from: Timestamp) {
    let days: Vec<String> = (0..3)
        .map(|day| from + SignedDuration::from_hours(24 * day))
        .map(|at| at.strftime("/tracker/days/%Y-%m-%d").to_string())
        .collect();
    let attributed = async {
        loop {
            let (mut seconds, mut on_task) = (0.0, 0.0);
            for path in &days {
                let day: Value = person.client.get(path, &[]).await.unwrap();
                seconds += day["attention_s"].as_f64().unwrap();
                on_task += day["attributed_s"].as_f64().unwrap();
            }
            if seconds > 35_999.0 && on_task > 35_999.0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, attributed)
        .await
        .expect("every minute is on the task the model named");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_killed_while_they_ask_lose_nothing_and_ask_nothing_answered_again() {
    let Some((temporal, postgres)) = servers("dayloom-asking").await else {
        return;
    };
    let program = Program::new();
    let place = ["--database-url", &postgres.url, "--temporal", &temporal];
    let place = [&place[..], &["--temporal-heartbeat", "3"]].concat();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--engine", "temporal"];
    let off = [("DAYLOOM_RATE_LIMITS", "off")];
    let server = program.start_with(&[&serve[..], &place].concat(), &off);
    let person = Person::new(&program, &server, &postgres.url, 0).await;
    let model = Wire::start(|asked| {
        std::thread::sleep(Duration::from_millis(500));
        Some(honest(asked))
    });
    let from = Now.now() - SignedDuration::from_hours(24 * 4);
    for part in unknown(from).chunks(300) {
        person.send(part).await;
    }
    let asking = [
        ("DAYLOOM_MODEL_PROVIDER", "openai"),
        ("DAYLOOM_MODEL_BASE_URL", model.url.as_str()),
        ("DAYLOOM_MODEL_NAME", "stand-in"),
        ("DAYLOOM_MODEL_API_KEY", "sk-of-the-tests"),
    ];
    let worker = || program.start_with(&[&["worker"][..], &place].concat(), &asking);
    let mut chance = StdRng::seed_from_u64(12);
    for kill in 1..=4 {
        let doomed = worker();
        is_asked(&model, kill, &postgres).await;
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..900))).await;
        doomed.kill();
    }
    let last = worker();
    is_attributed(&person, from).await;
    let sent = model.sent();
    for n in 0..UNKNOWN {
        let title = format!("Page p{n}q on refunds");
        let asked = sent.iter().filter(|call| call.user.contains(&title)).count();
        assert!((1..=5).contains(&asked), "{title} was asked {asked} times");
    }
    // Three calls hold it all; each worker that was killed may have broken off one.
    assert!(sent.len() <= 3 + 4 + 4, "{} calls", sent.len());
    let today = Now.now().to_zoned(TimeZone::UTC).date();
    let developer = postgres.store.people().by_email("p0@example.org").await;
    let developer = developer.unwrap().unwrap().id;
    let usage = postgres.store.usage();
    let used = usage.between(developer, today.yesterday().unwrap(), today).await;
    let calls: i64 = used.unwrap().iter().map(|row| row.used.calls).sum();
    let made = i64::try_from(sent.len()).unwrap();
    assert!(calls >= made, "the ledger has {calls} of {made} calls");
    assert_eq!(last.terminate().0, 0);
    assert_eq!(server.terminate().0, 0);
}

/// The text of a page, once there is one.
async fn page(url: &str) -> String {
    let http = dayloom_http::client().no_proxy().build().unwrap();
    let answer = http.get(url).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{url}");
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_shows_its_figures_where_it_is_told_to() {
    let Some((temporal, postgres)) = servers("dayloom-figures").await else {
        return;
    };
    let program = Program::new();
    let person = postgres
        .store
        .people()
        .create_or_get("ann@example.org", None, Now.now())
        .await
        .unwrap();
    let today = Now.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    postgres
        .store
        .days()
        .mark(person.id, &[today], Now.now())
        .await
        .unwrap();
    let port = OwnPort::new();
    let taker = std::net::TcpListener::bind(port.address()).unwrap();
    let address = port.address().to_string();
    let place = ["--database-url", &postgres.url, "--temporal", &temporal];
    let shown = [&["worker", "--metrics-listen", &address][..], &place].concat();
    let taken = program.run(&shown);
    assert_eq!((taken.code, taken.out.as_str()), (1, ""), "{}", taken.err);
    assert!(taken.err.contains("--metrics-listen"), "{}", taken.err);
    drop(taker);
    let worker = program.start(&shown);
    let derived = async {
        while postgres.store.days().backlog().await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, derived)
        .await
        .expect("it is derived");
    let url = |path: &str| format!("http://{address}{path}");
    assert_eq!(page(&url("/healthz")).await, "ok");
    assert_eq!(page(&url("/readyz")).await, "ready");
    let figures = page(&url("/metrics")).await;
    assert!(figures.contains("dayloom_dirty_days 0"), "{figures}");
    assert!(
        figures.contains("dayloom_days_derived_total{outcome="),
        "{figures}"
    );
    assert!(!figures.contains("ann@example.org"), "nobody is named");
    assert_eq!(worker.terminate().0, 0);
}

#[test]
fn the_doctor_says_where_nobody_works() {
    // Tests of the engine have queues of their own there.
    let Some(idle) = temporal("default") else { return };
    let program = Program::new();
    let found = engine(&program, &idle);
    assert_eq!(found["state"], "fails", "{found}");
    let detail = found["detail"].as_str().unwrap();
    assert!(
        detail.ends_with("/default answers, and no worker does"),
        "{found}"
    );
    assert!(
        found["mend"]
            .as_str()
            .unwrap()
            .contains("`dayloom worker --temporal URL`"),
        "{found}"
    );
    let unknown = engine(&program, &idle.replace("/default", "/nowhere"));
    assert_eq!(unknown["state"], "fails", "{unknown}");
    assert!(
        unknown["detail"]
            .as_str()
            .unwrap()
            .contains("no namespace `nowhere`"),
        "{unknown}"
    );
}

#[test]
fn a_worker_without_a_server_says_so() {
    let program = Program::new();
    let nowhere = program.run(&["worker"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.err);
    assert!(nowhere.err.contains("needs the address"), "{}", nowhere.err);
    let away = program.run(&["worker", "--temporal", "http://127.0.0.1:9"]);
    assert_eq!(away.code, 5, "{}", away.err);
    assert!(away.err.contains("does not answer"), "{}", away.err);
}

#[test]
fn without_the_program_beside_it_a_worker_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("dayloom");
    std::fs::copy(env!("CARGO_BIN_EXE_dayloom"), &alone).unwrap();
    for args in [&["worker"][..], &["serve", "--engine", "temporal"]] {
        let refused = std::process::Command::new(&alone)
            .args(args)
            .env("DAYLOOM_HOME", folder.path().join("home"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(
            said.contains("`dayloom-temporal` is not beside this one"),
            "{said}"
        );
        assert!(said.contains("cargo build --release"), "{said}");
    }
}
