//! A real server on a free port with a database of its own, a frozen clock, and people to call it.

use std::{ops::AsyncFn, sync::Arc};

use dayloom_client::Client;
use dayloom_domain::{Clock, DeveloperId, DeviceId, ProjectId, WorkspaceId};
use dayloom_llm::Model;
use dayloom_pipeline::{Models, Runner, Stages, Wake};
use dayloom_server::{Secret, ServerState, Settings, auth};
use dayloom_storage::{NewProject, NewWorkspace, REST, Store};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, header};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{FrozenClock, db::TestDb};

/// How long a model is waited for: a little more than nothing new may have come before it is asked.
const ASKED_AFTER: SignedDuration = SignedDuration::from_secs(6);

/// Where the clock stands when an app starts: a Saturday, 10:00 UTC.
pub const NOW: &str = "2026-11-21T10:00:00Z";

/// Runs a test on SQLite and, where one is configured, on Postgres.
pub async fn on_both(test: impl AsyncFn(TestApp)) {
    test(TestApp::sqlite().await).await;
    if let Some(app) = TestApp::postgres().await {
        test(app).await;
    }
}

/// A running server. It stops when this is dropped.
pub struct TestApp {
    /// Where it answers, without `/api/v1`.
    pub url: String,
    /// Its database.
    pub store: Store,
    /// Its clock.
    pub clock: Arc<FrozenClock>,
    models: Models,
    secret: Secret,
    http: reqwest::Client,
    wake: Wake,
    stop: CancellationToken,
    _served: JoinHandle<std::io::Result<()>>,
    database: TestDb,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A person with a session token.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: DeveloperId,
    /// Their session token.
    pub token: String,
    /// A client that speaks for them.
    pub client: Client,
}

/// What a person needs to send events.
#[derive(Clone, Copy, Debug)]
pub struct Tracked {
    /// Their workspace, which they own.
    pub workspace: WorkspaceId,
    /// A tracking project in it, of which they are a member.
    pub project: ProjectId,
    /// Their enrolled device.
    pub device: DeviceId,
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: header::HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The text of `detail`, if it is a text.
    pub fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap_or_default().to_owned()
    }

    /// Of a validation error, each fault as `type at loc`.
    pub fn faults(&self) -> Vec<String> {
        let json = self.json();
        let faults = json["detail"].as_array().cloned().unwrap_or_default();
        let step = |s: &Value| s.as_str().map_or_else(|| s.to_string(), str::to_owned);
        let place = |f: &Value| {
            f["loc"]
                .as_array()
                .into_iter()
                .flatten()
                .map(step)
                .collect::<Vec<_>>()
                .join(".")
        };
        faults
            .iter()
            .map(|f| format!("{} at {}", f["type"].as_str().unwrap_or("?"), place(f)))
            .collect()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl TestApp {
    /// On a SQLite file of its own.
    pub async fn sqlite() -> Self {
        Self::start(TestDb::sqlite().await, true, None).await
    }

    /// On SQLite with other settings of the rate limits.
    pub async fn sqlite_with_limits(rate_limits: bool) -> Self {
        Self::start(TestDb::sqlite().await, rate_limits, None).await
    }

    /// On SQLite with a language model, which a person may use so many tokens of in a day.
    pub async fn sqlite_with_model(model: Arc<dyn Model>, budget: Option<u64>) -> Self {
        Self::start(TestDb::sqlite().await, true, Some((model, budget))).await
    }

    /// On Postgres with a language model; none as with [`TestApp::postgres`].
    pub async fn postgres_with_model(model: Arc<dyn Model>, budget: Option<u64>) -> Option<Self> {
        Some(Self::start(TestDb::postgres().await?, true, Some((model, budget))).await)
    }

    /// On Postgres with other settings of the rate limits; none as with [`TestApp::postgres`].
    pub async fn postgres_with_limits(rate_limits: bool) -> Option<Self> {
        Some(Self::start(TestDb::postgres().await?, rate_limits, None).await)
    }

    /// On a Postgres database of its own; none where no Postgres is configured, which `DAYLOOM_TEST_ALL=1` forbids.
    pub async fn postgres() -> Option<Self> {
        Self::postgres_with_limits(true).await
    }

    async fn start(
        database: TestDb,
        rate_limits: bool,
        model: Option<(Arc<dyn Model>, Option<u64>)>,
    ) -> Self {
        let store = database.store.clone();
        let models = model.map_or_else(Models::none, |(model, budget)| {
            Models::new(store.clone(), model, budget)
        });
        let now: Timestamp = NOW.parse().expect("a timestamp");
        let clock = Arc::new(FrozenClock::at(now));
        let secret = Secret::new("a secret of the tests");
        let settings = Settings {
            rate_limits,
            ..Settings::local(secret.clone())
        };
        let wake = Wake::new();
        let woken = wake.clone();
        let state = ServerState::new(settings, store.clone(), clock.clone(), move || woken.notify());
        let state = state.with_models(models.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound address"));
        let stop = CancellationToken::new();
        let served = tokio::spawn(dayloom_server::serve(listener, state, stop.clone()));
        let http = dayloom_http::client().no_proxy();
        let http = http.build().expect("an HTTP client");
        Self {
            url,
            store,
            clock,
            models,
            secret,
            http,
            wake,
            stop,
            _served: served,
            database,
        }
    }

    /// A person of that address, made if unknown.
    pub async fn person(&self, email: &str) -> Person {
        let row = self
            .store
            .people()
            .create_or_get(email, None, self.clock.now())
            .await
            .expect("a person");
        let life = SignedDuration::from_hours(24 * 365);
        let token = auth::mint(&self.secret, row.id, self.clock.now(), life).expect("a token");
        let client = Client::new(&self.url, Some(&token)).expect("a client");
        Person {
            id: row.id,
            token,
            client,
        }
    }

    /// The secret the server signs with.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// A workspace, a tracking project and an enrolled device for a person.
    pub async fn tracked(&self, person: &Person) -> Tracked {
        let now = self.clock.now();
        let new = NewWorkspace {
            name: "Work".to_owned(),
            slug: None,
        };
        let workspace = self
            .store
            .workspaces()
            .create(person.id, &new, now)
            .await
            .expect("a workspace");
        let project = self.project(person, workspace.id, "Project").await;
        let device = self.device(person, project).await;
        Tracked {
            workspace: workspace.id,
            project,
            device,
        }
    }

    /// A tracking project of that name, of which the person is a member.
    pub async fn project(&self, person: &Person, workspace: WorkspaceId, name: &str) -> ProjectId {
        let new = NewProject {
            name: name.to_owned(),
            slug: None,
            tracker_enabled: true,
        };
        let made = self
            .store
            .projects()
            .create(workspace, person.id, &new, self.clock.now())
            .await;
        made.expect("a project").id
    }

    /// Another device of a person.
    pub async fn device(&self, person: &Person, project: ProjectId) -> DeviceId {
        self.enroll(person.id, project, DeviceId(Uuid::new_v4())).await
    }

    /// Tells the server to stop, as a signal would.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// The language model of the server, if it has one.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// The stages as the server's engine has them.
    pub fn stages(&self) -> Stages {
        Stages::new(self.store.clone(), self.clock.clone()).with_models(self.models.clone())
    }

    /// Derives every dirty day.
    pub async fn derive(&self) {
        let lease = std::time::Duration::from_secs(60);
        let stages = self.stages();
        loop {
            let runner = Runner::of(stages.clone());
            runner.run_until_idle().await.expect("days derive");
            // A day that was marked while it was under way rests, and this clock stands still.
            let rested = self.clock.now().saturating_add(REST).expect("in range");
            let resting = self.store.days().take(rested, lease, 100).await;
            let resting = resting.expect("days are taken");
            if resting.is_empty() {
                return;
            }
            for taken in resting {
                stages.derive(&taken, lease).await;
            }
        }
    }

    /// Derives, asks the model about what is unknown once nothing new comes, and derives what it answered. Returns how
    /// many people it was asked for.
    pub async fn decide(&self) -> u64 {
        self.derive().await;
        self.clock.advance(ASKED_AFTER);
        let turns = self.stages().ask_due().await.expect("turns");
        self.derive().await;
        turns
    }

    /// Derives from now on, in the background and woken by ingest as a running Dayloom is, until the app stops.
    pub fn keep_deriving(&self) {
        let runner = Runner::new(self.store.clone(), self.clock.clone()).with_wake(self.wake.clone());
        tokio::spawn(runner.run(self.stop.clone()));
    }

    /// Waits until no day is dirty any more. The clock goes on meanwhile: a day that rests is due by it.
    pub async fn derived(&self) {
        let moment = std::time::Duration::from_millis(5);
        let empty = async {
            while self.store.days().backlog().await.expect("a count") > 0 {
                tokio::time::sleep(moment).await;
                self.clock.advance(SignedDuration::from_millis(5));
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(120), empty)
            .await
            .expect("a running runner empties the queue");
    }

    /// Runs a statement on the database behind the server's back, as damage or an operator would.
    pub async fn sql(&self, statement: &str) {
        self.database.sql(statement).await;
    }

    /// A request to a path of the server, with a credential or none.
    pub fn request(&self, method: Method, path: &str, token: Option<&str>) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer {
            status,
            headers,
            text: response.text().await.expect("a whole answer"),
        }
    }

    /// GET of a path under `/api/v1`.
    pub async fn get(&self, path: &str, person: &Person) -> Answer {
        self.send(self.request(Method::GET, &format!("/api/v1{path}"), Some(&person.token)))
            .await
    }

    /// A call with a JSON body to a path under `/api/v1`.
    pub async fn call(&self, method: Method, path: &str, person: &Person, body: &Value) -> Answer {
        self.send(
            self.request(method, &format!("/api/v1{path}"), Some(&person.token))
                .json(body),
        )
        .await
    }

    /// POST of a text that claims to be JSON to a path under `/api/v1`.
    pub async fn post_text(&self, path: &str, token: Option<&str>, body: impl Into<Vec<u8>>) -> Answer {
        let request = self.request(Method::POST, &format!("/api/v1{path}"), token);
        self.send(
            request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.into()),
        )
        .await
    }
}
