//! Whose day a model is told of, and which projects allow it.

use dayloom_domain::{Clock, people::ModelPolicy};
use dayloom_llm::Failure;
use dayloom_pipeline::{Models, journal};
use dayloom_storage::TaskPatch;
use dayloom_testkit::on_both;

use crate::desk::{DATE, StandIn, TRUE, asked, night, one_day, said, stored, texts, work};

#[tokio::test]
async fn of_two_people_in_one_project_neither_hears_a_word_of_the_other() {
    on_both(async |app| {
        let ann = app.person("ann@example.org").await;
        let tracked = app.tracked(&ann).await;
        let bob = app.person("bob@example.org").await;
        let (members, now) = (app.store.workspaces(), app.clock.now());
        members
            .add_member(
                tracked.workspace,
                ann.id,
                "bob@example.org",
                dayloom_domain::people::Role::Developer,
                now,
            )
            .await
            .expect("a member");
        app.store
            .projects()
            .put_member(tracked.project, bob.id, None, now)
            .await
            .expect("a member");
        let bobs = app.device(&bob, tracked.project).await;
        app.task(&ann, &tracked, Some("ANN-1"), "Annwork").await;
        app.task(&bob, &tracked, Some("BOB-1"), "Bobwork").await;
        work(&app, &ann, tracked.device, 0, 40, "feature/ANN-1", "anntitle").await;
        work(&app, &bob, bobs, 0, 50, "feature/BOB-1", "bobtitle").await;
        journal::compose_now(&app.store, &Models::none(), ann.id, DATE, now)
            .await
            .expect("a journal");
        app.store
            .journals()
            .edit(ann.id, DATE, "annsecret", now)
            .await
            .expect("an edit");

        night(&app);
        let model = StandIn::failing();
        let swept = journal::sweep(&app.store, &model.of(&app), app.clock.now()).await;
        assert_eq!(swept.expect("a sweep"), 1, "Ann wrote hers");
        assert_eq!(model.calls(), 1);
        assert!(
            model
                .heard()
                .iter()
                .all(|told| told.contains("BOB-1") && !told.to_lowercase().contains("ann"))
        );
        for (person, own, other) in [(&ann, "ann", "bob"), (&bob, "bob", "ann")] {
            let model = StandIn::failing();
            let questions = [
                "Where did the time go?",
                "bobwork",
                "annsecret",
                "Draft my standup",
            ];
            for text in questions {
                let reply = asked(&app, person, &model.of(&app), text).await;
                let told: String = reply.sentences.iter().map(|s| s.text.to_lowercase()).collect();
                assert!(!told.contains(other), "{told}");
            }
            let heard = model.heard();
            assert_eq!(heard.len(), questions.len());
            for text in heard {
                // The question itself is the person's own words; the table is what we add.
                let table = text.split_once("Facts:\n").expect("a table").1.to_lowercase();
                assert!(table.contains(own) && !table.contains(other), "{table}");
            }
            let journal = stored(&app, person).await;
            assert!(!journal.text.to_lowercase().contains(other));
        }
    })
    .await;
}

#[tokio::test]
async fn a_project_that_allows_no_model_is_told_to_none() {
    on_both(async |app| {
        let (ann, tracked) = one_day(&app).await;
        night(&app);
        let model = StandIn::saying([said(&TRUE), said(&[("PROJ-12 took 1h.", &[1])])]);
        let allow = async |policy: ModelPolicy| {
            let set = app
                .store
                .projects()
                .set_models(tracked.project, policy, app.clock.now())
                .await;
            set.expect("set").expect("the project");
        };
        allow(ModelPolicy::None).await;
        journal::sweep(&app.store, &model.of(&app), app.clock.now())
            .await
            .expect("a sweep");
        assert_eq!(stored(&app, &ann).await.written_by, "facts");
        let reply = asked(&app, &ann, &model.of(&app), "Where did the time go?").await;
        assert_eq!((reply.model, reply.failure), (None, Some(Failure::Forbidden)));
        assert!(texts(&reply.sentences)[0].starts_with("1h 20m recorded"));
        assert_eq!(model.calls(), 0);

        allow(ModelPolicy::Local).await;
        app.store
            .journals()
            .remove(ann.id, DATE)
            .await
            .expect("a removal");
        journal::sweep(&app.store, &model.of(&app), app.clock.now())
            .await
            .expect("a sweep");
        assert_eq!(stored(&app, &ann).await.written_by, "stand-in");
        let reply = asked(&app, &ann, &model.of(&app), "Where did the time go?").await;
        assert_eq!(texts(&reply.sentences), ["PROJ-12 took 1h."]);
    })
    .await;
}

#[tokio::test]
async fn a_task_of_a_project_that_allows_no_model_is_told_to_none() {
    on_both(async |app| {
        // The time is tracked into a project that allows the model; the task it went to is filed under one that does not.
        let (ann, tracked) = one_day(&app).await;
        night(&app);
        let secret = app.project(&ann, tracked.workspace, "Secret").await;
        let now = app.clock.now();
        let tasks = app.store.tasks();
        let mine = tasks.assigned(ann.id, true).await.expect("tasks");
        let patch = TaskPatch {
            project_id: Some(Some(secret)),
            ..TaskPatch::default()
        };
        tasks
            .update(tracked.workspace, mine[0].id, &patch, now)
            .await
            .expect("a change");
        let model = StandIn::saying([said(&[("PROJ-12 took 1h.", &[1])]), said(&TRUE)]);
        for (policy, calls) in [(ModelPolicy::None, 0), (ModelPolicy::Local, 2)] {
            let set = app.store.projects().set_models(secret, policy, now).await;
            set.expect("set").expect("the project");
            let reply = asked(&app, &ann, &model.of(&app), "Where did the time go?").await;
            assert_eq!(reply.model.is_some(), calls > 0);
            app.store
                .journals()
                .remove(ann.id, DATE)
                .await
                .expect("a removal");
            journal::sweep(&app.store, &model.of(&app), app.clock.now())
                .await
                .expect("a sweep");
            assert_eq!(model.calls(), calls, "{policy:?}");
        }
    })
    .await;
}
