//! Whoever asks a language model may be stopped or vanish at any moment: what was answered is in the day, what was not is
//! asked by the next one, nothing that was answered is asked again, and the ledger knows of every call.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use dayloom_domain::{Clock, TaskId, sample};
use dayloom_llm::{Answer, Failure, Identity, Model, Prompt, Usage};
use dayloom_pipeline::{
    Models, Runner, Stages,
    decide::{AT_ONCE, AskPace, AskedFor},
};
use dayloom_storage::StorageError;
use dayloom_testkit::{
    Person, Scripted, TestApp,
    model::{by_words, sorted_by},
    on_both,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio::{sync::Semaphore, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const YESTERDAY: Date = jiff::civil::date(2026, 11, 20);

/// Answers as a reader would, as often as it is let; a call beyond that hangs until it is.
#[derive(Debug)]
struct Gate {
    identity: Identity,
    open: Semaphore,
    begun: AtomicUsize,
    answered: Mutex<Vec<Prompt>>,
}

impl Gate {
    fn open_for(calls: usize) -> Arc<Self> {
        Arc::new(Self {
            identity: Identity {
                provider: "openai".to_owned(),
                name: "gate".to_owned(),
                local: false,
            },
            open: Semaphore::new(calls),
            begun: AtomicUsize::new(0),
            answered: Mutex::default(),
        })
    }

    /// Waits until so many calls have begun.
    async fn begins(&self, calls: usize) {
        while self.begun.load(Ordering::SeqCst) < calls {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The titles it answered about, call by call.
    fn titles(&self) -> Vec<BTreeSet<String>> {
        let answered = self.answered.lock().expect("no panic");
        answered.iter().map(|prompt| titles(&prompt.user)).collect()
    }
}

fn titles(user: &str) -> BTreeSet<String> {
    let asked: serde_json::Value = serde_json::from_str(user).expect("JSON");
    let signals = asked["signals"].as_array().cloned().unwrap_or_default();
    signals.iter().map(|signal| signal["title"].to_string()).collect()
}

#[async_trait::async_trait]
impl Model for Gate {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Answer, Failure> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.open.acquire().await.expect("it is never closed").forget();
        self.answered.lock().expect("no panic").push(prompt.clone());
        let usage = Usage {
            input_tokens: 1_000,
            output_tokens: 50,
        };
        Ok(Answer {
            text: sorted_by(&prompt.user, by_words),
            usage,
        })
    }
}

/// Somebody whose yesterday has twice as many signals as go into one call, all of one task.
async fn yesterday(app: &TestApp) -> (Person, TaskId) {
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    let task = app.task(&person, &tracked, None, "Retry refunds").await;
    let midnight: Timestamp = "2026-11-20T00:00:00Z".parse().expect("an instant");
    let signals = i64::try_from(2 * AT_ONCE).expect("a small number");
    let event = |n: i64| {
        let ts = midnight + SignedDuration::from_mins(n);
        let mut event = sample::bare(Uuid::new_v4().into(), tracked.device, ts);
        event.client_seq = n;
        event.active_app.name = "firefox".to_owned();
        event.active_app.window_title = Some(format!("Page {n} on refunds"));
        event
    };
    let events: Vec<_> = (0..signals).map(event).collect();
    app.upload(person.id, tracked.device, &events).await;
    (person, task)
}

fn stages(app: &TestApp, model: Arc<dyn Model>, budget: Option<u64>) -> Stages {
    let models = Models::new(app.store.clone(), model, budget);
    Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>).with_models(models)
}

/// The same person, their yesterday derived, and a model to be asked about it now, which answers so often at once.
async fn due(app: &TestApp, answers: usize) -> (Person, TaskId, Arc<Gate>, Stages) {
    let (person, task) = yesterday(app).await;
    let model = Gate::open_for(answers);
    let stages = stages(app, model.clone(), None);
    derive(&stages).await;
    app.clock.advance(SignedDuration::from_secs(6));
    (person, task, model, stages)
}

/// Asks until it is told to stop; a call under way may go on for so long then.
fn asks(
    stages: &Stages,
    stop: &CancellationToken,
    last_call: Duration,
) -> JoinHandle<Result<AskedFor, StorageError>> {
    let pace = AskPace {
        last_call,
        ..AskPace::default()
    };
    let (stages, stop) = (stages.clone(), stop.clone());
    tokio::spawn(async move { stages.ask_for_a_while(pace, &stop).await })
}

async fn derive(stages: &Stages) {
    let runner = Runner::of(stages.clone());
    runner.run_until_idle().await.expect("days derive");
}

/// How many signals of yesterday the task has by now.
async fn of_task(app: &TestApp, person: &Person, task: TaskId) -> usize {
    let stored = app.store.days().read(person.id, YESTERDAY).await;
    let spans = stored.expect("a read").expect("a day").day.spans;
    let has = |span: &&dayloom_domain::day::AttributedSpan| span.attribution.task_id == Some(task);
    spans.iter().filter(has).count()
}

async fn calls(app: &TestApp, person: &Person) -> (i64, i64) {
    let later = jiff::civil::date(2026, 11, 30);
    let used = app.store.usage().between(person.id, YESTERDAY, later).await;
    let used = used.expect("a ledger");
    let sum = |of: fn(&dayloom_storage::UsageRow) -> i64| used.iter().map(of).sum();
    (sum(|row| row.used.calls), sum(|row| row.used.output_tokens))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asker_that_vanishes_loses_nothing_and_nothing_answered_is_asked_again() {
    on_both(async |app| {
        let (person, task, model, stages) = due(&app, 1).await;
        let asking = tokio::spawn({
            let stages = stages.clone();
            async move { stages.ask_due().await }
        });
        // The first call is answered, the second hangs; then the asker is gone, as by a kill.
        model.begins(2).await;
        asking.abort();
        assert!(asking.await.expect_err("it was ended").is_cancelled());
        derive(&stages).await;
        assert!(
            of_task(&app, &person, task).await >= AT_ONCE,
            "what was answered is in the day, though nobody came to end the turn"
        );
        assert_eq!(calls(&app, &person).await, (2, 50), "the call that broke off too");
        model.open.add_permits(10);
        assert_eq!(
            stages.ask_due().await.expect("turns"),
            0,
            "the turn is still taken"
        );
        app.clock.advance(SignedDuration::from_secs(61));
        assert_eq!(stages.ask_due().await.expect("turns"), 1);
        derive(&stages).await;
        assert_eq!(of_task(&app, &person, task).await, 2 * AT_ONCE);
        assert_eq!(calls(&app, &person).await, (3, 100));
        let titles = model.titles();
        assert_eq!(titles.len(), 2);
        assert!(titles[0].is_disjoint(&titles[1]), "nothing is asked twice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_to_stop_takes_the_answer_that_is_paid_for_and_begins_no_other_call() {
    on_both(async |app| {
        let (person, task, model, stages) = due(&app, 0).await;
        let stop = CancellationToken::new();
        let asking = asks(&stages, &stop, Duration::from_secs(600));
        model.begins(1).await;
        stop.cancel();
        model.open.add_permits(10);
        let asked = asking.await.expect("no panic").expect("turns");
        assert_eq!((asked.turns, asked.decided), (1, AT_ONCE as u64));
        assert_eq!(model.titles().len(), 1, "no other call is begun");
        assert_eq!(calls(&app, &person).await, (1, 50));
        derive(&stages).await;
        assert!(of_task(&app, &person, task).await >= AT_ONCE);
        app.clock.advance(SignedDuration::from_secs(6));
        assert_eq!(
            stages.ask_due().await.expect("turns"),
            1,
            "the turn is free at once"
        );
        derive(&stages).await;
        assert_eq!(of_task(&app, &person, task).await, 2 * AT_ONCE);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_does_not_end_is_given_back_and_no_failure_is_forgotten() {
    on_both(async |app| {
        let (person, _, model, stages) = due(&app, 0).await;
        let decisions = app.store.decisions();
        let turns = decisions.take_turns(app.clock.now(), Duration::from_secs(60), 1);
        let turn = turns.await.expect("turns").remove(0);
        let failed = decisions.end_turn(&turn, true, app.clock.now()).await;
        assert!(failed.expect("ended"));
        let stop = CancellationToken::new();
        let asking = asks(&stages, &stop, Duration::ZERO);
        model.begins(1).await;
        stop.cancel();
        let asked = asking.await.expect("no panic").expect("turns");
        assert_eq!((asked.turns, asked.decided, asked.more), (1, 0, true));
        let standing = decisions.standing(person.id).await.expect("a read");
        assert_eq!(
            standing.expect("a turn").attempts,
            1,
            "it waits as long as before"
        );
        model.open.add_permits(100);
        while stages.ask_due().await.expect("turns") > 0 {
            app.clock.advance(SignedDuration::from_secs(10));
        }
        assert!(decisions.waiting(person.id).await.expect("days").is_empty());
    })
    .await;
}

/// Somebody with an unknown page, and a day with a model whose answers make no sense: the seconds between its calls, and
/// who it was.
async fn a_day_in_vain(app: &TestApp, budget: Option<u64>) -> (Vec<i64>, Person) {
    let began = app.clock.now();
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    let mut event = sample::bare(Uuid::new_v4().into(), tracked.device, began);
    event.active_app.window_title = Some("A page".to_owned());
    app.upload(person.id, tracked.device, &[event]).await;
    let model = Scripted::new(|_| Ok("I would rather talk about the weather.".to_owned()));
    let stages = stages(app, model.clone(), budget);
    derive(&stages).await;
    let mut asked_at = vec![began];
    while app.clock.now().duration_since(began) < SignedDuration::from_hours(24) {
        let early = app.clock.now().duration_since(began) < SignedDuration::from_mins(5);
        let step = if early { 1 } else { 60 };
        app.clock.advance(SignedDuration::from_secs(step));
        stages.ask_due().await.expect("turns");
        if model.asked().len() >= asked_at.len() {
            asked_at.push(app.clock.now());
        }
    }
    let waits = asked_at.windows(2);
    let waits = waits.map(|two| two[1].duration_since(two[0]).as_secs());
    (waits.collect(), person)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_never_makes_sense_is_asked_less_and_less_often() {
    on_both(async |app| {
        let (waits, person) = a_day_in_vain(&app, None).await;
        assert!((10..=25).contains(&waits.len()), "{waits:?}");
        let grows = waits.windows(2).all(|two| two[1] + 60 >= two[0]);
        assert!(
            grows && waits.iter().all(|&wait| wait <= 2 * 3600 + 60),
            "{waits:?}"
        );
        let tries = i64::try_from(waits.len()).expect("a count");
        assert_eq!(calls(&app, &person).await.0, tries, "the ledger knows of each");
        let standing = app.store.decisions().standing(person.id).await.expect("a read");
        assert_eq!(standing.expect("a turn").attempts, tries);
        assert_eq!(
            app.store.decisions().failing(3).await.expect("a count"),
            (1, tries)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_budget_stops_a_model_that_never_makes_sense() {
    on_both(async |app| {
        let (waits, person) = a_day_in_vain(&app, Some(1)).await;
        // One call uses up the tokens of a day, and the twenty-four hours touch two.
        assert_eq!(waits.len(), 2, "{waits:?}");
        assert_eq!(calls(&app, &person).await.0, 2);
    })
    .await;
}
