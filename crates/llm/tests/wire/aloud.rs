//! Answers read while they are written: each provider's stream, and every way for one to fail.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use dayloom_llm::{Answer, Failure, Model, ModelSettings, Provider, Usage, connect};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
};

use crate::{
    openai_says,
    stub::{Say, Stub, chosen, prompt, stub_that},
};

/// The answer in its pieces.
const PIECES: [&str; 3] = ["{\"ans", "wers\":", "[1]}"];

const PROVIDERS: [Provider; 4] = [
    Provider::OpenAi,
    Provider::Ollama,
    Provider::Anthropic,
    Provider::Gemini,
];

/// The events of an answer: one before its pieces, one for each, and its end.
fn events(provider: Provider) -> Vec<String> {
    let data = |data: Value| format!("data: {data}\n\n");
    let named = |data: Value| {
        format!(
            "event: {}\ndata: {data}\n\n",
            data["type"].as_str().expect("a type")
        )
    };
    let mut events = Vec::new();
    match provider {
        Provider::OpenAi | Provider::Ollama => {
            let choice = |delta: Value, reason: Value| {
                data(
                    json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m-1",
                    "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}),
                )
            };
            events.push(choice(json!({"role": "assistant", "content": ""}), Value::Null));
            events.extend(PIECES.map(|piece| choice(json!({ "content": piece }), Value::Null)));
            let usage = json!({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 5}});
            events.push(choice(json!({}), json!("stop")) + &data(usage) + "data: [DONE]\n\n");
        }
        Provider::Anthropic => {
            let begun = json!({"type": "message_start", "message": {"id": "m", "role": "assistant",
                "content": [], "usage": {"input_tokens": 11, "output_tokens": 1}}});
            let block = json!({"type": "content_block_start", "index": 0,
                "content_block": {"type": "text", "text": ""}});
            events.push(named(begun) + &named(block) + &named(json!({"type": "ping"})));
            events.extend(PIECES.map(|piece| {
                named(json!({"type": "content_block_delta", "index": 0,
                    "delta": {"type": "text_delta", "text": piece}}))
            }));
            let end = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"},
                "usage": {"output_tokens": 5}});
            events.push(
                named(json!({"type": "content_block_stop", "index": 0}))
                    + &named(end)
                    + &named(json!({"type": "message_stop"})),
            );
        }
        Provider::Gemini => {
            let part = |text: &str, reason: Option<&str>| {
                let mut part = json!({"candidates": [{"index": 0,
                    "content": {"role": "model", "parts": [{ "text": text }]}}],
                    "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 5, "totalTokenCount": 16}});
                if let Some(reason) = reason {
                    part["candidates"][0]["finishReason"] = json!(reason);
                }
                data(part)
            };
            events.push(": it begins\n\n".to_owned());
            events.extend(PIECES.map(|piece| part(piece, None)));
            events.push(part("", Some("STOP")));
        }
    }
    events
}

fn streaming(parts: impl stream::Stream<Item = String> + Send + 'static) -> Response {
    let body = Body::from_stream(parts.map(Ok::<_, Infallible>));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

fn settings(provider: Provider, stub: &Stub) -> ModelSettings {
    chosen(provider, &format!("{}/v1", stub.url))
}

/// What was said, and how it ended.
async fn listened(model: &dyn Model) -> (Vec<String>, Result<Answer, Failure>) {
    let mut said = Vec::new();
    let mut heard = |piece: &str| said.push(piece.to_owned());
    let result = model.ask_aloud(&prompt(), &mut heard).await;
    (said, result)
}

async fn heard_from(settings: &ModelSettings) -> (Vec<String>, Result<Answer, Failure>) {
    listened(&*connect(settings).expect("settings in order")).await
}

fn whole() -> Result<Answer, Failure> {
    Ok(Answer {
        text: PIECES.concat(),
        usage: Usage {
            input_tokens: 11,
            output_tokens: 5,
        },
    })
}

#[tokio::test]
async fn each_provider_is_heard_while_it_writes() {
    for provider in PROVIDERS {
        let heard = Arc::new(Notify::new());
        let gate = Arc::clone(&heard);
        let stub = stub_that(Arc::new(move |_| {
            let gate = Arc::clone(&gate);
            // Each piece waits until the one before was heard.
            streaming(
                stream::iter(events(provider))
                    .enumerate()
                    .then(move |(n, event)| {
                        let gate = Arc::clone(&gate);
                        async move {
                            if n > 1 {
                                gate.notified().await;
                            }
                            event
                        }
                    }),
            )
        }))
        .await;
        let mut said = Vec::new();
        let mut hear = |piece: &str| {
            said.push(piece.to_owned());
            heard.notify_one();
        };
        let mut chosen = settings(provider, &stub);
        chosen.timeout = Duration::from_secs(180);
        let model = connect(&chosen).expect("settings in order");
        let result = model.ask_aloud(&prompt(), &mut hear).await;
        assert_eq!(
            (said.concat(), result),
            (PIECES.concat(), whole()),
            "{provider:?}"
        );
        assert_eq!(said, PIECES, "{provider:?}");
        let sent = stub.last();
        match provider {
            Provider::OpenAi | Provider::Ollama => {
                assert_eq!(sent.path, "/v1/chat/completions");
                assert_eq!(sent.body["stream"], true);
                assert_eq!(sent.body["stream_options"]["include_usage"], true);
                assert_eq!(sent.body["response_format"]["type"], "json_schema");
            }
            Provider::Anthropic => {
                assert_eq!(
                    (sent.path.as_str(), &sent.body["stream"]),
                    ("/v1/messages", &json!(true))
                );
                assert!(sent.body["output_config"]["format"].is_object());
            }
            Provider::Gemini => {
                assert_eq!(sent.path, "/v1/models/m-1:streamGenerateContent");
                assert!(sent.body["generationConfig"]["responseJsonSchema"].is_object());
            }
        }
    }
}

#[tokio::test]
async fn what_ends_without_its_end_has_broken_off() {
    for provider in PROVIDERS {
        let stub = stub_that(Arc::new(move |_| {
            streaming(stream::iter(events(provider).into_iter().take(3)))
        }))
        .await;
        let (said, result) = heard_from(&settings(provider, &stub)).await;
        assert_eq!(said, PIECES[..2], "{provider:?}: what was said was said");
        assert_eq!(result, Err(Failure::BrokenOff), "{provider:?}");
    }
}

#[tokio::test]
async fn an_error_in_the_middle_is_told() {
    let error = "data: {\"error\":{\"message\":\"signals\",\"code\":500}}\n\n";
    for (before, failure) in [(2, Failure::BrokenOff), (0, Failure::Undecodable)] {
        let stub = stub_that(Arc::new(move |_| {
            let told = events(Provider::OpenAi).into_iter().take(before);
            streaming(stream::iter(told.chain([error.to_owned()])))
        }))
        .await;
        let (_, result) = heard_from(&settings(Provider::OpenAi, &stub)).await;
        assert_eq!(result, Err(failure));
    }
}

#[tokio::test]
async fn refusals_of_a_stream_have_their_kinds() {
    let cases: [(&str, Say, Failure); 4] = [
        (
            "an error",
            Arc::new(|_| (StatusCode::INTERNAL_SERVER_ERROR, "{}").into_response()),
            Failure::Refused { status: 500 },
        ),
        (
            "a wrong key",
            Arc::new(|_| (StatusCode::UNAUTHORIZED, "{}").into_response()),
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
            "no event",
            Arc::new(|_| ([(header::CONTENT_TYPE, "text/html")], "<html>").into_response()),
            Failure::Undecodable,
        ),
    ];
    for (name, say, failure) in cases {
        let stub = stub_that(say).await;
        let (said, result) = heard_from(&settings(Provider::OpenAi, &stub)).await;
        assert_eq!((said, result), (vec![], Err(failure)), "{name}");
    }
}

#[tokio::test]
async fn a_stream_that_hangs_ends_in_time() {
    let stub = stub_that(Arc::new(|_| {
        let told = stream::iter(events(Provider::OpenAi).into_iter().take(2));
        streaming(told.chain(stream::pending()))
    }))
    .await;
    let mut chosen = settings(Provider::OpenAi, &stub);
    chosen.timeout = Duration::from_millis(400);
    assert_eq!(heard_from(&chosen).await.1, Err(Failure::TooSlow));
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/v1", silent.local_addr().expect("bound"));
    chosen.base_url = Some(url);
    assert_eq!(heard_from(&chosen).await, (vec![], Err(Failure::TooSlow)));
}

#[tokio::test]
async fn a_listener_that_goes_away_ends_the_call() {
    /// Says that the server let go of its answer.
    struct Held(mpsc::UnboundedSender<()>);
    impl Drop for Held {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let (gone, mut went) = mpsc::unbounded_channel();
    let stub = stub_that(Arc::new(move |_| {
        let held = Held(gone.clone());
        let told = stream::iter(events(Provider::OpenAi).into_iter().take(2));
        streaming(told.chain(stream::pending()).map(move |event| {
            let _ = &held;
            event
        }))
    }))
    .await;
    let mut chosen = settings(Provider::OpenAi, &stub);
    chosen.timeout = Duration::from_secs(180);
    let model = connect(&chosen).expect("settings in order");
    let (tells, mut told) = mpsc::unbounded_channel();
    let mut heard = |piece: &str| drop(tells.send(piece.to_owned()));
    let prompt = prompt();
    tokio::select! {
        _ = model.ask_aloud(&prompt, &mut heard) => panic!("it has no end"),
        piece = told.recv() => assert_eq!(piece.as_deref(), Some(PIECES[0])),
    }
    let ended = tokio::time::timeout(Duration::from_secs(120), went.recv()).await;
    assert_eq!(ended, Ok(Some(())), "the line is closed");
}

/// Answers a stream and whoever asks for the whole, but refuses those the test names.
fn refusing(refused: fn(&Value) -> Option<StatusCode>) -> Say {
    Arc::new(move |body| match refused(body) {
        Some(status) => (status, axum::Json(json!({"error": {"message": "unavailable"}}))).into_response(),
        None if body["stream"] == true => streaming(stream::iter(events(Provider::OpenAi))),
        None => openai_says(),
    })
}

/// Asks twice; how many calls there were after each, and in how many pieces the answers came.
async fn asked_twice(say: Say) -> [(usize, usize); 2] {
    let stub = stub_that(say).await;
    let model = connect(&settings(Provider::OpenAi, &stub)).expect("settings in order");
    let calls = Mutex::new(Vec::new());
    for _ in 0..2 {
        let (said, result) = listened(&*model).await;
        assert_eq!((said.concat(), result), (PIECES.concat(), whole()));
        let sent = stub.sent.lock().expect("not poisoned").len();
        calls.lock().expect("not poisoned").push((sent, said.len()));
    }
    let calls = calls.into_inner().expect("not poisoned");
    [calls[0], calls[1]]
}

#[tokio::test]
async fn who_refuses_a_schema_still_streams() {
    let calls = asked_twice(refusing(|body| {
        (!body["response_format"].is_null()).then_some(StatusCode::UNPROCESSABLE_ENTITY)
    }));
    assert_eq!(calls.await, [(2, 3), (3, 3)]);
}

#[tokio::test]
async fn who_does_not_stream_is_asked_for_the_whole_from_then_on() {
    let calls = asked_twice(refusing(|body| {
        (body["stream"] == true).then_some(StatusCode::BAD_REQUEST)
    }));
    assert_eq!(calls.await, [(3, 1), (4, 1)]);
    let calls = asked_twice(refusing(|body| {
        (body["stream"] == true).then_some(StatusCode::NOT_FOUND)
    }));
    assert_eq!(calls.await, [(2, 1), (3, 1)]);
    let calls = asked_twice(refusing(|body| {
        let formed = !body["response_format"].is_null();
        (formed || body["stream"] == true).then_some(StatusCode::BAD_REQUEST)
    }));
    assert_eq!(calls.await, [(4, 1), (5, 1)], "neither a stream nor a schema");
    // One that takes no notice of what it was asked.
    assert_eq!(asked_twice(Arc::new(|_| openai_says())).await, [(2, 1), (3, 1)]);
}

#[tokio::test]
async fn what_is_refused_in_any_form_is_refused_aloud_too() {
    let stub = stub_that(refusing(|_| Some(StatusCode::BAD_REQUEST))).await;
    let (said, result) = heard_from(&settings(Provider::OpenAi, &stub)).await;
    assert_eq!((said, result), (vec![], Err(Failure::Refused { status: 400 })));
}

#[tokio::test]
async fn tokens_counted_beside_an_empty_choice_count() {
    let told = events(Provider::OpenAi).concat();
    let beside = told.replace("\"choices\":[],", "\"choices\":[{\"index\":0,\"delta\":{}}],");
    assert_ne!(told, beside);
    let stub = stub_that(Arc::new(move |_| streaming(stream::iter([beside.clone()])))).await;
    assert_eq!(heard_from(&settings(Provider::OpenAi, &stub)).await.1, whole());
    let stub = stub_that(Arc::new(|_| {
        let told = events(Provider::OpenAi).concat().replace("_tokens", "_words");
        streaming(stream::iter([told]))
    }))
    .await;
    let answer = heard_from(&settings(Provider::OpenAi, &stub))
        .await
        .1
        .expect("an answer");
    assert_eq!(answer.usage.input_tokens, prompt().estimated_tokens());
    assert!(answer.usage.output_tokens > 0, "who does not count is estimated");
}
