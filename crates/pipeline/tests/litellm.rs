//! A real server that speaks as OpenAI does and is not ours: a LiteLLM proxy with mock models. It answers, fails, talks
//! nonsense, dawdles and falls silent, and no time is lost; when it recovers, the day completes.
//!
//! `DAYLOOM_TEST_LITELLM` is its program; without it this is left out with a printed line, unless `DAYLOOM_TEST_ALL=1`.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use dayloom_domain::{Clock, TaskId, day::Day, event::ActiveApp};
use dayloom_llm::{Key, ModelSettings, Provider, connect};
use dayloom_pipeline::{Models, Runner, Stages};
use dayloom_storage::{Batch, NewEvent, NewTask, Submitted};
use dayloom_testkit::{Person, TestApp, Tracked, on_both};
use jiff::{SignedDuration, Timestamp, civil::Date};
use uuid::Uuid;

const TODAY: Date = jiff::civil::date(2026, 11, 21);
const KEY: &str = "sk-dayloom-0123456789abcdef-of-the-tests";

/// Models by what they do. Indices suffice to answer: the one signal of a call belongs to the first task.
const CONFIG: &str = r#"
model_list:
  - model_name: sorts
    litellm_params:
      model: openai/mock
      api_key: none
      mock_response: '{"answers":[{"index":0,"category":"productive","task":0,"confidence":0.95,"reason":"it says so"}]}'
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
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a skipped test must be seen in the test's output"
)]
fn program() -> Option<String> {
    match std::env::var("DAYLOOM_TEST_LITELLM") {
        Ok(program) if !program.is_empty() => Some(program),
        _ if std::env::var("DAYLOOM_TEST_ALL").is_ok_and(|all| all == "1") => {
            panic!("DAYLOOM_TEST_ALL=1 but DAYLOOM_TEST_LITELLM is not set")
        }
        _ => {
            eprintln!("skipped: DAYLOOM_TEST_LITELLM is not set");
            None
        }
    }
}

async fn proxy() -> Option<Proxy> {
    let program = program()?;
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.yaml");
    std::fs::write(&config, CONFIG).expect("written");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
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
    };
    let until = Instant::now() + Duration::from_secs(180);
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < until, "the proxy does not answer");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Some(proxy)
}

/// The stages with one of the proxy's models.
fn stages(app: &TestApp, proxy: &Proxy, model: &str) -> Stages {
    let chosen = ModelSettings {
        provider: Provider::OpenAi,
        base_url: Some(format!("{}/v1", proxy.url)),
        name: Some(model.to_owned()),
        key: Some(Key::new(KEY)),
        timeout: Duration::from_secs(if model == "slow" { 1 } else { 60 }),
    };
    let model = connect(&chosen).expect("settings in order");
    let models = Models::new(app.store.clone(), model, None);
    Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>).with_models(models)
}

async fn pass(app: &TestApp, stages: &Stages, wait: SignedDuration) {
    let runner = Runner::of(stages.clone());
    runner.run_until_idle().await.expect("days derive");
    app.clock.advance(wait);
    stages.ask_due().await.expect("turns");
    runner.run_until_idle().await.expect("days derive");
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
    let events = (0..10).map(|minute| {
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

async fn day(app: &TestApp, person: &Person) -> Day {
    let stored = app.store.days().read(person.id, TODAY).await.expect("a read");
    stored.expect("a day").day
}

async fn decided(app: &TestApp, person: &Person) -> Vec<Option<TaskId>> {
    let day = day(app, person).await;
    let digest = |span: &dayloom_domain::day::AttributedSpan| {
        dayloom_domain::decision::signal_digest(span.span.project_id, &span.span.signal)
    };
    let signals: Vec<_> = day.spans.iter().map(digest).collect();
    let found = app.store.decisions().for_signals(person.id, &signals).await;
    found.expect("decisions").iter().map(|d| d.task_id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_ours_answers_fails_and_recovers() {
    let Some(proxy) = proxy().await else { return };
    on_both(async |app| {
        let soon = SignedDuration::from_secs(6);
        let (person, task) = someone(&app, "good").await;
        pass(&app, &stages(&app, &proxy, "sorts"), soon).await;
        assert_eq!(decided(&app, &person).await, [Some(task)]);
        let used = app
            .store
            .usage()
            .between(person.id, TODAY, TODAY)
            .await
            .expect("a ledger");
        assert_eq!((used.len(), used[0].used.calls), (1, 1));
        assert!(used[0].used.input_tokens > 0 && used[0].used.output_tokens > 0);
        assert_eq!(used[0].used.cost_usd, Some(0.0), "it is local");
        for failing in ["error", "limited", "garbage", "slow", "unknown"] {
            let (person, task) = someone(&app, failing).await;
            pass(&app, &stages(&app, &proxy, failing), soon).await;
            let derived = day(&app, &person).await;
            assert_eq!(
                derived.attention_micros, 600_000_000,
                "{failing}: no time is lost"
            );
            assert_eq!(
                derived.unattributed_micros, 600_000_000,
                "{failing}: and none is filed away"
            );
            assert_eq!(decided(&app, &person).await, [], "{failing}: nothing is stamped");
            pass(
                &app,
                &stages(&app, &proxy, "sorts"),
                SignedDuration::from_mins(11),
            )
            .await;
            assert_eq!(
                decided(&app, &person).await,
                [Some(task)],
                "{failing}: the day completes"
            );
        }
    })
    .await;
}
