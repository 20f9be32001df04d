//! The adapters: one call over HTTP for each question, in the provider's own protocol; [`crate::aloud`] has those whose
//! answer is read while it is written.
//!
//! The library speaks the protocols; what it says in errors and logs repeats prompts, so nothing of it goes further
//! than here. It passes silently over formats a provider lacks, so the schema is also written into the instructions. Some
//! servers and models refuse a call that comes with one (DeepSeek, older ones of Anthropic): those get the words alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use genai::{
    Client, ModelIden, ServiceTarget,
    adapter::AdapterKind,
    chat::{self, ChatMessage, ChatOptions, ChatRequest, ChatResponse, ChatResponseFormat, JsonSpec},
    resolver::{AuthData, Endpoint},
    webc,
};
use reqwest::header::RETRY_AFTER;

use crate::{
    Answer, Failure, Heard, Identity, Model, ModelSettings, Price, Prompt, Provider, SettingsError, Usage,
    place, price,
};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest a provider can make us wait by its `Retry-After`.
const WAIT_AT_MOST: Duration = Duration::from_secs(3600);

/// The model of these settings. Nobody is asked yet.
pub fn connect(settings: &ModelSettings) -> Result<Arc<dyn Model>, SettingsError> {
    settings.check()?;
    let address = settings.address()?;
    let name = settings
        .name
        .as_deref()
        .ok_or(SettingsError::Name)?
        .trim()
        .to_owned();
    let identity = Identity {
        provider: settings.provider.word().to_owned(),
        name: name.clone(),
        local: place::is_local(&address),
    };
    let mut http = dayloom_http::client()
        .connect_timeout(CONNECT)
        .timeout(settings.timeout);
    if identity.local {
        http = http.no_proxy();
    }
    let http = http.build().map_err(|_| SettingsError::Client)?;
    let client = Client::builder()
        .with_reqwest(http)
        .build()
        .map_err(|_| SettingsError::Client)?;
    let kind = match settings.provider {
        Provider::OpenAi | Provider::Ollama => AdapterKind::OpenAI,
        Provider::Anthropic => AdapterKind::Anthropic,
        Provider::Gemini => AdapterKind::Gemini,
    };
    // Servers in one's own network take any key, but the library wants one.
    let key = settings.key.as_ref().map_or("none", crate::Key::text);
    let target = ServiceTarget {
        endpoint: Endpoint::from_owned(address.as_str()),
        auth: AuthData::from_single(key),
        model: ModelIden::new(kind, name),
    };
    let price = price::price_of(&identity, settings.base_url.is_none());
    Ok(Arc::new(Adapter {
        identity,
        price,
        client,
        target,
        timeout: settings.timeout,
        by_words: AtomicBool::new(false),
        at_once: AtomicBool::new(false),
    }))
}

pub(crate) struct Adapter {
    identity: Identity,
    price: Option<Price>,
    pub(crate) client: Client,
    pub(crate) target: ServiceTarget,
    timeout: Duration,
    /// It refused a schema and answered without one: it is told the form in words alone from then on.
    pub(crate) by_words: AtomicBool,
    /// It would not answer piece by piece and did at once: it is asked for the whole from then on.
    pub(crate) at_once: AtomicBool,
}

impl std::fmt::Debug for Adapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adapter")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl Model for Adapter {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn price(&self) -> Option<Price> {
        self.price
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        // The client has this limit too; this one also holds where a library waits before it sends, and for two calls.
        tokio::time::timeout(self.timeout, self.in_some_form(prompt))
            .await
            .unwrap_or(Err(Failure::TooSlow))
    }

    async fn ask_aloud(&self, prompt: &Prompt, heard: Heard<'_>) -> Result<Answer, Failure> {
        tokio::time::timeout(self.timeout, self.in_pieces(prompt, heard))
            .await
            .unwrap_or(Err(Failure::TooSlow))
    }
}

impl Adapter {
    /// Asks with the schema; where the call is refused for what it says, once more with the schema in words alone.
    pub(crate) async fn in_some_form(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        if prompt.schema.is_none() || self.by_words.load(Ordering::Relaxed) {
            return self.call(prompt, None).await;
        }
        let formed = self.call(prompt, prompt.schema.as_ref()).await;
        let Err(Failure::Refused { status: 400 | 422 }) = formed else {
            return formed;
        };
        let plain = self.call(prompt, None).await;
        // What is refused in any form was not refused for the schema.
        if matches!(plain, Ok(_) | Err(Failure::Undecodable)) {
            self.by_words.store(true, Ordering::Relaxed);
        }
        plain
    }

    async fn call(&self, prompt: &Prompt, schema: Option<&serde_json::Value>) -> Result<Answer, Failure> {
        let (request, options) = self.request(prompt, schema);
        let call = self
            .client
            .exec_chat(self.target.clone(), request, Some(&options));
        match call.await {
            Err(error) => Err(failure(&error)),
            Ok(ChatResponse { content, usage, .. }) => {
                answer(prompt, content.into_joined_texts().unwrap_or_default(), &usage)
            }
        }
    }

    /// What is sent.
    pub(crate) fn request(
        &self,
        prompt: &Prompt,
        schema: Option<&serde_json::Value>,
    ) -> (ChatRequest, ChatOptions) {
        let request = ChatRequest::default()
            .with_system(prompt.instructions())
            .append_message(ChatMessage::user(prompt.user.clone()));
        let mut options = ChatOptions::default().with_max_tokens(prompt.max_output_tokens);
        if self.identity.local {
            // Hosted models of late refuse to be told; local ones guess wildly unless they are.
            options = options.with_temperature(0.0);
        }
        if let Some(schema) = schema {
            options = options.with_response_format(ChatResponseFormat::JsonSpec(JsonSpec::new(
                "answer",
                schema.clone(),
            )));
        }
        (request, options)
    }
}

/// The answer with what it used, estimated where the provider does not count.
pub(crate) fn answer(prompt: &Prompt, text: String, usage: &chat::Usage) -> Result<Answer, Failure> {
    let counted = |tokens: Option<i32>| {
        tokens
            .and_then(|n| u64::try_from(n).ok())
            .filter(|&tokens| tokens > 0)
    };
    if text.trim().is_empty() {
        return Err(Failure::Undecodable);
    }
    let usage = Usage {
        input_tokens: counted(usage.prompt_tokens).unwrap_or_else(|| prompt.estimated_tokens()),
        output_tokens: counted(usage.completion_tokens).unwrap_or(text.len().div_ceil(4) as u64),
    };
    Ok(Answer { text, usage })
}

/// The kind of failure, without a word of what the library says.
pub(crate) fn failure(error: &genai::Error) -> Failure {
    if let genai::Error::WebStream { error, .. } = error {
        return match error.downcast_ref::<genai::Error>() {
            Some(inner) => failure(inner),
            None => error
                .downcast_ref::<reqwest::Error>()
                .map_or(Failure::Undecodable, of_line),
        };
    }
    if let Some(status) = error.status() {
        let status = status.as_u16();
        if status == 429 {
            let header = error.headers().and_then(|headers| headers.get(RETRY_AFTER));
            let seconds = header
                .and_then(|value| value.to_str().ok())
                .and_then(|text| text.trim().parse().ok());
            return Failure::RateLimited {
                retry_after: seconds.map(|s| Duration::from_secs(s).min(WAIT_AT_MOST)),
            };
        }
        return Failure::Refused { status };
    }
    let inner = match error {
        genai::Error::WebModelCall { webc_error, .. } | genai::Error::WebAdapterCall { webc_error, .. } => {
            webc_error
        }
        _ => return Failure::Undecodable,
    };
    match inner {
        webc::Error::Reqwest(error) => of_line(error),
        _ => Failure::Undecodable,
    }
}

fn of_line(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        Failure::TooSlow
    } else if error.is_body() || error.is_decode() {
        Failure::Undecodable
    } else {
        Failure::Unreachable
    }
}
