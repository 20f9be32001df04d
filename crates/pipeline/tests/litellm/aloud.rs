//! The same server, its answers read while it writes them: sentences come before it has ended, what came stands when it
//! breaks off, and whoever goes away hangs up on it.

use dayloom_testkit::{Events, Person, TestApp};
use serde_json::{Value, json};

use crate::{
    TODAY, on_both,
    proxy::{Line, Relay, Switched, model},
    someone,
};

/// An answer on its way, after what is known.
async fn asked(app: &TestApp, person: &Person) -> Events {
    let body = json!({"question": "Where did the time go?", "start": TODAY, "end": TODAY});
    let post = "POST".parse().expect("a method");
    let request = app.request(post, "/api/v1/tracker/qa:stream", Some(&person.token));
    let mut events = Events::of(request.json(&body)).await;
    events.expect("facts").await;
    events
}

async fn sentence(events: &mut Events) -> String {
    let told = events.expect("sentence").await;
    told["text"].as_str().expect("a text").to_owned()
}

/// The rest: its sentences, then the whole.
async fn rest(mut events: Events) -> (Vec<String>, Value) {
    let mut sentences = Vec::new();
    loop {
        let (name, data) = events.next().await.expect("it is not over");
        if name == "done" {
            return (sentences, data);
        }
        sentences.push(data["text"].as_str().expect("a text").to_owned());
    }
}

async fn story(app: &TestApp, switch: &Switched, relay: &Relay) {
    let (person, _) = someone(app, "ann").await;
    app.derive().await;
    let at_once = crate::answer(app, &person).await;
    assert_eq!(at_once["answered_by"], "model");

    // The first sentence comes while the rest is held back.
    relay.is(Line::Held);
    switch.to(model(&relay.url, "sorts", true));
    let mut streamed = asked(app, &person).await;
    assert_eq!(sentence(&mut streamed).await, "I worked 10m.");
    let said = relay.said();
    assert!(
        said.contains("I worked 10m.") && !said.contains("Retry"),
        "{said}"
    );
    relay.go();
    let (told, whole) = rest(streamed).await;
    assert_eq!(told, ["Retry refunds took 10m."]);
    assert_eq!(whole, at_once, "the answer is that of the whole form");

    // Who goes away hangs up on it.
    switch.to(model(&relay.url, "sorts", true));
    let mut streamed = asked(app, &person).await;
    sentence(&mut streamed).await;
    drop(streamed);
    relay.hung_up().await;

    // It breaks off.
    relay.is(Line::Cut);
    switch.to(model(&relay.url, "sorts", true));
    let mut streamed = asked(app, &person).await;
    assert_eq!(sentence(&mut streamed).await, "I worked 10m.");
    let (told, whole) = rest(streamed).await;
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(
        (&whole["answer"], &whole["answered_by"]),
        (&json!("I worked 10m."), &json!("model"))
    );
    let note = whole["note"].as_str().expect("a note");
    assert!(note.contains("stopped in the middle"), "{note}");

    for (name, line) in [
        ("error", Line::Whole),
        ("limited", Line::Whole),
        ("garbage", Line::Whole),
        ("slow", Line::Whole),
        ("unknown", Line::Whole),
        ("sorts", Line::Silent),
        ("sorts", Line::Gone),
    ] {
        relay.is(line);
        switch.to(model(&relay.url, name, line == Line::Whole && name != "slow"));
        let (told, whole) = rest(asked(app, &person).await).await;
        assert_eq!(whole["answered_by"], "facts", "{name}, {line:?}");
        assert!(whole["note"].is_string(), "{name}, {line:?}: {whole}");
        assert!(told[0].starts_with("10m"), "{name}, {line:?}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_ours_is_heard_while_it_writes() {
    on_both(story).await;
}
