//! The stages as activities: each runs the pipeline's own function, says every little while that it lives, and ends
//! when it is told to.
//!
//! The work itself runs on the runtime the database was opened in, not on that of the worker.

use std::sync::Arc;

use dayloom_pipeline::{Pace, Progress, Reach, Stages, Sweep, Wake};
use dayloom_storage::StorageError;
use temporalio_common::error::ApplicationFailure;
use temporalio_macros::activities;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::orders::{Order, Report, SweepOrder, Timing};

pub(crate) struct Activities {
    stages: Stages,
    runtime: Handle,
    stop: CancellationToken,
}

impl Activities {
    /// The work runs on `runtime`; it comes to its end when `stop` is cancelled.
    pub(crate) fn new(stages: Stages, runtime: Handle, stop: CancellationToken) -> Self {
        Self {
            stages,
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
            lease: std::time::Duration::from_secs(order.timing.lease_s),
            ..Pace::default()
        };
        let work = self.runtime.spawn({
            let (stages, stop) = (self.stages.clone(), stop.clone());
            async move {
                stages
                    .work_off(order.project, pace, &Wake::new(), &stop, |_| ())
                    .await
            }
        });
        let progress = beating(&ctx, order.timing, &stop, work).await?;
        Ok(report(&self.stages, progress, stop.is_cancelled()))
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

fn report(stages: &Stages, progress: Progress, cut_short: bool) -> Report {
    let retry_in_s = progress.retry_at.map(|at| {
        let wait = at.duration_since(stages.now()).as_secs();
        u64::try_from(wait).unwrap_or(0) + 1
    });
    Report {
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
    // Whoever drops this stops the work too.
    let _ended = stop.clone().drop_guard();
    let mut beats = tokio::time::interval(timing.beat());
    let enough = tokio::time::sleep(timing.enough());
    tokio::pin!(enough);
    loop {
        tokio::select! {
            done = &mut work => return match done {
                Ok(Ok(result)) => Ok(result),
                Ok(Err(error)) => Err(failure(error)),
                Err(_) => Err(ActivityError::application(ApplicationFailure::new(
                    "a stage broke off; it is tried again, and should be reported if it goes on",
                ))),
            },
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
