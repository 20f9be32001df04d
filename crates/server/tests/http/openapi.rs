//! The OpenAPI document and its reference page.

use std::collections::BTreeSet;

use dayloom_testkit::TestApp;
use reqwest::Method;
use serde_json::Value;

/// Every operation of the document as `METHOD /path`.
pub fn operations(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

#[tokio::test]
async fn the_document_is_served_and_lists_every_endpoint() {
    let app = TestApp::sqlite().await;
    let answer = app
        .send(app.request(Method::GET, "/api/v1/openapi.json", None))
        .await;
    assert_eq!(answer.status, 200);
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let listed = operations(&document);
    insta::assert_snapshot!(listed.iter().map(String::as_str).collect::<Vec<_>>().join("\n"));

    // What the document lists is there: none of it is an unknown path or a wrong method.
    for operation in &listed {
        let (method, path) = operation.split_once(' ').unwrap();
        let path = path.replace("{date}", "2026-11-21").replace(['{', '}'], "x");
        let answer = app.send(app.request(method.parse().unwrap(), &path, None)).await;
        assert!(
            matches!(answer.status, 401 | 422),
            "{operation}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn every_operation_says_what_it_answers() {
    let document = serde_json::to_value(dayloom_server::document()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{name} has no summary");
            assert!(
                operation["responses"]["401"].is_object(),
                "{name} does not tell its 401"
            );
            let success = operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .any(|status| status.starts_with('2'));
            assert!(success, "{name} does not tell its success");
            if operation.get("requestBody").is_some() {
                assert!(
                    operation["responses"]["422"].is_object(),
                    "{name} does not tell its 422"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_reference_page_loads_nothing_from_outside() {
    let app = TestApp::sqlite().await;
    let page = app.send(app.request(Method::GET, "/api/docs/", None)).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';") && policy.contains("default-src 'none'"));
    let links = page.text.split(['"', '\'']).filter(|part| part.contains("://"));
    assert_eq!(links.collect::<Vec<_>>(), Vec::<&str>::new());
    for file in page.text.split('"').filter_map(|part| part.strip_prefix("./")) {
        let answer = app
            .send(app.request(Method::GET, &format!("/api/docs/{file}"), None))
            .await;
        assert_eq!(answer.status, 200, "{file}");
    }
    let start = app
        .send(app.request(Method::GET, "/api/docs/swagger-initializer.js", None))
        .await;
    assert!(start.text.contains("/api/v1/openapi.json"));
    let bare = app.send(app.request(Method::GET, "/api/docs", None)).await;
    assert_eq!((bare.status, bare.header("location")), (307, Some("/api/docs/")));
    assert_eq!(
        app.send(app.request(Method::GET, "/api/docs/nothing.js", None))
            .await
            .status,
        404
    );
}
