//! What `doctor` and `model usage` say of a language model that does not do what it should, and of a budget that is used up.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod program;

use std::time::Duration;

use dayloom_domain::Clock;
use dayloom_testkit::{OwnPort, Wire, model::honest};
use program::{
    Now, Program, wait_for,
    worked::{Desk, wire},
};
use serde_json::Value;

/// What the doctor says of the language model, as a line, with these settings.
fn examined(home: &Program, settings: &[(&str, &str)]) -> String {
    let ran = home.run_with(&["doctor", "--json"], settings);
    let findings: Vec<Value> = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.err));
    let found = findings
        .iter()
        .find(|finding| finding["part"] == "model")
        .unwrap();
    let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    let fails = text("state") == "fails";
    assert!(!fails || ran.code == 1, "a failure is one of the doctor too");
    let line = [text("state"), text("name"), text("detail"), text("mend")];
    line.join(" | ")
}

/// A model on the wire that answers this, or status 500 for nothing.
fn answering(text: Option<&'static str>) -> Wire {
    Wire::start(move |_| text.map(str::to_owned))
}

/// Settings of a model at an address.
fn at(url: &str) -> Vec<(&'static str, String)> {
    [
        ("DAYLOOM_MODEL_PROVIDER", "openai"),
        ("DAYLOOM_MODEL_BASE_URL", url),
        ("DAYLOOM_MODEL_NAME", "stand-in"),
        ("DAYLOOM_MODEL_API_KEY", "sk-of-the-tests"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

fn with<'s>(settings: &'s [(&'static str, String)], more: &[(&'s str, &'s str)]) -> Vec<(&'s str, &'s str)> {
    let all = settings.iter().map(|(name, value)| (*name, value.as_str()));
    all.chain(more.iter().copied()).collect()
}

#[test]
fn the_doctor_says_what_is_wrong_with_a_model_and_what_to_do() {
    let home = Program::new();
    let mut said = vec![examined(&home, &[])];
    let hosted = [("DAYLOOM_MODEL_PROVIDER", "openai"), ("DAYLOOM_MODEL_NAME", "m")];
    for settings in [&hosted[..1], &hosted[..]] {
        said.push(examined(&home, settings));
    }
    for wire in [wire(), answering(Some("I would rather not.")), answering(None)] {
        said.push(examined(&home, &with(&at(&wire.url), &[])));
    }
    let port = OwnPort::new();
    let nobody = at(&format!("http://{}/v1", port.address()));
    said.push(examined(&home, &with(&nobody, &[])));
    let slow = Wire::start(|user| {
        std::thread::sleep(Duration::from_secs(4));
        Some(honest(user))
    });
    said.push(examined(
        &home,
        &with(&at(&slow.url), &[("DAYLOOM_MODEL_TIMEOUT", "1")]),
    ));
    let all: Vec<&str> = said.iter().map(|line| line.trim_end()).collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    off | none | rules, keys and what was learned do the work |
    fails | settings | No model is named | Set DAYLOOM_MODEL_NAME
    fails | settings | The model's provider wants a key | Set DAYLOOM_MODEL_API_KEY
    works | stand-in | answers; local |
    fails | stand-in | answers, but not in the form that is asked for: nothing of it can be used | Choose a model that keeps to a JSON schema with DAYLOOM_MODEL_NAME; until then it is asked less and less often
    fails | stand-in | The language model refused with status 500 | Check its name and key
    fails | stand-in | The language model is not reachable | Check its address and whether it runs
    fails | stand-in | The language model took too long | Give it more time or choose a faster one
    ");
}

/// As many tries in a row came to nothing, as if so much time had passed.
async fn in_vain(desk: &Desk, tries: usize) {
    let store = desk.store().await;
    for _ in 0..tries {
        let later = Now.now() + jiff::SignedDuration::from_hours(24 * 365);
        let turns = store
            .decisions()
            .take_turns(later, Duration::from_secs(1), 1)
            .await
            .unwrap();
        let ended = store.decisions().end_turn(&turns[0], true, later).await;
        assert!(ended.unwrap());
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_that_came_to_nothing_are_told_until_one_does_not() {
    let desk = Desk::new();
    let wire = answering(None);
    let up = desk.up(Some(&wire), &[]);
    desk.fill(&up).await;
    let mut tries = Value::Null;
    wait_for("a try that came to nothing", || {
        tries = desk.home.json(&["model", "usage"])["failing"]["tries"].clone();
        tries.is_number()
    });
    let text = desk.said(&["model", "usage"]);
    assert!(text.contains("The last "), "{text}");
    assert!(text.contains("gave nothing: it is asked again after "), "{text}");
    assert!(
        text.contains("`dayloom doctor` says whether it answers"),
        "{text}"
    );
    desk.down(up, false).await;
    in_vain(&desk, 3).await;
    wire.becomes(|user| Some(honest(user)));
    let line = examined(&desk.home, &with(&at(&wire.url), &[]));
    assert!(
        line.starts_with("works | stand-in | answers; local; the last tries for 1 person gave nothing ("),
        "{line}"
    );
    assert!(
        line.contains(" in a row) and are made again, at most two hours apart"),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_budget_is_said_by_the_doctor_too() {
    let (desk, wire) = (Desk::new(), wire());
    let budget = [("DAYLOOM_MODEL_DAILY_BUDGET", "1")];
    let up = desk.up(Some(&wire), &budget);
    let settings = at(&wire.url);
    let settings = with(&settings, &budget);
    assert_eq!(
        examined(&desk.home, &settings),
        "works | stand-in | answers; local | "
    );
    desk.fill(&up).await;
    desk.until(|day| day["attributed_s"].as_f64() == Some(5400.0));
    assert_eq!(
        examined(&desk.home, &settings),
        "works | stand-in | answers; local; the 1 tokens of your day are used up, and nothing is asked for you until \
         tomorrow | Raise DAYLOOM_MODEL_DAILY_BUDGET to go on today"
    );
    let text = desk.said(&["model", "usage"]);
    assert!(
        text.contains("nothing is asked any more until tomorrow"),
        "{text}"
    );
    assert!(!text.contains("gave nothing"), "{text}");
}
