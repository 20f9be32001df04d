//! Takes connections and answers what comes over them. One slow or rude client costs the others nothing.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::io::{AsyncWriteExt, BufReader, ReadHalf, WriteHalf};
use tokio::sync::{Semaphore, broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::calls::call;
use super::line::{Line, Lines, MOST};
use super::place::address;
use super::protocol::{LogEntry, Snapshot, method};
use super::rpc::{self, INVALID_REQUEST, Incoming, Refused, Request, RpcError};
use super::system::{Listener, Stream, remove};
use crate::home;
use crate::team::{Desk, LogLine};

/// Connections at one time; what is over waits for one to end.
const MOST_CLIENTS: usize = 256;
/// Requests of a batch.
const MOST_BATCH: usize = 64;
/// After a connection could not be taken (no file is left to open), before the next is tried.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
#[error("the local socket {path} cannot be made: {error}; editors cannot report until it can")]
pub struct ServeError {
    /// Its address.
    pub path: PathBuf,
    /// What the system said.
    pub error: io::Error,
}

/// The socket of a home, taken and not yet answered.
pub struct Socket {
    listener: Listener,
    path: PathBuf,
    note: PathBuf,
}

impl Socket {
    /// Takes the address: whoever connects from now on is answered once [`Socket::serve`] runs. The caller holds the lock
    /// of the home.
    pub fn bind(home: &Path) -> Result<Self, ServeError> {
        let path = address(home);
        let failed = |error| ServeError {
            path: path.clone(),
            error,
        };
        let listener = Listener::bind(&path).map_err(failed)?;
        // Editors that cannot work the address out read it here.
        let note = home.join("agent.socket");
        home::write_private(&note, path.as_os_str().as_encoded_bytes(), false).map_err(failed)?;
        Ok(Self { listener, path, note })
    }

    /// Answers editors and commands until told to stop.
    pub async fn serve(mut self, desk: Arc<Desk>, stop: CancellationToken) {
        answer_all(&mut self.listener, desk, stop).await;
        drop(self.listener);
        remove(&self.path);
        let _ = std::fs::remove_file(self.note);
    }
}

async fn answer_all(listener: &mut Listener, desk: Arc<Desk>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MOST_CLIENTS));
    let editors = AtomicU64::new(1);
    loop {
        let place = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            place = places.clone().acquire_owned() => place,
        };
        let stream = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            stream = listener.accept() => stream,
        };
        match stream {
            Ok(stream) => {
                let editor = editors.fetch_add(1, Ordering::Relaxed);
                let (desk, stop) = (desk.clone(), stop.clone());
                tokio::spawn(async move {
                    Connection::new(desk.clone(), editor, stream).run(stop).await;
                    let now = desk.clock.now();
                    desk.editors().leave(editor, now);
                    desk.show().await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection to the local socket could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

struct Connection {
    desk: Arc<Desk>,
    editor: u64,
    lines: Lines<BufReader<ReadHalf<Stream>>>,
    out: WriteHalf<Stream>,
    states: Option<watch::Receiver<Snapshot>>,
    log: Option<broadcast::Receiver<LogLine>>,
}

impl Connection {
    fn new(desk: Arc<Desk>, editor: u64, stream: Stream) -> Self {
        let (read, out) = tokio::io::split(stream);
        Self {
            desk,
            editor,
            lines: Lines::new(BufReader::new(read)),
            out,
            states: None,
            log: None,
        }
    }

    /// Answers in the order asked, until the other side ends or stops reading.
    async fn run(mut self, stop: CancellationToken) {
        // Calls that wait for a server or a program must not keep state and other calls from the editor.
        let (answers, mut answered) = mpsc::channel::<Value>(MOST_BATCH);
        loop {
            let out = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Some(answer) = answered.recv() => Some(answer),
                state = changed(&mut self.states) => Some(rpc::notification(method::STATE_CHANGED, &state)),
                entry = entered(&mut self.log) => Some(rpc::notification(method::LOG_ENTRY, &entry)),
                line = self.lines.next() => match line {
                    Ok(Line::Whole(line)) => self.take(&line, &answers).await,
                    Ok(Line::TooLong) => {
                        let why = format!("A message has at most {MOST} bytes.");
                        Some(rpc::answer(&Value::Null, Err(RpcError::new(INVALID_REQUEST, why))))
                    }
                    Ok(Line::End) | Err(_) => return,
                },
            };
            if let Some(out) = out
                && self.write(&out).await.is_err()
            {
                return;
            }
        }
    }

    async fn write(&mut self, value: &Value) -> io::Result<()> {
        let mut line = serde_json::to_vec(value).map_err(io::Error::other)?;
        line.push(b'\n');
        self.out.write_all(&line).await?;
        self.out.flush().await
    }

    /// Takes a line; its answer comes back here or, where it takes time, over the channel.
    async fn take(&mut self, line: &[u8], answers: &mpsc::Sender<Value>) -> Option<Value> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        match rpc::read(line) {
            Incoming::One(Ok(request)) if is_slow(&request.method) => {
                let (desk, editor, answers) = (self.desk.clone(), self.editor, answers.clone());
                tokio::spawn(async move {
                    if let Some(answer) = carry_out(&desk, editor, request).await {
                        // The other side may have gone meanwhile.
                        let _ = answers.send(answer).await;
                    }
                });
                None
            }
            Incoming::One(Ok(request)) => self.now(request).await,
            Incoming::One(Err(refused)) => Some(refusal(*refused)),
            Incoming::Batch(requests) if requests.len() > MOST_BATCH => {
                let why = format!("A batch has at most {MOST_BATCH} requests.");
                Some(rpc::answer(
                    &Value::Null,
                    Err(RpcError::new(INVALID_REQUEST, why)),
                ))
            }
            Incoming::Batch(requests) => {
                let mut batch = Vec::new();
                for request in requests {
                    match request {
                        Ok(request) => batch.extend(self.now(request).await),
                        Err(refused) => batch.push(refusal(*refused)),
                    }
                }
                (!batch.is_empty()).then_some(Value::Array(batch))
            }
        }
    }

    async fn now(&mut self, request: Request) -> Option<Value> {
        match request.method.as_str() {
            method::STATE_SUBSCRIBE => self.states = Some(self.desk.snapshots()),
            method::LOG_SUBSCRIBE => self.log = Some(self.desk.log_lines()),
            _ => {}
        }
        if request.method == method::STATE_SUBSCRIBE
            && let Some(states) = &mut self.states
        {
            // What the answer shows is not told once more.
            states.mark_unchanged();
        }
        carry_out(&self.desk, self.editor, request).await
    }
}

async fn carry_out(desk: &Arc<Desk>, editor: u64, request: Request) -> Option<Value> {
    let result = call(desk, editor, &request.method, request.params).await;
    request.id.map(|id| rpc::answer(&id, result))
}

fn refusal(refused: Refused) -> Value {
    rpc::answer(&refused.id, Err(refused.error))
}

/// Calls that wait for a server or a program.
fn is_slow(name: &str) -> bool {
    name.starts_with("team/") || name.starts_with("activityWatch/")
}

async fn changed(states: &mut Option<watch::Receiver<Snapshot>>) -> Snapshot {
    if let Some(states) = states
        && states.changed().await.is_ok()
    {
        return states.borrow_and_update().clone();
    }
    std::future::pending().await
}

async fn entered(log: &mut Option<broadcast::Receiver<LogLine>>) -> LogEntry {
    let Some(log) = log else {
        return std::future::pending().await;
    };
    loop {
        match log.recv().await {
            Ok(line) => return line.into(),
            // A reader that was too slow goes on with what is still there; the file has everything.
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
        }
    }
}
