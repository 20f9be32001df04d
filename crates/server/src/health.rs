//! For whoever runs the server: is it alive, is it ready, and its figures for Prometheus.

use std::{sync::OnceLock, time::Duration};

use axum::{
    Router,
    extract::{FromRef, State},
    http::header,
    response::IntoResponse,
    routing::get,
};
use dayloom_storage::Store;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{ApiError, ServerState};

/// Upper bounds of the latency histogram, in seconds.
const LATENCIES: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// How often recorded figures are folded into their histograms.
const UPKEEP: Duration = Duration::from_secs(5);

static FIGURES: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// The process's figures. Another recorder that was there first keeps them, and the page is empty.
fn figures() -> Option<&'static PrometheusHandle> {
    let make = || {
        let name = Matcher::Full("dayloom_http_request_seconds".to_owned());
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(name, &LATENCIES)
            .ok()?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok()?;
        Some(handle)
    };
    FIGURES.get_or_init(make).as_ref()
}

/// Folds recorded figures until the caller is dropped, so that they take a constant amount of memory.
pub(crate) async fn keep_figures() {
    loop {
        tokio::time::sleep(UPKEEP).await;
        if let Some(figures) = figures() {
            figures.run_upkeep();
        }
    }
}

impl FromRef<ServerState> for Store {
    fn from_ref(state: &ServerState) -> Self {
        state.store().clone()
    }
}

/// Shows the state and the figures of this process, which is no server, until `stop` is cancelled.
pub async fn serve_figures(
    listener: TcpListener,
    store: Store,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let app = routes::<Store>().with_state(store);
    tokio::select! {
        result = async { axum::serve(listener, app).await } => result,
        () = stop.cancelled() => Ok(()),
        () = keep_figures() => Ok(()),
    }
}

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Store: FromRef<S>,
{
    let _ = figures();
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/metrics", get(render))
}

async fn ready(State(store): State<Store>) -> Result<&'static str, ApiError> {
    match store.ping().await {
        Ok(()) => Ok("ready"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            Err(ApiError::unavailable("The database does not answer"))
        }
    }
}

async fn render(State(store): State<Store>) -> Result<impl IntoResponse, ApiError> {
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a double")]
    let backlog = store.days().backlog().await? as f64;
    metrics::gauge!("dayloom_dirty_days").set(backlog);
    let text = figures().map(PrometheusHandle::render).unwrap_or_default();
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    ))
}
