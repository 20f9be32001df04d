//! The worker: polls Temporal on a thread and a runtime of its own, because the SDK's worker cannot move between
//! threads.

use std::{thread, time::Duration};

use dayloom_pipeline::Stages;
use temporalio_client::Client;
use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_sdk::{
    Runtime, Worker as SdkWorker, WorkerOptions,
    runtime::worker_tuner::{FixedSizeSlotSupplier, TunerHolder},
};
use tokio::{runtime::Handle, sync::oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    Address, QUEUE, TemporalError, Timing,
    activities::Activities,
    address::short,
    schedules,
    workflows::{Asking, Enrich, Sweeping},
};

/// Activities at the same time (`contract/tracker.md` §4.6).
const ACTIVITIES: usize = 5;
/// Workflows that are moved on at the same time; they only wait.
const WORKFLOWS: usize = 20;
/// Workflows kept in memory between their steps.
const CACHED: usize = 200;
/// How long days under way may take after the stop.
const DRAIN: Duration = Duration::from_secs(8);

/// How a worker works.
#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// The task queue it serves.
    pub queue: String,
    /// Whether it makes the schedules, and looks over everything when it starts.
    pub schedules: bool,
    /// Time-outs of the sweeps.
    pub timing: Timing,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            queue: QUEUE.to_owned(),
            schedules: true,
            timing: Timing::SWEEP,
        }
    }
}

/// A running worker.
pub struct Worker {
    ended: oneshot::Receiver<Result<(), TemporalError>>,
}

impl Worker {
    /// Connects, makes the schedules, and polls until `stop` is cancelled. The stages run on the runtime this is called
    /// from. Returns when it polls, or why it cannot.
    pub async fn start(
        stages: Stages,
        address: Address,
        settings: WorkerSettings,
        stop: CancellationToken,
    ) -> Result<Self, TemporalError> {
        // Days from before there was a model are noted here; asking about them is an activity like any other.
        stages.sweep_unknown().await;
        let asks = !stages.models().is_none();
        let activities = Activities::new(stages, Handle::current(), stop.clone());
        let (tell_ready, ready) = oneshot::channel();
        let (tell_ended, ended) = oneshot::channel();
        thread::Builder::new()
            .name("temporal".to_owned())
            .spawn(move || {
                let result = on_own_runtime(activities, &address, (&settings, asks), stop, tell_ready);
                // Nobody listens any more where the start failed.
                let _ = tell_ended.send(result);
            })
            .map_err(TemporalError::Thread)?;
        match ready.await {
            Ok(()) => Ok(Self { ended }),
            Err(_) => Err(end_of(ended).await.err().unwrap_or_else(vanished)),
        }
    }

    /// Waits until it has ended: after the stop, or by itself with the reason.
    pub async fn ended(self) -> Result<(), TemporalError> {
        end_of(self.ended).await
    }
}

async fn end_of(ended: oneshot::Receiver<Result<(), TemporalError>>) -> Result<(), TemporalError> {
    ended.await.unwrap_or_else(|_| Err(vanished()))
}

fn vanished() -> TemporalError {
    TemporalError::Refused("the worker's thread broke off".to_owned())
}

fn on_own_runtime(
    activities: Activities,
    address: &Address,
    (settings, asks): (&WorkerSettings, bool),
    stop: CancellationToken,
    tell_ready: oneshot::Sender<()>,
) -> Result<(), TemporalError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("temporal-io")
        .enable_all()
        .build()
        .map_err(TemporalError::Thread)?;
    runtime.block_on(async {
        let client = address.connect().await?;
        if settings.schedules {
            schedules::ensure(&client, &settings.queue, settings.timing, asks).await?;
            schedules::look_back(&client, &settings.queue, settings.timing).await?;
        }
        poll(activities, client, &settings.queue, stop, tell_ready).await
    })
}

async fn poll(
    activities: Activities,
    client: Client,
    queue: &str,
    stop: CancellationToken,
    tell_ready: oneshot::Sender<()>,
) -> Result<(), TemporalError> {
    let refused = |error: &dyn std::fmt::Display| TemporalError::Refused(short(error));
    let sdk = Runtime::from_current_tokio(Default::default()).map_err(|e| refused(&e))?;
    let slots = TunerHolder::builder()
        .workflow_task_slot_supplier(FixedSizeSlotSupplier::new(WORKFLOWS))
        .activity_task_slot_supplier(FixedSizeSlotSupplier::new(ACTIVITIES))
        .local_activity_task_slot_supplier(FixedSizeSlotSupplier::new(1))
        .nexus_task_slot_supplier(FixedSizeSlotSupplier::new(1))
        .build();
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let options = WorkerOptions::new(queue)
        .deployment_options(WorkerDeploymentOptions::from_build_id(version))
        .tuner(slots)
        .max_cached_workflows(CACHED)
        .graceful_shutdown_period(DRAIN)
        .register_workflow::<Enrich>()
        .and_then(|options| options.register_workflow::<Asking>())
        .and_then(|options| options.register_workflow::<Sweeping>())
        .map_err(|e| refused(&e))?
        .register_activities(activities)
        .build();
    let mut worker = SdkWorker::new(&sdk, client, options).map_err(|e| refused(&e))?;
    let shut_down = worker.shutdown_handle();
    tokio::spawn(async move {
        stop.cancelled().await;
        shut_down();
    });
    // The caller may be gone already; the stop says so too.
    let _ = tell_ready.send(());
    worker.run().await.map_err(|e| refused(&e))
}
