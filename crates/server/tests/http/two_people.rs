//! Two developers in one project, who do the same work under the same roof: whatever one of them can read, word by word,
//! holds nothing of the other. Every text either of them ever gave begins with a word of theirs; the language model does
//! all it can to tell the one about the other.

use std::{collections::BTreeSet, sync::Arc};

use dayloom_domain::{Clock, DeviceId, ProjectId};
use dayloom_llm::Prompt;
use dayloom_pipeline::{insights, journal};
use dayloom_testkit::{Person, Scripted, TestApp, Tracked, model::honest};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::{csrf, send, signed_in, submit, visit};

const TODAY: &str = "2026-11-21";
const YESTERDAY: &str = "2026-11-20";

/// Tells everybody what it ever heard of anybody.
fn gossip() -> Arc<Scripted> {
    let mut heard: BTreeSet<String> = BTreeSet::new();
    Scripted::placed(true, move |prompt: &Prompt| {
        let mut answer: Value = serde_json::from_str(&honest(&prompt.user)).unwrap();
        for list in ["sentences", "answers"] {
            let Some(items) = answer[list].as_array_mut() else {
                continue;
            };
            for item in &mut *items {
                item["reason"] = heard.iter().cloned().collect::<Vec<_>>().join(" ").into();
            }
            let rumours = heard
                .iter()
                .map(|name| json!({"text": format!("I worked with {name}."), "rows": [0]}));
            items.extend(rumours.filter(|_| list == "sentences"));
        }
        let words = prompt.user.split(|c: char| !c.is_alphanumeric() && c != '-');
        heard.extend(
            words
                .filter(|word| is_marked(word, "zylann") || is_marked(word, "qubob"))
                .map(str::to_owned),
        );
        Ok(answer.to_string())
    })
}

fn is_marked(text: &str, mark: &str) -> bool {
    text.to_lowercase().contains(mark)
}

/// One of the two.
struct Weaver {
    mark: &'static str,
    person: Person,
    tracked: Tracked,
    task: String,
}

async fn posted(app: &TestApp, person: &Person, path: &str, body: Value) -> Value {
    let answer = app.call(Method::POST, path, person, &body).await;
    assert!(
        matches!(answer.status, 200 | 201),
        "{path}: {} {}",
        answer.status,
        answer.text
    );
    answer.json()
}

fn id(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

/// Both, as plain members of the project of somebody else.
async fn two(app: &TestApp) -> [Weaver; 2] {
    let owner = app.person("owner@example.org").await;
    let workspace = posted(app, &owner, "/workspaces", json!({"name": "Loom"})).await;
    let workspace = id(&workspace, "id");
    let body = json!({"name": "Cloth", "tracker_enabled": true});
    let project = posted(app, &owner, &format!("/workspaces/{workspace}/projects"), body).await;
    let project = id(&project, "id");
    let mut both = Vec::new();
    for mark in ["zylann", "qubob"] {
        let email = format!("{mark}@example.org");
        let body = json!({"email": email, "role": "developer"});
        posted(app, &owner, &format!("/workspaces/{workspace}/members"), body).await;
        let person = app.person(&email).await;
        let path = format!("/projects/{project}/members/{}", person.id);
        assert_eq!(app.call(Method::PUT, &path, &owner, &json!({})).await.status, 200);
        let device = Uuid::new_v4();
        let body = json!({"device_id": device, "project_id": project, "name": format!("{mark}laptop")});
        posted(app, &person, "/tracker/devices:enroll", body).await;
        let body = json!({"title": format!("{mark}task {mark}weaving"), "key": format!("{mark}-1"), "assignee_id": person.id});
        let task = posted(app, &owner, &format!("/workspaces/{workspace}/tasks"), body).await;
        let uuid = |text: &str| text.parse::<Uuid>().unwrap();
        both.push(Weaver {
            mark,
            person,
            tracked: Tracked {
                workspace: uuid(&workspace).into(),
                project: ProjectId(uuid(&project)),
                device: DeviceId(device),
            },
            task: id(&task, "id"),
        });
    }
    both.try_into().ok().unwrap()
}

impl Weaver {
    fn event(&self, date: &str, minute: i64, app: &str, title: &str) -> Value {
        json!({
            "event_id": Uuid::new_v4(), "client_seq": minute, "interval_s": 60, "idle_s": 0,
            "ts": format!("{date}T{:02}:{:02}:00Z", minute / 60, minute % 60),
            "active_app": {"name": app, "bundle_id": app, "window_title": title},
            "dev_context": {"cwd": format!("/home/{}home", self.mark), "last_command": format!("{}command", self.mark)},
        })
    }

    /// An hour of switching, then half an hour each on their branch, on a page, and on what both look at.
    async fn works(&self, app: &TestApp) {
        let mark = self.mark;
        let mut events: Vec<Value> = (360..420)
            .map(|n| {
                let app = if n % 2 == 0 { "Code" } else { "Terminal" };
                self.event(TODAY, n, app, &format!("{mark}switch"))
            })
            .collect();
        for n in 480..510 {
            let mut event = self.event(TODAY, n, "Code", &format!("{mark}title {mark}tail"));
            event["file_context"] = json!({"repo": format!("acme/{mark}repo"), "branch": format!("feature/{mark}-1"),
                "path": format!("/home/{mark}home/src/{mark}file.rs")});
            events.push(event);
        }
        for n in 510..540 {
            let mut event = self.event(TODAY, n, "Firefox", &format!("{mark}page {mark}weaving"));
            event["browser"] =
                json!({"url": format!("https://{mark}host.example/{mark}path"), "title": mark});
            events.push(event);
        }
        events.extend((540..570).map(|n| self.event(TODAY, n, "Slack", "What both look at")));
        events.extend((600..620).map(|n| self.event(YESTERDAY, n, "Code", &format!("{mark}yesterday"))));
        let sent = send(app, &self.person, &self.tracked, &events).await;
        assert_eq!(sent.json()["accepted"], 170, "{}", sent.text);
        let rule = json!({"scope": "personal", "field": "title", "match": "contains", "pattern": format!("{mark}switch"),
            "task_id": self.task, "category": "productive"});
        posted(app, &self.person, "/tracker/rules", rule).await;
    }

    async fn day(&self, app: &TestApp) -> Value {
        app.get(&format!("/tracker/days/{TODAY}"), &self.person)
            .await
            .json()
    }

    /// The entry that holds an instant of today.
    async fn entry(&self, app: &TestApp, time: &str) -> String {
        let at = format!("{TODAY}T{time}:00Z");
        let at = Some(at.as_str());
        let day = self.day(app).await;
        let blocks = day["blocks"].as_array().unwrap();
        let holds = |block: &&Value| block["start"].as_str() <= at && at < block["end"].as_str();
        id(blocks.iter().find(holds).unwrap(), "entry_id")
    }

    /// Says something of what both look at, enters time by hand, and writes yesterday's journal.
    async fn reviews(&self, app: &TestApp) {
        let (mark, person) = (self.mark, &self.person);
        let entry = self.entry(app, "09:10").await;
        let path = format!("/tracker/timesheet/entries/{entry}");
        for body in [
            json!({"action": "correct", "task_id": self.task}),
            json!({"action": "correct", "task_id": self.task, "description": format!("{mark}review")}),
        ] {
            let said = app.call(Method::PATCH, &path, person, &body).await;
            assert_eq!(said.status, 200, "{}", said.text);
        }
        let by_hand = json!({"date": TODAY, "minutes": 25, "task_id": self.task, "description": format!("{mark}manual")});
        posted(app, person, "/tracker/timesheet/entries", by_hand).await;
        let path = format!("/tracker/journals/{YESTERDAY}");
        let own = json!({"text": format!("{mark}journal of {mark}own")});
        assert_eq!(app.call(Method::PATCH, &path, person, &own).await.status, 200);
    }

    /// Everything this person can read by a name of its own.
    async fn reads(&self, app: &TestApp) -> Vec<(String, String)> {
        let range = format!("start={YESTERDAY}&end={TODAY}");
        let mut paths: Vec<String> = [
            "/notifications?page=1&unread_only=false",
            "/notifications/poll?since=2026-11-01T00:00:00Z",
            "/tracker/reviews",
            "/tracker/rules",
            "/tracker/candidate-tasks",
            "/tracker/devices",
            "/developers/me/assigned-tasks?include_done=true",
        ]
        .map(str::to_owned)
        .to_vec();
        for date in [YESTERDAY, TODAY] {
            paths.push(format!("/tracker/days/{date}"));
            paths.push(format!("/tracker/journals/{date}"));
            paths.push(format!("/tracker/model-preview/{date}?again=true"));
        }
        paths.push(format!("/tracker/timesheet?{range}"));
        paths.push(format!("/tracker/model-usage?{range}"));
        paths.push(format!(
            "/tracking/time/me?start_date={YESTERDAY}&end_date={TODAY}"
        ));
        for span in self.day(app).await["spans"].as_array().unwrap() {
            if let Some(event) = span["event_ids"][0].as_str() {
                paths.push(format!("/tracker/spans/{event}/explain"));
            }
        }
        let mut read = Vec::new();
        for path in paths {
            let answer = app.get(&path, &self.person).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            read.push((path, answer.text));
        }
        for time in ["08:10", "08:40", "09:10"] {
            let path = format!(
                "/tracker/timesheet/entries/{}:similar",
                self.entry(app, time).await
            );
            let body = json!({"task_id": self.task});
            let similar = posted(app, &self.person, &path, body).await;
            read.push((path, similar.to_string()));
        }
        read
    }

    /// The answers to these questions, at once and as a stream, without the words of the question.
    async fn asks(&self, app: &TestApp, questions: &[&str]) -> Vec<(String, String)> {
        let mut read = Vec::new();
        for question in questions {
            for path in ["/tracker/qa", "/tracker/qa:stream"] {
                let body = json!({"question": question, "start": YESTERDAY, "end": TODAY});
                let answer = app.call(Method::POST, path, &self.person, &body).await;
                assert_eq!(answer.status, 200, "{question}: {}", answer.text);
                let told = answer.text.to_lowercase().replace(&question.to_lowercase(), "");
                read.push((format!("{path} {question}"), told));
            }
        }
        read
    }

    /// The pages of today and of both days, and what they give to be saved.
    async fn looks(&self, app: &TestApp, chance: u8) -> Vec<(String, String)> {
        let cookie = signed_in(app, &self.person, chance).await;
        let mut read = Vec::new();
        for path in [
            format!("/tracking/tracker?day={TODAY}"),
            format!("/tracking/tracker?start={YESTERDAY}&end={TODAY}"),
            format!("/tracking/tracker.csv?day={TODAY}"),
            "/tracking/insights".to_owned(),
            "/tracking/journal".to_owned(),
            "/tracking/ask".to_owned(),
        ] {
            let page = visit(app, &path, Some(&cookie)).await;
            assert_eq!(page.status, 200, "{path}");
            read.push((path, page.text));
        }
        let token = csrf(&read[0].1);
        for accept in ["text/html", "text/event-stream"] {
            let question = "Where did the time go?";
            let fields = [
                ("csrf", token.as_str()),
                ("question", question),
                ("start", YESTERDAY),
                ("end", TODAY),
            ];
            let answer = submit(app, "/tracking/ask", &cookie, &fields, accept).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            read.push((format!("/tracking/ask as {accept}"), answer.text));
        }
        read
    }
}

/// What the one reads holds their own words and nothing of the other: no word, no id.
fn apart(read: &[(String, String)], own: &Weaver, other: &Weaver, ids: &BTreeSet<String>) {
    let mut told = 0;
    for (what, text) in read {
        let text = text.to_lowercase();
        assert!(
            !is_marked(&text, other.mark),
            "{what} of {} tells of {}: {text}",
            own.mark,
            other.mark
        );
        for id in ids {
            assert!(!text.contains(id), "{what} of {} names {id}", own.mark);
        }
        told += usize::from(is_marked(&text, own.mark));
    }
    assert!(told > 0, "{} reads something", own.mark);
}

/// Ids of everything that is a person's alone.
async fn ids(app: &TestApp, of: &Weaver) -> BTreeSet<String> {
    let day = of.day(app).await;
    let mut ids = BTreeSet::from([
        of.person.id.to_string(),
        of.task.clone(),
        of.tracked.device.to_string(),
    ]);
    for block in day["blocks"].as_array().unwrap() {
        ids.insert(id(block, "entry_id"));
    }
    for span in day["spans"].as_array().unwrap() {
        let events = span["event_ids"].as_array().unwrap();
        ids.extend(
            events
                .iter()
                .filter_map(|event| event.as_str().map(str::to_owned)),
        );
    }
    ids
}

async fn nothing_of_one_reaches_the_other(app: &TestApp, model: &Scripted) {
    let both = two(app).await;
    for weaver in &both {
        weaver.works(app).await;
    }
    app.decide().await;
    for weaver in &both {
        weaver.reviews(app).await;
    }
    app.decide().await;
    let now = app.clock.now();
    assert_eq!(insights::sweep(&app.store, now).await.unwrap() % 2, 0);
    // A model is asked for the journal of a day that is over.
    let night = now + jiff::SignedDuration::from_hours(15);
    journal::sweep(&app.store, app.models(), night).await.unwrap();

    let known = [ids(app, &both[0]).await, ids(app, &both[1]).await];
    for (n, (own, other)) in [(&both[0], &both[1]), (&both[1], &both[0])]
        .into_iter()
        .enumerate()
    {
        let read = own.reads(app).await;
        apart(&read, own, other, &known[1 - n]);
        for part in [
            "/tracker/journals",
            "explain",
            "reviews",
            "rules",
            "preview",
            "timesheet",
            "usage",
        ] {
            assert!(
                read.iter().any(|(what, _)| what.contains(part)),
                "{part} was read"
            );
        }
        let notified = &read[0].1;
        assert!(notified.contains("tracker.insight."), "{notified}");
        let looked = own.looks(app, 70 + u8::try_from(n).unwrap()).await;
        apart(&looked, own, other, &known[1 - n]);

        let theirs: Vec<String> = [
            "title", "task", "page", "review", "journal", "manual", "switch", "-1",
        ]
        .map(|word| format!("{}{word}", other.mark))
        .to_vec();
        let mut questions: Vec<&str> = theirs.iter().map(String::as_str).collect();
        questions.extend([
            "Where did the time go?",
            "Draft my standup",
            "How long in calls?",
            "What was my longest stretch?",
            "weaving",
        ]);
        let answered = own.asks(app, &questions).await;
        apart(&answered, own, other, &known[1 - n]);
        for event in known[1 - n].iter() {
            let path = format!("/tracker/spans/{event}/explain");
            assert_eq!(app.get(&path, &own.person).await.status, 404);
        }
    }
    let sent = model.asked();
    assert!(sent.len() >= 6, "it was asked for both: {}", sent.len());
    for prompt in sent {
        // The words of a question are the asker's own.
        let given = prompt
            .user
            .split_once("Facts:\n")
            .map_or(prompt.user.as_str(), |(_, facts)| facts);
        assert!(
            !(is_marked(given, both[0].mark) && is_marked(given, both[1].mark)),
            "one call tells of both: {given}"
        );
    }
}

#[tokio::test]
async fn on_sqlite() {
    let model = gossip();
    let app = TestApp::sqlite_with_model(model.clone(), None).await;
    nothing_of_one_reaches_the_other(&app, &model).await;
}

#[tokio::test]
async fn on_postgres() {
    let model = gossip();
    let Some(app) = TestApp::postgres_with_model(model.clone(), None).await else {
        return;
    };
    nothing_of_one_reaches_the_other(&app, &model).await;
}
