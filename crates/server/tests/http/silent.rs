//! Questions where a project allows no answers: 503 only if every one does, and else that project's time is left out and
//! said to be (`contract/tracker.md` §2.6). Without a model, or where none is allowed, the facts answer.

use dayloom_domain::Clock;
use dayloom_storage::NewProject;
use dayloom_testkit::{Answer, Person, TestApp, Tracked, on_both};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{event, send};

const DATE: &str = "2026-11-21";

/// Minutes of a morning on a branch, through the device of a project.
async fn works(app: &TestApp, person: &Person, tracked: &Tracked, hour: u32, branch: &str) {
    let events: Vec<Value> = (0..20)
        .map(|n| {
            let mut event = event(&format!("{DATE}T{hour:02}:{n:02}:00Z"));
            event["file_context"] = json!({"repo": "o/r", "branch": branch});
            event["meeting"] = json!({"in_call": true, "call_app": "Meet"});
            event
        })
        .collect();
    assert_eq!(send(app, person, tracked, &events).await.json()["accepted"], 20);
    app.derive().await;
}

/// A person with the tasks `OPEN-1` and `SHUT-1`, a project for each, and twenty minutes on each.
async fn two_projects(app: &TestApp) -> (Person, Tracked, Tracked) {
    let ann = app.person("ann@example.org").await;
    let open = app.tracked(&ann).await;
    let new = NewProject {
        name: "Shutproject".to_owned(),
        slug: None,
        tracker_enabled: true,
    };
    let made = app
        .store
        .projects()
        .create(open.workspace, ann.id, &new, app.clock.now())
        .await;
    let project = made.unwrap().id;
    let shut = Tracked {
        project,
        device: app.device(&ann, project).await,
        ..open
    };
    for key in ["OPEN-1", "SHUT-1"] {
        let body = json!({"title": format!("The work of {key}"), "key": key, "assignee_id": ann.id});
        let path = format!("/workspaces/{}/tasks", open.workspace);
        assert_eq!(app.call(Method::POST, &path, &ann, &body).await.status, 201);
    }
    works(app, &ann, &open, 8, "feature/OPEN-1").await;
    works(app, &ann, &shut, 9, "feature/SHUT-1").await;
    (ann, open, shut)
}

async fn allow(app: &TestApp, person: &Person, tracked: &Tracked, models: &str) {
    let path = format!("/tracker/admin/projects/{}/models", tracked.project);
    let set = app
        .call(Method::PUT, &path, person, &json!({"models": models}))
        .await;
    assert_eq!(set.status, 200, "{}", set.text);
}

async fn ask(app: &TestApp, person: &Person, path: &str, question: &str) -> Answer {
    let body = json!({"question": question, "start": DATE, "end": DATE});
    app.call(Method::POST, path, person, &body).await
}

#[tokio::test]
async fn the_facts_answer_wherever_a_project_forbids_models_alone() {
    on_both(async |app| {
        let (ann, open, shut) = two_projects(&app).await;
        for models in ["none", "local", "hosted"] {
            for tracked in [&open, &shut] {
                allow(&app, &ann, tracked, models).await;
            }
            let answer = ask(&app, &ann, "/tracker/qa", "Where did the time go?").await;
            assert_eq!(answer.status, 200, "{models}: {}", answer.text);
            let answer = answer.json();
            assert_eq!(
                (&answer["answered_by"], &answer["total_minutes"]),
                (&json!("facts"), &json!(40)),
                "{models}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn only_where_every_project_allows_no_answers_is_there_none() {
    on_both(async |app| {
        let (ann, open, shut) = two_projects(&app).await;
        let journal = json!({"text": "Shutwords of mine."});
        let path = format!("/tracker/journals/{DATE}");
        assert_eq!(app.call(Method::PATCH, &path, &ann, &journal).await.status, 200);

        allow(&app, &ann, &shut, "no_answers").await;
        for question in [
            "Where did the time go?",
            "How long on SHUT-1?",
            "Shutwords",
            "Draft my standup",
            "How long was I in calls?",
        ] {
            for path in ["/tracker/qa", "/tracker/qa:stream"] {
                let answer = ask(&app, &ann, path, question).await;
                assert_eq!(answer.status, 200, "{question}: {}", answer.text);
                let told = answer.text.replace(question, "");
                for word in ["SHUT-1", "The work of SHUT", "Shutwords", "Shutproject", "40m"] {
                    assert!(
                        !told.contains(word) || question.contains(word),
                        "{question}: {told}"
                    );
                }
                assert!(
                    told.contains("1 project is left out: it allows no answers."),
                    "{question}: {told}"
                );
            }
        }
        let answer = ask(&app, &ann, "/tracker/qa", "Where did the time go?")
            .await
            .json();
        assert_eq!(
            (
                &answer["total_minutes"],
                &answer["time_entries_used"],
                &answer["journals_used"]
            ),
            (&json!(20), &json!(1), &json!(0))
        );

        allow(&app, &ann, &open, "no_answers").await;
        for path in ["/tracker/qa", "/tracker/qa:stream"] {
            let answer = ask(&app, &ann, path, "Where did the time go?").await;
            assert_eq!(
                (answer.status, answer.detail()),
                (503, "AI gateway not configured".to_owned())
            );
        }
        // What a person did is theirs to read all the same.
        let day = app.get(&format!("/tracker/days/{DATE}"), &ann).await.json();
        assert_eq!(day["blocks"].as_array().unwrap().len(), 2);
        assert_eq!(app.get(&path, &ann).await.status, 200);
        let admin = format!("/tracker/admin/projects/{}/models", open.project);
        assert_eq!(app.get(&admin, &ann).await.json()["models"], "no_answers");

        // A person without any project asks about nothing, which is no prohibition.
        let bob = app.person("bob@example.org").await;
        assert_eq!(
            ask(&app, &bob, "/tracker/qa", "Where did the time go?")
                .await
                .status,
            200
        );
    })
    .await;
}
