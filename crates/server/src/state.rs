//! What every request can reach: settings, store, clock, rate limits, and the bell that wakes the pipeline.

use std::sync::Arc;

use dayloom_domain::{Clock, DeveloperId, ProjectId};
use dayloom_pipeline::{Models, Stages};
use dayloom_storage::Store;
use jiff::{Timestamp, civil::Date};
use tokio::sync::Mutex;

use crate::Limiter;

/// The key session tokens are signed with. Never printed.
#[derive(Clone)]
pub struct Secret(Arc<[u8]>);

impl Secret {
    /// A secret from its bytes.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(bytes.as_ref().into())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// What an operator chooses.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Signs session tokens.
    pub secret: Secret,
    /// Whether the limits of `contract/tracker.md` §2.4 hold (`DAYLOOM_RATE_LIMITS`).
    pub rate_limits: bool,
    /// Where this server is reached from outside, such as `https://days.example.org`; decides whether cookies are
    /// `Secure` and which origins count as its own. None on one's own machine.
    pub public_url: Option<String>,
    /// Folder everything is kept in, where the server is the one person's own, who may be told.
    pub kept_in: Option<String>,
}

impl Settings {
    /// Settings for one's own machine: limits on, no public address.
    pub fn local(secret: Secret) -> Self {
        Self {
            secret,
            rate_limits: true,
            public_url: None,
            kept_in: None,
        }
    }
}

/// What is told that there is evidence to derive from. It must not block, and may lose calls: the queue of dirty days in
/// the database is the truth.
pub trait Bell: Send + Sync {
    /// Days of the people of this project may be waiting, or of anybody.
    fn ring(&self, project: Option<ProjectId>);
}

impl<F: Fn() + Send + Sync> Bell for F {
    fn ring(&self, _: Option<ProjectId>) {
        self();
    }
}

/// Shared by all requests. Cheap to clone.
#[derive(Clone)]
pub struct ServerState {
    inner: Arc<Inner>,
    limiter: Arc<Limiter>,
    models: Models,
}

struct Inner {
    settings: Settings,
    store: Store,
    clock: Arc<dyn Clock>,
    bell: Box<dyn Bell>,
    turns: [Mutex<()>; TURNS],
}

/// Days are settled one after the other for each of so many groups of people.
const TURNS: usize = 64;

impl ServerState {
    /// Puts the parts together. `bell` is rung after events were stored, so that days are derived at once. Rate limits
    /// are counted in this process.
    pub fn new(settings: Settings, store: Store, clock: Arc<dyn Clock>, bell: impl Bell + 'static) -> Self {
        Self {
            inner: Arc::new(Inner {
                settings,
                store,
                clock,
                bell: Box::new(bell),
                turns: std::array::from_fn(|_| Mutex::new(())),
            }),
            limiter: Arc::new(Limiter::in_process()),
            models: Models::none(),
        }
    }

    /// With these language models to ask.
    pub fn with_models(mut self, models: Models) -> Self {
        self.models = models;
        self
    }

    /// The language models to ask.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// With rate limits counted elsewhere.
    pub fn with_limiter(mut self, limiter: Limiter) -> Self {
        self.limiter = Arc::new(limiter);
        self
    }

    /// The operator's choices.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The instant now.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Tells the pipeline that there is evidence to derive from.
    pub fn wake(&self) {
        self.inner.bell.ring(None);
    }

    /// The same where it came through a device of this project.
    pub fn wake_project(&self, project: ProjectId) {
        self.inner.bell.ring(Some(project));
    }

    /// Derives these days of a person at once where they are dirty, so that the next answer shows what was just stored.
    /// What cannot be derived now stays dirty, and the pipeline goes on trying.
    pub(crate) async fn settle(&self, person: DeveloperId, dates: impl IntoIterator<Item = Date>) {
        // Two answers to one person take turns, so that neither takes the day away from the other.
        let group = usize::from(person.0.as_bytes()[15]) % TURNS;
        let _turn = self.inner.turns[group].lock().await;
        let stages = self.stages();
        for date in dates {
            if let Err(error) = stages.settle(person, date).await {
                tracing::warn!(%error, "a reviewed day could not be derived at once; it is derived later");
                self.wake();
            }
        }
    }

    /// The stages as this server calls them.
    pub(crate) fn stages(&self) -> Stages {
        Stages::new(self.inner.store.clone(), Arc::clone(&self.inner.clock)).with_models(self.models.clone())
    }

    pub(crate) fn limiter(&self) -> &Limiter {
        &self.limiter
    }
}
