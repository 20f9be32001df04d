//! A language model that says what a test wants, and remembers what it was asked.

use std::sync::{Arc, Mutex, PoisonError};

use dayloom_llm::{Answer, Failure, Identity, Model, Price, Prompt, Purpose, Usage};
use serde_json::{Value, json};

type Script = Box<dyn FnMut(&Prompt) -> Result<String, Failure> + Send>;

/// A model made of a function.
pub struct Scripted {
    identity: Identity,
    price: Option<Price>,
    script: Mutex<Script>,
    asked: Mutex<Vec<Prompt>>,
    used: Mutex<Vec<(Purpose, Usage)>>,
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
        Self::made(local, local.then_some(Price::FREE), script)
    }

    /// A hosted one whose tokens cost something.
    pub fn priced(
        price: Price,
        script: impl FnMut(&Prompt) -> Result<String, Failure> + Send + 'static,
    ) -> Arc<Self> {
        Self::made(false, Some(price), script)
    }

    fn made(
        local: bool,
        price: Option<Price>,
        script: impl FnMut(&Prompt) -> Result<String, Failure> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            identity: Identity {
                provider: "openai".to_owned(),
                name: "scripted".to_owned(),
                local,
            },
            price,
            script: Mutex::new(Box::new(script)),
            asked: Mutex::default(),
            used: Mutex::default(),
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

    /// What each answer used, in their order.
    pub fn used(&self) -> Vec<(Purpose, Usage)> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait::async_trait]
impl Model for Scripted {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn price(&self) -> Option<Price> {
        self.price
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(prompt.clone());
        let text = (self.script.lock().unwrap_or_else(PoisonError::into_inner))(prompt)?;
        let usage = Usage {
            input_tokens: prompt.estimated_tokens(),
            output_tokens: text.len().div_ceil(4) as u64,
        };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.push((prompt.purpose, usage));
        Ok(Answer { text, usage })
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

/// Whatever it is asked, an honest answer: attribution by [`by_words`], a journal or a question by [`told_from`].
pub fn honest(user: &str) -> String {
    if user.contains(FACTS) {
        told_from(user)
    } else {
        sorted_by(user, by_words)
    }
}

/// Before the table of a journal or a question.
const FACTS: &str = "Facts:\n";

/// Sentences that repeat the rows of the table it was given, at most six.
pub fn told_from(user: &str) -> String {
    let table = user.split_once(FACTS).map_or("", |(_, table)| table);
    let rows = table
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let sentences: Vec<Value> = rows
        .filter_map(|row| Some(json!({ "text": sentence(&row)?, "rows": [row["row"]] })))
        .take(6)
        .collect();
    json!({ "sentences": sentences }).to_string()
}

fn sentence(row: &Value) -> Option<String> {
    let (fact, time) = (row["fact"].as_str()?, row["time"].as_str()?);
    let place = match (row["from"].as_str(), row["to"].as_str()) {
        (Some(from), Some(to)) => format!(", from {from} to {to}"),
        _ => String::new(),
    };
    Some(match (fact, row["task"].as_str()) {
        (_, Some(task)) => format!("{task} took {time}{place}."),
        ("time without a task", None) => format!("There was no task for {time}."),
        ("project in the whole range", None) => return None,
        (_, None) => format!("I worked {time}{place}."),
    })
}
