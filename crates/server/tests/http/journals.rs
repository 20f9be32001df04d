//! Journals over HTTP (`contract/tracker.md` §2.6, §4.5): composed from the day, edited by their person, read by nobody
//! else, and on the page of their day.

use dayloom_domain::Clock;
use dayloom_pipeline::{Models, journal};
use dayloom_testkit::{Answer, Person, TestApp, on_both};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{DAY, csrf, event, send, signed_in, visit, weaver, work};

const DATE: &str = "2026-11-21";

async fn sweep(app: &TestApp) -> u64 {
    journal::sweep(&app.store, &Models::none(), app.clock.now())
        .await
        .unwrap()
}

async fn read(app: &TestApp, person: &Person) -> Answer {
    app.get(&format!("/tracker/journals/{DATE}"), person).await
}

async fn edit(app: &TestApp, person: &Person, body: Value) -> Answer {
    app.call(Method::PATCH, &format!("/tracker/journals/{DATE}"), person, &body)
        .await
}

async fn in_timesheet(app: &TestApp, person: &Person) -> Value {
    let sheet = app
        .get(&format!("/tracker/timesheet?start={DATE}&end={DATE}"), person)
        .await
        .json();
    sheet["days"][0]["journal"].clone()
}

async fn first_entry(app: &TestApp, person: &Person) -> Value {
    app.get(&format!("/tracker/days/{DATE}"), person).await.json()["blocks"][0]["entry_id"].clone()
}

#[tokio::test]
async fn a_journal_follows_its_day_and_stays_on_it() {
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
        let told = read(&app, &ann).await.json();
        assert_eq!(sweep(&app).await, 0, "it is written as soon as it is asked for");
        assert_eq!(
            told["text"],
            "I worked 30m between 08:00 and 08:30. All of it went to PROJ-12 Weave the <b>cloth</b>. \
             My longest stretch was 30m on PROJ-12, from 08:00 to 08:30. All of it has a task."
        );
        assert_eq!(
            (&told["written_by"], &told["edited"], &told["final"]),
            (&json!("facts"), &json!(false), &json!(false))
        );
        assert_eq!(
            told["sentences"][0]["entries"],
            json!([first_entry(&app, &ann).await])
        );
        assert_eq!(told["logged_at"], "2026-11-21T23:59:59Z");
        assert_eq!(in_timesheet(&app, &ann).await, told["text"]);

        // More of the day comes: it is told at once, before any sweep.
        work(&app, &ann, &tracked, "2026-11-21T09:00:00Z", 10, None).await;
        let now = read(&app, &ann).await.json();
        assert!(
            now["text"]
                .as_str()
                .unwrap()
                .starts_with("I worked 40m between 08:00 and 09:10. Most of it, 30m,")
        );
        assert!(
            now["text"]
                .as_str()
                .unwrap()
                .ends_with("1 block, 10m, has no task yet.")
        );

        // After midnight it is final; a week later another event of that day writes it again, where it was.
        app.clock.advance(SignedDuration::from_hours(15));
        assert_eq!(sweep(&app).await, 1);
        assert_eq!(read(&app, &ann).await.json()["final"], true);
        app.clock.advance(SignedDuration::from_hours(24 * 7));
        assert_eq!(sweep(&app).await, 0);
        work(&app, &ann, &tracked, "2026-11-21T09:10:00Z", 5, None).await;
        assert_eq!(sweep(&app).await, 1);
        let late = read(&app, &ann).await.json();
        assert_eq!(
            (&late["logged_at"], &late["final"]),
            (&told["logged_at"], &json!(true))
        );
        assert!(
            in_timesheet(&app, &ann)
                .await
                .as_str()
                .unwrap()
                .starts_with("I worked 45m")
        );
    })
    .await;
}

#[tokio::test]
async fn a_journal_is_final_after_midnight_where_its_person_was() {
    on_both(async |app| {
        // Nine in the evening of the 20th in Los Angeles is the 21st in UTC; that day ends there at 08:00 UTC.
        for (zone, start, date, ends) in [
            (
                "America/Los_Angeles",
                "2026-11-21T05:00:00Z",
                "2026-11-20",
                "2026-11-21T08:00:00Z",
            ),
            (
                "Pacific/Kiritimati",
                "2026-11-21T09:00:00Z",
                "2026-11-21",
                "2026-11-21T10:00:00Z",
            ),
        ] {
            let (ann, tracked) = weaver(&app, &format!("{date}@example.org")).await;
            let from: Timestamp = start.parse().unwrap();
            let ends: Timestamp = ends.parse().unwrap();
            let events: Vec<Value> = (0..30)
                .map(|n| {
                    let mut event = event(&(from + SignedDuration::from_mins(n)).to_string());
                    event["tz"] = json!(zone);
                    event
                })
                .collect();
            app.clock.set(ends - SignedDuration::from_secs(1));
            let taken = send(&app, &ann, &tracked, &events).await;
            assert_eq!(taken.json()["accepted"], 30, "{}", taken.text);
            app.derive().await;
            let told = async || app.get(&format!("/tracker/journals/{date}"), &ann).await.json();
            sweep(&app).await;
            let before = told().await;
            assert_eq!(before["final"], false, "{zone}: {before}");
            app.clock.set(ends);
            sweep(&app).await;
            let after = told().await;
            assert_eq!(
                (&after["final"], &after["text"]),
                (&json!(true), &before["text"]),
                "{zone}"
            );
            let stamp: Timestamp = after["logged_at"].as_str().unwrap().parse().unwrap();
            assert_eq!(
                stamp,
                ends - SignedDuration::from_secs(1),
                "{zone}: it stays on its day"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_dismissed_or_is_personal_is_not_told() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        let rule = json!({"scope": "personal", "field": "app", "match": "glob", "pattern": "Code", "category": "personal"});
        work(&app, &ann, &tracked, "2026-11-21T08:00:00Z", 30, Some("feature/PROJ-12")).await;
        sweep(&app).await;
        assert!(in_timesheet(&app, &ann).await.is_string());
        let entry = first_entry(&app, &ann).await;
        let entry = entry.as_str().unwrap().parse().unwrap();
        let dismiss = dayloom_domain::review::Change::Dismiss;
        let said = app.store.reviews().apply(ann.id, entry, &dismiss, None, app.clock.now()).await.unwrap();
        app.derive().await;
        assert_eq!((read(&app, &ann).await.status, in_timesheet(&app, &ann).await), (404, Value::Null));
        sweep(&app).await;
        app.store.reviews().undo(ann.id, said.review.id, app.clock.now()).await.unwrap();
        app.derive().await;
        sweep(&app).await;
        assert!(in_timesheet(&app, &ann).await.is_string());

        // The same time under a rule that calls it personal.
        assert_eq!(app.call(Method::POST, "/tracker/rules", &ann, &rule).await.status, 201);
        app.store.days().mark(ann.id, &[jiff::civil::date(2026, 11, 21)], app.clock.now()).await.unwrap();
        app.derive().await;
        assert_eq!((read(&app, &ann).await.status, in_timesheet(&app, &ann).await), (404, Value::Null));
    })
    .await;
}

#[tokio::test]
async fn an_edited_journal_stands() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        assert_eq!(
            edit(&app, &ann, json!({"text": "x"})).await.status,
            404,
            "nothing happened that day"
        );
        work(&app, &ann, &tracked, "2026-11-21T08:00:00Z", 30, None).await;
        assert_eq!(
            edit(&app, &ann, json!({})).await.faults(),
            ["missing at body.text"]
        );
        let own = edit(&app, &ann, json!({"text": "Met the weavers."})).await.json();
        assert_eq!(
            (&own["text"], &own["written_by"], &own["edited"]),
            (&json!("Met the weavers."), &json!("person"), &json!(true))
        );
        work(&app, &ann, &tracked, "2026-11-21T08:30:00Z", 30, None).await;
        app.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(sweep(&app).await, 0);
        assert_eq!(in_timesheet(&app, &ann).await, "Met the weavers.");

        // Taken away for good, then given back.
        assert_eq!(
            edit(&app, &ann, json!({"text": ""})).await.json()["text"],
            Value::Null
        );
        sweep(&app).await;
        assert_eq!(in_timesheet(&app, &ann).await, Value::Null);
        assert_eq!(read(&app, &ann).await.json()["edited"], true);
        let back = edit(&app, &ann, json!({"text": null})).await.json();
        assert!(
            back["text"].as_str().unwrap().starts_with("I worked 1h"),
            "{back}"
        );
        assert_eq!(back["edited"], false);
        assert_eq!(app.get("/tracker/journals/2026-13-01", &ann).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn the_page_of_a_day_tells_its_journal_with_links_and_takes_an_edit() {
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
        let cookie = signed_in(&app, &ann, 41).await;
        let page = visit(&app, DAY, Some(&cookie)).await.text;
        let told = page.split("<section class=\"journal\"").nth(1).unwrap();
        assert!(
            told.contains("All of it went to PROJ-12 Weave the &#60;b&#62;cloth&#60;/b&#62;."),
            "{told}"
        );
        let link = told
            .split("<a href=\"#")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap();
        assert!(page.contains(&format!("<tr id=\"{link}\"")), "{link}");

        let submit = async |text: &str, action: &str, token: &str| {
            let form = [("csrf", token), ("day", DATE), ("text", text), ("action", action)];
            let request = app
                .request(Method::POST, "/tracking/journal", None)
                .header("cookie", &cookie);
            let body: Vec<String> = form
                .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
                .to_vec();
            let kind = "application/x-www-form-urlencoded";
            let request = request.header("origin", &app.url).header("content-type", kind);
            app.send(request.body(body.join("&"))).await
        };
        let token = csrf(&page);
        assert_eq!(submit("x", "save", "wrong").await.status, 403);
        let saved = submit("Mine.\r\n<i>Really.</i>", "save", &token).await;
        assert_eq!(
            (saved.status, saved.header("location")),
            (303, Some("/tracking/tracker?day=2026-11-21#journal"))
        );
        let page = visit(&app, DAY, Some(&cookie)).await.text;
        assert!(page.contains("edited by you") && page.contains("&#60;i&#62;Really."));
        submit("", "reset", &token).await;
        assert!(
            visit(&app, DAY, Some(&cookie))
                .await
                .text
                .contains("composed from what was recorded")
        );

        let eve = app.person("eve@example.org").await;
        let theirs = signed_in(&app, &eve, 42).await;
        assert!(
            !visit(&app, &format!("{DAY}?day={DATE}"), Some(&theirs))
                .await
                .text
                .contains("PROJ-12")
        );
    })
    .await;
}
