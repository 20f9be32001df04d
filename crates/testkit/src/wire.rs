//! A server that speaks as OpenAI does, answers as a test wants and remembers what it was sent: for programs of ours that
//! run as processes of their own.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot};

/// Tokens that each answer says it read.
pub const READ: u64 = 1_000;
/// Tokens that each answer says it wrote.
pub const WRITTEN: u64 = 50;

type Script = Box<dyn FnMut(&str) -> Option<String> + Send>;

/// What was sent in one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// Instructions.
    pub system: String,
    /// Data.
    pub user: String,
    /// The schema of the answer, if one was sent.
    pub schema: Option<Value>,
}

struct Inner {
    script: Mutex<Script>,
    sent: Mutex<Vec<Sent>>,
}

/// A running stand-in. It ends when this is dropped.
pub struct Wire {
    /// Its address, as `DAYLOOM_MODEL_BASE_URL` wants it.
    pub url: String,
    inner: Arc<Inner>,
    _stop: oneshot::Sender<()>,
}

impl Wire {
    /// Starts one on a thread of its own. The script is given the data of a call and answers, or fails with status 500
    /// by answering nothing.
    ///
    /// # Panics
    /// If the machine gives no port or no thread.
    pub fn start(script: impl FnMut(&str) -> Option<String> + Send + 'static) -> Self {
        let inner = Arc::new(Inner {
            script: Mutex::new(Box::new(script)),
            sent: Mutex::default(),
        });
        let (ready, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let shared = Arc::clone(&inner);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                let router = Router::new().fallback(answer).with_state(shared);
                ready
                    .send(listener.local_addr().expect("bound"))
                    .expect("a test that waits");
                tokio::select! {
                    _ = async { axum::serve(listener, router).await } => {}
                    _ = stopped => {}
                }
            });
        });
        let address = address.recv().expect("a stand-in that answers");
        Self {
            url: format!("http://{address}/v1"),
            inner,
            _stop: stop,
        }
    }

    /// Answers differently from now on.
    pub fn becomes(&self, script: impl FnMut(&str) -> Option<String> + Send + 'static) {
        *locked(&self.inner.script) = Box::new(script);
    }

    /// What it was sent so far.
    pub fn sent(&self) -> Vec<Sent> {
        locked(&self.inner.sent).clone()
    }
}

fn locked<T: ?Sized>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(State(inner): State<Arc<Inner>>, Json(body): Json<Value>) -> impl IntoResponse {
    let text = |n: usize| {
        body["messages"][n]["content"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let schema = &body["response_format"]["json_schema"]["schema"];
    let sent = Sent {
        system: text(0),
        user: text(1),
        schema: (!schema.is_null()).then(|| schema.clone()),
    };
    let said = (locked(&inner.script))(&sent.user);
    locked(&inner.sent).push(sent);
    let Some(said) = said else {
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            Json(json!({"error": {"message": "out of order"}})),
        );
    };
    let answer = json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
        "usage": {"prompt_tokens": READ, "completion_tokens": WRITTEN, "total_tokens": READ + WRITTEN},
    });
    (StatusCode::OK, Json(answer))
}
