//! `worker`: works for the `temporal` engine until it is told to stop.

use dayloom_pipeline_temporal::{Address, TemporalError, Timing, Worker, WorkerSettings};
use dayloom_storage::Store;
use tokio_util::sync::CancellationToken;

use crate::{
    Context, boot,
    engine::Engine,
    failure::{Exit, Failure, Outcome},
};

/// Runs a worker on the database of the settings.
pub async fn run(cx: &Context) -> Outcome {
    let Engine::Temporal { address, heartbeat_s } = Engine::temporal(&cx.settings)? else {
        return Ok(());
    };
    let store = boot::open_store(cx, boot::migrate_of(&cx.settings)).await?;
    let result = work(cx, &store, address, heartbeat_s).await;
    store.close().await;
    result
}

async fn work(cx: &Context, store: &Store, address: Address, heartbeat_s: u64) -> Outcome {
    let stop = CancellationToken::new();
    let shown = address.to_string();
    let stages = boot::stages(&cx.settings, store)?;
    let settings = WorkerSettings {
        timing: Timing::SWEEP.with_heartbeat(heartbeat_s),
        ..WorkerSettings::default()
    };
    let worker = Worker::start(stages, address, settings, stop.clone())
        .await
        .map_err(failure)?;
    cx.out.line(format_args!("ready {shown}"))?;
    tracing::info!(temporal = shown, "the worker waits for work");
    let ended = worker.ended();
    tokio::pin!(ended);
    tokio::select! {
        ended = &mut ended => ended.map_err(failure),
        () = boot::stop_signal() => {
            stop.cancel();
            ended.await.map_err(failure)
        }
    }
}

/// A failure of the Temporal server as a person reads it.
pub fn failure(error: TemporalError) -> Failure {
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
