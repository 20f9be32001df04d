//! Journals that a model phrases, or fails to.

use std::sync::Arc;

use dayloom_domain::Clock;
use dayloom_llm::{Answer, Failure, Identity, Model, Prompt};
use dayloom_pipeline::{Models, journal};
use dayloom_testkit::on_both;
use jiff::SignedDuration;

use crate::desk::{DATE, StandIn, TRUE, asked, night, one_day, said, stored, texts, work};

#[tokio::test]
async fn a_model_phrases_what_was_computed_and_nothing_else_stands() {
    on_both(async |app| {
        let (ann, tracked) = one_day(&app).await;
        let false_ones: [(&str, &[usize]); 4] = [
            ("I worked 9h.", &[0]),
            ("PROJ-99 took 1h.", &[1]),
            ("I bought coins at Evilcorp for 1h.", &[1]),
            ("I was a hero.", &[0]),
        ];
        let all: Vec<(&str, &[usize])> = TRUE.into_iter().chain(false_ones).collect();
        let model = StandIn::saying([said(&all)]);
        let sweep = async || {
            let swept = journal::sweep(&app.store, &model.of(&app), app.clock.now()).await;
            (swept.expect("a sweep"), model.calls())
        };
        assert_eq!(sweep().await, (1, 0), "while the day goes on the facts speak");
        let journal = stored(&app, &ann).await;
        assert_eq!((journal.written_by.as_str(), journal.is_final), ("facts", false));
        night(&app);
        assert_eq!(sweep().await, (1, 1));
        let journal = stored(&app, &ann).await;
        assert_eq!(texts(&journal.sentences), TRUE.map(|(text, _)| text));
        assert_eq!(
            (journal.written_by.as_str(), journal.is_final),
            ("stand-in", true)
        );
        assert!(
            journal
                .sentences
                .iter()
                .all(|sentence| !sentence.entries.is_empty())
        );

        // What comes late is told, and the model asked again, but not at once; what still holds is kept meanwhile.
        work(&app, &ann, tracked.device, 121, 5, "main", "notes").await;
        assert_eq!(sweep().await, (1, 1));
        assert_eq!(stored(&app, &ann).await.written_by, "stand-in");
        app.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(sweep().await.1, 2);
    })
    .await;
}

#[tokio::test]
async fn of_two_sweeps_at_once_one_asks() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        night(&app);
        let model = StandIn::saying([said(&TRUE), said(&TRUE)]);
        let (models, now) = (model.of(&app), app.clock.now());
        let sweep = || journal::sweep(&app.store, &models, now);
        let (one, two, three, four) = tokio::join!(sweep(), sweep(), sweep(), sweep());
        for swept in [one, two, three, four] {
            swept.expect("a sweep");
        }
        assert_eq!(model.calls(), 1);
        let journal = stored(&app, &ann).await;
        assert_eq!(
            (journal.written_by.as_str(), journal.is_final),
            ("stand-in", true)
        );
    })
    .await;
}

/// Hangs until it is let go.
#[derive(Debug)]
struct Hanging(Identity, tokio::sync::Semaphore, std::sync::atomic::AtomicUsize);

#[async_trait::async_trait]
impl Model for Hanging {
    fn identity(&self) -> &Identity {
        &self.0
    }

    async fn ask(&self, _: &Prompt) -> Result<Answer, Failure> {
        self.2.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let _go = self.1.acquire().await.expect("open");
        Err(Failure::TooSlow)
    }
}

#[tokio::test]
async fn a_sweep_that_is_stopped_leaves_the_journals_composed() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        night(&app);
        let identity = StandIn::failing().identity.clone();
        let model = Arc::new(Hanging(
            identity,
            tokio::sync::Semaphore::new(0),
            Default::default(),
        ));
        let models = Models::new(app.store.clone(), model.clone(), None);
        let stop = tokio_util::sync::CancellationToken::new();
        let stopping = async {
            while model.2.load(std::sync::atomic::Ordering::SeqCst) == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            stop.cancel();
        };
        let sweep = journal::sweep_until(&app.store, &models, app.clock.now(), &stop);
        let both = async { tokio::join!(sweep, stopping) };
        let (swept, ()) = tokio::time::timeout(std::time::Duration::from_secs(180), both)
            .await
            .expect("it asks, and stops");
        assert_eq!(swept.expect("a sweep"), 1);
        let journal = stored(&app, &ann).await;
        assert_eq!((journal.written_by.as_str(), journal.is_final), ("facts", false));
    })
    .await;
}

#[tokio::test]
async fn a_used_up_budget_is_said_on_the_journal() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        night(&app);
        let model = StandIn::saying([said(&TRUE), said(&TRUE)]);
        let models = Models::new(app.store.clone(), model.clone(), Some(0));
        let swept = journal::sweep(&app.store, &models, app.clock.now()).await;
        swept.expect("a sweep");
        let journal = stored(&app, &ann).await;
        assert_eq!((journal.written_by.as_str(), journal.is_final), ("facts", false));
        assert_eq!(
            (journal.held_back.as_deref(), model.calls()),
            (Some("over_budget"), 0)
        );
        let shown = app.get("/tracker/journals/2026-11-21", &ann).await.json();
        assert!(
            shown["note"].as_str().is_some_and(|note| note.contains("budget")),
            "{shown}"
        );
        app.clock.advance(SignedDuration::from_hours(2));
        let swept = journal::sweep(&app.store, &model.of(&app), app.clock.now()).await;
        swept.expect("a sweep");
        let journal = stored(&app, &ann).await;
        assert_eq!(
            (journal.written_by.as_str(), journal.held_back),
            ("stand-in", None)
        );
    })
    .await;
}

#[tokio::test]
async fn whatever_a_model_answers_the_day_has_its_journal() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        night(&app);
        let composed = {
            journal::sweep(&app.store, &Models::none(), app.clock.now())
                .await
                .expect("a sweep");
            stored(&app, &ann).await.text
        };
        let deep = "[".repeat(10_000);
        let answers = [
            Err(Failure::Unreachable),
            Err(Failure::Refused { status: 500 }),
            Err(Failure::TooSlow),
            Ok(String::new()),
            Ok("I am sorry.".to_owned()),
            Ok("{\"sentences\":[{\"text\":\"I wor".to_owned()),
            Ok("{\"sentences\":{\"text\":\"I worked 1h.\",\"rows\":[NaN]}}".to_owned()),
            Ok(format!("{{\"sentences\":{deep}")),
            said(&TRUE[..2]),
        ];
        for (n, answer) in answers.into_iter().enumerate() {
            let model = StandIn::saying([answer.clone()]);
            app.store
                .journals()
                .remove(ann.id, DATE)
                .await
                .expect("a removal");
            journal::sweep(&app.store, &model.of(&app), app.clock.now())
                .await
                .expect("a sweep");
            let journal = stored(&app, &ann).await;
            assert_eq!(
                (journal.text.as_str(), journal.written_by.as_str()),
                (composed.as_str(), "facts"),
                "answer {n}"
            );
            let model = StandIn::saying([answer]);
            let reply = asked(&app, &ann, &model.of(&app), "Where did the time go?").await;
            if n < 8 {
                assert_eq!(
                    texts(&reply.sentences)[0],
                    "1h 20m recorded from Monday 16 November to Sunday 22 November, on 1 day."
                );
                assert!(reply.failure.is_some() && reply.model.is_none());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_ended_day_waits_a_day_for_a_model_that_fails_and_is_final_then() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        let model = StandIn::failing();
        let step = async |hours: i64| {
            app.clock.advance(SignedDuration::from_hours(hours));
            journal::sweep(&app.store, &model.of(&app), app.clock.now())
                .await
                .expect("a sweep");
            let journal = stored(&app, &ann).await;
            (model.calls(), journal.is_final, journal.written_by)
        };
        let facts = || "facts".to_owned();
        assert_eq!(step(0).await, (0, false, facts()));
        assert_eq!(step(14).await, (0, false, facts()), "a day settles first");
        assert_eq!(step(1).await, (1, false, facts()));
        assert_eq!(step(0).await, (1, false, facts()), "but not again at once");
        assert_eq!(step(2).await, (2, false, facts()));
        assert_eq!(step(24).await, (3, true, facts()));
        assert_eq!(step(24).await, (3, true, facts()));
    })
    .await;
}

#[tokio::test]
async fn a_model_that_recovers_completes_the_day_once() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        app.clock.advance(SignedDuration::from_hours(15));
        let model = StandIn::saying([Err(Failure::Unreachable), said(&TRUE)]);
        journal::sweep(&app.store, &model.of(&app), app.clock.now())
            .await
            .expect("a sweep");
        assert!(!stored(&app, &ann).await.is_final);
        for _ in 0..3 {
            app.clock.advance(SignedDuration::from_hours(6));
            journal::sweep(&app.store, &model.of(&app), app.clock.now())
                .await
                .expect("a sweep");
        }
        let journal = stored(&app, &ann).await;
        assert_eq!(
            (model.calls(), journal.is_final, journal.written_by.as_str()),
            (2, true, "stand-in")
        );
    })
    .await;
}

#[tokio::test]
async fn a_dismissed_block_takes_its_sentences_along_at_once() {
    on_both(async |app| {
        let (ann, _) = one_day(&app).await;
        night(&app);
        let more: Vec<(&str, &[usize])> = TRUE
            .into_iter()
            .chain([("My longest stretch was 1h on PROJ-12.", &[3_usize][..])])
            .collect();
        let model = StandIn::saying([said(&more)]);
        journal::sweep(&app.store, &model.of(&app), app.clock.now())
            .await
            .expect("a sweep");
        let block = app.store.days().works(ann.id, DATE, DATE).await.expect("rows")[0].entry_id;
        let dismiss = dayloom_domain::review::Change::Dismiss;
        app.store
            .reviews()
            .apply(ann.id, block, &dismiss, None, app.clock.now())
            .await
            .expect("a review");
        app.derive().await;
        let shown = journal::current(&app.store, ann.id, stored(&app, &ann).await)
            .await
            .expect("a journal")
            .expect("one");
        assert!(
            !shown.text.contains("PROJ-12") && shown.text.contains("20m"),
            "{}",
            shown.text
        );
        assert_eq!(shown.written_by, "facts");
    })
    .await;
}
