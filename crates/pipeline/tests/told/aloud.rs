//! Answers told while the model still writes: each sentence once it was checked, what was told stands whatever comes, and
//! the ledger knows of all that was said.

use std::sync::Arc;

use dayloom_domain::Clock;
use dayloom_llm::{Failure, Model};
use dayloom_pipeline::{
    Models,
    question::{self, Known, Question, Telling, Told},
};
use dayloom_storage::UsageAdded;
use dayloom_testkit::{Dictated, Person, TestApp, on_both};
use proptest::prelude::*;

use crate::desk::{DATE, StandIn, one_day, said, texts};

/// Sentences that are true of the week: rows of its table are the whole, the task, its project, and time without a task.
const TRUE: [(&str, &[usize]); 3] = [
    ("I worked 1h 20m.", &[0]),
    ("PROJ-12 took 1h.", &[1]),
    ("There was no task for 20m.", &[3]),
];

async fn known(app: &TestApp, person: &Person) -> Arc<Known> {
    let question = Question {
        developer: person.id,
        text: "Where did the time go?",
        span: None,
        days: 7,
    };
    let known = question::gather(&app.store, &question, app.clock.now()).await;
    Arc::new(known.expect("facts"))
}

fn aloud(app: &TestApp, known: &Arc<Known>, models: &Models) -> Telling {
    question::aloud(&app.store, models, Arc::clone(known), app.clock.now())
}

async fn next(telling: &mut Telling) -> Told {
    let within = std::time::Duration::from_secs(180);
    let told = tokio::time::timeout(within, telling.next()).await;
    told.expect("something is told").expect("it is not over")
}

async fn sentence(telling: &mut Telling) -> String {
    match next(telling).await {
        Told::Sentence(sentence) => sentence.text,
        Told::Done(reply) => panic!("it is over: {reply:?}"),
    }
}

/// The rest: sentences, then the whole, which begins with what was told before.
async fn rest(telling: &mut Telling, mut before: Vec<String>) -> question::Reply {
    loop {
        match next(telling).await {
            Told::Sentence(sentence) => before.push(sentence.text),
            Told::Done(reply) => {
                assert_eq!(texts(&reply.sentences), before, "the whole is what was told");
                assert!(telling.next().await.is_none(), "nothing comes after the end");
                return reply;
            }
        }
    }
}

/// What the ledger says was used.
async fn used(app: &TestApp, person: &Person) -> UsageAdded {
    let rows = app.store.usage().between(person.id, DATE, DATE).await;
    let [row] = rows.expect("a ledger").try_into().expect("one line");
    row.used
}

fn models(app: &TestApp, model: Arc<dyn Model>) -> Models {
    Models::new(app.store.clone(), model, None)
}

#[tokio::test]
async fn each_sentence_is_told_before_the_next_is_written() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        let (model, dictation) = Dictated::new();
        let models = models(&app, model);
        let mut telling = aloud(&app, &known(&app, &ann).await, &models);
        dictation.say("Sure: {\"sentences\": [{\"text\":\"I worked 1h");
        dictation.say(" 20m.\",\"rows\":[0]}");
        assert_eq!(sentence(&mut telling).await, TRUE[0].0);
        dictation
            .say(",{\"text\":\"I worked 9h.\",\"rows\":[0]}, {\"text\":\"PROJ-12 took 1h.\",\"rows\":[1]}");
        assert_eq!(
            sentence(&mut telling).await,
            TRUE[1].0,
            "what is wrong is passed over"
        );
        dictation.say("]}");
        drop(dictation);
        let told = TRUE[..2].iter().map(|(text, _)| (*text).to_owned()).collect();
        let reply = rest(&mut telling, told).await;
        assert_eq!((reply.model.as_deref(), reply.failure), (Some("dictated"), None));
        let used = used(&app, &ann).await;
        assert_eq!((used.calls, used.output_tokens), (1, 7), "as the model counted");
        assert!(used.input_tokens > 100);
    })
    .await;
}

#[tokio::test]
async fn what_was_told_stands_when_the_model_fails() {
    on_both(async |app| {
        for why in [Failure::TooSlow, Failure::BrokenOff, Failure::Unreachable] {
            let ann = app.person(&format!("{}@example.org", why.word())).await;
            let tracked = app.tracked(&ann).await;
            crate::desk::work(&app, &ann, tracked.device, 0, 60, "main", "notes").await;
            let (model, dictation) = Dictated::new();
            let mut telling = aloud(&app, &known(&app, &ann).await, &models(&app, model));
            let words = "{\"sentences\":[{\"text\":\"I worked 1h.\",\"rows\":[0]}, {\"text\":\"I wor";
            dictation.say(words);
            assert_eq!(sentence(&mut telling).await, "I worked 1h.");
            dictation.fail(why.clone());
            let reply = rest(&mut telling, vec!["I worked 1h.".to_owned()]).await;
            assert_eq!(reply.model.as_deref(), Some("dictated"));
            assert_eq!(reply.failure, Some(why));
            let used = used(&app, &ann).await;
            let spoken = i64::try_from(words.len().div_ceil(4)).expect("a few");
            assert_eq!((used.calls, used.output_tokens), (1, spoken));
            assert!(used.input_tokens > 100);
        }
    })
    .await;
}

#[tokio::test]
async fn a_model_that_fails_before_it_said_anything_true_leaves_it_to_the_facts() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        let known = known(&app, &ann).await;
        let alone = rest(&mut aloud(&app, &known, &Models::none()), Vec::new()).await;
        assert_eq!((&alone.model, &alone.failure), (&None, &None));
        for (words, why) in [
            (
                "{\"sentences\":[{\"text\":\"I worked 9h.\",\"rows\":[0]},",
                Failure::BrokenOff,
            ),
            ("{\"sent", Failure::TooSlow),
        ] {
            let (model, dictation) = Dictated::new();
            dictation.say(words);
            dictation.fail(why.clone());
            let reply = rest(&mut aloud(&app, &known, &models(&app, model)), Vec::new()).await;
            assert_eq!((reply.model, reply.failure), (None, Some(why)));
            assert_eq!(texts(&reply.sentences), texts(&alone.sentences));
        }
        let (model, dictation) = Dictated::new();
        dictation.say("I would rather not.");
        drop(dictation);
        let reply = rest(&mut aloud(&app, &known, &models(&app, model)), Vec::new()).await;
        assert_eq!((reply.model, reply.failure), (None, Some(Failure::Undecodable)));
    })
    .await;
}

#[tokio::test]
async fn a_model_that_hangs_after_all_was_said_has_said_all() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        let (model, dictation) = Dictated::new();
        dictation.say(&said(&TRUE).expect("sentences"));
        dictation.fail(Failure::TooSlow);
        let reply = rest(
            &mut aloud(&app, &known(&app, &ann).await, &models(&app, model)),
            Vec::new(),
        )
        .await;
        assert_eq!((reply.model.as_deref(), reply.failure), (Some("dictated"), None));
        assert_eq!(texts(&reply.sentences), TRUE.map(|(text, _)| text));
    })
    .await;
}

#[tokio::test]
async fn who_goes_away_ends_the_call_and_the_ledger_knows_what_was_said() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        let (model, mut dictation) = Dictated::new();
        let budgeted = Models::new(app.store.clone(), model, Some(1));
        let known = known(&app, &ann).await;
        let mut telling = aloud(&app, &known, &budgeted);
        let words = "{\"sentences\":[{\"text\":\"PROJ-12 took 1h.\",\"rows\":[1]}";
        dictation.say(words);
        assert_eq!(sentence(&mut telling).await, TRUE[1].0);
        drop(telling);
        dictation.ended().await;
        // It is settled in a task of its own.
        while used(&app, &ann).await.output_tokens == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let used = used(&app, &ann).await;
        let spoken = i64::try_from(words.len().div_ceil(4)).expect("a few");
        assert_eq!((used.calls, used.output_tokens), (1, spoken));
        let mut telling = aloud(&app, &known, &budgeted);
        let reply = rest(&mut telling, Vec::new()).await;
        assert_eq!((reply.model, reply.failure), (None, Some(Failure::OverBudget)));
    })
    .await;
}

/// True, false, repeated and no sentences.
fn said_things() -> impl Strategy<Value = Vec<(&'static str, &'static [usize])>> {
    let all = [
        TRUE[0],
        TRUE[1],
        TRUE[2],
        ("I worked 9h.", &[0]),
        ("PROJ-12 took 1h.", &[0]),
        ("", &[]),
    ];
    prop::collection::vec(prop::sample::select(all.to_vec()), 0..6)
}

#[tokio::test(flavor = "multi_thread")]
async fn aloud_or_at_once_the_same_words_give_the_same_answer() {
    let app = TestApp::sqlite().await;
    let (ann, _) = one_day(&app).await;
    let known = known(&app, &ann).await;
    let runtime = tokio::runtime::Handle::current();
    let cuts = prop::collection::vec(any::<prop::sample::Index>(), 0..10);
    tokio::task::block_in_place(|| {
        let config = ProptestConfig::with_cases(40);
        proptest!(config, |(things in said_things(), cuts in cuts)| {
            let words = said(&things).expect("sentences");
            let at_once = StandIn::saying([Ok(words.clone())]).of(&app);
            let (model, dictation) = Dictated::new();
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(words.len() + 1)).collect();
            at.extend([0, words.len()]);
            at.sort_unstable();
            for two in at.windows(2) {
                dictation.say(&words[two[0]..two[1]]);
            }
            drop(dictation);
            let (aloud, at_once) = runtime.block_on(async {
                let aloud = rest(&mut aloud(&app, &known, &models(&app, model)), Vec::new()).await;
                (aloud, question::reply(&app.store, &at_once, &known, app.clock.now()).await)
            });
            prop_assert_eq!(aloud.sentences, at_once.sentences);
            prop_assert_eq!(aloud.failure, at_once.failure);
            prop_assert_eq!(aloud.model.is_some(), at_once.model.is_some());
        });
    });
}
