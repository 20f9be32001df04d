//! The budget, days from before, previews, and an engine that asks by itself.

use std::time::Duration;

use dayloom_domain::{Clock, DeveloperId};
use dayloom_pipeline::Runner;
use dayloom_testkit::on_both;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::desk::{SOON, TODAY, desk, honest, pass, refs, stages, titles};

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_budget_stops_asking_until_the_next_day() {
    on_both(async |app| {
        let mut desk = desk(&app, "ada").await;
        let model = honest();
        let stages = stages(&app, &model, Some(100));
        desk.samples(&app, &["Refunds"]).await;
        pass(&app, &stages, SOON).await;
        assert_eq!(model.asked().len(), 1);
        let others = titles(20);
        desk.samples(&app, &refs(&others)).await;
        pass(&app, &stages, SOON).await;
        assert_eq!(model.asked().len(), 1, "more than 100 tokens are used");
        let budget = stages.models().budget(desk.person.id, app.clock.now()).await;
        assert!(budget.expect("a ledger").expect("a model").is_used_up());
        assert_eq!(pass(&app, &stages, SignedDuration::from_hours(4)).await, 0);
        assert_eq!(
            pass(&app, &stages, SignedDuration::from_hours(12)).await,
            1,
            "a new day"
        );
        assert_eq!(model.asked().len(), 2);
        assert_eq!(desk.decided(&app).await.len(), 21);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_from_before_there_was_a_model_are_asked_about() {
    on_both(async |app| {
        let mut desk = desk(&app, "ada").await;
        desk.samples(&app, &["Refunds"]).await;
        app.derive().await;
        let model = honest();
        let stages = stages(&app, &model, None);
        stages.sweep_unknown().await;
        assert_eq!(pass(&app, &stages, SOON).await, 1);
        assert_eq!(desk.decided(&app).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_what_is_sent_and_sends_nothing() {
    on_both(async |app| {
        let mut desk = desk(&app, "ada").await;
        let model = honest();
        let stages = stages(&app, &model, None);
        desk.samples(&app, &["Refunds of ann@example.org", "News"]).await;
        Runner::of(stages.clone())
            .run_until_idle()
            .await
            .expect("days derive");
        let shown = stages
            .preview(desk.person.id, TODAY, false)
            .await
            .expect("a preview");
        assert_eq!((shown.signals, shown.forbidden), (2, 0));
        assert!(model.asked().is_empty());
        pass(&app, &stages, SOON).await;
        assert_eq!(shown.prompts, model.asked(), "to the letter");
        let later = stages
            .preview(desk.person.id, TODAY, false)
            .await
            .expect("a preview");
        assert_eq!(later.signals, 0, "it was asked");
        let again = stages
            .preview(desk.person.id, TODAY, true)
            .await
            .expect("a preview");
        assert_eq!(again.prompts, shown.prompts);
        let nobody = DeveloperId(Uuid::new_v4());
        let none = stages.preview(nobody, TODAY, true).await.expect("a preview");
        assert_eq!(none.prompts, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_engine_asks_by_itself_and_stops() {
    on_both(async |app| {
        let mut desk = desk(&app, "ada").await;
        let model = honest();
        let stages = stages(&app, &model, None);
        desk.samples(&app, &["Refunds"]).await;
        let stop = tokio_util::sync::CancellationToken::new();
        let running = tokio::spawn(Runner::of(stages).run(stop.clone()));
        let asked = async {
            while app
                .store
                .days()
                .pending(desk.person.id, TODAY)
                .await
                .expect("an answer")
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            app.clock.advance(SOON * 2);
            while desk.decided(&app).await.is_empty() {
                app.clock.advance(SignedDuration::from_secs(1));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(180), asked)
            .await
            .expect("it asks");
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(180), running)
            .await
            .expect("stops")
            .expect("without a panic");
    })
    .await;
}
