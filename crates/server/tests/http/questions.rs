//! Questions over HTTP (`contract/tracker.md` §2.6): from facts alone, in the person's zone, over any days, at once and
//! as a stream.

use dayloom_domain::Clock;
use dayloom_llm::Failure;
use dayloom_pipeline::insights;
use dayloom_testkit::{Answer, Dictated, Dictation, Events, Person, TestApp, on_both};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{event, send, weaver, work};

async fn ask(app: &TestApp, person: &Person, body: Value) -> Answer {
    app.call(Method::POST, "/tracker/qa", person, &body).await
}

#[tokio::test]
async fn the_published_client_gets_its_standup() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        work(
            &app,
            &ann,
            &tracked,
            "2026-11-20T13:00:00Z",
            45,
            Some("feature/PROJ-12"),
        )
        .await;
        work(&app, &ann, &tracked, "2026-11-21T08:00:00Z", 20, None).await;
        let answer = ask(&app, &ann, json!({"question": "Draft my standup", "days": "1"})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = answer.json();
        assert_eq!(
            answer["answer"],
            "Yesterday: 45m on PROJ-12 Weave the <b>cloth</b>.\nToday: 20m without a task.\n\
             Blockers: none of these tasks is marked as blocked."
        );
        assert_eq!(
            (&answer["days"], &answer["time_entries_used"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(answer["answered_by"], "facts");
        let entry = app.get("/tracker/days/2026-11-20", &ann).await.json()["blocks"][0]["entry_id"].clone();
        assert_eq!(answer["sentences"][0]["entries"], json!([entry]));
        assert_eq!(answer["sentences"][0]["days"], json!(["2026-11-20"]));
    })
    .await;
}

#[tokio::test]
async fn any_days_are_answered_for_without_a_cap_and_without_what_was_dismissed() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        app.task(&ann, &tracked, Some("PROJ-13"), "Spin").await;
        work(
            &app,
            &ann,
            &tracked,
            "2026-11-02T09:00:00Z",
            30,
            Some("feature/PROJ-13"),
        )
        .await;
        work(
            &app,
            &ann,
            &tracked,
            "2026-11-18T09:00:00Z",
            60,
            Some("feature/PROJ-12"),
        )
        .await;
        let of = async |body: Value| ask(&app, &ann, body).await.json();
        let week = of(json!({"question": "Where did the time go?"})).await;
        assert_eq!(
            (&week["start"], &week["end"]),
            (&json!("2026-11-15"), &json!("2026-11-21"))
        );
        assert_eq!((&week["total_minutes"], &week["days"]), (&json!(60), &json!(7)));
        let long = json!({"question": "How long on Spin?", "start": "2026-11-01", "end": "2026-11-10"});
        assert!(
            of(long).await["answer"]
                .as_str()
                .unwrap()
                .starts_with("30m from Sunday 1 November"),
            "a range"
        );
        let named = of(json!({"question": "What did I do on 2026-11-02?"})).await;
        assert_eq!(
            (&named["start"], &named["total_minutes"]),
            (&json!("2026-11-02"), &json!(30))
        );

        let entry = app.get("/tracker/days/2026-11-18", &ann).await.json()["blocks"][0]["entry_id"].clone();
        let entry = entry.as_str().unwrap().parse().unwrap();
        let dismiss = dayloom_domain::review::Change::Dismiss;
        app.store
            .reviews()
            .apply(ann.id, entry, &dismiss, None, app.clock.now())
            .await
            .unwrap();
        app.derive().await;
        let week = of(json!({"question": "Where did the time go?", "days": 7.0})).await;
        assert_eq!(
            (&week["total_minutes"], &week["time_entries_used"]),
            (&json!(0), &json!(0))
        );
        assert!(!week.to_string().contains("PROJ-12"));
    })
    .await;
}

#[tokio::test]
async fn today_is_where_the_person_is() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        // The clock stands at 10:00 UTC on the 21st, which is past midnight of the 22nd in Kiritimati.
        let zone = json!({"timezone": "Pacific/Kiritimati"});
        assert_eq!(
            app.call(Method::PATCH, "/developers/me", &ann, &zone)
                .await
                .status,
            200
        );
        work(&app, &ann, &tracked, "2026-11-21T09:00:00Z", 50, None).await;
        work(&app, &ann, &tracked, "2026-11-21T10:00:00Z", 5, None).await;
        let today = ask(&app, &ann, json!({"question": "Where did today go?"}))
            .await
            .json();
        assert_eq!(
            (&today["start"], &today["total_minutes"]),
            (&json!("2026-11-22"), &json!(5))
        );
        let one = ask(
            &app,
            &ann,
            json!({"question": "Where did the time go?", "days": 1}),
        )
        .await
        .json();
        assert_eq!(
            (&one["start"], &one["end"]),
            (&json!("2026-11-22"), &json!("2026-11-22"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_question_is_streamed_sentence_by_sentence() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        work(
            &app,
            &ann,
            &tracked,
            "2026-11-21T08:00:00Z",
            30,
            Some("feature/PROJ-12"),
        )
        .await;
        let body = json!({"question": "Where did the time go?", "days": 1});
        let answer = app.call(Method::POST, "/tracker/qa:stream", &ann, &body).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some("text/event-stream"))
        );
        let events: Vec<(&str, Value)> = answer
            .text
            .split("\n\n")
            .filter_map(|event| event.split_once("\ndata: "))
            .map(|(name, data)| {
                (
                    name.trim_start_matches("event: "),
                    serde_json::from_str(data).unwrap(),
                )
            })
            .collect();
        let names: Vec<&str> = events.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["facts", "sentence", "sentence", "done"]);
        assert_eq!(events[0].1["total_minutes"], 30);
        assert_eq!(
            events[3].1["answer"],
            ask(&app, &ann, body).await.json()["answer"]
        );
        assert_eq!(events[1].1["text"], "30m recorded on Saturday 21 November.");
    })
    .await;
}

#[tokio::test]
async fn ones_own_words_are_found_in_entries_and_journals_for_a_year() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        work(&app, &ann, &tracked, "2026-11-20T09:00:00Z", 10, None).await;
        // Half a year ago: where nobody says which days, the year is searched.
        let entry = json!({"date": "2026-05-20", "start": "10:00", "end": "10:40",
            "description": "Telephoned the bank about return codes"});
        let made = app
            .call(Method::POST, "/tracker/timesheet/entries", &ann, &entry)
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        let of = async |question: &str| ask(&app, &ann, json!({ "question": question })).await.json();
        let found = of("return codes").await;
        assert_eq!(
            found["sentences"][0]["entries"],
            json!([made.json()["id"]]),
            "{found}"
        );
        let journal = json!({"text": "Met the auditors."});
        let path = "/tracker/journals/2026-05-20";
        assert_eq!(app.call(Method::PATCH, path, &ann, &journal).await.status, 200);
        let told = of("auditors").await;
        assert!(
            told["answer"].as_str().unwrap().contains("Met the auditors."),
            "{told}"
        );
        assert_eq!(told["sentences"][0]["days"], json!(["2026-05-20"]), "{told}");
        // Named days are kept to.
        let named = ask(&app, &ann, json!({"question": "auditors", "start": "2026-11-01"}))
            .await
            .json();
        assert!(!named.to_string().contains("Met the auditors"), "{named}");
        let eve = app.person("eve@example.org").await;
        let none = ask(&app, &eve, json!({"question": "auditors"})).await.json();
        assert!(!none.to_string().contains("Met the auditors"), "{none}");
    })
    .await;
}

#[tokio::test]
async fn time_in_calls_is_known_before_any_sweep() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        let events: Vec<Value> = (0..25)
            .map(|n| {
                let mut event = event(&format!("2026-11-21T09:{n:02}:00Z"));
                event["meeting"] = json!({"in_call": true, "call_app": "Meet"});
                event
            })
            .collect();
        send(&app, &ann, &tracked, &events).await;
        app.derive().await;
        for _ in 0..2 {
            let body = json!({"question": "How long was I in meetings today?"});
            let answer = ask(&app, &ann, body).await.json();
            assert_eq!(answer["answer"], "25m in calls on Saturday 21 November.");
            insights::sweep(&app.store, app.clock.now()).await.unwrap();
        }
        let none = json!({"question": "How long was I in calls yesterday?"});
        let none = ask(&app, &ann, none).await.json();
        assert_eq!(none["answer"], "Nothing was recorded on Friday 20 November.");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        for (body, fault) in [
            (json!({}), "missing at body.question"),
            (json!({"question": ""}), "string_too_short at body.question"),
            (
                json!({"question": "x".repeat(2_001)}),
                "string_too_long at body.question",
            ),
            (
                json!({"question": "x", "days": 0}),
                "greater_than_equal at body.days",
            ),
            (
                json!({"question": "x", "days": "91"}),
                "less_than_equal at body.days",
            ),
            (
                json!({"question": "x", "start": "2026-02-30"}),
                "date_parsing at body.start",
            ),
            (
                json!({"question": "x", "start": "2026-11-22"}),
                "value_error at body.start",
            ),
        ] {
            for path in ["/tracker/qa", "/tracker/qa:stream"] {
                let answer = app.call(Method::POST, path, &ann, &body).await;
                assert_eq!(
                    (answer.status, answer.faults()),
                    (422, vec![fault.to_owned()]),
                    "{body}"
                );
            }
        }
        let empty = ask(&app, &ann, json!({"question": "Where did the time go?"}))
            .await
            .json();
        assert_eq!(
            empty["answer"],
            "Nothing was recorded from Sunday 15 November to Saturday 21 November."
        );
        assert_eq!(empty["sentences"][0]["entries"], json!([]));
    })
    .await;
}

/// A person with half an hour on a task, and a question of theirs on its way to a model that says what it is dictated.
async fn on_its_way() -> (TestApp, Person, Dictation, Events) {
    let (model, dictation) = Dictated::new();
    let app = TestApp::sqlite_with_model(model, None).await;
    let (ann, tracked) = weaver(&app, "ann@example.org").await;
    let branch = Some("feature/PROJ-12");
    work(&app, &ann, &tracked, "2026-11-21T07:00:00Z", 30, branch).await;
    let request = app.request(Method::POST, "/api/v1/tracker/qa:stream", Some(&ann.token));
    let mut events = Events::of(request.json(&json!({"question": "Where did the time go?"}))).await;
    assert_eq!(events.expect("facts").await["total_minutes"], 30);
    (app, ann, dictation, events)
}

const FIRST: &str = "{\"sentences\":[{\"text\":\"I worked 30m.\",\"rows\":[0]},";

#[tokio::test]
async fn a_sentence_arrives_while_the_model_writes_the_next() {
    let (_app, _, dictation, mut events) = on_its_way().await;
    dictation.say(FIRST);
    let first = events.expect("sentence").await;
    assert_eq!(first["text"], "I worked 30m.");
    assert_eq!(first["days"], json!(["2026-11-21"]));
    dictation.say("{\"text\":\"I worked 9h.\",\"rows\":[0]},{\"text\":\"PROJ-12 took 30m.\",\"rows\":[1]}");
    let second = events.expect("sentence").await;
    assert_eq!(
        second["text"], "PROJ-12 took 30m.",
        "what is wrong is passed over"
    );
    dictation.say("]}");
    drop(dictation);
    let whole = events.expect("done").await;
    assert_eq!(whole["answer"], "I worked 30m.\nPROJ-12 took 30m.");
    assert_eq!(whole["sentences"], json!([first, second]));
    assert_eq!(
        (&whole["answered_by"], &whole["model"], &whole["note"]),
        (&json!("model"), &json!("dictated"), &Value::Null)
    );
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn what_was_sent_stands_when_the_model_breaks_off() {
    let (app, ann, dictation, mut events) = on_its_way().await;
    dictation.say(FIRST);
    let first = events.expect("sentence").await;
    dictation.say("{\"text\":\"PROJ-12 to");
    dictation.fail(Failure::BrokenOff);
    let whole = events.expect("done").await;
    assert_eq!(whole["sentences"], json!([first]));
    assert_eq!(
        (&whole["answered_by"], &whole["note"]),
        (
            &json!("model"),
            &json!("the language model stopped in the middle of its answer; ask again")
        )
    );
    let path = "/tracker/model-usage?start=2026-11-21&end=2026-11-21";
    let usage = app.get(path, &ann).await.json();
    let line = &usage["days"][0];
    assert_eq!((&line["calls"], &line["model"]), (&json!(1), &json!("dictated")));
    assert_eq!(line["output_tokens"], (FIRST.len() + 19).div_ceil(4), "{usage}");
}

#[tokio::test]
async fn a_client_that_goes_away_stops_the_model() {
    let (_app, _, mut dictation, mut events) = on_its_way().await;
    dictation.say(FIRST);
    events.expect("sentence").await;
    drop(events);
    dictation.ended().await;
}
