//! What language models used, and what would be sent to them, over HTTP (`contract/tracker.md` §9.3): the figures of the
//! caller alone, by local day and purpose; a budget that stops asking and says so; a preview that is what is sent.

use std::sync::Arc;

use dayloom_domain::Clock;
use dayloom_llm::{Failure, Price, Purpose, Usage};
use dayloom_pipeline::journal;
use dayloom_testkit::{
    Person, Scripted, TestApp, Tracked,
    model::{honest, sorted_by},
};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{event, send};

const PRICE: Price = Price {
    input: 2.0,
    output: 10.0,
};

/// Runs a test on both databases, each time with a model that is hosted, answers honestly and costs something.
async fn on_both(budget: Option<u64>, test: impl AsyncFn(TestApp, Arc<Scripted>)) {
    let model = || Scripted::priced(PRICE, |prompt| Ok(honest(&prompt.user)));
    let first = model();
    test(TestApp::sqlite_with_model(first.clone(), budget).await, first).await;
    let second = model();
    if let Some(app) = TestApp::postgres_with_model(second.clone(), budget).await {
        test(app, second).await;
    }
}

async fn task(app: &TestApp, person: &Person, tracked: &Tracked, title: &str) {
    let body = json!({"title": title, "assignee_id": person.id});
    let path = format!("/workspaces/{}/tasks", tracked.workspace);
    assert_eq!(app.call(Method::POST, &path, person, &body).await.status, 201);
}

/// So many minutes on a page, from an instant on.
async fn reads(app: &TestApp, person: &Person, tracked: &Tracked, from: &str, minutes: i64, title: &str) {
    let from: Timestamp = from.parse().unwrap();
    let events: Vec<Value> = (0..minutes)
        .map(|n| {
            let mut event = event(&(from + SignedDuration::from_mins(n)).to_string());
            event["active_app"] = json!({"name": "Firefox", "bundle_id": "firefox", "window_title": title});
            event
        })
        .collect();
    assert_eq!(
        send(app, person, tracked, &events).await.json()["accepted"],
        minutes
    );
}

/// A person with two tasks, half an hour on one, twenty minutes on the other and ten on nothing of both.
async fn reader(app: &TestApp, email: &str) -> (Person, Tracked) {
    let person = app.person(email).await;
    let tracked = app.tracked(&person).await;
    for title in ["Retry refunds", "Ledger export"] {
        task(app, &person, &tracked, title).await;
    }
    for (from, minutes, title) in [
        ("2026-11-21T08:00:00Z", 30, "How refunds are retried"),
        ("2026-11-21T08:30:00Z", 20, "Formats of a ledger"),
        ("2026-11-21T08:50:00Z", 10, "The morning's news"),
    ] {
        reads(app, &person, &tracked, from, minutes, title).await;
    }
    (person, tracked)
}

async fn usage(app: &TestApp, person: &Person, start: &str, end: &str) -> Value {
    let answer = app
        .get(&format!("/tracker/model-usage?start={start}&end={end}"), person)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn ask(app: &TestApp, person: &Person) -> Value {
    let body = json!({"question": "Where did the time go?", "start": "2026-11-21", "end": "2026-11-21"});
    let answer = app.call(Method::POST, "/tracker/qa", person, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn preview(app: &TestApp, person: &Person, query: &str) -> Value {
    let answer = app
        .get(&format!("/tracker/model-preview/2026-11-21{query}"), person)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// A line of the ledger for these answers of the model.
fn line(date: &str, purpose: &str, used: &[Usage]) -> Value {
    let total = Usage {
        input_tokens: used.iter().map(|one| one.input_tokens).sum(),
        output_tokens: used.iter().map(|one| one.output_tokens).sum(),
    };
    json!({"date": date, "purpose": purpose, "model": "scripted", "calls": used.len(),
        "input_tokens": total.input_tokens, "output_tokens": total.output_tokens, "cost_usd": PRICE.of(total)})
}

/// The lines with costs that differ by no more than the last digits of adding them up in another order.
fn same_lines(found: &Value, wanted: &[Value]) {
    let found = found["days"].as_array().unwrap();
    assert_eq!(found.len(), wanted.len(), "{found:?}");
    for (found, wanted) in found.iter().zip(wanted) {
        let cost = |line: &Value| line["cost_usd"].as_f64().unwrap();
        assert!(
            (cost(found) - cost(wanted)).abs() < 1e-12,
            "{found} is not {wanted}"
        );
        let (mut found, mut wanted) = (found.clone(), wanted.clone());
        found["cost_usd"] = Value::Null;
        wanted["cost_usd"] = Value::Null;
        assert_eq!(found, wanted);
    }
}

#[tokio::test]
async fn calls_tokens_and_cost_stand_with_the_person_the_local_day_and_the_purpose() {
    on_both(None, async |app, model| {
        let (ann, _) = reader(&app, "ann@example.org").await;
        // It is 10:00 UTC on the 21st, and past midnight of the 22nd where Ann is by now.
        let zone = json!({"timezone": "Pacific/Kiritimati"});
        app.call(Method::PATCH, "/developers/me", &ann, &zone).await;
        assert_eq!(
            usage(&app, &ann, "2026-11-01", "2026-11-30").await,
            json!({"days": [], "budget": {"daily_tokens": null, "used_today": 0, "used_up": false}})
        );
        app.decide().await;
        // The day that was seen in UTC is over, and it is still the 22nd where Ann is.
        app.clock.advance(SignedDuration::from_hours(15));
        journal::sweep(&app.store, app.models(), app.clock.now())
            .await
            .unwrap();
        for _ in 0..2 {
            assert_eq!(ask(&app, &ann).await["answered_by"], "model");
        }
        let of = |purpose: Purpose| -> Vec<Usage> {
            let used = model.used().into_iter();
            used.filter(|(of, _)| *of == purpose)
                .map(|(_, used)| used)
                .collect()
        };
        let (sorted, told, asked) = (
            of(Purpose::Attribution),
            of(Purpose::Journal),
            of(Purpose::Question),
        );
        assert_eq!((sorted.len(), told.len(), asked.len()), (1, 1, 2));
        let today = [
            line("2026-11-22", "attribution", &sorted),
            line("2026-11-22", "journal", &told),
            line("2026-11-22", "question", &asked),
        ];
        let used: u64 = model.used().iter().map(|(_, used)| used.total()).sum();
        let found = usage(&app, &ann, "2026-11-22", "2026-11-22").await;
        same_lines(&found, &today);
        assert_eq!(
            found["budget"],
            json!({"daily_tokens": null, "used_today": used, "used_up": false})
        );
        assert_eq!(
            usage(&app, &ann, "2026-11-20", "2026-11-21").await["days"],
            json!([])
        );

        // The next day has lines of its own, and what the model did not answer is a call too.
        app.clock.advance(SignedDuration::from_hours(24));
        model.becomes(|_| Err(Failure::Unreachable));
        assert_eq!(ask(&app, &ann).await["answered_by"], "facts");
        let none = line("2026-11-23", "question", &[Usage::default()]);
        let all: Vec<Value> = today.into_iter().chain([none]).collect();
        let found = usage(&app, &ann, "2026-11-01", "2026-11-30").await;
        same_lines(&found, &all);
        assert_eq!(found["budget"]["used_today"], 0);

        // Of all this another person of the same server sees nothing.
        let (bob, _) = reader(&app, "bob@example.org").await;
        assert_eq!(
            usage(&app, &bob, "2026-11-01", "2026-11-30").await,
            json!({"days": [], "budget": {"daily_tokens": null, "used_today": 0, "used_up": false}})
        );
        for query in ["start=2026-11-05&end=2026-11-04", "start=tomorrow"] {
            let path = format!("/tracker/model-usage?{query}");
            assert_eq!(app.get(&path, &ann).await.status, 400, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_budget_stops_asking_says_so_and_is_there_again_after_midnight() {
    on_both(Some(1), async |app, model| {
        let (ann, tracked) = reader(&app, "ann@example.org").await;
        assert_eq!(app.decide().await, 1);
        let used = model.used()[0].1.total();
        let spent = json!({"daily_tokens": 1, "used_today": used, "used_up": true});
        let today = async || usage(&app, &ann, "2026-11-21", "2026-11-21").await;
        assert_eq!(today().await["budget"], spent);

        let answer = ask(&app, &ann).await;
        assert_eq!(answer["answered_by"], "facts");
        assert!(
            answer["note"].as_str().unwrap().contains("budget"),
            "{}",
            answer["note"]
        );
        reads(
            &app,
            &ann,
            &tracked,
            "2026-11-21T09:00:00Z",
            15,
            "Refunds and their keys",
        )
        .await;
        app.decide().await;
        assert_eq!(model.asked().len(), 1, "nothing more is asked");
        assert_eq!(today().await["budget"], spent, "and nothing more is used");
        assert_eq!(today().await["days"][0]["calls"], 1);

        // Somebody else has a budget of their own.
        let (bob, _) = reader(&app, "bob@example.org").await;
        app.derive().await;
        assert_eq!(ask(&app, &bob).await["answered_by"], "model");

        app.clock.advance(SignedDuration::from_hours(15));
        app.decide().await;
        assert!(
            model
                .asked()
                .iter()
                .any(|prompt| prompt.user.contains("Refunds and their keys")),
            "the next day it goes on"
        );
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_what_is_sent_to_the_letter() {
    on_both(None, async |app, model| {
        let (ann, tracked) = reader(&app, "ann@example.org").await;
        let secret = "Mail to bob@example.org password: hunter2";
        reads(&app, &ann, &tracked, "2026-11-21T09:00:00Z", 5, secret).await;
        app.derive().await;
        let shown = preview(&app, &ann, "").await;
        assert_eq!(
            shown["model"],
            json!({"provider": "openai", "name": "scripted", "local": false})
        );
        assert_eq!(
            (
                &shown["date"],
                &shown["signals"],
                &shown["forbidden"],
                shown["prompts"].as_array().unwrap().len()
            ),
            (&json!("2026-11-21"), &json!(4), &json!(0), 1)
        );
        let prompt = &shown["prompts"][0];
        let data: Value = serde_json::from_str(prompt["user"].as_str().unwrap()).unwrap();
        let words = |list: &str, word: &str| -> Vec<String> {
            let all = data[list].as_array().unwrap().iter();
            all.map(|one| one[word].as_str().unwrap_or_default().to_owned())
                .collect()
        };
        assert_eq!(
            words("signals", "title"),
            [
                "How refunds are retried",
                "Formats of a ledger",
                "The morning's news",
                "Mail to *** password: ***"
            ]
        );
        let mut tasks = words("tasks", "title");
        tasks.sort();
        assert_eq!(tasks, ["Ledger export", "Retry refunds"]);
        assert_eq!(data["signals"][0]["minutes"], 30);
        assert!(model.asked().is_empty(), "looking sends nothing");

        app.decide().await;
        let sent = model.asked();
        assert_eq!(sent.len(), 1);
        assert_eq!(
            *prompt,
            json!({"system": sent[0].instructions(), "user": sent[0].user, "schema": sent[0].schema,
                "max_output_tokens": sent[0].max_output_tokens, "estimated_tokens": sent[0].estimated_tokens()})
        );
        let after = preview(&app, &ann, "").await;
        assert_eq!((&after["signals"], &after["prompts"]), (&json!(0), &json!([])));
        assert_eq!(preview(&app, &ann, "?again=true").await["signals"], 4);
        let faults = app
            .get("/tracker/model-preview/2026-11-21?again=perhaps", &ann)
            .await;
        assert_eq!(faults.status, 422);
        assert_eq!(
            app.get("/tracker/model-preview/2026-11-31", &ann).await.status,
            400
        );

        let bob = app.person("bob@example.org").await;
        let theirs = preview(&app, &bob, "?again=true").await;
        assert_eq!((&theirs["signals"], &theirs["prompts"]), (&json!(0), &json!([])));
    })
    .await;
}

#[tokio::test]
async fn what_a_project_forbids_is_counted_and_not_shown() {
    on_both(None, async |app, model| {
        let (ann, tracked) = reader(&app, "ann@example.org").await;
        app.derive().await;
        let path = format!("/tracker/admin/projects/{}/models", tracked.project);
        for (allowed, signals, forbidden) in [
            ("none", 0, 3),
            ("no_answers", 0, 3),
            ("local", 0, 3),
            ("hosted", 3, 0),
        ] {
            let set = app
                .call(Method::PUT, &path, &ann, &json!({"models": allowed}))
                .await;
            assert_eq!((set.status, &set.json()["models"]), (200, &json!(allowed)));
            let shown = preview(&app, &ann, "").await;
            assert_eq!(
                (&shown["signals"], &shown["forbidden"]),
                (&json!(signals), &json!(forbidden)),
                "{allowed}"
            );
            if allowed != "hosted" {
                app.decide().await;
                assert!(model.asked().is_empty(), "{allowed}");
            }
        }
        let wrong = app
            .call(Method::PUT, &path, &ann, &json!({"models": "some"}))
            .await;
        assert_eq!(wrong.status, 422);
    })
    .await;
}

#[tokio::test]
async fn without_a_model_the_preview_shows_what_a_hosted_one_would_get() {
    dayloom_testkit::on_both(async |app| {
        let (ann, tracked) = reader(&app, "ann@example.org").await;
        app.derive().await;
        let shown = preview(&app, &ann, "").await;
        assert_eq!((&shown["model"], &shown["signals"]), (&Value::Null, &json!(3)));
        let path = format!("/tracker/admin/projects/{}/models", tracked.project);
        app.call(Method::PUT, &path, &ann, &json!({"models": "local"}))
            .await;
        assert_eq!(preview(&app, &ann, "").await["forbidden"], 3);
        assert_eq!(
            usage(&app, &ann, "2026-11-01", "2026-11-30").await,
            json!({"days": [], "budget": null})
        );
    })
    .await;
}

#[tokio::test]
async fn what_the_model_decided_stands_on_the_day_and_in_the_timesheet() {
    on_both(None, async |app, model| {
        model.becomes(|prompt| {
            Ok(sorted_by(&prompt.user, |signal, tasks| {
                let refunds = signal["title"].as_str()?.contains("refunds");
                tasks
                    .iter()
                    .find(|task| refunds && task["title"] == "Retry refunds")?["index"]
                    .as_u64()
            }))
        });
        let (ann, _) = reader(&app, "ann@example.org").await;
        app.derive().await;
        let day = async || app.get("/tracker/days/2026-11-21", &ann).await.json();
        let sums = |day: &Value| {
            ["attention_s", "attributed_s", "unattributed_s"].map(|sum| day[sum].as_f64().unwrap())
        };
        assert_eq!(sums(&day().await), [3600.0, 0.0, 3600.0]);
        app.decide().await;
        let day = day().await;
        assert_eq!(sums(&day), [3600.0, 1800.0, 1800.0]);
        assert_eq!(day["pending"], false);
        let first = &day["spans"][0];
        let reason = first["reason"].as_str().unwrap();
        assert!(reason.starts_with("the language model takes it for "), "{reason}");
        assert!(first["confidence"].as_f64().unwrap() > 0.5, "{first}");
        assert_eq!(
            (&day["blocks"][0]["task_title"], &day["blocks"][0]["minutes"]),
            (&json!("Retry refunds"), &json!(30))
        );
        let sheet = app
            .get("/tracker/timesheet?start=2026-11-21&end=2026-11-21", &ann)
            .await
            .json();
        assert_eq!(sheet["days"][0]["entries"][0]["task_title"], "Retry refunds");
        let event = first["event_ids"][0].as_str().unwrap();
        let why = app
            .get(&format!("/tracker/spans/{event}/explain"), &ann)
            .await
            .json();
        assert_eq!(why["answered_by"], "model");
    })
    .await;
}
