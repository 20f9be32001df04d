//! Answering on a listener until told to stop, then draining.

use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{ServerState, health, router};

/// How long requests under way may take after the stop (`contract/command-line.md`).
pub const DRAIN: Duration = Duration::from_secs(10);

/// Serves until `stop` is cancelled, then takes no more connections, lets requests under way end for at most
/// [`DRAIN`], and returns. Closing the store is the caller's.
pub async fn serve(
    listener: TcpListener,
    state: ServerState,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let app = router(state);
    let drained = stop.clone();
    // Answers are small and written whole: waiting to fill a packet would only delay them.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(kind = %error.kind(), "a connection keeps its small packets back");
        }
    });
    let server = axum::serve(listener, app).with_graceful_shutdown(async move { drained.cancelled().await });
    let deadline = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        result = async { server.await } => result,
        () = deadline => Ok(()),
        () = health::keep_figures() => Ok(()),
    }
}
