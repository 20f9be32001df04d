//! The sweeps as Temporal schedules, under the names of `contract/tracker.md` §4.6, and asking the language model.

use std::time::Duration;

use dayloom_pipeline::Sweep;
use temporalio_client::{
    Client, RpcOptions, WorkflowIdConflictPolicy, WorkflowStartOptions,
    schedules::{
        CreateScheduleOptions, ScheduleAction, ScheduleError, ScheduleOverlapPolicy, ScheduleSpec,
        ScheduleUpdate,
    },
    tonic::Code,
};

use crate::{
    TemporalError, Timing,
    address::short,
    orders::{AskOrder, SweepOrder},
    workflows::{Asking, Sweeping},
};

/// The schedule of asking the language model, for what is due later than right after an upload.
pub(crate) const ASKS: &str = "tracker-ask-sweep";
/// How often it looks.
pub(crate) const ASKS_EVERY: Duration = Duration::from_secs(60);

fn order(sweep: Sweep, everything: bool, timing: Timing) -> SweepOrder {
    SweepOrder {
        name: sweep.name().to_owned(),
        days: sweep.marks_days(),
        everything,
        timing,
    }
}

/// Makes the schedules, or brings those that are there up to date: of the sweeps, and with `asks` of asking the language
/// model. Those a person has paused stay paused. Any number of workers may do so at the same time.
pub(crate) async fn ensure(
    client: &Client,
    queue: &str,
    timing: Timing,
    asks: bool,
) -> Result<(), TemporalError> {
    for &sweep in Sweep::ALL {
        let name = sweep.name();
        let action = ScheduleAction::start_workflow(Sweeping::run, order(sweep, false, timing), queue, name);
        ensure_one(client, name, sweep.every(), action).await?;
    }
    if asks {
        let order = AskOrder::new(0, timing.heartbeat_s);
        let action = ScheduleAction::start_workflow(Asking::run, order, queue, ASKS);
        ensure_one(client, ASKS, ASKS_EVERY, action).await?;
    }
    Ok(())
}

async fn ensure_one(
    client: &Client,
    name: &str,
    every: Duration,
    action: ScheduleAction,
) -> Result<(), TemporalError> {
    let spec = ScheduleSpec::from_interval(every);
    let options = CreateScheduleOptions::builder()
        .spec(spec.clone())
        .action(action.clone())
        .overlap_policy(ScheduleOverlapPolicy::Skip)
        .build();
    match client.create_schedule(name, options).await {
        Err(ScheduleError::Rpc(status)) if status.code() == Code::AlreadyExists => {
            update(client, name, spec, action).await
        }
        made => made.map(drop).map_err(refused),
    }
}

async fn update(
    client: &Client,
    name: &str,
    spec: ScheduleSpec,
    action: ScheduleAction,
) -> Result<(), TemporalError> {
    let handle = client.get_schedule_handle(name);
    let change = move |schedule: &mut ScheduleUpdate| {
        schedule.set_spec(spec).set_action(action);
        schedule.set_overlap_policy(ScheduleOverlapPolicy::Skip);
    };
    match handle.update(change, RpcOptions::default()).await {
        // Another worker updates it at this moment, to the same.
        Err(ScheduleError::Rpc(status)) if status.code() == Code::FailedPrecondition => Ok(()),
        updated => updated.map_err(refused),
    }
}

/// Looks once over all that may still be uploaded, as an engine does when it starts; once for all workers that start
/// at the same time.
pub(crate) async fn look_back(client: &Client, queue: &str, timing: Timing) -> Result<(), TemporalError> {
    let options = WorkflowStartOptions::new(queue, format!("{}-start", Sweep::Days.name()))
        .id_conflict_policy(WorkflowIdConflictPolicy::UseExisting)
        .build();
    let started = client.start_workflow(Sweeping::run, order(Sweep::Days, true, timing), options);
    started.await.map(drop).map_err(refused)
}

fn refused(error: impl std::fmt::Display) -> TemporalError {
    TemporalError::Refused(short(&error))
}
