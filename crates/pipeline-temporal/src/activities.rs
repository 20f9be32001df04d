//! The stages as activities: each runs the pipeline's own function, says every little while that it lives, and ends
//! when it is told to.
//!
//! The work itself runs on the runtime the database was opened in, not on that of the worker.

use std::{sync::Arc, time::Duration};

use dayloom_pipeline::{Pace, Progress, Reach, Stages, Sweep, Wake, decide::AskPace};
use dayloom_storage::StorageError;
use jiff::Timestamp;
use temporalio_common::error::ApplicationFailure;
use temporalio_macros::activities;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tokio::{runtime::Handle, sync::Semaphore, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::orders::{AskOrder, AskReport, Order, Report, SweepOrder, Timing};

/// Turns that come later than this after deriving are left to the schedule, which looks every minute.
const ASK_SOON: Duration = Duration::from_secs(30);

pub(crate) struct Activities {
    stages: Stages,
    /// One activity of a worker asks, for several people: those that wait for a model leave room for deriving.
    asking: Semaphore,
    runtime: Handle,
    stop: CancellationToken,
}

impl Activities {
    /// The work runs on `runtime`; it comes to its end when `stop` is cancelled.
    pub(crate) fn new(stages: Stages, runtime: Handle, stop: CancellationToken) -> Self {
        Self {
            stages,
            asking: Semaphore::new(1),
            runtime,
            stop,
        }
    }
}

#[activities]
impl Activities {
    /// Derives the dirty days of a project, or of everybody, until none is due.
    #[activity(name = "derive-days")]
    pub(crate) async fn derive(
        self: Arc<Self>,
        ctx: ActivityContext,
        order: Order,
    ) -> Result<Report, ActivityError> {
        let stop = self.stop.child_token();
        let pace = Pace {
            lease: Duration::from_secs(order.timing.lease_s),
            ..Pace::default()
        };
        let work = self.runtime.spawn({
            let (stages, stop) = (self.stages.clone(), stop.clone());
            async move {
                let progress = stages
                    .work_off(order.project, pace, &Wake::new(), &stop, |_| ())
                    .await?;
                Ok((progress, stages.next_ask(ASK_SOON).await?))
            }
        });
        let (progress, ask_at) = beating(&ctx, order.timing, &stop, work).await?;
        Ok(report(&self.stages, progress, ask_at, stop.is_cancelled()))
    }

    /// Asks the language model, if this worker has one, for everybody whose turn has come. Workers share the people through
    /// the database, with each other and with any other engine. Where this worker asks already, that one asks for all.
    #[activity(name = "ask-model")]
    pub(crate) async fn ask(
        self: Arc<Self>,
        ctx: ActivityContext,
        order: AskOrder,
    ) -> Result<AskReport, ActivityError> {
        let Ok(_only) = self.asking.try_acquire() else {
            return Ok(AskReport::default());
        };
        let stop = self.stop.child_token();
        // It begins turns for a short while only: what was answered is not to wait long for its derivation.
        let pace = AskPace {
            lease: Duration::from_secs(order.timing.lease_s),
            ..AskPace::default()
        };
        let work = self.runtime.spawn({
            let (stages, stop) = (self.stages.clone(), stop.clone());
            async move { stages.ask_for_a_while(pace, &stop).await }
        });
        let asked = beating(&ctx, order.timing, &stop, work).await?;
        Ok(AskReport {
            people: asked.turns,
            decided: asked.decided,
            more: asked.more && !stop.is_cancelled(),
        })
    }

    /// Runs a sweep; how many things it found to do.
    #[activity(name = "sweep")]
    pub(crate) async fn sweep(
        self: Arc<Self>,
        ctx: ActivityContext,
        order: SweepOrder,
    ) -> Result<u64, ActivityError> {
        let Some(sweep) = Sweep::named(&order.name) else {
            let unknown = "a newer server asks for this sweep; update the worker";
            return Err(ActivityError::application(ApplicationFailure::non_retryable(
                unknown,
            )));
        };
        let reach = if order.everything {
            Reach::Everything
        } else {
            Reach::Lately
        };
        let stop = self.stop.child_token();
        let work = self.runtime.spawn({
            let (stages, stop) = (self.stages.clone(), stop.clone());
            async move { stages.run_sweep(sweep, reach, &stop).await }
        });
        beating(&ctx, order.timing, &stop, work).await
    }
}

fn report(stages: &Stages, progress: Progress, ask_at: Option<Timestamp>, cut_short: bool) -> Report {
    let seconds = |at: Timestamp| {
        let wait = at.duration_since(stages.now()).as_secs();
        u64::try_from(wait).unwrap_or(0) + 1
    };
    let retry_in_s = progress.retry_at.map(seconds);
    Report {
        ask_in_s: ask_at.map(seconds),
        derived: progress.derived,
        lost: progress.lost,
        failed: progress.failed,
        retry_in_s,
        cut_short,
    }
}

/// Waits for the work and sends heartbeats meanwhile. Cancels `stop` when the activity is cancelled or has taken long
/// enough, and goes on waiting: what is under way comes to its end.
async fn beating<T: Send + 'static>(
    ctx: &ActivityContext,
    timing: Timing,
    stop: &CancellationToken,
    mut work: JoinHandle<Result<T, StorageError>>,
) -> Result<T, ActivityError> {
    // Whoever drops this stops the work too; work that is done was not stopped.
    let dropped = stop.clone().drop_guard();
    let mut beats = tokio::time::interval(timing.beat());
    let enough = tokio::time::sleep(timing.enough());
    tokio::pin!(enough);
    loop {
        tokio::select! {
            done = &mut work => {
                drop(dropped.disarm());
                return match done {
                    Ok(Ok(result)) => Ok(result),
                    Ok(Err(error)) => Err(failure(error)),
                    Err(_) => Err(ActivityError::application(ApplicationFailure::new(
                        "a stage broke off; it is tried again, and should be reported if it goes on",
                    ))),
                };
            }
            _ = beats.tick() => ctx.record_heartbeat(()).await?,
            () = &mut enough, if !stop.is_cancelled() => stop.cancel(),
            () = ctx.cancelled(), if !stop.is_cancelled() => stop.cancel(),
        }
    }
}

/// What cannot get better by itself is not tried again: the sweep comes anyway.
fn failure(error: StorageError) -> ActivityError {
    let again = error.is_transient();
    ActivityError::application(if again {
        ApplicationFailure::new(error)
    } else {
        ApplicationFailure::non_retryable(error)
    })
}
