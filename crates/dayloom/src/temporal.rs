//! The engine for many: work is done by the workers of a Temporal server. The only place that knows of it.

use std::sync::Arc;

use dayloom_domain::Clock;
use dayloom_pipeline_temporal::{Address, Bell, QUEUE, TemporalError, Timing, Worker, WorkerSettings};
use dayloom_storage::Store;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    Context, boot,
    commands::{Finding, State},
    engine::{ForMany, Later, Rings},
    failure::{Exit, Failure, Outcome},
    settings::{
        Settings,
        table::{METRICS_LISTEN, TEMPORAL_API_KEY, TEMPORAL_HEARTBEAT, TEMPORAL_URL},
    },
};

/// Seconds a worker may be silent where nothing is said.
const HEARTBEAT_S: u64 = 120;

/// A Temporal server that is to be used.
struct Temporal {
    address: Address,
    heartbeat_s: u64,
}

/// The engine of the settings; refuses a missing or impossible address.
pub fn of(settings: &Settings) -> Outcome<Box<dyn ForMany>> {
    let heartbeat = settings.int(&TEMPORAL_HEARTBEAT);
    Ok(Box::new(Temporal {
        address: address(settings)?,
        heartbeat_s: heartbeat
            .and_then(|s| u64::try_from(s).ok())
            .unwrap_or(HEARTBEAT_S),
    }))
}

fn address(settings: &Settings) -> Outcome<Address> {
    let Some(url) = settings.text(&TEMPORAL_URL) else {
        return Err(Failure::usage(
            "The engine `temporal` needs the address of its server",
            "Name it with --temporal http://HOST:7233 or DAYLOOM_TEMPORAL_URL",
        ));
    };
    Address::parse(url, settings.text(&TEMPORAL_API_KEY)).map_err(|error| {
        Failure::usage(
            format!("The Temporal server cannot be used: {error}"),
            "Set --temporal or DAYLOOM_TEMPORAL_URL right",
        )
    })
}

impl ForMany for Temporal {
    fn start(self: Box<Self>, clock: Arc<dyn Clock>, stop: CancellationToken) -> (Rings, JoinHandle<()>) {
        let timing = Timing::DERIVE.with_heartbeat(self.heartbeat_s);
        let (bell, carry) = Bell::hang(self.address, QUEUE, timing, clock, stop);
        let rings = Rings::new(move |project| bell.ring(project));
        (rings, tokio::spawn(carry))
    }

    fn work<'a>(self: Box<Self>, cx: &'a Context) -> Later<'a, Outcome> {
        Box::pin(run(cx, self.address, self.heartbeat_s))
    }

    fn look<'a>(&'a self, name: &'a str) -> Later<'a, Finding> {
        Box::pin(look(name, &self.address))
    }
}

async fn look(name: &str, address: &Address) -> Finding {
    let start = "`dayloom worker --temporal URL` starts one; until then days wait in the database";
    match dayloom_pipeline_temporal::look(address, QUEUE).await {
        Ok(health) if health.workers == 0 => Finding::new(
            "engine",
            name,
            State::Fails,
            format!("{address} answers, and no worker does"),
        )
        .mend(start),
        Ok(health) => {
            let workers = if health.workers == 1 { "worker" } else { "workers" };
            let detail = format!("{address} answers, {} {workers}", health.workers);
            Finding::new("engine", name, State::Works, detail)
        }
        Err(error) => {
            let failure = failure(error);
            Finding::new("engine", name, State::Fails, failure.what).mend(failure.todo)
        }
    }
}

/// Runs a worker on the database of the settings.
async fn run(cx: &Context, address: Address, heartbeat_s: u64) -> Outcome {
    let figures = match cx.settings.text(&METRICS_LISTEN) {
        Some(address) => Some(boot::bind(address, "--metrics-listen").await?),
        None => None,
    };
    let store = boot::open_store(cx, boot::migrate_of(&cx.settings)).await?;
    let stop = CancellationToken::new();
    if let Some(listener) = figures {
        let shown = dayloom_server::serve_figures(listener, store.clone(), stop.clone());
        tokio::spawn(async move {
            if let Err(error) = shown.await {
                tracing::warn!(kind = %error.kind(), "figures are no longer shown; the worker goes on");
            }
        });
    }
    let result = work(cx, &store, address, heartbeat_s, stop.clone()).await;
    stop.cancel();
    store.close().await;
    result
}

async fn work(
    cx: &Context,
    store: &Store,
    address: Address,
    heartbeat_s: u64,
    stop: CancellationToken,
) -> Outcome {
    let shown = address.to_string();
    let stages = boot::stages(&cx.settings, store)?;
    let settings = WorkerSettings {
        timing: Timing::SWEEP.with_heartbeat(heartbeat_s),
        ..WorkerSettings::default()
    };
    let worker = Worker::start(stages, address, settings, stop.clone())
        .await
        .map_err(failure)?;
    let told = cx.stop.mind();
    cx.out.line(format_args!("ready {shown}"))?;
    tracing::info!(temporal = shown, "the worker waits for work");
    let ended = worker.ended();
    tokio::pin!(ended);
    tokio::select! {
        ended = &mut ended => ended.map_err(failure),
        () = told.cancelled() => {
            stop.cancel();
            ended.await.map_err(failure)
        }
    }
}

/// A failure of the Temporal server as a person reads it.
fn failure(error: TemporalError) -> Failure {
    let exit = match error {
        TemporalError::Unreachable(_) => Exit::Unreachable,
        TemporalError::Refused(_) | TemporalError::Thread(_) => Exit::Failed,
    };
    let text = error.to_string();
    let (what, todo) = text
        .split_once("; ")
        .unwrap_or((&text, "Look at the log, and try again"));
    Failure::new(exit, boot::capital(what), boot::capital(todo))
}
