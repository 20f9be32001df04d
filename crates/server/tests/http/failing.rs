//! A day that cannot be derived: it is tried again ever later, nobody else waits for it, and it says that it is behind.

use dayloom_domain::Clock;
use dayloom_testkit::{Person, TestApp, Tracked, on_both};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::desk::{event, send};

const DAY: &str = "/tracker/days/2026-11-21";
/// Evidence no program wrote: the name of an application is a text.
const DAMAGED: &str = r#"{"name": [], "window_title": "damaged"}"#;
const WHOLE: &str = r#"{"name": "Code", "bundle_id": "code", "window_title": "ann.rs"}"#;

async fn store(app: &TestApp, who: &Person, tracked: &Tracked, minutes: std::ops::Range<u8>, title: &str) {
    let events: Vec<Value> = minutes
        .map(|minute| {
            let mut event = event(&format!("2026-11-21T09:{minute:02}:00Z"));
            event["active_app"]["window_title"] = json!(title);
            event
        })
        .collect();
    let answer = send(app, who, tracked, &events).await;
    assert_eq!(answer.json()["accepted"], events.len(), "{}", answer.text);
}

/// What the API says of the day: seconds of attention, and whether evidence waits.
async fn seen(app: &TestApp, who: &Person) -> (f64, bool) {
    let day = app.get(DAY, who).await.json();
    (
        day["attention_s"].as_f64().unwrap(),
        day["pending"].as_bool().unwrap(),
    )
}

#[tokio::test]
async fn a_failing_day_waits_longer_each_time_and_holds_up_nobody() {
    on_both(async |app| {
        let (ann, ben) = (app.person("ann@example.org").await, app.person("ben@example.org").await);
        let (of_ann, of_ben) = (app.tracked(&ann).await, app.tracked(&ben).await);
        store(&app, &ann, &of_ann, 0..10, "ann.rs").await;
        app.derive().await;
        assert_eq!(seen(&app, &ann).await, (600.0, false));

        store(&app, &ann, &of_ann, 10..11, "to be damaged").await;
        app.sql(&format!(
            "UPDATE tracker_events SET active_app = '{DAMAGED}' WHERE active_app ->> 'window_title' = 'to be damaged'"
        ))
        .await;
        for (attempt, wait) in (0_u8..).zip([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
            store(&app, &ben, &of_ben, attempt..attempt + 1, "ben.rs").await;
            app.derive().await;
            assert_eq!(
                seen(&app, &ann).await,
                (600.0, true),
                "what was derived stands, and is known to be behind"
            );
            assert_eq!(seen(&app, &ben).await, (60.0 * f64::from(attempt + 1), false));
            let due = app.store.days().next_due().await.unwrap().unwrap();
            assert_eq!(
                due.duration_since(app.clock.now()),
                SignedDuration::from_secs(wait),
                "after attempt {attempt}"
            );
            app.clock.advance(SignedDuration::from_secs(wait - 1));
            app.derive().await;
            assert_eq!(
                app.store.days().next_due().await.unwrap(),
                Some(due),
                "not tried before its time"
            );
            app.clock.advance(SignedDuration::from_secs(1));
        }

        app.sql(&format!(
            "UPDATE tracker_events SET active_app = '{WHOLE}' WHERE active_app ->> 'window_title' = 'damaged'"
        ))
        .await;
        app.derive().await;
        assert_eq!(seen(&app, &ann).await, (660.0, false), "healed by itself");
        assert_eq!(app.store.days().backlog().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn new_evidence_does_not_make_a_failing_day_hurry() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        store(&app, &ann, &tracked, 0..1, "to be damaged").await;
        app.sql(&format!("UPDATE tracker_events SET active_app = '{DAMAGED}'"))
            .await;
        app.derive().await;
        let due = app.store.days().next_due().await.unwrap();
        store(&app, &ann, &tracked, 1..5, "ann.rs").await;
        app.derive().await;
        assert_eq!(app.store.days().next_due().await.unwrap(), due);
        assert_eq!(seen(&app, &ann).await, (0.0, true));
        app.sql(&format!(
            "UPDATE tracker_events SET active_app = '{WHOLE}' WHERE active_app ->> 'window_title' = 'damaged'"
        ))
        .await;
        app.clock.advance(SignedDuration::from_secs(1));
        app.derive().await;
        assert_eq!(seen(&app, &ann).await, (300.0, false));
    })
    .await;
}
