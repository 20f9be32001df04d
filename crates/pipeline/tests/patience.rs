//! Whoever waits for a whole answer is not kept by a model that hangs.

use std::{sync::Arc, time::Duration};

use dayloom_domain::{Clock, facts::Sentence};
use dayloom_llm::{Answer, Failure, Identity, Model, Prompt};
use dayloom_pipeline::{
    Models,
    question::{self, Question},
};
use dayloom_storage::NewEntry;
use dayloom_testkit::{TestApp, on_both};
use jiff::{SignedDuration, civil::Date};

const DATE: Date = Date::constant(2026, 11, 21);

/// Never answers.
#[derive(Debug)]
struct Hanging(Identity);

#[async_trait::async_trait]
impl Model for Hanging {
    fn identity(&self) -> &Identity {
        &self.0
    }

    async fn ask(&self, _: &Prompt) -> Result<Answer, Failure> {
        std::future::pending().await
    }
}

async fn hanging_up(app: TestApp) {
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    let start = DATE.at(8, 0, 0, 0).in_tz("UTC").expect("an instant").timestamp();
    let by_hand = NewEntry {
        date: DATE,
        start,
        end: start + SignedDuration::from_mins(10),
        micros: 600_000_000,
        project_id: tracked.project,
        task_id: None,
        description: None,
        source: "web",
    };
    let now = app.clock.now();
    app.store
        .reviews()
        .enter(ann.id, &by_hand, now)
        .await
        .expect("an entry");
    app.derive().await;
    let identity = Identity {
        provider: "openai".to_owned(),
        name: "hangs".to_owned(),
        local: false,
    };
    let models = Models::new(app.store.clone(), Arc::new(Hanging(identity)), None);
    let question = Question {
        developer: ann.id,
        text: "Where did the time go?",
        span: None,
        days: 7,
    };
    let known = question::gather(&app.store, &question, now).await.expect("facts");
    assert!(known.asks(&models), "it is asked");
    let reply = question::reply_within(Duration::from_millis(1), &app.store, &models, &known, now).await;
    assert_eq!((reply.model, reply.failure), (None, Some(Failure::TooSlow)));
    let alone = question::reply(&app.store, &Models::none(), &known, now).await;
    let texts = |told: &[Sentence]| told.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&reply.sentences), texts(&alone.sentences));
    assert!(
        alone.sentences[0].text.starts_with("10m recorded"),
        "{:?}",
        alone.sentences
    );
}

#[tokio::test]
async fn a_model_that_hangs_leaves_the_answer_to_the_facts() {
    on_both(hanging_up).await;
}
