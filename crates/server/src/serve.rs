//! Answering on a listener until told to stop, then draining.
//!
//! Connections are served one by one, because of those that say nothing: a laptop that went to sleep, or somebody who
//! means harm, would otherwise hold theirs for ever.

use std::{pin::pin, time::Duration};

use axum::{Router, body::Body, extract::Request, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{ServerState, health, router};

/// How long requests under way may take after the stop (`contract/command-line.md`).
pub const DRAIN: Duration = Duration::from_secs(10);

/// How long a connection may take to send the head of a request, its first one and each after an answer. Longer than
/// our client keeps a connection it does not use, so that the two never end one at the same time.
const SILENCE: Duration = Duration::from_secs(120);

/// Serves until `stop` is cancelled, then takes no more connections, lets requests under way end for at most
/// [`DRAIN`], and returns. Closing the store is the caller's.
pub async fn serve(
    listener: TcpListener,
    state: ServerState,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let app = router(state);
    tokio::select! {
        () = connections(listener, app, SILENCE, stop) => {}
        () = health::keep_figures() => {}
    }
    Ok(())
}

/// Takes connections until `stop`, then waits for them.
async fn connections(mut listener: TcpListener, app: Router, silence: Duration, stop: CancellationToken) {
    let (all, one) = watch::channel(());
    loop {
        let stream = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            // Where the system gives no more of them, it waits and goes on.
            (stream, _) = Listener::accept(&mut listener) => stream,
        };
        let (app, stop, one) = (app.clone(), stop.clone(), one.clone());
        tokio::spawn(async move {
            connection(stream, app, silence, stop).await;
            drop(one);
        });
    }
    drop((listener, one));
    let _ = tokio::time::timeout(DRAIN, all.closed()).await;
}

async fn connection(stream: TcpStream, app: Router, silence: Duration, stop: CancellationToken) {
    // Answers are small and written whole: waiting to fill a packet would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(kind = %error.kind(), "a connection keeps its small packets back");
    }
    let app = TowerToHyperService::new(app.map_request(|request: Request<_>| request.map(Body::new)));
    let mut served = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(silence)
            .serve_connection(TokioIo::new(stream), app)
    );
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = stop.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if ended.is_err() {
        tracing::debug!("a connection broke off");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// What a connection is answered until it is ended.
    async fn answered(address: std::net::SocketAddr, sent: &str) -> String {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(sent.as_bytes()).await.expect("it is taken");
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        let ended = tokio::time::timeout(Duration::from_secs(60), read).await;
        // One that is cut off in the middle is ended too.
        let _ = ended.expect("it is ended");
        answer
    }

    /// Serves where so long a silence is borne; with the address, what stops it and the end.
    async fn serving(
        silence: Duration,
    ) -> (
        std::net::SocketAddr,
        CancellationToken,
        tokio::task::JoinHandle<()>,
    ) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let app = Router::new().route("/", get(|| async { "here" }));
        let stop = CancellationToken::new();
        let served = tokio::spawn(connections(listener, app, silence, stop.clone()));
        (address, stop, served)
    }

    #[tokio::test]
    async fn whoever_says_nothing_is_not_waited_for() {
        let (address, stop, served) = serving(Duration::from_millis(300)).await;
        for half in ["", "GET / HTTP/1.1\r\nhost: he", "\r\n"] {
            assert!(!answered(address, half).await.contains("200 OK"), "{half:?}");
        }
        // A connection that is kept after an answer is ended too.
        answered(address, "GET / HTTP/1.1\r\nhost: here\r\n\r\n").await;
        stop.cancel();
        served.await.expect("it ends");
    }

    #[tokio::test]
    async fn whoever_asks_is_answered() {
        let (address, stop, served) = serving(SILENCE).await;
        let whole = "GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
        let answer = answered(address, whole).await;
        assert!(answer.contains("200 OK") && answer.ends_with("here"), "{answer}");
        stop.cancel();
        served.await.expect("it ends");
    }
}
