//! A language model that says what a test wants, and remembers what it was asked.

use std::sync::{Arc, Mutex, PoisonError};

use dayloom_llm::{Answer, Failure, Heard, Identity, Model, Price, Prompt, Purpose, Usage};
use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, mpsc, watch};

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

/// A model that says what it is dictated, word by word, one call after the other. It is hosted, and named `dictated`.
#[derive(Debug)]
pub struct Dictated {
    identity: Identity,
    words: AsyncMutex<mpsc::UnboundedReceiver<Dictate>>,
    asked: watch::Sender<Asked>,
}

/// What a dictated model does next.
#[derive(Debug)]
enum Dictate {
    Say(String),
    End,
    Fail(Failure),
}

/// Where the call of a dictated model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    NotYet,
    Now,
    Ended,
}

/// What dictates. Once it is dropped, the model has ended its answer.
#[derive(Debug)]
pub struct Dictation {
    words: mpsc::UnboundedSender<Dictate>,
    asked: watch::Receiver<Asked>,
}

impl Dictation {
    /// The next words.
    pub fn say(&self, words: &str) {
        let _ = self.words.send(Dictate::Say(words.to_owned()));
    }

    /// Its answer ends.
    pub fn end(&self) {
        let _ = self.words.send(Dictate::End);
    }

    /// It fails after what it was told to say.
    pub fn fail(&self, why: Failure) {
        let _ = self.words.send(Dictate::Fail(why));
    }

    /// Waits until the call has ended, be it that nobody wanted the answer any more.
    ///
    /// # Panics
    /// If it goes on for minutes.
    pub async fn ended(&mut self) {
        let ended = self.asked.wait_for(|asked| *asked == Asked::Ended);
        let within = std::time::Duration::from_secs(180);
        let ended = tokio::time::timeout(within, ended).await.expect("the call ends");
        ended.expect("the model is still there");
    }
}

impl Dictated {
    /// A model, and what dictates it.
    pub fn new() -> (Arc<Self>, Dictation) {
        let (words, heard) = mpsc::unbounded_channel();
        let (tells, asked) = watch::channel(Asked::NotYet);
        let identity = Identity {
            provider: "openai".to_owned(),
            name: "dictated".to_owned(),
            local: false,
        };
        let model = Self {
            identity,
            words: AsyncMutex::new(heard),
            asked: tells,
        };
        (Arc::new(model), Dictation { words, asked })
    }
}

#[async_trait::async_trait]
impl Model for Dictated {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        self.ask_aloud(prompt, &mut |_| {}).await
    }

    async fn ask_aloud(&self, prompt: &Prompt, heard: Heard<'_>) -> Result<Answer, Failure> {
        struct Call<'c>(&'c watch::Sender<Asked>);
        impl Drop for Call<'_> {
            fn drop(&mut self) {
                self.0.send_replace(Asked::Ended);
            }
        }
        self.asked.send_replace(Asked::Now);
        let _call = Call(&self.asked);
        let mut words = self.words.lock().await;
        let mut text = String::new();
        while let Some(next) = words.recv().await {
            match next {
                Dictate::Say(said) => {
                    heard(&said);
                    text.push_str(&said);
                }
                Dictate::End => break,
                Dictate::Fail(why) => return Err(why),
            }
        }
        let usage = Usage {
            input_tokens: prompt.estimated_tokens(),
            output_tokens: 7,
        };
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
