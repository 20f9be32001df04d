//! The server's side: ingest rings, and a task of its own starts or signals the workflow of the project and minute.
//!
//! Ringing never waits and never fails a request. While Temporal does not answer, the projects that rang are kept, and
//! said as soon as it answers again; what is lost with the process is found by the sweep.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use dayloom_domain::{Clock, ProjectId};
use temporalio_client::{Client, RpcOptions, WorkflowIdConflictPolicy, WorkflowStartOptions};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    Address, TemporalError, Timing,
    address::short,
    names,
    orders::Order,
    workflows::{Enrich, LIFE},
};

/// Between two rounds of signals: batches that come meanwhile share the next one.
const GATHER: Duration = Duration::from_millis(200);
/// How long one signal may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest wait before Temporal is tried again.
const WAIT_AT_MOST: Duration = Duration::from_secs(30);
/// How often a Temporal that does not answer is spoken of.
const WARN_EVERY: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Rung {
    projects: Mutex<BTreeSet<Option<ProjectId>>>,
    any: Notify,
}

impl Rung {
    fn add(&self, projects: impl IntoIterator<Item = Option<ProjectId>>) {
        self.lock().extend(projects);
        self.any.notify_one();
    }

    fn take(&self) -> BTreeSet<Option<ProjectId>> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<Option<ProjectId>>> {
        self.projects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rings for a project. Cheap to clone.
#[derive(Clone)]
pub struct Bell(Arc<Rung>);

impl Bell {
    /// A bell, and the task that carries its calls until `stop` is cancelled.
    pub fn hang(
        address: Address,
        queue: &str,
        timing: Timing,
        clock: Arc<dyn Clock>,
        stop: CancellationToken,
    ) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let rung = Arc::new(Rung::default());
        let carrier = Carrier {
            rung: Arc::clone(&rung),
            address,
            queue: queue.to_owned(),
            timing,
            clock,
            client: None,
            warned: None,
        };
        let carry = async move {
            tokio::select! {
                () = stop.cancelled() => {}
                never = carrier.carry() => match never {},
            }
        };
        (Self(rung), carry)
    }

    /// Says that days of the people of this project, or of anybody, may be waiting. Never blocks.
    pub fn ring(&self, project: Option<ProjectId>) {
        self.0.add([project]);
    }
}

struct Carrier {
    rung: Arc<Rung>,
    address: Address,
    queue: String,
    timing: Timing,
    clock: Arc<dyn Clock>,
    client: Option<Client>,
    warned: Option<Instant>,
}

impl Carrier {
    async fn carry(mut self) -> std::convert::Infallible {
        let mut wait = GATHER;
        loop {
            self.rung.any.notified().await;
            let projects = self.rung.take();
            let (answers, rest) = self.say(projects).await;
            metrics::gauge!("dayloom_engine_reachable").set(f64::from(u8::from(answers)));
            wait = if answers {
                GATHER
            } else {
                (wait * 2).min(WAIT_AT_MOST)
            };
            tokio::time::sleep(wait).await;
            if !rest.is_empty() {
                self.rung.add(rest);
            }
        }
    }

    /// Says it of each; those it could not be said of are returned.
    async fn say(&mut self, projects: BTreeSet<Option<ProjectId>>) -> (bool, Vec<Option<ProjectId>>) {
        let mut rest = projects.into_iter();
        while let Some(project) = rest.next() {
            if let Err(error) = self.signal(project).await {
                self.warn(&error);
                return (false, std::iter::once(project).chain(rest).collect());
            }
        }
        (true, Vec::new())
    }

    async fn signal(&mut self, project: Option<ProjectId>) -> Result<(), TemporalError> {
        let client = match &self.client {
            Some(client) => client,
            None => self.client.insert(self.address.connect().await?),
        };
        let name = names::enrich(project, &self.queue, self.clock.now());
        let options = WorkflowStartOptions::new(self.queue.as_str(), name)
            .id_conflict_policy(WorkflowIdConflictPolicy::UseExisting)
            .execution_timeout(LIFE)
            .rpc_options(RpcOptions::builder().timeout(PATIENCE).build())
            .build();
        let order = Order {
            project,
            timing: self.timing,
        };
        client
            .signal_with_start_workflow(Enrich::run, order, Enrich::ring, (), options)
            .await
            .map(drop)
            .map_err(|error| TemporalError::Unreachable(short(&error)))
    }

    fn warn(&mut self, error: &TemporalError) {
        if self.warned.is_none_or(|at| at.elapsed() >= WARN_EVERY) {
            self.warned = Some(Instant::now());
            tracing::warn!(%error, "dirty days wait in the database until the engine can be told of them");
        }
    }
}
