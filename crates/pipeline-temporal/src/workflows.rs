//! The workflows. They order activities and wait, and decide nothing else. A change here must keep running workflows
//! replayable, or take a new workflow name.

use std::time::Duration;

use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{SyncWorkflowContext, WorkflowContext, WorkflowResult, workflows::select};

use crate::{
    activities::Activities,
    orders::{Order, Report, SweepOrder},
};

/// How often days that failed are waited for; the sweep looks after them later.
const PATIENCE: u32 = 6;

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
        let mut done = Report::default();
        if !days {
            return Ok(done);
        }
        let everybody = Order {
            project: None,
            timing,
        };
        loop {
            let options = timing.options();
            let part = ctx
                .execute_activity(Activities::derive, everybody, options)
                .await?;
            done = done.and(part);
            if !part.cut_short {
                return Ok(done);
            }
        }
    }
}
