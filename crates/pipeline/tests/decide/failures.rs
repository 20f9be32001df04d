//! A model that fails, hangs or lies: no time is lost, and nobody else is held up.

use std::time::Duration;

use dayloom_llm::Failure;
use dayloom_testkit::{
    Scripted,
    model::{by_words, sorted_by},
    on_both,
};
use jiff::SignedDuration;

use crate::desk::{SOON, desk, pass, stages};

/// Every way in which a model can fail, and what it says then.
fn failures() -> Vec<(&'static str, Result<String, Failure>)> {
    vec![
        ("nothing answers", Err(Failure::Unreachable)),
        ("an error", Err(Failure::Refused { status: 500 })),
        ("a wrong key", Err(Failure::Refused { status: 401 })),
        (
            "too much",
            Err(Failure::RateLimited {
                retry_after: Some(Duration::from_secs(30)),
            }),
        ),
        ("slow bytes", Err(Failure::TooSlow)),
        ("no JSON", Err(Failure::Undecodable)),
        ("prose", Ok("I would say this is work on refunds.".to_owned())),
        ("an empty object", Ok("{}".to_owned())),
        ("nobody", Ok("{\"answers\":[]}".to_owned())),
        (
            "junk",
            Ok(
                r#"{"answers":[{"index":0,"category":["productive"],"task":"x","confidence":NaN}]}"#
                    .to_owned(),
            ),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_model_costs_no_time_and_the_day_completes_when_it_recovers() {
    on_both(async |app| {
        for (n, (name, failure)) in failures().into_iter().enumerate() {
            let mut desk = desk(&app, &format!("p{n}")).await;
            let model = Scripted::new(move |_| failure.clone());
            let stages = stages(&app, &model, None);
            desk.samples(&app, &["Refunds", "Refunds", "Ledger", "News"])
                .await;
            pass(&app, &stages, SOON).await;
            let day = desk.day(&app).await;
            assert_eq!(day.attention_micros, 4 * 60_000_000, "{name}: no time is lost");
            assert_eq!(day.unattributed_micros, day.attention_micros, "{name}");
            assert!(desk.decided(&app).await.is_empty(), "{name}: nothing is stamped");
            let tries = model.asked().len();
            assert_eq!(tries, 1, "{name}: it is left alone for a while");
            assert_eq!(
                pass(&app, &stages, SignedDuration::from_secs(1)).await,
                0,
                "{name}"
            );
            model.becomes(|prompt| Ok(sorted_by(&prompt.user, by_words)));
            for _ in 0..4 {
                pass(&app, &stages, SignedDuration::from_mins(10)).await;
            }
            assert_eq!(desk.decided(&app).await.len(), 3, "{name}: it completes");
            let due = app.store.decisions().waiting(desk.person.id).await.expect("days");
            assert_eq!(due, [], "{name}: nothing waits");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_answer_leaves_out_is_asked_again_alone() {
    on_both(async |app| {
        let mut desk = desk(&app, "ada").await;
        // It never answers for the first signal of a call with several.
        let model = Scripted::new(|prompt| {
            let mut answer: serde_json::Value =
                serde_json::from_str(&sorted_by(&prompt.user, by_words)).expect("JSON");
            let answers = answer["answers"].as_array_mut().expect("a list");
            if answers.len() > 1 {
                answers.remove(0);
            }
            Ok(format!("Here you are:\n```json\n{answer}\n```"))
        });
        let stages = stages(&app, &model, None);
        desk.samples(&app, &["Refunds", "Refunds", "Ledger", "News"])
            .await;
        pass(&app, &stages, SOON).await;
        assert_eq!(desk.decided(&app).await.len(), 2);
        assert_eq!(pass(&app, &stages, SignedDuration::from_secs(30)).await, 0);
        assert_eq!(pass(&app, &stages, SignedDuration::from_secs(60)).await, 1);
        assert_eq!(desk.decided(&app).await.len(), 3);
        let last = model.asked().pop().expect("a prompt");
        assert_eq!(
            last.user.matches("\"minutes\"").count(),
            1,
            "only what is missing"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_persons_failing_model_holds_up_nobody_else() {
    on_both(async |app| {
        let mut ada = desk(&app, "ada").await;
        let mut bob = desk(&app, "bob").await;
        let model = Scripted::new(|prompt| {
            if prompt.user.contains("Cursed") {
                return Err(Failure::TooSlow);
            }
            Ok(sorted_by(&prompt.user, by_words))
        });
        let stages = stages(&app, &model, None);
        ada.samples(&app, &["Cursed page"]).await;
        bob.samples(&app, &["Refunds"]).await;
        assert_eq!(pass(&app, &stages, SOON).await, 2);
        assert!(ada.decided(&app).await.is_empty());
        assert_eq!(bob.decided(&app).await.len(), 1);
        assert_eq!(ada.day(&app).await.attention_micros, 60_000_000);
    })
    .await;
}
