//! `contract/tracker.md` §0: bodies, errors, paths and the order of the checks.

use dayloom_testkit::TestApp;
use reqwest::Method;
use serde_json::json;

const ENROLL: &str = "/tracker/devices:enroll";

#[tokio::test]
async fn errors_have_their_bodies() {
    let app = TestApp::sqlite().await;
    let unknown = app.send(app.request(Method::GET, "/api/v1/nothing", None)).await;
    assert_eq!(
        (unknown.status, unknown.text.as_str()),
        (404, r#"{"detail":"Not Found"}"#)
    );
    let method = app
        .send(app.request(Method::DELETE, "/api/v1/tracker/projects", None))
        .await;
    assert_eq!(
        (method.status, method.text.as_str()),
        (405, r#"{"detail":"Method Not Allowed"}"#)
    );
    let closed = app.store.clone();
    let ann = app.person("ann@example.org").await;
    closed.close().await;
    let failed = app.get("/tracker/projects", &ann).await;
    assert_eq!(
        (failed.status, failed.text.as_str()),
        (500, "Internal Server Error")
    );
    assert!(failed.header("content-type").unwrap().starts_with("text/plain"));
}

#[tokio::test]
async fn colons_match_escaped_and_plain() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    for path in [
        "/tracker/devices:enroll",
        "/tracker/devices%3Aenroll",
        "/tracker/devices%3aenroll",
    ] {
        let answer = app.call(Method::POST, path, &ann, &json!({})).await;
        assert_eq!(
            answer.faults(),
            ["missing at body.device_id", "missing at body.project_id"],
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_trailing_slash_is_redirected_on_this_host_only() {
    let app = TestApp::sqlite().await;
    let to = |path: &'static str| {
        let request = app.request(Method::GET, path, None);
        let app = &app;
        async move {
            let answer = app.send(request).await;
            (answer.status, answer.header("location").map(str::to_owned))
        }
    };
    let target = "/api/v1/tracker/projects?a=b".to_owned();
    assert_eq!(to("/api/v1/tracker/projects/?a=b").await, (307, Some(target)));
    assert_eq!(to("//evil.example/").await, (404, None));
    assert_eq!(to("/\\evil.example/").await, (404, None));
}

#[tokio::test]
async fn malformed_json_comes_before_authentication_and_validation_after_it() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let malformed = app.post_text(ENROLL, None, "{\"device_id\": ").await;
    assert_eq!(malformed.status, 422);
    assert_eq!(malformed.faults(), ["json_invalid at body.14"]);
    let nobody = app.post_text(ENROLL, None, "{}").await;
    assert_eq!(
        (nobody.status, nobody.detail()),
        (401, "Not authenticated".to_owned())
    );
    let faults = app.post_text(ENROLL, Some(&ann.token), "{}").await;
    assert_eq!(faults.status, 422);
    let bad = app
        .post_text(ENROLL, Some(&ann.token), b"\"\xff\"".to_vec())
        .await;
    assert_eq!(bad.json()["detail"][0]["type"], "json_invalid");
    let empty = app.post_text(ENROLL, Some(&ann.token), "").await;
    assert_eq!(empty.faults(), ["missing at body"]);
}

#[tokio::test]
async fn whom_nobody_knows_is_told_no_more_than_that() {
    let app = TestApp::sqlite().await;
    let import = "/workspaces/0b7a1f7e-5c3b-4b62-9f4e-6a2a86f9a001/tasks:import";
    for path in [ENROLL, "/tracker/events:batch", import] {
        let status = async |body: &str| app.post_text(path, None, body.to_owned()).await.status;
        assert_eq!(status("[0,").await, 422, "{path}");
        // What is mended for those who are known is no fault of the others either.
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        for fine in ["[]", "{\"a\": \"\\ud800\", \"b\": 1e999}", deep.as_str()] {
            assert_eq!(status(fine).await, 401, "{path}: {fine}");
        }
    }
}

#[tokio::test]
async fn a_body_of_too_many_values_is_refused() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let body = format!("{{\"device_id\": [{}0]}}", "0,".repeat(1_000_000));
    let answer = app.post_text(ENROLL, Some(&ann.token), body).await;
    assert_eq!(
        (answer.status, answer.json()["detail"][0]["ctx"]["error"].clone()),
        (422, json!("too many values"))
    );
}

#[tokio::test]
async fn other_methods_find_what_they_may_and_no_other_site_is_let_in() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let projects = "/api/v1/tracker/projects";
    let send = async |method: Method, path: &str| {
        let request = app.request(method, path, Some(&ann.token));
        app.send(request.header("origin", "https://evil.example")).await
    };
    let read = send(Method::GET, projects).await;
    let head = send(Method::HEAD, projects).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.header("content-type"), read.header("content-type"));
    for (method, path, allowed) in [
        (Method::POST, projects, "GET,HEAD"),
        (Method::OPTIONS, projects, "GET,HEAD"),
        (Method::GET, "/api/v1/tracker/events:batch", "POST"),
    ] {
        let refused = send(method.clone(), path).await;
        assert_eq!(
            (refused.status, refused.detail()),
            (405, "Method Not Allowed".to_owned()),
            "{method} {path}"
        );
        assert_eq!(refused.header("allow"), Some(allowed), "{method} {path}");
        let shared = refused
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control"));
        assert!(!shared, "{method} {path}");
    }
    assert!(
        !read
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control"))
    );
}

#[tokio::test]
async fn query_and_body_are_judged_together() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let answer = app
        .call(
            Method::POST,
            "/tracker/evidence:presign?device_id=x",
            &ann,
            &json!({"byte_size": 0}),
        )
        .await;
    assert_eq!(
        answer.faults(),
        [
            "uuid_parsing at query.device_id",
            "missing at body.event_id",
            "missing at body.content_type",
            "greater_than at body.byte_size",
            "missing at body.sha256"
        ]
    );
}

#[tokio::test]
async fn only_json_content_types_are_read() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let send = |kind: Option<&'static str>| {
        let mut request = app.request(Method::POST, "/api/v1/developers/me/api-tokens", Some(&ann.token));
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let app = &app;
        async move { app.send(request.body(r#"{"name":"n"}"#)).await.status }
    };
    assert_eq!(send(Some("application/json; charset=utf-8")).await, 201);
    assert_eq!(send(Some("Application/JSON")).await, 201);
    assert_eq!(send(Some("application/vnd.api+json")).await, 201);
    assert_eq!(send(Some("text/plain")).await, 422);
    assert_eq!(send(Some("application/x-www-form-urlencoded")).await, 422);
    assert_eq!(send(None).await, 422);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_413() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let answer = app
        .post_text(
            ENROLL,
            Some(&ann.token),
            vec![b' '; dayloom_server::extract::MAX_BODY + 1],
        )
        .await;
    assert_eq!(
        (answer.status, answer.detail()),
        (413, "Request body too large".to_owned())
    );
}

#[tokio::test]
async fn every_answer_carries_its_guards() {
    let app = TestApp::sqlite().await;
    let api = app
        .send(app.request(Method::GET, "/api/v1/tracker/projects", None))
        .await;
    assert_eq!(
        api.header("content-security-policy"),
        Some("default-src 'none'; frame-ancestors 'none'")
    );
    assert_eq!(api.header("cache-control"), Some("no-store"));
    assert_eq!(api.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(api.header("www-authenticate"), Some("Bearer"));
    assert!(api.header("x-request-id").is_some());
    let page = app.send(app.request(Method::GET, "/nothing", None)).await;
    assert!(!page.header("content-security-policy").unwrap().contains("unsafe"));
}
