//! The workflows. They order activities and wait, and decide nothing else. A change here must keep running workflows
//! replayable, or take a new workflow name.

use std::time::Duration;

use temporalio_common::error::ChildWorkflowStartError;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{
    ChildWorkflowOptions, ParentClosePolicy, SyncWorkflowContext, WorkflowContext, WorkflowResult,
    workflows::select,
};

use crate::{
    activities::Activities,
    names,
    orders::{AskOrder, AskReport, Order, Report, SweepOrder, Timing},
};

/// How often days that failed or rest are waited for while none is derived; the sweep looks after them later.
const PATIENCE: u32 = 6;

/// How often a workflow has the model asked; the schedule looks after what comes later.
const ASKS: u32 = 10;

/// How long asking may take in all: it waits for workers, but not for ever.
pub(crate) const LIFE: Duration = Duration::from_secs(60 * 60);

/// Derives the dirty days of a project after ingest; rung again while it runs, it looks once more.
#[workflow]
#[derive(Default)]
pub(crate) struct Enrich {
    rings: u64,
}

#[workflow_methods]
impl Enrich {
    #[run(name = "enrich")]
    pub(crate) async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<Report> {
        let mut done = Report::default();
        let mut waits = 0;
        loop {
            let heard = ctx.state(|state| state.rings);
            let options = order.timing.options();
            let part = ctx.execute_activity(Activities::derive, order, options).await?;
            done = done.and(part);
            // Where days come to be derived, whatever waits is not in vain.
            if part.derived > 0 {
                waits = 0;
            }
            if let Some(after_s) = part.ask_in_s {
                ask_beside(ctx, order, after_s).await?;
            }
            if part.cut_short || ctx.state(|state| state.rings) > heard {
                continue;
            }
            match part.retry_in_s {
                Some(seconds) if waits < PATIENCE => {
                    waits += 1;
                    let mut rung = ctx.wait_condition(|state| state.rings > heard);
                    select! {
                        _ = ctx.timer(Duration::from_secs(seconds)) => {}
                        rung = rung => rung?,
                    }
                }
                _ => return Ok(done),
            }
        }
    }

    /// There is more.
    #[signal]
    pub(crate) fn ring(&mut self, _ctx: &mut SyncWorkflowContext<Self>) {
        self.rings += 1;
    }
}

/// Starts a workflow of its own that asks: nothing that is derived waits for a model. One for each project; where it runs
/// already, it asks for all.
async fn ask_beside(ctx: &WorkflowContext<Enrich>, order: Order, after_s: u64) -> WorkflowResult<()> {
    let options = ChildWorkflowOptions::builder()
        .workflow_id(names::ask(order.project, ctx.task_queue()))
        .parent_close_policy(ParentClosePolicy::Abandon)
        .execution_timeout(LIFE)
        .build();
    let ask = AskOrder::new(after_s, order.timing.heartbeat_s);
    match ctx.start_child_workflow(Asking::run, ask, options).await {
        Ok(_) | Err(ChildWorkflowStartError::StartFailed { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Has the language model asked, and what it answered derived.
#[workflow]
#[derive(Default)]
pub(crate) struct Asking;

#[workflow_methods]
impl Asking {
    #[run(name = "ask")]
    pub(crate) async fn run(ctx: &mut WorkflowContext<Self>, order: AskOrder) -> WorkflowResult<AskReport> {
        if order.after_s > 0 {
            ctx.timer(Duration::from_secs(order.after_s)).await;
        }
        let mut done = AskReport::default();
        for _ in 0..ASKS {
            let part = ctx
                .execute_activity(Activities::ask, order, order.timing.options())
                .await?;
            done = done.and(part);
            if part.decided > 0 {
                derive_everybody(ctx, order.derive).await?;
            }
            if !part.more {
                break;
            }
        }
        Ok(done)
    }
}

/// Derives whatever is dirty, in one go or several.
async fn derive_everybody<W>(ctx: &WorkflowContext<W>, timing: Timing) -> WorkflowResult<Report> {
    let everybody = Order {
        project: None,
        timing,
    };
    let mut done = Report::default();
    loop {
        let part = ctx
            .execute_activity(Activities::derive, everybody, timing.options())
            .await?;
        done = done.and(part);
        if !part.cut_short {
            return Ok(done);
        }
    }
}

/// Runs a sweep, and works off what it left dirty.
#[workflow]
#[derive(Default)]
pub(crate) struct Sweeping;

#[workflow_methods]
impl Sweeping {
    #[run(name = "sweep")]
    pub(crate) async fn run(ctx: &mut WorkflowContext<Self>, order: SweepOrder) -> WorkflowResult<Report> {
        let timing = order.timing;
        let days = order.days;
        ctx.execute_activity(Activities::sweep, order, timing.options())
            .await?;
        if !days {
            return Ok(Report::default());
        }
        derive_everybody(ctx, timing).await
    }
}
