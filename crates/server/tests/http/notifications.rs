//! Insights as notifications (`contract/tracker.md` §4.5, §5.7): in the person's zone and hours, once a day, turned off
//! if they want, and nobody else's.

use dayloom_domain::Clock;
use dayloom_pipeline::insights;
use dayloom_testkit::{Answer, Person, TestApp, Tracked, on_both};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{csrf, event, send, signed_in, visit};

const TYPE: &str = "tracker.insight.after_hours";

/// So many minutes of work on a task, in Tokyo, from an instant on.
async fn work(app: &TestApp, person: &Person, tracked: &Tracked, from: &str, minutes: i64) {
    let from: Timestamp = from.parse().unwrap();
    let events: Vec<Value> = (0..minutes)
        .map(|n| {
            let mut event = event(&(from + SignedDuration::from_mins(n)).to_string());
            event["file_context"] = json!({"repo": "o/r", "branch": "feature/PROJ-12"});
            event["tz"] = json!("Asia/Tokyo");
            event
        })
        .collect();
    let answer = send(app, person, tracked, &events).await;
    assert_eq!(answer.json()["accepted"], minutes, "{}", answer.text);
    app.derive().await;
}

/// A person in Tokyo with a task, whose hours are 09:00 to 17:00.
async fn in_tokyo(app: &TestApp) -> (Person, Tracked) {
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    app.task(&ann, &tracked, Some("PROJ-12"), "Weave").await;
    let hours = json!({"working_hours": {"start": "09:00", "end": "17:00"}, "timezone": "Asia/Tokyo"});
    assert_eq!(
        app.call(Method::PATCH, "/developers/me", &ann, &hours)
            .await
            .status,
        200
    );
    (ann, tracked)
}

async fn listed(app: &TestApp, person: &Person, query: &str) -> Value {
    let answer = app.get(&format!("/notifications{query}"), person).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn post(app: &TestApp, path: &str, person: &Person) -> Answer {
    app.send(app.request(Method::POST, &format!("/api/v1{path}"), Some(&person.token)))
        .await
}

#[tokio::test]
async fn an_evening_in_tokyo_is_told_once_with_a_link_to_its_day() {
    on_both(async |app| {
        let (ann, tracked) = in_tokyo(&app).await;
        // 17:10 to 18:40 in Tokyo: ninety minutes, which are a morning in UTC.
        work(&app, &ann, &tracked, "2026-11-21T08:10:00Z", 89).await;
        assert_eq!(
            insights::sweep(&app.store, app.clock.now()).await.unwrap(),
            0,
            "89 minutes are none"
        );
        work(&app, &ann, &tracked, "2026-11-21T09:39:00Z", 1).await;
        for made in [1, 0] {
            assert_eq!(insights::sweep(&app.store, app.clock.now()).await.unwrap(), made);
        }
        let page = listed(&app, &ann, "?page=1&unread_only=false").await;
        assert_eq!((&page["unread_count"], &page["total"]), (&json!(1), &json!(1)));
        let told = &page["notifications"][0];
        assert_eq!(
            (&told["event_type"], &told["is_read"]),
            (&json!(TYPE), &json!(false))
        );
        assert_eq!(told["title"], "Work outside of your hours");
        assert_eq!(
            told["body"],
            "Saturday 21 November: 1h 30m of work outside of 09:00 to 17:00."
        );
        assert_eq!(told["description"], told["body"]);
        assert_eq!(told["action_url"], "/tracking/tracker?day=2026-11-21");
        assert_eq!(told["context"]["source"], "tracker");
        assert_eq!(told["context"]["metrics"]["after_hours_productive"], 90.0);

        // The day goes on and is judged again: nothing is told twice.
        app.clock.advance(SignedDuration::from_hours(3));
        work(&app, &ann, &tracked, "2026-11-21T10:00:00Z", 60).await;
        assert_eq!(insights::sweep(&app.store, app.clock.now()).await.unwrap(), 0);
        let eve = app.person("eve@example.org").await;
        assert_eq!(listed(&app, &eve, "").await["total"], 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_new_is_polled_and_read() {
    on_both(async |app| {
        let (ann, tracked) = in_tokyo(&app).await;
        work(&app, &ann, &tracked, "2026-11-21T08:10:00Z", 100).await;
        insights::sweep(&app.store, app.clock.now()).await.unwrap();
        let poll = async |since: &str| listed(&app, &ann, &format!("/poll?since={since}")).await;
        let new = poll("2026-11-21T09:00:00Z").await;
        assert_eq!(new["notifications"].as_array().unwrap().len(), 1);
        let latest = new["latest_timestamp"].as_str().unwrap().to_owned();
        let none = poll(&latest).await;
        assert_eq!(
            (&none["notifications"], &none["latest_timestamp"]),
            (&json!([]), &json!(latest))
        );
        assert_eq!(app.get("/notifications/poll?since=soon", &ann).await.status, 422);
        assert_eq!(
            listed(&app, &ann, "/poll").await["notifications"],
            new["notifications"]
        );

        let id = new["notifications"][0]["id"].as_str().unwrap().to_owned();
        let eve = app.person("eve@example.org").await;
        assert_eq!(
            post(&app, &format!("/notifications/{id}/read"), &eve)
                .await
                .status,
            404
        );
        assert_eq!(post(&app, "/notifications/nonsense/read", &ann).await.status, 404);
        let read = post(&app, &format!("/notifications/{}/read", id.to_uppercase()), &ann).await;
        assert_eq!((read.status, &read.json()["is_read"]), (200, &json!(true)));
        assert_eq!(
            listed(&app, &ann, "?unread_only=true").await["notifications"],
            json!([])
        );
        assert_eq!(
            post(&app, "/notifications/read-all", &ann).await.json(),
            json!({"marked": 0})
        );
        assert_eq!(listed(&app, &ann, "?page=2").await["notifications"], json!([]));
        assert_eq!(app.get("/notifications?page=0", &ann).await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn the_page_lists_what_stood_out_and_mutes_a_kind() {
    on_both(async |app| {
        let (ann, tracked) = in_tokyo(&app).await;
        let cookie = signed_in(&app, &ann, 61).await;
        let page = async || visit(&app, "/tracking/insights", Some(&cookie)).await.text;
        assert!(page().await.contains("Nothing stood out so far."));
        work(&app, &ann, &tracked, "2026-11-21T08:10:00Z", 100).await;
        insights::sweep(&app.store, app.clock.now()).await.unwrap();
        let told = page().await;
        assert!(told.contains("1h 40m of work outside of 09:00 to 17:00."));
        assert!(told.contains("href=\"/tracking/tracker?day=2026-11-21\"") && told.contains("1 not read"));
        // What was made before is told in whatever language its person reads now.
        let speaks = async |locale: &str| {
            let set = app
                .call(Method::PATCH, "/developers/me", &ann, &json!({"locale": locale}))
                .await;
            assert_eq!(set.status, 200);
        };
        speaks("hi").await;
        let body = "शनिवार 21 नवंबर: 09:00 से 17:00 के बाहर 1घं 40मि काम।";
        assert!(page().await.contains(body));
        let told_hindi = &listed(&app, &ann, "").await["notifications"][0];
        assert_eq!(
            (&told_hindi["title"], &told_hindi["body"]),
            (&json!("आपके समय के बाहर काम"), &json!(body))
        );
        speaks("en").await;
        let submit = async |fields: &str, token: &str| {
            let request = app.request(Method::POST, "/tracking/insights", None);
            let request = request.header("cookie", &cookie).header("origin", &app.url);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            app.send(request.body(format!("csrf={token}&{fields}")))
                .await
                .status
        };
        let token = csrf(&told);
        assert_eq!(submit("action=read", "wrong").await, 403);
        assert_eq!(submit("action=read", &token).await, 303);
        assert!(!page().await.contains("not read"));
        assert_eq!(submit(&format!("action=mute&kind={TYPE}"), &token).await, 303);
        assert!(page().await.contains("Tell me again"));
        assert_eq!(submit("action=mute&kind=mood", &token).await, 404);
        assert_eq!(submit(&format!("action=unmute&kind={TYPE}"), &token).await, 303);
        assert!(!page().await.contains("Tell me again"));
        // The hours it is measured against are shown, and set here.
        assert!(page().await.contains("Set by you."));
        assert_eq!(
            submit("action=hours&start=08%3A30&end=16%3A00%3A00", &token).await,
            303
        );
        let shown = page().await;
        assert!(
            shown.contains("name=\"start\" value=\"08:30\"")
                && shown.contains("name=\"end\" value=\"16:00\"")
        );
        for bad in ["start=25%3A00&end=16%3A00", "start=&end=", "start=9&end=17"] {
            assert_eq!(submit(&format!("action=hours&{bad}"), &token).await, 422, "{bad}");
        }
        assert!(page().await.contains("name=\"start\" value=\"08:30\""));
        let eve = app.person("eve@example.org").await;
        let theirs = signed_in(&app, &eve, 62).await;
        let other = visit(&app, "/tracking/insights", Some(&theirs)).await.text;
        assert!(other.contains("Nothing stood out so far."));
        assert!(other.contains("value=\"08:00\"") && other.contains("Taken for now"));
    })
    .await;
}

#[tokio::test]
async fn a_kind_that_is_muted_is_not_told() {
    on_both(async |app| {
        let (ann, tracked) = in_tokyo(&app).await;
        let all = listed(&app, &ann, "/preferences").await;
        let types: Vec<&str> =
            all["preferences"].as_array().unwrap().iter().map(|one| one["event_type"].as_str().unwrap()).collect();
        assert_eq!(types.len(), 4);
        assert!(types.contains(&TYPE));
        let mute = async |person: &Person, kind: &str, body: Value| {
            app.call(Method::PATCH, &format!("/notifications/preferences/{kind}"), person, &body).await
        };
        let eve = app.person("eve@example.org").await;
        assert_eq!(mute(&eve, TYPE, json!({"in_app": true})).await.status, 200);
        let muted = mute(&ann, TYPE, json!({"in_app": false})).await;
        assert_eq!(
            (muted.status, muted.json()),
            (200, json!({"event_type": TYPE, "in_app": false, "email": false, "slack": false, "web_push": false}))
        );
        assert_eq!(mute(&ann, "tracker.insight.mood", json!({"in_app": false})).await.status, 404);
        assert_eq!(mute(&ann, TYPE, json!({"in_app": "perhaps"})).await.status, 422);
        work(&app, &ann, &tracked, "2026-11-21T08:10:00Z", 100).await;
        assert_eq!(insights::sweep(&app.store, app.clock.now()).await.unwrap(), 0);
        assert_eq!(listed(&app, &ann, "").await["total"], 0);
    })
    .await;
}
