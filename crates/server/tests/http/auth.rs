//! `contract/tracker.md` §1.1 and §1.2: credentials and API tokens.

use dayloom_domain::{Clock, DeveloperId};
use dayloom_server::{
    Secret,
    auth::{Hash, mint, session::cookie_name},
};
use dayloom_testkit::{Person, TestApp, on_both};
use jiff::SignedDuration;
use reqwest::{Method, header};
use serde_json::{Value, json};

const TOKENS: &str = "/developers/me/api-tokens";

async fn status_with(app: &TestApp, authorization: &str) -> (u16, String) {
    let request = app.request(Method::GET, "/api/v1/tracker/projects", None);
    let answer = app
        .send(request.header(header::AUTHORIZATION, authorization))
        .await;
    if answer.status == 401 {
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    (answer.status, answer.detail())
}

#[tokio::test]
async fn credentials_are_told_apart() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let none = || (401, "Not authenticated".to_owned());
    assert_eq!(
        app.send(app.request(Method::GET, "/api/v1/tracker/projects", None))
            .await
            .status,
        401
    );
    for header in ["", "Bearer", "Bearer ", "Basic abc", &ann.token] {
        assert_eq!(status_with(&app, header).await, none(), "{header}");
    }
    assert_eq!(status_with(&app, &format!("bEARER {}", ann.token)).await.0, 200);
    let invalid = (401, "Invalid token".to_owned());
    assert_eq!(status_with(&app, "Bearer x.y.z").await, invalid);
    let api = (401, "Invalid or expired API token".to_owned());
    assert_eq!(
        status_with(&app, "Bearer aexy_00000000000000000000000000000000").await,
        api
    );

    let hour = SignedDuration::from_hours(1);
    let forged = mint(&Secret::new("another"), ann.id, app.clock.now(), hour).unwrap();
    assert_eq!(status_with(&app, &format!("Bearer {forged}")).await, invalid);
    let short = mint(app.secret(), ann.id, app.clock.now(), hour).unwrap();
    assert_eq!(status_with(&app, &format!("Bearer {short}")).await.0, 200);
    app.clock.advance(hour);
    assert_eq!(status_with(&app, &format!("Bearer {short}")).await, invalid);
}

#[tokio::test]
async fn a_token_of_a_person_who_is_gone_is_404_where_the_account_is_loaded() {
    let app = TestApp::sqlite().await;
    let ghost = DeveloperId("0b7a1f7e-5c3b-4b62-9f4e-6a2a86f9a001".parse().unwrap());
    let token = mint(
        app.secret(),
        ghost,
        app.clock.now(),
        SignedDuration::from_hours(1),
    )
    .unwrap();
    let rule =
        json!({"scope": "personal", "field": "app", "match": "glob", "pattern": "x", "category": "personal"});
    for (method, path, body) in [
        (Method::GET, TOKENS, Value::Null),
        (Method::POST, "/workspaces", json!({"name": "Nobody's"})),
        (Method::POST, "/tracker/rules", rule),
        (
            Method::PATCH,
            "/notifications/preferences/tracker.insight.after_hours",
            json!({"in_app": false}),
        ),
    ] {
        let request = app.request(method, &format!("/api/v1{path}"), Some(&token));
        let answer = app.send(request.json(&body)).await;
        assert_eq!(
            (answer.status, answer.detail()),
            (404, "Developer not found".to_owned()),
            "{path}"
        );
    }
}

async fn create(app: &TestApp, person: &Person, body: Value) -> (u16, Value) {
    let answer = app.call(Method::POST, TOKENS, person, &body).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn api_tokens_live_as_the_contract_says() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let bob = app.person("bob@example.org").await;
        let (status, made) = create(&app, &ann, json!({"name": "Aexy (mac)", "expires_in_days": 365})).await;
        assert_eq!(status, 201);
        let token = made["token"].as_str().unwrap().to_owned();
        let digits = token.strip_prefix("aexy_").unwrap();
        assert!(digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
        assert_eq!(made["token_prefix"], token[..12]);
        assert_eq!(made["expires_at"], "2027-11-21T10:00:00Z");
        assert_eq!(
            (&made["last_used_at"], &made["is_active"]),
            (&Value::Null, &json!(true))
        );

        app.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(
            create(&app, &ann, json!({"name": "n"})).await.1["expires_at"],
            "2027-02-19T10:00:01Z"
        );
        app.clock.advance(SignedDuration::from_secs(1));
        let for_ever = create(&app, &ann, json!({"name": "n", "expires_in_days": null}))
            .await
            .1;
        assert_eq!(for_ever["expires_at"], Value::Null);
        for bad in [
            json!({}),
            json!({"name": ""}),
            json!({"name": "n", "expires_in_days": 0}),
        ] {
            assert_eq!(create(&app, &ann, bad.clone()).await.0, 422, "{bad}");
        }
        assert_eq!(
            create(&app, &ann, json!({"name": "n", "expires_in_days": 366}))
                .await
                .0,
            422
        );

        let spoken = |token: String| {
            let app = &app;
            async move {
                let request = app.request(Method::GET, &format!("/api/v1{TOKENS}"), Some(&token));
                app.send(request).await
            }
        };
        let listed = spoken(token.clone()).await;
        let rows = listed.json();
        assert_eq!(rows.as_array().unwrap().len(), 3);
        assert_eq!(rows[0]["id"], for_ever["id"]);
        assert!(
            rows.as_array()
                .unwrap()
                .iter()
                .all(|row| row.get("token").is_none())
        );

        // Use is noted, at most every five minutes.
        let used = |rows: Value| rows[2]["last_used_at"].clone();
        let first = used(spoken(token.clone()).await.json());
        assert_eq!(first, "2026-11-21T10:00:02Z");
        app.clock.advance(SignedDuration::from_mins(4));
        assert_eq!(used(spoken(token.clone()).await.json()), first);
        app.clock.advance(SignedDuration::from_mins(2));
        spoken(token.clone()).await;
        assert_ne!(used(spoken(token.clone()).await.json()), first);

        let path = format!("{TOKENS}/{}", made["id"].as_str().unwrap());
        let remove = |path: String, person: Person| {
            let app = &app;
            async move { app.call(Method::DELETE, &path, &person, &json!({})).await }
        };
        let foreign = remove(path.clone(), bob.clone()).await;
        assert_eq!(
            (foreign.status, foreign.detail()),
            (404, "Token not found".to_owned())
        );
        assert_eq!(
            remove(format!("{TOKENS}/nonsense"), ann.clone()).await.status,
            404
        );
        assert_eq!(
            remove(
                path.to_uppercase().replace("/DEVELOPERS/ME/API-TOKENS", TOKENS),
                ann.clone()
            )
            .await
            .status,
            204
        );
        assert_eq!(remove(path, ann.clone()).await.status, 404);
        assert_eq!(spoken(token).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn an_expired_api_token_is_refused() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let token = create(&app, &ann, json!({"name": "n", "expires_in_days": 1}))
        .await
        .1["token"]
        .clone();
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    app.clock
        .advance(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    assert_eq!(status_with(&app, &bearer).await.0, 200);
    app.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(status_with(&app, &bearer).await.0, 401);
}

#[tokio::test]
async fn the_session_cookie_reads_everywhere_and_writes_from_own_pages_only() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let now = app.clock.now();
    let ends = now.checked_add(SignedDuration::from_hours(1)).unwrap();
    app.store
        .sessions()
        .create(ann.id, Hash::of("s3cret").as_str(), ends, now)
        .await
        .unwrap();
    let mut asked = header::HeaderMap::new();
    asked.insert(
        header::HOST,
        app.url.trim_start_matches("http://").parse().unwrap(),
    );
    let name = cookie_name(&asked);
    let send = |method: Method, headers: &'static [(&'static str, &'static str)]| {
        let mut request = app.request(method, &format!("/api/v1{TOKENS}"), None);
        request = request.header("cookie", format!("a=b; {name}=s3cret"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let app = &app;
        async move { app.send(request.json(&json!({"name": "n"}))).await.status }
    };
    assert_eq!(send(Method::GET, &[]).await, 200);
    assert_eq!(
        send(Method::GET, &[("authorization", "Bearer nonsense")]).await,
        401
    );
    assert_eq!(send(Method::POST, &[]).await, 401);
    assert_eq!(
        send(Method::POST, &[("origin", "https://evil.example")]).await,
        401
    );
    assert_eq!(send(Method::POST, &[("origin", "null")]).await, 401);
    assert_eq!(send(Method::POST, &[("sec-fetch-site", "cross-site")]).await, 401);
    assert_eq!(send(Method::POST, &[("sec-fetch-site", "same-site")]).await, 401);
    assert_eq!(
        send(Method::POST, &[("sec-fetch-site", "same-origin")]).await,
        201
    );
    let own = app
        .request(Method::POST, &format!("/api/v1{TOKENS}"), None)
        .header("origin", &app.url);
    let own = own
        .header("cookie", format!("{name}=s3cret"))
        .json(&json!({"name": "n"}));
    assert_eq!(app.send(own).await.status, 201);
    app.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(send(Method::GET, &[]).await, 401);
}
