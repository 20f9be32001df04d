//! A person and their day, and a model that is a stand-in.

use std::{collections::VecDeque, sync::Arc, sync::Mutex};

use dayloom_domain::{Clock, event::ActiveApp, event::Event, event::FileContext, facts::Sentence, sample};
use dayloom_llm::{Answer, Failure, Identity, Model, Prompt, Usage};
use dayloom_pipeline::{Models, question, question::Question};
use dayloom_storage::Journal;
use dayloom_testkit::{Person, TestApp, Tracked};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::{Value, json};
use uuid::Uuid;

pub const DATE: Date = Date::constant(2026, 11, 21);

/// Gives its answers one after the other, then fails; keeps what it was told.
#[derive(Debug)]
pub struct StandIn {
    pub identity: Identity,
    pub answers: Mutex<VecDeque<Result<String, Failure>>>,
    pub told: Mutex<Vec<Prompt>>,
}

impl StandIn {
    pub fn saying(answers: impl IntoIterator<Item = Result<String, Failure>>) -> Arc<Self> {
        let identity = Identity {
            provider: "ollama".to_owned(),
            name: "stand-in".to_owned(),
            local: true,
        };
        Arc::new(Self {
            identity,
            answers: Mutex::new(answers.into_iter().collect()),
            told: Mutex::default(),
        })
    }

    pub fn failing() -> Arc<Self> {
        Self::saying([])
    }

    pub fn of(self: &Arc<Self>, app: &TestApp) -> Models {
        Models::new(app.store.clone(), self.clone(), None)
    }

    pub fn calls(&self) -> usize {
        self.told.lock().expect("no panic").len()
    }

    /// All it was told, call by call.
    pub fn heard(&self) -> Vec<String> {
        let told = self.told.lock().expect("no panic");
        told.iter().map(|prompt| prompt.user.clone()).collect()
    }
}

#[async_trait::async_trait]
impl Model for StandIn {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        self.told.lock().expect("no panic").push(prompt.clone());
        let next = self.answers.lock().expect("no panic").pop_front();
        let text = next.unwrap_or(Err(Failure::Unreachable))?;
        Ok(Answer {
            text,
            usage: Usage::default(),
        })
    }
}

pub fn said(sentences: &[(&str, &[usize])]) -> Result<String, Failure> {
    let list: Vec<Value> = sentences
        .iter()
        .map(|(text, rows)| json!({"text": text, "rows": rows}))
        .collect();
    Ok(json!({ "sentences": list }).to_string())
}

/// The day is over and has settled: a model is asked for its journal.
pub fn night(app: &TestApp) {
    app.clock.advance(SignedDuration::from_hours(15));
}

/// So many minutes of one window.
pub async fn work(
    app: &TestApp,
    person: &Person,
    device: dayloom_domain::DeviceId,
    from: i64,
    minutes: i64,
    branch: &str,
    title: &str,
) {
    let first: Timestamp = "2026-11-21T08:00:00Z".parse().expect("an instant");
    let event = |n: i64| {
        let ts = first + SignedDuration::from_mins(n);
        let mut event = sample::bare(Uuid::new_v4().into(), device, ts);
        event.client_seq = n;
        event.active_app = ActiveApp {
            name: "Code".to_owned(),
            bundle_id: "code".to_owned(),
            window_title: Some(title.to_owned()),
        };
        event.file_context = Some(FileContext {
            repo: Some("o/r".to_owned()),
            branch: Some(branch.to_owned()),
            ..FileContext::default()
        });
        event
    };
    let events: Vec<Event> = (from..from + minutes).map(event).collect();
    app.upload(person.id, device, &events).await;
    app.derive().await;
}

pub async fn stored(app: &TestApp, person: &Person) -> Journal {
    app.store
        .journals()
        .read(person.id, DATE)
        .await
        .expect("a read")
        .expect("a journal")
}

pub async fn asked(app: &TestApp, person: &Person, model: &Models, text: &str) -> question::Reply {
    let question = Question {
        developer: person.id,
        text,
        span: None,
        days: 7,
    };
    let known = question::gather(&app.store, &question, app.clock.now())
        .await
        .expect("facts");
    question::reply(&app.store, model, &known, app.clock.now()).await
}

pub fn texts(sentences: &[Sentence]) -> Vec<&str> {
    sentences.iter().map(|sentence| sentence.text.as_str()).collect()
}

/// Rows of the day's table: the day, the task, then time without one.
pub async fn one_day(app: &TestApp) -> (Person, Tracked) {
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    app.task(&ann, &tracked, Some("PROJ-12"), "Weave").await;
    work(app, &ann, tracked.device, 0, 60, "feature/PROJ-12", "cloth.rs").await;
    work(app, &ann, tracked.device, 100, 20, "main", "notes").await;
    (ann, tracked)
}

pub const TRUE: [(&str, &[usize]); 3] = [
    ("I worked 1h 20m, from 08:00 to 10:00.", &[0]),
    ("PROJ-12 took 1h.", &[1]),
    ("In one block, 20m, there was no task.", &[2]),
];
