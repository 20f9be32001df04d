//! A real server that speaks as OpenAI does and is not ours: a LiteLLM proxy with mock models. It answers for attribution,
//! journals and questions; then it fails, talks nonsense, dawdles, sends its bytes one by one, falls silent and is gone,
//! and no time is lost; when it recovers, the day completes.
//!
//! `DAYLOOM_TEST_LITELLM` is its program.

mod aloud;
mod proxy;

use dayloom_domain::{
    Clock, TaskId,
    day::Category,
    event::{ActiveApp, Event},
    sample,
};
use dayloom_pipeline::journal;
use dayloom_storage::Journal;
use dayloom_testkit::{Person, TestApp, Tracked, app::NOW};
use jiff::{SignedDuration, Timestamp, civil::Date};
use proxy::{Line, Relay, Switched, model, proxy};
use serde_json::{Value, json};
use uuid::Uuid;

const TODAY: Date = jiff::civil::date(2026, 11, 21);
/// Minutes of the one page everybody looks at.
const MINUTES: i64 = 10;

/// A person with one task and ten minutes on one page.
async fn someone(app: &TestApp, name: &str) -> (Person, TaskId) {
    let person = app.person(&format!("{name}@example.org")).await;
    let tracked = app.tracked(&person).await;
    let task = app.task(&person, &tracked, None, "Retry refunds").await;
    looks(app, &person, &tracked).await;
    (person, task)
}

async fn looks(app: &TestApp, person: &Person, tracked: &Tracked) {
    let from: Timestamp = "2026-11-21T08:00:00Z".parse().expect("an instant");
    let events = (0..MINUTES).map(|minute| {
        let ts = from + SignedDuration::from_mins(minute);
        let mut event = sample::bare(Uuid::new_v4().into(), tracked.device, ts);
        event.client_seq = minute;
        event.idle_s = Some(0);
        event.active_app = ActiveApp {
            name: "firefox".to_owned(),
            bundle_id: "firefox".to_owned(),
            window_title: Some("How refunds are retried".to_owned()),
        };
        event
    });
    let events: Vec<Event> = events.collect();
    app.upload(person.id, tracked.device, &events).await;
}

/// How today stands over HTTP: the tasks of its blocks, and its seconds with and without one.
async fn day(app: &TestApp, person: &Person) -> (Vec<Option<TaskId>>, [f64; 3]) {
    let day = app.get(&format!("/tracker/days/{TODAY}"), person).await.json();
    assert_eq!(day["pending"], false, "{day}");
    let task = |block: &Value| block["task_id"].as_str().map(|id| id.parse().expect("an id"));
    let blocks = day["blocks"].as_array().expect("blocks");
    let sums = ["attention_s", "attributed_s", "unattributed_s"];
    (
        blocks.iter().map(task).collect(),
        sums.map(|sum| day[sum].as_f64().expect("a number")),
    )
}

/// What was decided about what is on the day, and the categories of its spans.
async fn decided(app: &TestApp, person: &Person) -> (Vec<Option<TaskId>>, Vec<Category>) {
    let stored = app.store.days().read(person.id, TODAY).await.expect("a read");
    let day = stored.expect("a day").day;
    let digest = |span: &dayloom_domain::day::AttributedSpan| {
        dayloom_domain::decision::signal_digest(span.span.project_id, &span.span.signal)
    };
    let signals: Vec<_> = day.spans.iter().map(digest).collect();
    let found = app.store.decisions().for_signals(person.id, &signals).await;
    (
        found.expect("decisions").iter().map(|d| d.task_id).collect(),
        day.spans.iter().map(|span| span.attribution.category).collect(),
    )
}

/// A model is asked for the journal of a day that is over.
async fn told(app: &TestApp, person: &Person) -> Journal {
    let night: Timestamp = "2026-11-22T01:00:00Z".parse().expect("an instant");
    app.clock.set(app.clock.now().max(night));
    journal::sweep(&app.store, app.models(), app.clock.now())
        .await
        .expect("a sweep");
    let journal = app.store.journals().read(person.id, TODAY).await.expect("a read");
    journal.expect("a journal")
}

async fn answer(app: &TestApp, person: &Person) -> Value {
    let body = json!({"question": "Where did the time go?", "start": TODAY, "end": TODAY});
    let post = "POST".parse().expect("a method");
    let answer = app.call(post, "/tracker/qa", person, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// The same in seconds.
const WHOLE: f64 = 600.0;

/// Attribution, journal and answer come of the model.
async fn complete(app: &TestApp, person: &Person, task: TaskId, when: &str) {
    app.decide().await;
    assert_eq!(
        day(app, person).await,
        (vec![Some(task)], [WHOLE, WHOLE, 0.0]),
        "{when}: the day completes"
    );
    assert_eq!(decided(app, person).await.0, [Some(task)], "{when}");
    let journal = told(app, person).await;
    assert_eq!(
        (journal.written_by.as_str(), journal.text.as_str()),
        (
            "sorts",
            "I worked 10m. Retry refunds took 10m. My longest stretch was 10m on Retry refunds, from 08:00 to 08:10."
        ),
        "{when}: the journal is told"
    );
    let answer = answer(app, person).await;
    assert_eq!(
        (&answer["answered_by"], &answer["answer"]),
        (&json!("model"), &json!("I worked 10m.\nRetry refunds took 10m.")),
        "{when}: the question is answered"
    );
}

/// Nothing is lost, nothing is filed away, and the facts speak.
async fn incomplete(app: &TestApp, person: &Person, when: &str) {
    app.decide().await;
    assert_eq!(
        day(app, person).await,
        (vec![None], [WHOLE, 0.0, WHOLE]),
        "{when}: no time is lost, and none is filed away"
    );
    let (decisions, categories) = decided(app, person).await;
    assert_eq!(decisions, [], "{when}: nothing is stamped");
    assert!(
        !categories.contains(&Category::Personal),
        "{when}: {categories:?}"
    );
    let journal = told(app, person).await;
    assert_eq!(journal.written_by, "facts", "{when}");
    assert!(
        journal.text.starts_with("I worked 10m between 08:00 and 08:10."),
        "{when}: {}",
        journal.text
    );
    let answer = answer(app, person).await;
    assert_eq!(answer["answered_by"], "facts", "{when}");
    assert!(
        answer["answer"]
            .as_str()
            .is_some_and(|text| text.starts_with("10m")),
        "{when}: {answer}"
    );
    assert!(
        answer["note"]
            .as_str()
            .is_some_and(|note| note.contains("language model")),
        "{when}: {answer}"
    );
}

async fn ledger(app: &TestApp, person: &Person) {
    let path = format!("/tracker/model-usage?start={TODAY}&end=2026-11-22");
    let usage = app.get(&path, person).await.json();
    let lines = usage["days"].as_array().expect("lines");
    let purposes: Vec<&Value> = lines.iter().map(|line| &line["purpose"]).collect();
    assert_eq!(purposes, ["attribution", "journal", "question"]);
    for line in lines {
        assert_eq!((&line["calls"], &line["model"]), (&json!(1), &json!("sorts")));
        let tokens = |name: &str| line[name].as_i64().expect("a number");
        assert!(
            tokens("input_tokens") > 0 && tokens("output_tokens") > 0,
            "{line}"
        );
        assert_eq!(line["cost_usd"], 0.0, "it is local");
    }
}

/// How the model fails: its name, and the line to it.
const FAILING: [(&str, Line); 8] = [
    ("error", Line::Whole),
    ("limited", Line::Whole),
    ("garbage", Line::Whole),
    ("slow", Line::Whole),
    ("unknown", Line::Whole),
    ("sorts", Line::Trickling),
    ("sorts", Line::Silent),
    ("sorts", Line::Gone),
];

async fn story(app: &TestApp, switch: &Switched, relay: &Relay) {
    let (start, good) = (app.clock.now(), || model(&relay.url, "sorts", true));
    let (person, task) = someone(app, "good").await;
    complete(app, &person, task, "at first").await;
    ledger(app, &person).await;
    for (n, (name, line)) in FAILING.into_iter().enumerate() {
        let when = format!("{name}, {line:?}");
        app.clock.set(start);
        let (person, task) = someone(app, &format!("failing-{n}")).await;
        relay.is(line);
        let patient = line == Line::Whole && name != "slow";
        switch.to(model(&relay.url, name, patient));
        incomplete(app, &person, &when).await;
        relay.is(Line::Whole);
        switch.to(good());
        app.clock.advance(SignedDuration::from_hours(4));
        complete(app, &person, task, &when).await;
    }
    // Nonsense about a day that is over is no last word on it.
    app.clock.set(start);
    let (person, task) = someone(app, "late").await;
    app.decide().await;
    app.clock.advance(SignedDuration::from_hours(15));
    switch.to(model(&relay.url, "garbage", true));
    let journal = told(app, &person).await;
    assert_eq!((journal.written_by.as_str(), journal.is_final), ("facts", false));
    app.clock.advance(SignedDuration::from_hours(2));
    switch.to(good());
    complete(app, &person, task, "after midnight").await;
    assert!(told(app, &person).await.is_final);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_ours_answers_fails_and_recovers() {
    assert!(NOW.starts_with(&TODAY.to_string()));
    on_both(story).await;
}

/// Tells a story with either database, before a line that is whole and a model that answers.
async fn on_both(story: impl AsyncFn(&TestApp, &Switched, &Relay)) {
    let Some(proxy) = proxy().await else { return };
    let relay = Relay::to(&proxy).await;
    for postgres in [false, true] {
        relay.is(Line::Whole);
        let switch = Switched::from(model(&relay.url, "sorts", true));
        let app = match postgres {
            false => Some(TestApp::sqlite_with_model(switch.clone(), None).await),
            true => TestApp::postgres_with_model(switch.clone(), None).await,
        };
        if let Some(app) = app {
            story(&app, &switch, &relay).await;
        }
    }
}
