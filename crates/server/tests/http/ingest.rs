//! `contract/tracker.md` §2.3 and §9.1: a batch is judged event by event, and what was acknowledged is stored once.

use dayloom_domain::Clock;
use dayloom_testkit::{Answer, Person, TestApp, on_both};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::{BATCH, batch, event, send};

fn counts(answer: &Answer) -> (u64, u64, Vec<(Value, String)>) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let json = answer.json();
    let rejected = json["rejected"].as_array().unwrap().iter();
    let rejected = rejected
        .map(|r| (r["event_id"].clone(), r["reason"].as_str().unwrap().to_owned()))
        .collect();
    (
        json["accepted"].as_u64().unwrap(),
        json["duplicates"].as_u64().unwrap(),
        rejected,
    )
}

#[tokio::test]
async fn every_kind_of_bad_event_is_refused_alone() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let fine = || event("2026-11-21T09:00:00Z");
        let with = |change: fn(&mut Value)| {
            let mut event = fine();
            change(&mut event);
            event
        };
        let upper = with(|e| e["event_id"] = e["event_id"].as_str().unwrap().to_uppercase().into());
        let resent = with(|_| ());
        let future = event("2026-11-21T10:05:01Z");
        let extra =
            with(|e| e["input_cadence"] = json!({"key_events": 1, "mouse_events": 1, "keys": "hunter2"}));
        let wrong = with(|e| e["interval_s"] = json!("a minute"));
        let events = [
            with(|e| e["active_app"]["window_title"] = "é".repeat(5_000).into()),
            with(|e| e["active_app"]["window_title"] = "a\u{0}b".into()),
            with(|e| e["active_app"]["window_title"] = "SURROGATE".into()),
            wrong.clone(),
            with(|e| e["event_id"] = "no-uuid".into()),
            with(|e| e["event_id"] = json!(7)),
            with(|e| {
                e.as_object_mut().unwrap().remove("event_id");
            }),
            future.clone(),
            extra.clone(),
            upper.clone(),
            resent.clone(),
            resent.clone(),
            json!("no object"),
        ];
        let body = batch(&tracked, &events)
            .to_string()
            .replace("SURROGATE", "a\\ud800b");
        let answer = app.post_text(BATCH, Some(&ann.token), body.clone()).await;
        let refused = |event: &Value, why: &str| (event["event_id"].clone(), why.to_owned());
        let expected = vec![
            refused(&wrong, "invalid_event"),
            (json!("no-uuid"), "invalid_event_id".to_owned()),
            (Value::Null, "invalid_event_id".to_owned()),
            (Value::Null, "invalid_event_id".to_owned()),
            refused(&future, "ts_out_of_range"),
            refused(&extra, "invalid_event"),
            (Value::Null, "invalid_event_id".to_owned()),
        ];
        assert_eq!(counts(&answer), (5, 1, expected.clone()));
        // The same batch again, ids in the other case: nothing is stored twice.
        let again = app.post_text(BATCH, Some(&ann.token), body).await;
        assert_eq!(counts(&again), (0, 6, expected));
        assert_eq!(app.store.events().count(ann.id).await.unwrap(), 5);

        let from: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let stored = app
            .store
            .events()
            .window(ann.id, from, app.clock.now())
            .await
            .unwrap();
        let mut titles: Vec<String> = stored
            .iter()
            .filter_map(|e| e.active_app.window_title.clone())
            .collect();
        titles.sort_by_key(String::len);
        assert_eq!(titles[..4], ["ab", "a\u{fffd}b", "main.rs", "main.rs"]);
        assert_eq!(titles[4].chars().count(), 1_024);
        let id = upper["event_id"].as_str().unwrap().to_lowercase();
        assert!(stored.iter().any(|e| e.id.to_string() == id));
    })
    .await;
}

#[tokio::test]
async fn texts_of_any_length_refuse_no_batch() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    let events: Vec<Value> = (0..20)
        .map(|n| {
            let mut event = event(&format!("2026-11-21T09:{n:02}:00Z"));
            event["browser"] =
                json!({"url": format!("data:{}", "é".repeat(1_000_000)), "title": n.to_string()});
            event
        })
        .collect();
    let body = batch(&tracked, &events).to_string();
    assert!(body.len() > dayloom_server::extract::MAX_BODY);
    let answer = app.post_text(BATCH, Some(&ann.token), body.clone()).await;
    assert_eq!(counts(&answer), (20, 0, vec![]));
    let (from, to) = ("2026-11-21T00:00:00Z".parse().unwrap(), app.clock.now());
    let stored = app.store.events().window(ann.id, from, to).await.unwrap();
    for (n, event) in stored.iter().enumerate() {
        let page = event.browser.as_ref().unwrap();
        assert_eq!(page.title.as_deref(), Some(n.to_string().as_str()));
        assert_eq!(page.url.as_ref().unwrap().chars().count(), 2_048);
    }
    // Nobody sends that much without saying who they are.
    assert_eq!(app.post_text(BATCH, None, body).await.status, 401);
    let much = vec![b' '; dayloom_server::extract::MAX_BODY + 1];
    assert_eq!(app.post_text(BATCH, Some(&ann.token), much).await.status, 413);
}

#[tokio::test]
async fn the_range_of_ts_is_inclusive() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    let now = app.clock.now();
    let at = |by: SignedDuration| event(&now.checked_add(by).unwrap().to_string());
    let (month, ahead) = (SignedDuration::from_hours(30 * 24), SignedDuration::from_mins(5));
    let micro = SignedDuration::from_micros(1);
    let events = [at(-month), at(ahead), at(-month - micro), at(ahead + micro)];
    let (accepted, _, rejected) = counts(&send(&app, &ann, &tracked, &events).await);
    assert_eq!(accepted, 2);
    assert_eq!(rejected.len(), 2);
    assert!(rejected.iter().all(|(_, why)| why == "ts_out_of_range"));
}

#[tokio::test]
async fn the_answer_names_sequence_interval_and_etag() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let mut late = event("2026-11-21T09:00:00Z");
        late["client_seq"] = json!(41);
        let mut out = event("2025-01-01T00:00:00Z");
        out["client_seq"] = json!(999);
        let json = send(&app, &ann, &tracked, &[late, out]).await.json();
        assert_eq!(json["server_seq"], 41);
        assert_eq!(json["next_poll_after_s"], 60);
        let beat = app
            .call(
                Method::POST,
                &format!("/tracker/devices:heartbeat?device_id={}", tracked.device),
                &ann,
                &json!({}),
            )
            .await
            .json();
        assert_eq!(json["config_etag"], beat["config_etag"]);
        let status = app
            .get(
                &format!("/tracker/sync/status?device_id={}", tracked.device),
                &ann,
            )
            .await
            .json();
        assert_eq!(
            status,
            json!({"device_id": tracked.device.to_string(), "server_seq": 41,
            "last_seen_at": "2026-11-21T10:00:00Z"})
        );
        // `server_seq` never falls.
        let json = send(&app, &ann, &tracked, &[event("2026-11-21T09:01:00Z")])
            .await
            .json();
        assert_eq!(json["server_seq"], 41);
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_refused_whole_only_for_what_concerns_it_whole() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let bob = app.person("bob@example.org").await;
    let tracked = app.tracked(&ann).await;
    let call = |body: Value, person: &Person| {
        let (app, person) = (&app, person.clone());
        async move { app.call(Method::POST, BATCH, &person, &body).await }
    };
    let mut two = batch(&tracked, &[]);
    two["schema_version"] = json!("2.0");
    let refused = call(two.clone(), &bob).await;
    assert_eq!(
        (refused.status, refused.detail()),
        (409, "Unsupported schema_version 2.0".to_owned())
    );
    let foreign = call(batch(&tracked, &[]), &bob).await;
    assert_eq!(
        (foreign.status, foreign.detail()),
        (404, "Device not enrolled".to_owned())
    );
    let unknown = call(
        json!({"schema_version": "1.9", "device_id": Uuid::new_v4(), "sent_at": 0, "events": []}),
        &ann,
    );
    assert_eq!(unknown.await.status, 404);
    let many = call(batch(&tracked, &vec![json!(null); 501]), &ann).await;
    assert_eq!(
        (many.status, many.faults()),
        (422, vec!["too_long at body.events".to_owned()])
    );
    let empty = call(batch(&tracked, &[]), &ann).await;
    assert_eq!(counts(&empty), (0, 0, vec![]));
    let mut no_sent = batch(&tracked, &[]);
    no_sent.as_object_mut().unwrap().remove("sent_at");
    assert_eq!(call(no_sent, &ann).await.faults(), ["missing at body.sent_at"]);
}

#[tokio::test]
async fn another_persons_event_id_is_no_obstacle() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let bob = app.person("bob@example.org").await;
        let (of_ann, of_bob) = (app.tracked(&ann).await, app.tracked(&bob).await);
        let same = event("2026-11-21T09:00:00Z");
        assert_eq!(
            counts(&send(&app, &ann, &of_ann, std::slice::from_ref(&same)).await).0,
            1
        );
        assert_eq!(
            counts(&send(&app, &bob, &of_bob, std::slice::from_ref(&same)).await).0,
            1
        );
        // One id is one event of a developer, whatever `ts` the second copy names.
        let mut moved = same.clone();
        moved["ts"] = json!("2026-11-20T09:00:00Z");
        assert_eq!(counts(&send(&app, &ann, &of_ann, &[moved]).await), (0, 1, vec![]));
    })
    .await;
}

#[tokio::test]
async fn two_copies_of_a_batch_at_once_store_it_once() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let events: Vec<Value> = (0..50)
            .map(|n| event(&format!("2026-11-21T09:00:{n:02}Z")))
            .collect();
        let (one, two, three) = tokio::join!(
            send(&app, &ann, &tracked, &events),
            send(&app, &ann, &tracked, &events),
            send(&app, &ann, &tracked, &events)
        );
        let sums: Vec<(u64, u64)> = [&one, &two, &three].map(|a| (counts(a).0, counts(a).1)).to_vec();
        assert_eq!(sums.iter().map(|s| s.0).sum::<u64>(), 50);
        assert_eq!(sums.iter().map(|s| s.1).sum::<u64>(), 100);
        assert_eq!(app.store.events().count(ann.id).await.unwrap(), 50);
    })
    .await;
}

#[tokio::test]
async fn pauses_exclusions_and_lost_rights_are_enforced_with_200() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let now = app.clock.now();
        let project = app
            .store
            .projects()
            .by_id(tracked.project)
            .await
            .unwrap()
            .unwrap();
        let excluded = dayloom_domain::people::CaptureConfig {
            excluded_bundle_ids: vec!["bank".to_owned()],
            ..project.config.clone()
        };
        app.store
            .projects()
            .set_config(project.id, true, &excluded, now)
            .await
            .unwrap();
        let mut bank = event("2026-11-21T09:00:00Z");
        bank["active_app"]["bundle_id"] = json!("bank");
        let why = |answer: &Answer| counts(answer).2.into_iter().map(|r| r.1).collect::<Vec<_>>();
        let answer = send(&app, &ann, &tracked, &[bank, event("2026-11-21T09:00:00Z")]).await;
        assert_eq!(
            (counts(&answer).0, why(&answer)),
            (1, vec!["excluded_app".to_owned()])
        );

        let patch = |paused| dayloom_storage::DevicePatch {
            paused: Some(paused),
            ..Default::default()
        };
        app.store
            .devices()
            .update(ann.id, tracked.device, &patch(true), now)
            .await
            .unwrap();
        app.clock.advance(SignedDuration::from_mins(10));
        let (before, inside) = (event("2026-11-21T09:59:00Z"), event("2026-11-21T10:05:00Z"));
        let answer = send(&app, &ann, &tracked, &[before, inside]).await;
        assert_eq!((counts(&answer).0, why(&answer)), (1, vec!["paused".to_owned()]));
        app.store
            .devices()
            .update(ann.id, tracked.device, &patch(false), app.clock.now())
            .await
            .unwrap();
        app.clock.advance(SignedDuration::from_mins(10));
        let (inside, after) = (event("2026-11-21T10:06:00Z"), event("2026-11-21T10:15:00Z"));
        let answer = send(&app, &ann, &tracked, &[inside, after]).await;
        assert_eq!((counts(&answer).0, why(&answer)), (1, vec!["paused".to_owned()]));

        app.store
            .projects()
            .set_config(project.id, false, &excluded, app.clock.now())
            .await
            .unwrap();
        let answer = send(&app, &ann, &tracked, &[event("2026-11-21T10:16:00Z"), json!({})]).await;
        assert_eq!(why(&answer), ["capture_disabled", "invalid_event_id"]);
        app.store
            .projects()
            .set_config(project.id, true, &excluded, app.clock.now())
            .await
            .unwrap();
        app.store
            .projects()
            .remove_member(project.id, ann.id, app.clock.now())
            .await
            .unwrap();
        let answer = send(&app, &ann, &tracked, &[event("2026-11-21T10:17:00Z")]).await;
        assert_eq!(why(&answer), ["capture_disabled"]);
    })
    .await;
}
