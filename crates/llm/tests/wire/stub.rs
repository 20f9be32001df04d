//! A server that answers as a test wants and remembers what it was sent.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
};
use dayloom_llm::{Key, ModelSettings, Prompt, Provider, Purpose};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What a server was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub path: String,
    pub headers: axum::http::HeaderMap,
    pub body: Value,
}

pub type Say = Arc<dyn Fn(&Value) -> Response + Send + Sync>;

pub struct Stub {
    pub url: String,
    pub sent: Arc<Mutex<Vec<Sent>>>,
}

async fn hear(State((sent, say)): State<(Arc<Mutex<Vec<Sent>>>, Say)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let said = say(&body);
    sent.lock().expect("not poisoned").push(Sent {
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        body,
    });
    said
}

pub async fn stub(say: impl Fn() -> Response + Send + Sync + 'static) -> Stub {
    stub_that(Arc::new(move |_: &Value| say())).await
}

/// One whose answer depends on what it is sent.
pub async fn stub_that(say: Say) -> Stub {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let router = Router::new().fallback(hear).with_state((Arc::clone(&sent), say));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Stub { url, sent }
}

impl Stub {
    pub fn last(&self) -> Sent {
        let sent = self.sent.lock().expect("not poisoned");
        sent.last().expect("something was sent").clone()
    }
}

pub fn chosen(provider: Provider, base_url: &str) -> ModelSettings {
    ModelSettings {
        provider,
        base_url: Some(base_url.to_owned()),
        name: Some("m-1".to_owned()),
        key: Some(Key::new("sk-of-the-test")),
        timeout: Duration::from_secs(20),
    }
}

pub fn prompt() -> Prompt {
    Prompt {
        purpose: Purpose::Attribution,
        system: "Sort.".to_owned(),
        user: "{\"signals\":[]}".to_owned(),
        schema: Some(json!({
            "type": "object", "properties": {"answers": {"type": "array", "items": {"type": "integer"}}},
            "required": ["answers"], "additionalProperties": false
        })),
        max_output_tokens: 300,
    }
}
