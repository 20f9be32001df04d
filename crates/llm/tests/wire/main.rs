//! Each provider's protocol against a server that speaks it: what is sent, what is read back, and every way to fail.

#[path = "../../../testkit/src/port.rs"]
mod port;

mod aloud;
mod stub;

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use dayloom_llm::{Answer, Failure, ModelSettings, Provider, Usage, connect};
use port::OwnPort;
use serde_json::json;
use stub::{Say, chosen, prompt, stub, stub_that};
use tokio::{io::AsyncReadExt, net::TcpListener};

async fn asked(settings: &ModelSettings) -> Result<Answer, Failure> {
    connect(settings).expect("settings in order").ask(&prompt()).await
}

fn answered(input_tokens: u64, output_tokens: u64) -> Result<Answer, Failure> {
    Ok(Answer {
        text: "{\"answers\":[1]}".to_owned(),
        usage: Usage {
            input_tokens,
            output_tokens,
        },
    })
}

fn openai_says() -> Response {
    axum::Json(json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": "m-1",
        "choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": "{\"answers\":[1]}"}}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
    }))
    .into_response()
}

#[tokio::test]
async fn openai_and_what_speaks_like_it() {
    for provider in [Provider::OpenAi, Provider::Ollama] {
        let stub = stub(openai_says).await;
        let base = format!("{}/v1", stub.url);
        assert_eq!(asked(&chosen(provider, &base)).await, answered(11, 5));
        let sent = stub.last();
        assert_eq!(sent.path, "/v1/chat/completions");
        assert_eq!(sent.headers["authorization"], "Bearer sk-of-the-test");
        assert_eq!(sent.body["model"], "m-1");
        assert_eq!(sent.body["max_tokens"], 300);
        assert_eq!(sent.body["temperature"], 0.0, "a local model is kept steady");
        let format = &sent.body["response_format"];
        assert_eq!(format["type"], "json_schema");
        assert_eq!(format["json_schema"]["strict"], true);
        assert_eq!(format["json_schema"]["schema"]["required"], json!(["answers"]));
        assert_eq!(sent.body["messages"][0]["role"], "system");
        assert_eq!(sent.body["messages"][1]["content"], "{\"signals\":[]}");
    }
}

#[tokio::test]
async fn anthropic() {
    let stub = stub(|| {
        axum::Json(json!({
            "id": "msg", "type": "message", "role": "assistant", "model": "m-1", "stop_reason": "end_turn",
            "content": [{"type": "text", "text": "{\"answers\":[1]}"}],
            "usage": {"input_tokens": 21, "output_tokens": 6}
        }))
        .into_response()
    })
    .await;
    let base = format!("{}/v1/", stub.url);
    assert_eq!(asked(&chosen(Provider::Anthropic, &base)).await, answered(21, 6));
    let sent = stub.last();
    assert_eq!(sent.path, "/v1/messages");
    assert_eq!(sent.headers["x-api-key"], "sk-of-the-test");
    assert!(sent.headers.contains_key("anthropic-version"));
    assert_eq!(sent.body["max_tokens"], 300);
    let format = &sent.body["output_config"]["format"];
    assert_eq!(format["schema"]["required"], json!(["answers"]));
    assert!(sent.body["system"].to_string().contains("Sort."));
}

#[tokio::test]
async fn gemini() {
    let stub = stub(|| {
        axum::Json(json!({
            "candidates": [{"index": 0, "finishReason": "STOP",
                "content": {"role": "model", "parts": [{"text": "{\"answers\":[1]}"}]}}],
            "usageMetadata": {"promptTokenCount": 31, "candidatesTokenCount": 7, "totalTokenCount": 38},
            "modelVersion": "m-1"
        }))
        .into_response()
    })
    .await;
    let base = format!("{}/v1beta", stub.url);
    assert_eq!(asked(&chosen(Provider::Gemini, &base)).await, answered(31, 7));
    let sent = stub.last();
    assert_eq!(sent.path, "/v1beta/models/m-1:generateContent");
    assert_eq!(sent.headers["x-goog-api-key"], "sk-of-the-test");
    let generation = &sent.body["generationConfig"];
    assert_eq!(generation["responseMimeType"], "application/json");
    assert_eq!(generation["responseJsonSchema"]["required"], json!(["answers"]));
    assert_eq!(generation["maxOutputTokens"], 300);
}

/// How each way to answer badly is told.
#[tokio::test]
async fn every_refusal_has_its_kind() {
    let json = || [(header::CONTENT_TYPE, "application/json")];
    let cases: Vec<(&str, Say, Failure)> = vec![
        (
            "an error",
            Arc::new(move |_| (StatusCode::INTERNAL_SERVER_ERROR, json(), "{\"error\":{}}").into_response()),
            Failure::Refused { status: 500 },
        ),
        (
            "a wrong key",
            Arc::new(move |_| (StatusCode::UNAUTHORIZED, json(), "{\"error\":{}}").into_response()),
            Failure::Refused { status: 401 },
        ),
        (
            "too many",
            Arc::new(|_| (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "7")], "{}").into_response()),
            Failure::RateLimited {
                retry_after: Some(Duration::from_secs(7)),
            },
        ),
        (
            "a page",
            Arc::new(|_| ([(header::CONTENT_TYPE, "text/html")], "<html>").into_response()),
            Failure::Undecodable,
        ),
        (
            "half of it",
            Arc::new(move |_| (json(), "{\"choices\":[{\"mess").into_response()),
            Failure::Undecodable,
        ),
        (
            "nothing in it",
            Arc::new(move |_| (json(), "{\"choices\":[]}").into_response()),
            Failure::Undecodable,
        ),
        (
            "another shape",
            Arc::new(move |_| (json(), "[1,2,3]").into_response()),
            Failure::Undecodable,
        ),
    ];
    for (name, say, failure) in cases {
        let stub = stub_that(say).await;
        let settings = chosen(Provider::OpenAi, &format!("{}/v1", stub.url));
        let result = asked(&settings).await;
        assert_eq!(result, Err(failure), "{name}");
        let said = format!("{result:?} {}", result.as_ref().unwrap_err());
        assert!(
            !said.contains("signals") && !said.contains("sk-of"),
            "{name}: {said}"
        );
    }
}

#[tokio::test]
async fn slow_bytes_and_silence_end_in_time() {
    let drip = stub(|| {
        let bytes = futures_of_bytes();
        (
            [(header::CONTENT_TYPE, "application/json")],
            Body::from_stream(bytes),
        )
            .into_response()
    })
    .await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent_url = format!("http://{}/v1", silent.local_addr().expect("bound"));
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = silent.accept().await {
            let mut some = [0; 16];
            let _ = stream.read(&mut some).await;
            held.push(stream);
        }
    });
    for url in [format!("{}/v1", drip.url), silent_url] {
        let mut settings = chosen(Provider::OpenAi, &url);
        settings.timeout = Duration::from_millis(400);
        assert_eq!(asked(&settings).await, Err(Failure::TooSlow));
    }
}

/// A byte of white space now and then, without end.
fn futures_of_bytes() -> impl futures::Stream<Item = Result<&'static str, std::io::Error>> + Send {
    futures::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Some((Ok(" "), ()))
    })
}

#[tokio::test]
async fn nobody_there_is_told_from_a_refusal() {
    let port = OwnPort::new();
    let url = format!("http://{}/v1", port.address());
    assert_eq!(
        asked(&chosen(Provider::OpenAi, &url)).await,
        Err(Failure::Unreachable)
    );
}

#[tokio::test]
async fn what_no_provider_counts_is_estimated() {
    let stub = stub(|| {
        axum::Json(json!({"choices": [{"message": {"role": "assistant", "content": "{\"answers\":[1]}"}}]}))
            .into_response()
    })
    .await;
    let settings = chosen(Provider::OpenAi, &format!("{}/v1", stub.url));
    let answer = asked(&settings).await.expect("an answer");
    assert_eq!(answer.usage.input_tokens, prompt().estimated_tokens());
    assert!(answer.usage.output_tokens > 0);
}

/// Refuses calls with a schema as DeepSeek does, and those that name another model.
fn takes_no_schema(status: StatusCode) -> Say {
    Arc::new(move |body| {
        if body["response_format"].is_null() && body["model"] == "m-1" {
            return openai_says();
        }
        let why = json!({"error": {"message": "This response_format type is unavailable now"}});
        (status, axum::Json(why)).into_response()
    })
}

#[tokio::test]
async fn who_refuses_a_schema_is_told_the_form_in_words_from_then_on() {
    for status in [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY] {
        let stub = stub_that(takes_no_schema(status)).await;
        let settings = chosen(Provider::OpenAi, &format!("{}/v1", stub.url));
        let model = connect(&settings).expect("settings in order");
        for calls in [2, 3] {
            assert_eq!(model.ask(&prompt()).await, answered(11, 5));
            let sent = stub.sent.lock().expect("not poisoned").clone();
            assert_eq!(sent.len(), calls, "it is known after the first time");
            let last = &sent[calls - 1].body;
            let told = last["messages"][0]["content"].to_string();
            assert!(
                told.contains("JSON schema") && told.contains("additionalProperties"),
                "{told}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_refused_in_any_form_is_refused() {
    let stub = stub_that(takes_no_schema(StatusCode::BAD_REQUEST)).await;
    let mut settings = chosen(Provider::OpenAi, &format!("{}/v1", stub.url));
    settings.name = Some("m-2".to_owned());
    let model = connect(&settings).expect("settings in order");
    for calls in [2, 4] {
        assert_eq!(model.ask(&prompt()).await, Err(Failure::Refused { status: 400 }));
        assert_eq!(stub.sent.lock().expect("not poisoned").len(), calls);
    }
    let mut formless = prompt();
    formless.schema = None;
    assert!(model.ask(&formless).await.is_err());
    assert_eq!(
        stub.sent.lock().expect("not poisoned").len(),
        5,
        "nothing else to try"
    );
}
