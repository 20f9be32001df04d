//! The proxy as it is installed, a line to it that can be bad, and the models of ours that use it.

use std::{
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use dayloom_llm::{Answer, Failure, Heard, Identity, Key, Model, ModelSettings, Prompt, Provider, connect};
use dayloom_testkit::{OwnPort, needs};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
};

const KEY: &str = "sk-dayloom-0123456789abcdef-of-the-tests";
/// Models by what they do. Indices and rows suffice to answer: the one signal of a call belongs to the first task, and a
/// table begins with the whole, then that task.
const CONFIG: &str = r#"
model_list:
  - model_name: sorts
    litellm_params:
      model: openai/mock
      api_key: none
      mock_response: '{"answers":[{"index":0,"category":"productive","task":0,"confidence":0.95,"reason":"it says so"}],
        "sentences":[{"text":"I worked 10m.","rows":[0]},{"text":"Retry refunds took 10m.","rows":[1]},
        {"text":"My longest stretch was 10m on Retry refunds, from 08:00 to 08:10.","rows":[2]},
        {"text":"I worked 9h.","rows":[0]}]}'
  - model_name: garbage
    litellm_params: {model: openai/mock, api_key: none, mock_response: "I would rather not."}
  - model_name: error
    litellm_params: {model: openai/mock, api_key: none, mock_response: "litellm.InternalServerError"}
  - model_name: limited
    litellm_params: {model: openai/mock, api_key: none, mock_response: "litellm.RateLimitError"}
  - model_name: slow
    litellm_params: {model: openai/mock, api_key: none, mock_response: "late", mock_delay: 60}
router_settings: {num_retries: 0}
litellm_settings: {num_retries: 0}
general_settings: {master_key: sk-dayloom-0123456789abcdef-of-the-tests}
"#;

/// A running proxy, ended when dropped.
pub struct Proxy {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
    _port: OwnPort,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub async fn proxy() -> Option<Proxy> {
    let program = needs::variable("DAYLOOM_TEST_LITELLM")?;
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.yaml");
    std::fs::write(&config, CONFIG).expect("written");
    let own = OwnPort::new();
    let port = own.address().port();
    let child = Command::new(program)
        .args(["--host", "127.0.0.1", "--telemetry", "False", "--port"])
        .arg(port.to_string())
        .arg("--config")
        .arg(&config)
        .current_dir(folder.path())
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the proxy starts");
    let proxy = Proxy {
        child,
        url: format!("http://127.0.0.1:{port}"),
        _folder: folder,
        _port: own,
    };
    let until = Instant::now() + Duration::from_secs(180);
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < until, "the proxy does not answer");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Some(proxy)
}

/// How bytes pass between us and the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// As they come.
    Whole,
    /// What comes back, one after the other.
    Trickling,
    /// Not at all; nobody hangs up.
    Silent,
    /// Nobody is there.
    Gone,
    /// What comes back one byte after the other, and nothing after the first sentence of a stream until it is let go.
    Held,
    /// The same, and it is hung up after that sentence.
    Cut,
}

const LINES: [Line; 6] = [
    Line::Whole,
    Line::Trickling,
    Line::Silent,
    Line::Gone,
    Line::Held,
    Line::Cut,
];

/// How the first sentence of the mock's answer ends.
const FIRST_ENDS: &str = "\"rows\":[0]}";

/// A line to the proxy that can be bad.
pub struct Relay {
    pub url: String,
    line: Arc<AtomicUsize>,
    held: Arc<Held>,
}

/// A held line, as the test sees it.
struct Held {
    /// What the model has said, as far as it was let through.
    said: Mutex<String>,
    go: Semaphore,
    hung_up: Semaphore,
}

impl Relay {
    pub async fn to(proxy: &Proxy) -> Self {
        let upstream = proxy.url.trim_start_matches("http://").to_owned();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let line = Arc::new(AtomicUsize::new(0));
        let now = Arc::clone(&line);
        let held = Arc::new(Held {
            said: Mutex::default(),
            go: Semaphore::new(0),
            hung_up: Semaphore::new(0),
        });
        let holds = Arc::clone(&held);
        tokio::spawn(async move {
            while let Ok((down, _)) = listener.accept().await {
                let line = LINES[now.load(Ordering::SeqCst)];
                let (upstream, held) = (upstream.clone(), Arc::clone(&holds));
                tokio::spawn(async move { carry(down, &upstream, line, &held).await });
            }
        });
        Self { url, line, held }
    }

    /// Of lines from now on.
    pub fn is(&self, line: Line) {
        let place = LINES.iter().position(|one| *one == line).expect("one of them");
        self.line.store(place, Ordering::SeqCst);
    }

    /// What the model said over the last held line, as far as it came through.
    pub fn said(&self) -> String {
        self.held.said()
    }

    /// Lets the held line go.
    pub fn go(&self) {
        self.held.go.add_permits(1);
    }

    /// Waits until we have hung up on a line while it was held.
    pub async fn hung_up(&self) {
        let hung_up = self.held.hung_up.acquire();
        let hung_up = tokio::time::timeout(Duration::from_secs(180), hung_up).await;
        hung_up.expect("it is hung up").expect("it is open").forget();
    }
}

async fn carry(mut down: TcpStream, upstream: &str, line: Line, held: &Held) -> std::io::Result<()> {
    if line == Line::Gone {
        return Ok(());
    }
    let mut up = TcpStream::connect(upstream).await?;
    if line == Line::Whole {
        return tokio::io::copy_bidirectional(&mut down, &mut up).await.map(drop);
    }
    if matches!(line, Line::Held | Line::Cut) {
        return hold(down, up, line, held).await;
    }
    let (mut from_us, mut to_us) = down.split();
    let (mut from_it, mut to_it) = up.split();
    let there = tokio::io::copy(&mut from_us, &mut to_it);
    let back = async {
        let mut byte = [0_u8; 1];
        while line == Line::Trickling && from_it.read(&mut byte).await? > 0 {
            to_us.write_all(&byte).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        std::future::pending::<std::io::Result<()>>().await
    };
    tokio::try_join!(there, back).map(|_: (u64, ())| ())
}

async fn hold(mut down: TcpStream, mut up: TcpStream, line: Line, held: &Held) -> std::io::Result<()> {
    let (mut from_us, mut to_us) = down.split();
    let (mut from_it, mut to_it) = up.split();
    held.said.lock().expect("no panic").clear();
    let waits = AtomicBool::new(false);
    let there = async {
        tokio::io::copy(&mut from_us, &mut to_it).await?;
        if waits.load(Ordering::SeqCst) {
            held.hung_up.add_permits(1);
        }
        Ok(())
    };
    let back = async {
        let (mut byte, mut text, mut holds) = ([0_u8; 1], Vec::new(), true);
        while from_it.read(&mut byte).await? > 0 {
            text.push(byte[0]);
            let line_ends = byte[0] == b'\n';
            // An event ends with an empty line.
            let ends = holds && text == b"\n" && held.said().contains(FIRST_ENDS);
            if line_ends {
                held.hear(&std::mem::take(&mut text));
            }
            waits.store(ends && line == Line::Held, Ordering::SeqCst);
            to_us.write_all(&byte).await?;
            if ends && line == Line::Cut {
                return Ok(());
            }
            if ends {
                held.go.acquire().await.expect("it is open").forget();
                holds = false;
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = there => ended,
        ended = back => ended,
    }
}

impl Held {
    fn said(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    /// Adds what this line of a stream says.
    fn hear(&self, line: &[u8]) {
        let data = line.strip_prefix(b"data: ");
        let data = data.and_then(|data| serde_json::from_slice::<Value>(data).ok());
        if let Some(data) = data {
            let piece = data["choices"][0]["delta"]["content"].as_str();
            self.said
                .lock()
                .expect("no panic")
                .push_str(piece.unwrap_or_default());
        }
    }
}

/// The model a server has, which is another one from time to time.
#[derive(Debug)]
pub struct Switched {
    identity: Identity,
    now: Mutex<Arc<dyn Model>>,
}

impl Switched {
    pub fn from(model: Arc<dyn Model>) -> Arc<Self> {
        let identity = model.identity().clone();
        let now = Mutex::new(model);
        Arc::new(Self { identity, now })
    }

    pub fn to(&self, model: Arc<dyn Model>) {
        *self.now.lock().expect("no panic") = model;
    }
}

#[async_trait::async_trait]
impl Model for Switched {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        let model = Arc::clone(&self.now.lock().expect("no panic"));
        model.ask(prompt).await
    }

    async fn ask_aloud(&self, prompt: &Prompt, heard: Heard<'_>) -> Result<Answer, Failure> {
        let model = Arc::clone(&self.now.lock().expect("no panic"));
        model.ask_aloud(prompt, heard).await
    }
}

/// One of the proxy's models, at an address of it; `patient` for one that is to answer.
pub fn model(url: &str, name: &str, patient: bool) -> Arc<dyn Model> {
    let chosen = ModelSettings {
        provider: Provider::OpenAi,
        base_url: Some(format!("{url}/v1")),
        name: Some(name.to_owned()),
        key: Some(Key::new(KEY)),
        timeout: Duration::from_secs(if patient { 60 } else { 1 }),
    };
    connect(&chosen).expect("settings in order")
}
