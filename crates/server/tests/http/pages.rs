//! Pages as a browser asks for them: one-time links, sessions, forms, and what nobody may see.

use dayloom_domain::Clock;
use dayloom_server::pages::LINK_LIFE;
use dayloom_storage::TaskPatch;
use dayloom_testkit::{TestApp, on_both};
use jiff::SignedDuration;
use reqwest::Method;

use crate::desk::{DAY, csrf, link, signed_in, visit, weaver, work};

#[tokio::test]
async fn a_link_signs_in_once_and_for_two_minutes() {
    on_both(async |app| {
        let person = app.person("one@example.org").await;
        let path = link(&app, &person, 1).await;
        assert_eq!(visit(&app, &path, None).await.status, 200);
        let spent = visit(&app, &path, None).await;
        assert_eq!(spent.status, 401);
        assert!(spent.text.contains("dayloom open") && spent.header("set-cookie").is_none());
        let late = link(&app, &person, 2).await;
        app.clock.advance(LINK_LIFE + SignedDuration::from_secs(1));
        assert_eq!(visit(&app, &late, None).await.status, 401);
        assert_eq!(visit(&app, "/open/nonsense", None).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn of_many_simultaneous_visits_one_is_signed_in() {
    on_both(async |app| {
        let person = app.person("many@example.org").await;
        let path = link(&app, &person, 3).await;
        let visits = futures::future::join_all((0..8).map(|_| visit(&app, &path, None))).await;
        assert_eq!(visits.iter().filter(|answer| answer.status == 200).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn without_a_session_every_page_is_401_and_says_what_to_run() {
    on_both(async |app| {
        let person = app.person("no@example.org").await;
        for path in [
            DAY,
            "/tracking/tracker.csv",
            "/tracking/tracker?start=2026-11-01&end=2026-11-30",
        ] {
            let answer = visit(&app, path, None).await;
            assert_eq!(answer.status, 401, "{path}");
            assert!(answer.text.contains("dayloom open"), "{path}");
            let wrong = format!("dayloom_session_{}=00", app.url.rsplit(':').next().unwrap());
            assert_eq!(visit(&app, path, Some(&wrong)).await.status, 401, "{path}");
        }
        // A bearer token is no browser's session.
        let answer = app.send(app.request(Method::GET, DAY, Some(&person.token))).await;
        assert_eq!(answer.status, 401);
    })
    .await;
}

#[tokio::test]
async fn forms_need_the_session_its_token_and_our_own_origin() {
    on_both(async |app| {
        let person = app.person("form@example.org").await;
        app.tracked(&person).await;
        let cookie = signed_in(&app, &person, 4).await;
        let other = app.person("other@example.org").await;
        let foreign = signed_in(&app, &other, 5).await;
        let token = csrf(&visit(&app, DAY, Some(&cookie)).await.text);
        let theirs = csrf(&visit(&app, DAY, Some(&foreign)).await.text);
        let post = async |path: &str, cookie: &str, origin: &str, token: &str| {
            let request = app
                .request(Method::POST, path, None)
                .header("cookie", cookie)
                .header("origin", origin);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            app.send(request.body(format!("csrf={token}&paused=true")))
                .await
                .status
        };
        let paused = async || app.store.people().by_id(person.id).await.unwrap().unwrap().paused;
        for path in ["/tracking/pause", "/sign-out"] {
            assert_eq!(post(path, &cookie, "https://evil.example", &token).await, 403);
            assert_eq!(post(path, &cookie, &app.url, "").await, 403);
            assert_eq!(post(path, &cookie, &app.url, &theirs).await, 403);
            assert_eq!(post(path, "", &app.url, &token).await, 401);
        }
        assert!(!paused().await);
        assert_eq!(post("/tracking/pause", &cookie, &app.url, &token).await, 303);
        assert!(paused().await);
        assert_eq!(post("/sign-out", &cookie, &app.url, &token).await, 303);
        assert_eq!(visit(&app, DAY, Some(&cookie)).await.status, 401);
        assert_eq!(visit(&app, DAY, Some(&foreign)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_foreign_name_for_this_machine_is_refused() {
    let app = TestApp::sqlite().await;
    let person = app.person("name@example.org").await;
    let cookie = signed_in(&app, &person, 6).await;
    let request = app.request(Method::GET, DAY, None).header("cookie", &cookie);
    let answer = app.send(request.header("host", "evil.example:8000")).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn pages_are_kept_by_nobody_and_assets_for_ever() {
    let app = TestApp::sqlite().await;
    let person = app.person("kept@example.org").await;
    let cookie = signed_in(&app, &person, 7).await;
    let page = visit(&app, "/tracking/tracker?day=2026-11-02", Some(&cookie)).await;
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let css = page
        .text
        .split("href=\"")
        .find(|rest| rest.starts_with("/assets/dayloom"))
        .unwrap();
    let asset = visit(&app, css.split('"').next().unwrap(), None).await;
    assert_eq!(asset.status, 200);
    assert!(asset.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(visit(&app, "/assets/dayloom.0.css", None).await.status, 404);
    assert_eq!(visit(&app, "/", None).await.header("location"), Some(DAY));

    let tag = page.header("etag").unwrap().to_owned();
    let request = app.request(Method::GET, "/tracking/tracker?day=2026-11-02", None);
    let again = app
        .send(request.header("cookie", &cookie).header("if-none-match", tag))
        .await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn a_page_is_sent_again_when_a_task_has_another_name() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "named@example.org").await;
        work(
            &app,
            &ann,
            &tracked,
            "2026-11-21T08:00:00Z",
            5,
            Some("feature/PROJ-12"),
        )
        .await;
        let cookie = signed_in(&app, &ann, 11).await;
        let page = visit(&app, DAY, Some(&cookie)).await;
        let tag = page.header("etag").unwrap().to_owned();
        let ask = async || {
            let request = app.request(Method::GET, DAY, None).header("cookie", &cookie);
            app.send(request.header("if-none-match", &tag)).await
        };
        assert_eq!(ask().await.status, 304);
        let tasks = app.store.tasks();
        let named = tasks.assigned(ann.id, false).await.unwrap();
        let patch = TaskPatch {
            title: Some("Weave the linen".to_owned()),
            ..TaskPatch::default()
        };
        let renamed = tasks.update(tracked.workspace, named[0].id, &patch, app.clock.now());
        renamed.await.unwrap();
        let again = ask().await;
        assert_eq!(again.status, 200);
        assert!(again.text.contains("Weave the linen"));
    })
    .await;
}

#[tokio::test]
async fn dates_that_cannot_be_read_are_a_page_and_so_is_what_does_not_exist() {
    let app = TestApp::sqlite().await;
    let person = app.person("dates@example.org").await;
    let cookie = signed_in(&app, &person, 8).await;
    for query in [
        "day=tomorrow",
        "start=2026-11-05&end=2026-11-04",
        "day=%00",
        "start=0001-01-01",
    ] {
        let answer = visit(&app, &format!("{DAY}?{query}"), Some(&cookie)).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.header("content-type").unwrap().starts_with("text/html"));
    }
    for query in [
        "day=2026-03-29",
        "start=2026-10-01&end=2026-10-31",
        "start=2025-11-20&end=2026-11-19",
    ] {
        assert_eq!(
            visit(&app, &format!("{DAY}?{query}"), Some(&cookie)).await.status,
            200,
            "{query}"
        );
    }
    let hindi = |path: &str| {
        let request = app.request(Method::GET, path, None).header("accept", "text/html");
        app.send(request.header("accept-language", "hi-IN, en;q=0.5"))
    };
    for (path, status, text) in [
        ("/no-such-page", 404, "ऐसा कोई पृष्ठ नहीं है।"),
        (DAY, 401, "इस ब्राउज़र पर आप साइन इन नहीं हैं।"),
    ] {
        let answer = hindi(path).await;
        assert_eq!(answer.status, status);
        assert!(
            answer.text.contains(text) && answer.text.contains("<html lang=\"hi\">"),
            "{path}"
        );
        assert!(answer.header("content-security-policy").is_some(), "{path}");
    }
    // The profile's language stands before the browser's.
    let body = serde_json::json!({"locale": "hi"});
    assert_eq!(
        app.call(Method::PATCH, "/developers/me", &person, &body)
            .await
            .status,
        200
    );
    let answer = visit(&app, &format!("{DAY}?day=tomorrow"), Some(&cookie)).await;
    assert!(answer.text.contains("तारीख़"), "{}", answer.text);
    let missing = visit(&app, "/no-such-page", None).await;
    assert_eq!(missing.status, 404);
    assert!(missing.text.contains("There is no such page."));
    let api = visit(&app, "/api/v1/nothing", None).await;
    assert_eq!(api.json()["detail"], "Not Found");
}
