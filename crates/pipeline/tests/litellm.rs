//! A real server that speaks as OpenAI does and is not ours: a LiteLLM proxy with mock models. It answers for attribution,
//! journals and questions; then it fails, talks nonsense, dawdles, sends its bytes one by one, falls silent and is gone,
//! and no time is lost; when it recovers, the day completes.
//!
//! `DAYLOOM_TEST_LITELLM` is its program.

use std::{
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use dayloom_domain::{Clock, TaskId, day::Category, event::ActiveApp};
use dayloom_llm::{Answer, Failure, Identity, Key, Model, ModelSettings, Prompt, Provider, connect};
use dayloom_pipeline::journal;
use dayloom_storage::{Batch, Journal, NewEvent, NewTask, Submitted};
use dayloom_testkit::{OwnPort, Person, TestApp, Tracked, app::NOW, needs};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

const TODAY: Date = jiff::civil::date(2026, 11, 21);
const KEY: &str = "sk-dayloom-0123456789abcdef-of-the-tests";
/// Minutes of the one page everybody looks at.
const MINUTES: i64 = 10;

/// Models by what they do. Indices and rows suffice to answer: the one signal of a call belongs to the first task, and a
/// table begins with the whole, then that task.
const CONFIG: &str = r#"
model_list:
  - model_name: sorts
    litellm_params:
      model: openai/mock
      api_key: none
      mock_response: '{"answers":[{"index":0,"category":"productive","task":0,"confidence":0.95,"reason":"it says so"}],
        "sentences":[{"text":"I worked 10m.","rows":[0]},{"text":"Retry refunds took 10m.","rows":[1]},
        {"text":"My longest stretch was 10m on Retry refunds, from 08:00 to 08:10.","rows":[2]},
        {"text":"I worked 9h.","rows":[0]}]}'
  - model_name: garbage
    litellm_params: {model: openai/mock, api_key: none, mock_response: "I would rather not."}
  - model_name: error
    litellm_params: {model: openai/mock, api_key: none, mock_response: "litellm.InternalServerError"}
  - model_name: limited
    litellm_params: {model: openai/mock, api_key: none, mock_response: "litellm.RateLimitError"}
  - model_name: slow
    litellm_params: {model: openai/mock, api_key: none, mock_response: "late", mock_delay: 60}
router_settings: {num_retries: 0}
litellm_settings: {num_retries: 0}
general_settings: {master_key: sk-dayloom-0123456789abcdef-of-the-tests}
"#;

/// A running proxy, ended when dropped.
struct Proxy {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
    _port: OwnPort,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn proxy() -> Option<Proxy> {
    let program = needs::variable("DAYLOOM_TEST_LITELLM")?;
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.yaml");
    std::fs::write(&config, CONFIG).expect("written");
    let own = OwnPort::new();
    let port = own.address().port();
    let child = Command::new(program)
        .args(["--host", "127.0.0.1", "--telemetry", "False", "--port"])
        .arg(port.to_string())
        .arg("--config")
        .arg(&config)
        .current_dir(folder.path())
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the proxy starts");
    let proxy = Proxy {
        child,
        url: format!("http://127.0.0.1:{port}"),
        _folder: folder,
        _port: own,
    };
    let until = Instant::now() + Duration::from_secs(180);
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < until, "the proxy does not answer");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Some(proxy)
}

/// How bytes pass between us and the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// As they come.
    Whole,
    /// What comes back, one after the other.
    Trickling,
    /// Not at all; nobody hangs up.
    Silent,
    /// Nobody is there.
    Gone,
}

const LINES: [Line; 4] = [Line::Whole, Line::Trickling, Line::Silent, Line::Gone];

/// A line to the proxy that can be bad.
struct Relay {
    url: String,
    line: Arc<AtomicUsize>,
}

impl Relay {
    async fn to(proxy: &Proxy) -> Self {
        let upstream = proxy.url.trim_start_matches("http://").to_owned();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let line = Arc::new(AtomicUsize::new(0));
        let now = Arc::clone(&line);
        tokio::spawn(async move {
            while let Ok((down, _)) = listener.accept().await {
                let line = LINES[now.load(Ordering::SeqCst)];
                let upstream = upstream.clone();
                tokio::spawn(async move { carry(down, &upstream, line).await });
            }
        });
        Self { url, line }
    }

    fn is(&self, line: Line) {
        let place = LINES.iter().position(|one| *one == line).expect("one of them");
        self.line.store(place, Ordering::SeqCst);
    }
}

async fn carry(mut down: tokio::net::TcpStream, upstream: &str, line: Line) -> std::io::Result<()> {
    if line == Line::Gone {
        return Ok(());
    }
    let mut up = tokio::net::TcpStream::connect(upstream).await?;
    if line == Line::Whole {
        return tokio::io::copy_bidirectional(&mut down, &mut up).await.map(drop);
    }
    let (mut from_us, mut to_us) = down.split();
    let (mut from_it, mut to_it) = up.split();
    let there = tokio::io::copy(&mut from_us, &mut to_it);
    let back = async {
        let mut byte = [0_u8; 1];
        while line == Line::Trickling && from_it.read(&mut byte).await? > 0 {
            to_us.write_all(&byte).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        std::future::pending::<std::io::Result<()>>().await
    };
    tokio::try_join!(there, back).map(|_: (u64, ())| ())
}

/// The model a server has, which is another one from time to time.
#[derive(Debug)]
struct Switched {
    identity: Identity,
    now: Mutex<Arc<dyn Model>>,
}

impl Switched {
    fn from(model: Arc<dyn Model>) -> Arc<Self> {
        let identity = model.identity().clone();
        let now = Mutex::new(model);
        Arc::new(Self { identity, now })
    }

    fn to(&self, model: Arc<dyn Model>) {
        *self.now.lock().expect("no panic") = model;
    }
}

#[async_trait::async_trait]
impl Model for Switched {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        let model = Arc::clone(&self.now.lock().expect("no panic"));
        model.ask(prompt).await
    }
}

/// One of the proxy's models, at an address of it; `patient` for one that is to answer.
fn model(url: &str, name: &str, patient: bool) -> Arc<dyn Model> {
    let chosen = ModelSettings {
        provider: Provider::OpenAi,
        base_url: Some(format!("{url}/v1")),
        name: Some(name.to_owned()),
        key: Some(Key::new(KEY)),
        timeout: Duration::from_secs(if patient { 60 } else { 1 }),
    };
    connect(&chosen).expect("settings in order")
}

/// A person with one task and ten minutes on one page.
async fn someone(app: &TestApp, name: &str) -> (Person, TaskId) {
    let person = app.person(&format!("{name}@example.org")).await;
    let tracked = app.tracked(&person).await;
    let new = NewTask {
        title: "Retry refunds".to_owned(),
        key: None,
        url: None,
        status: None,
        assignee_id: Some(person.id),
        project_id: None,
    };
    let now = app.clock.now();
    let task = app.store.tasks().create(tracked.workspace, &new, now).await;
    sample(app, &person, &tracked).await;
    (person, task.expect("a task").id)
}

async fn sample(app: &TestApp, person: &Person, tracked: &Tracked) {
    let from: Timestamp = "2026-11-21T08:00:00Z".parse().expect("an instant");
    let events = (0..MINUTES).map(|minute| {
        Submitted::Event(Box::new(NewEvent {
            id: Uuid::new_v4().into(),
            client_seq: minute,
            ts: from + SignedDuration::from_mins(minute),
            interval_s: 60,
            tz: None,
            idle_s: Some(0),
            active_app: ActiveApp {
                name: "firefox".to_owned(),
                bundle_id: "firefox".to_owned(),
                window_title: Some("How refunds are retried".to_owned()),
            },
            file_context: None,
            dev_context: None,
            browser: None,
            input_cadence: None,
            meeting: None,
            system: None,
            evidence_ref: None,
        }))
    });
    let batch = Batch {
        device_id: tracked.device,
        developer_id: person.id,
        now: app.clock.now(),
        events: events.collect(),
    };
    let outcome = app.store.events().ingest(batch).await.expect("a batch");
    assert!(outcome.rejected.is_empty());
}

/// How today stands over HTTP: the tasks of its blocks, and its seconds with and without one.
async fn day(app: &TestApp, person: &Person) -> (Vec<Option<TaskId>>, [f64; 3]) {
    let day = app.get(&format!("/tracker/days/{TODAY}"), person).await.json();
    assert_eq!(day["pending"], false, "{day}");
    let task = |block: &Value| block["task_id"].as_str().map(|id| id.parse().expect("an id"));
    let blocks = day["blocks"].as_array().expect("blocks");
    let sums = ["attention_s", "attributed_s", "unattributed_s"];
    (
        blocks.iter().map(task).collect(),
        sums.map(|sum| day[sum].as_f64().expect("a number")),
    )
}

/// What was decided about what is on the day, and the categories of its spans.
async fn decided(app: &TestApp, person: &Person) -> (Vec<Option<TaskId>>, Vec<Category>) {
    let stored = app.store.days().read(person.id, TODAY).await.expect("a read");
    let day = stored.expect("a day").day;
    let digest = |span: &dayloom_domain::day::AttributedSpan| {
        dayloom_domain::decision::signal_digest(span.span.project_id, &span.span.signal)
    };
    let signals: Vec<_> = day.spans.iter().map(digest).collect();
    let found = app.store.decisions().for_signals(person.id, &signals).await;
    (
        found.expect("decisions").iter().map(|d| d.task_id).collect(),
        day.spans.iter().map(|span| span.attribution.category).collect(),
    )
}

/// A model is asked for the journal of a day that is over.
async fn told(app: &TestApp, person: &Person) -> Journal {
    let night: Timestamp = "2026-11-22T01:00:00Z".parse().expect("an instant");
    app.clock.set(app.clock.now().max(night));
    journal::sweep(&app.store, app.models(), app.clock.now())
        .await
        .expect("a sweep");
    let journal = app.store.journals().read(person.id, TODAY).await.expect("a read");
    journal.expect("a journal")
}

async fn answer(app: &TestApp, person: &Person) -> Value {
    let body = json!({"question": "Where did the time go?", "start": TODAY, "end": TODAY});
    let post = "POST".parse().expect("a method");
    let answer = app.call(post, "/tracker/qa", person, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// The same in seconds.
const WHOLE: f64 = 600.0;

/// Attribution, journal and answer come of the model.
async fn complete(app: &TestApp, person: &Person, task: TaskId, when: &str) {
    app.decide().await;
    assert_eq!(
        day(app, person).await,
        (vec![Some(task)], [WHOLE, WHOLE, 0.0]),
        "{when}: the day completes"
    );
    assert_eq!(decided(app, person).await.0, [Some(task)], "{when}");
    let journal = told(app, person).await;
    assert_eq!(
        (journal.written_by.as_str(), journal.text.as_str()),
        (
            "sorts",
            "I worked 10m. Retry refunds took 10m. My longest stretch was 10m on Retry refunds, from 08:00 to 08:10."
        ),
        "{when}: the journal is told"
    );
    let answer = answer(app, person).await;
    assert_eq!(
        (&answer["answered_by"], &answer["answer"]),
        (&json!("model"), &json!("I worked 10m.\nRetry refunds took 10m.")),
        "{when}: the question is answered"
    );
}

/// Nothing is lost, nothing is filed away, and the facts speak.
async fn incomplete(app: &TestApp, person: &Person, when: &str) {
    app.decide().await;
    assert_eq!(
        day(app, person).await,
        (vec![None], [WHOLE, 0.0, WHOLE]),
        "{when}: no time is lost, and none is filed away"
    );
    let (decisions, categories) = decided(app, person).await;
    assert_eq!(decisions, [], "{when}: nothing is stamped");
    assert!(
        !categories.contains(&Category::Personal),
        "{when}: {categories:?}"
    );
    let journal = told(app, person).await;
    assert_eq!(journal.written_by, "facts", "{when}");
    assert!(
        journal.text.starts_with("I worked 10m between 08:00 and 08:10."),
        "{when}: {}",
        journal.text
    );
    let answer = answer(app, person).await;
    assert_eq!(answer["answered_by"], "facts", "{when}");
    assert!(
        answer["answer"]
            .as_str()
            .is_some_and(|text| text.starts_with("10m")),
        "{when}: {answer}"
    );
    assert!(
        answer["note"]
            .as_str()
            .is_some_and(|note| note.contains("language model")),
        "{when}: {answer}"
    );
}

async fn ledger(app: &TestApp, person: &Person) {
    let path = format!("/tracker/model-usage?start={TODAY}&end=2026-11-22");
    let usage = app.get(&path, person).await.json();
    let lines = usage["days"].as_array().expect("lines");
    let purposes: Vec<&Value> = lines.iter().map(|line| &line["purpose"]).collect();
    assert_eq!(purposes, ["attribution", "journal", "question"]);
    for line in lines {
        assert_eq!((&line["calls"], &line["model"]), (&json!(1), &json!("sorts")));
        let tokens = |name: &str| line[name].as_i64().expect("a number");
        assert!(
            tokens("input_tokens") > 0 && tokens("output_tokens") > 0,
            "{line}"
        );
        assert_eq!(line["cost_usd"], 0.0, "it is local");
    }
}

/// How the model fails: its name, and the line to it.
const FAILING: [(&str, Line); 8] = [
    ("error", Line::Whole),
    ("limited", Line::Whole),
    ("garbage", Line::Whole),
    ("slow", Line::Whole),
    ("unknown", Line::Whole),
    ("sorts", Line::Trickling),
    ("sorts", Line::Silent),
    ("sorts", Line::Gone),
];

async fn story(app: &TestApp, switch: &Switched, relay: &Relay) {
    let (start, good) = (app.clock.now(), || model(&relay.url, "sorts", true));
    let (person, task) = someone(app, "good").await;
    complete(app, &person, task, "at first").await;
    ledger(app, &person).await;
    for (n, (name, line)) in FAILING.into_iter().enumerate() {
        let when = format!("{name}, {line:?}");
        app.clock.set(start);
        let (person, task) = someone(app, &format!("failing-{n}")).await;
        relay.is(line);
        let patient = line == Line::Whole && name != "slow";
        switch.to(model(&relay.url, name, patient));
        incomplete(app, &person, &when).await;
        relay.is(Line::Whole);
        switch.to(good());
        app.clock.advance(SignedDuration::from_hours(4));
        complete(app, &person, task, &when).await;
    }
    // Nonsense about a day that is over is no last word on it.
    app.clock.set(start);
    let (person, task) = someone(app, "late").await;
    app.decide().await;
    app.clock.advance(SignedDuration::from_hours(15));
    switch.to(model(&relay.url, "garbage", true));
    let journal = told(app, &person).await;
    assert_eq!((journal.written_by.as_str(), journal.is_final), ("facts", false));
    app.clock.advance(SignedDuration::from_hours(2));
    switch.to(good());
    complete(app, &person, task, "after midnight").await;
    assert!(told(app, &person).await.is_final);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_ours_answers_fails_and_recovers() {
    let Some(proxy) = proxy().await else { return };
    assert!(NOW.starts_with(&TODAY.to_string()));
    let relay = Relay::to(&proxy).await;
    for postgres in [false, true] {
        let switch = Switched::from(model(&relay.url, "sorts", true));
        let app = match postgres {
            false => Some(TestApp::sqlite_with_model(switch.clone(), None).await),
            true => TestApp::postgres_with_model(switch.clone(), None).await,
        };
        if let Some(app) = app {
            story(&app, &switch, &relay).await;
        }
    }
}
