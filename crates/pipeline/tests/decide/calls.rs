//! How few calls a day takes, and that a signal is asked about once.

use dayloom_domain::Clock;
use dayloom_pipeline::{Reach, Sweep, decide::TAIL};
use dayloom_testkit::{
    Scripted, TestApp,
    model::{by_words, sorted_by},
    on_both,
};
use jiff::SignedDuration;

use crate::desk::{Desk, SOON, TODAY, desk, honest, pass, refs, stages, titles};

#[tokio::test(flavor = "multi_thread")]
async fn a_first_day_of_480_samples_is_at_most_five_calls_and_a_replay_none() {
    on_both(async |app| {
        let mut desk = desk(&app, "ada").await;
        let model = honest();
        let stages = stages(&app, &model, None);
        let all = titles(480);
        for batch in refs(&all).chunks(5) {
            desk.samples(&app, batch).await;
        }
        while pass(&app, &stages, SOON).await > 0 {}
        let calls = model.asked().len();
        assert!((1..=5).contains(&calls), "{calls} calls");
        assert_eq!(desk.decided(&app).await.len(), 480);
        let before = desk.day(&app).await;
        app.store
            .days()
            .mark(desk.person.id, &[TODAY], app.clock.now())
            .await
            .expect("marked");
        assert_eq!(pass(&app, &stages, TAIL * 2).await, 0);
        assert_eq!(model.asked().len(), calls, "a replay asks nothing");
        assert_eq!(desk.day(&app).await, before);
        let used = app.store.usage().between(desk.person.id, TODAY, TODAY).await;
        let used = used.expect("a ledger");
        assert_eq!(usize::try_from(used[0].used.calls).ok(), Some(calls));
        assert_eq!((used.len(), used[0].purpose.as_str()), (1, "attribution"));
        assert_eq!(used[0].used.cost_usd, None, "its price is not known");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_sampled_live_is_at_most_five_calls() {
    on_both(async |app| {
        let mut desk = desk(&app, "ada").await;
        let model = honest();
        let stages = stages(&app, &model, None);
        let all = titles(96);
        // Eight hours, five samples every five minutes: the same page for five minutes, then another.
        for title in &all {
            desk.samples(&app, &[title.as_str(); 5]).await;
            pass(&app, &stages, SOON).await;
            app.clock.advance(SignedDuration::from_mins(5) - SOON);
        }
        pass(&app, &stages, TAIL).await;
        pass(&app, &stages, TAIL).await;
        let calls = model.asked().len();
        assert!((1..=5).contains(&calls), "{calls} calls");
        assert_eq!(desk.decided(&app).await.len(), 96, "nothing is left out");
    })
    .await;
}

/// A minute with each of these titles in front of another device.
async fn elsewhere(app: &TestApp, desk: &mut Desk, device: dayloom_domain::DeviceId, titles: &[&str]) {
    let own = std::mem::replace(&mut desk.tracked.device, device);
    desk.samples(app, titles).await;
    desk.tracked.device = own;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_day_is_at_most_five_calls_with_its_journal_in_two_workspaces_too() {
    on_both(async |app| {
        let morning = app.clock.now();
        for spaces in [1, 2] {
            app.clock.set(morning);
            let mut desk = desk(&app, &format!("p{spaces}")).await;
            let mut devices = vec![desk.tracked.device];
            if spaces == 2 {
                devices.push(app.tracked(&desk.person).await.device);
            }
            let model = Scripted::new(|prompt| match prompt.purpose {
                dayloom_llm::Purpose::Attribution => Ok(sorted_by(&prompt.user, by_words)),
                _ => Ok("{\"sentences\":[]}".to_owned()),
            });
            let stages = stages(&app, &model, None);
            let never = tokio_util::sync::CancellationToken::new();
            let round = async |wait: SignedDuration| {
                pass(&app, &stages, SOON).await;
                for sweep in [Sweep::JournalsLately, Sweep::Journals] {
                    let swept = stages.run_sweep(sweep, Reach::Lately, &never).await;
                    swept.expect("a sweep");
                }
                app.clock.advance(wait - SOON);
            };
            // From midnight on, every minute another page, uploaded every five minutes.
            let all = titles(480);
            for (n, batch) in refs(&all).chunks(5).enumerate() {
                elsewhere(&app, &mut desk, devices[n / 7 % devices.len()], batch).await;
                round(SignedDuration::from_secs(75)).await;
            }
            assert!(
                !model.asked().is_empty(),
                "the first minutes are asked about at once"
            );
            for _ in 0..24 {
                round(SignedDuration::from_mins(40)).await;
            }
            let calls = model.asked().len();
            assert!((2..=5).contains(&calls), "{calls} calls with {spaces} workspaces");
            let journals = model
                .asked()
                .iter()
                .filter(|p| p.purpose == dayloom_llm::Purpose::Journal)
                .count();
            assert_eq!(journals, 1);
            assert_eq!(desk.decided(&app).await.len(), 480, "nothing is left out");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_is_asked_once_and_by_its_time() {
    on_both(async |app| {
        let mut desk = desk(&app, "ada").await;
        let model = honest();
        let stages = stages(&app, &model, None);
        desk.samples(&app, &["News", "Refunds", "Refunds", "Refunds", "News"])
            .await;
        assert_eq!(pass(&app, &stages, SOON).await, 1);
        let asked = model.asked();
        assert_eq!(asked.len(), 1);
        let user: serde_json::Value = serde_json::from_str(&asked[0].user).expect("JSON");
        assert_eq!(user["signals"][0]["title"], "Refunds", "longest first");
        assert_eq!(user["signals"][0]["minutes"], 3);
        let decided = desk.decided(&app).await;
        let tasks: Vec<_> = decided.iter().map(|d| d.task_id).collect();
        assert!(tasks.contains(&Some(desk.refunds)) && tasks.contains(&None));
        desk.samples(&app, &["Refunds", "News"]).await;
        assert_eq!(pass(&app, &stages, TAIL * 2).await, 0, "nothing new");
    })
    .await;
}
