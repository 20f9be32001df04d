//! Whose signals and tasks a model is told of.

use std::sync::Arc;

use dayloom_domain::{Clock, people::ModelPolicy};
use dayloom_llm::Failure;
use dayloom_pipeline::{Stages, decide::TAIL};
use dayloom_storage::NewTask;
use dayloom_testkit::{
    Scripted, Tracked,
    model::{by_words, sorted_by},
    on_both,
};

use crate::desk::{Desk, SOON, TODAY, desk, honest, pass, stages};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_in_one_project_share_nothing() {
    on_both(async |app| {
        let mut ada = desk(&app, "ada").await;
        let bob = app.person("bob@example.org").await;
        let store = &app.store;
        let role = dayloom_domain::people::Role::Developer;
        store
            .workspaces()
            .add_member(
                ada.tracked.workspace,
                ada.person.id,
                "bob@example.org",
                role,
                app.clock.now(),
            )
            .await
            .expect("a member");
        store
            .projects()
            .put_member(ada.tracked.project, bob.id, None, app.clock.now())
            .await
            .expect("in the project");
        let device = app.device(&bob, ada.tracked.project).await;
        let mut his = Desk {
            tracked: Tracked {
                device,
                ..ada.tracked
            },
            person: bob,
            refunds: ada.refunds,
            sampled: 0,
        };
        let model = honest();
        let stages = stages(&app, &model, None);
        ada.samples(&app, &["Refunds of ada", "The same page"]).await;
        his.samples(&app, &["Refunds of bob", "The same page"]).await;
        assert_eq!(pass(&app, &stages, SOON).await, 2);
        for prompt in model.asked() {
            let both = prompt.user.contains("of ada") && prompt.user.contains("of bob");
            assert!(!both, "no prompt holds words of two people");
        }
        let with_tasks = model.asked().iter().filter(|p| p.user.contains("Retry")).count();
        assert_eq!(with_tasks, 1, "her tasks are not his candidates");
        assert_eq!(ada.decided(&app).await.len(), 2);
        assert_eq!(his.decided(&app).await.len(), 2);
        let hers = ada.decided(&app).await;
        assert!(hers.iter().any(|d| d.task_id == Some(ada.refunds)));
        assert!(his.decided(&app).await.iter().all(|d| d.task_id.is_none()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_says_which_models_may_see_it() {
    on_both(async |app| {
        for (n, (policy, local, asks)) in [
            (ModelPolicy::Hosted, false, true),
            (ModelPolicy::Local, false, false),
            (ModelPolicy::Local, true, true),
            (ModelPolicy::None, true, false),
        ]
        .into_iter()
        .enumerate()
        {
            let mut desk = desk(&app, &format!("p{n}")).await;
            let now = app.clock.now();
            app.store
                .projects()
                .set_models(desk.tracked.project, policy, now)
                .await
                .expect("set");
            let model = Scripted::placed(local, |prompt| match prompt.purpose {
                dayloom_llm::Purpose::Attribution => Ok(sorted_by(&prompt.user, by_words)),
                _ => Ok("Nobody.".to_owned()),
            });
            let stages = stages(&app, &model, None);
            desk.samples(&app, &["Refunds"]).await;
            pass(&app, &stages, SOON).await;
            assert_eq!(
                model.asked().len(),
                usize::from(asks),
                "{policy:?}, local: {local}"
            );
            let prompt = dayloom_llm::Prompt {
                purpose: dayloom_llm::Purpose::Question,
                system: String::new(),
                user: "mail ann@example.org".to_owned(),
                schema: None,
                max_output_tokens: 1,
            };
            let answer = stages.models().ask(desk.person.id, None, &prompt, now).await;
            assert_eq!(
                answer == Err(Failure::Forbidden),
                !asks,
                "without a project the strictest counts"
            );
            if asks {
                let sent = model.asked().pop().expect("sent");
                assert_eq!(sent.user, "mail ***", "whoever asks");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_told_only_to_a_model_its_own_project_allows() {
    on_both(async |app| {
        let mut desk = desk(&app, "ada").await;
        let now = app.clock.now();
        let secret = app.project(&desk.person, desk.tracked.workspace, "Secret").await;
        for (title, project) in [
            ("Whistle", Some(secret)),
            ("Open work", Some(desk.tracked.project)),
        ] {
            let new = NewTask {
                title: title.to_owned(),
                key: None,
                url: None,
                status: None,
                assignee_id: Some(desk.person.id),
                project_id: project,
            };
            let made = app.store.tasks().create(desk.tracked.workspace, &new, now).await;
            made.expect("a task");
        }
        desk.samples(&app, &["Refunds"]).await;
        app.derive().await;
        for (policy, local, told, calls) in [
            (ModelPolicy::None, true, false, 1),
            (ModelPolicy::Local, false, false, 0),
            (ModelPolicy::Local, true, true, 1),
            (ModelPolicy::Hosted, false, true, 0),
        ] {
            let set = app.store.projects().set_models(secret, policy, now).await;
            set.expect("set").expect("the project");
            let model = Scripted::placed(local, |prompt| Ok(sorted_by(&prompt.user, by_words)));
            let stages = stages(&app, &model, None);
            let preview = stages.preview(desk.person.id, TODAY, true).await;
            let preview = preview.expect("a preview");
            assert_eq!((preview.signals, preview.prompts.len()), (1, 1));
            let user = &preview.prompts[0].user;
            assert!(user.contains("Open work") && user.contains("Retry refunds"));
            assert_eq!(user.contains("Whistle"), told, "{policy:?}, local: {local}");
            let marked = app.store.days().mark(desk.person.id, &[TODAY], now).await;
            marked.expect("marked");
            pass(&app, &stages, TAIL * 2).await;
            let asked = model.asked();
            assert_eq!(asked.len(), calls, "other tasks are another question");
            for prompt in asked {
                assert_eq!(
                    prompt.user.contains("Whistle"),
                    told,
                    "{policy:?}, local: {local}"
                );
            }
        }
        // Where there is none yet, what a hosted one would get is shown.
        let set = app
            .store
            .projects()
            .set_models(secret, ModelPolicy::Local, now)
            .await;
        set.expect("set").expect("the project");
        let none = Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>);
        let preview = none
            .preview(desk.person.id, TODAY, true)
            .await
            .expect("a preview");
        assert!(!preview.prompts[0].user.contains("Whistle"));
    })
    .await;
}
