//! A language model that says what a test wants, and remembers what it was asked.

use std::sync::{Arc, Mutex, PoisonError};

use dayloom_llm::{Answer, Failure, Identity, Model, Prompt, Usage};
use serde_json::{Value, json};

type Script = Box<dyn FnMut(&Prompt) -> Result<String, Failure> + Send>;

/// A model made of a function.
pub struct Scripted {
    identity: Identity,
    script: Mutex<Script>,
    asked: Mutex<Vec<Prompt>>,
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scripted").finish_non_exhaustive()
    }
}

impl Scripted {
    /// A hosted model named `scripted` that answers with what the function returns.
    pub fn new(script: impl FnMut(&Prompt) -> Result<String, Failure> + Send + 'static) -> Arc<Self> {
        Self::placed(false, script)
    }

    /// The same, local or not.
    pub fn placed(
        local: bool,
        script: impl FnMut(&Prompt) -> Result<String, Failure> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            identity: Identity {
                provider: "openai".to_owned(),
                name: "scripted".to_owned(),
                local,
            },
            script: Mutex::new(Box::new(script)),
            asked: Mutex::new(Vec::new()),
        })
    }

    /// Answers differently from now on.
    pub fn becomes(&self, script: impl FnMut(&Prompt) -> Result<String, Failure> + Send + 'static) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(script);
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Prompt> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait::async_trait]
impl Model for Scripted {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(prompt.clone());
        let text = (self.script.lock().unwrap_or_else(PoisonError::into_inner))(prompt)?;
        Ok(Answer {
            usage: Usage {
                input_tokens: prompt.estimated_tokens(),
                output_tokens: text.len().div_ceil(4) as u64,
            },
            text,
        })
    }
}

/// The answer to a question about attribution in which each signal is judged by a function of the signal and the tasks:
/// the index of a task, or none.
pub fn sorted_by(user: &str, judge: impl Fn(&Value, &[Value]) -> Option<u64>) -> String {
    let asked: Value = serde_json::from_str(user).expect("what is asked is JSON");
    let tasks = asked["tasks"].as_array().cloned().unwrap_or_default();
    let signals = asked["signals"].as_array().cloned().unwrap_or_default();
    let answers: Vec<Value> = signals
        .iter()
        .map(|signal| {
            json!({
                "index": signal["index"], "category": "productive", "task": judge(signal, &tasks),
                "confidence": 0.95, "reason": "by the title",
            })
        })
        .collect();
    json!({ "answers": answers }).to_string()
}

/// Sorts as a reader would: to the first task that shares a word of five letters or more with the signal.
pub fn by_words(signal: &Value, tasks: &[Value]) -> Option<u64> {
    let text = signal.to_string().to_lowercase();
    tasks
        .iter()
        .find(|task| {
            let title = task["title"].as_str().unwrap_or_default().to_lowercase();
            title
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word.len() >= 5 && text.contains(word))
        })
        .and_then(|task| task["index"].as_u64())
}
