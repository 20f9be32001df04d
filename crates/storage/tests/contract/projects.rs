//! Projects, their members and settings.

use dayloom_domain::people::{CaptureConfig, MemberStatus, ModelPolicy, Role, ScreenshotPolicy};
use dayloom_storage::{NewProject, ProjectError, Store};
use jiff::ToSpan;

use crate::world::{again, device, minute, now, person, project, world};

pub async fn projects_are_listed_by_name(store: &Store) {
    let w = world(store, "ada").await;
    let new = NewProject {
        name: "Main".to_owned(),
        slug: Some("main".to_owned()),
        tracker_enabled: false,
    };
    let taken = store.projects().create(w.workspace, w.owner, &new, now()).await;
    assert!(matches!(taken, Err(ProjectError::SlugTaken)));
    let second = project(store, w.workspace, w.owner, "Alpha").await;
    let quiet = NewProject { slug: None, ..new };
    let quiet = store
        .projects()
        .create(w.workspace, w.owner, &quiet, now())
        .await
        .unwrap();
    assert_eq!(quiet.slug, "main-2");
    let names =
        |list: Vec<dayloom_domain::people::Project>| list.into_iter().map(|p| p.id).collect::<Vec<_>>();
    let mut mains = vec![w.project, quiet.id];
    mains.sort_unstable();
    let all = names(store.projects().list(w.workspace).await.unwrap());
    assert_eq!(all, [vec![second], mains].concat());
    assert_eq!(
        names(store.projects().tracker_projects_for(w.owner).await.unwrap()),
        vec![second, w.project]
    );
    assert_eq!(store.projects().by_id(quiet.id).await.unwrap(), Some(quiet));
}

pub async fn members_come_from_the_workspace(store: &Store) {
    let w = world(store, "ada").await;
    let names =
        |list: Vec<dayloom_domain::people::Project>| list.into_iter().map(|p| p.id).collect::<Vec<_>>();
    let bob = person(store, "bob").await;
    let refused = store.projects().put_member(w.project, bob, None, now()).await;
    assert!(matches!(refused, Err(ProjectError::NotMember)));
    store
        .workspaces()
        .add_member(w.workspace, w.owner, "bob@example.org", Role::Developer, now())
        .await
        .unwrap();
    let member = store
        .projects()
        .put_member(w.project, bob, Some(Role::Manager), now())
        .await
        .unwrap();
    assert_eq!(
        (member.role, member.status),
        (Some(Role::Manager), MemberStatus::Active)
    );
    let kept = store
        .projects()
        .put_member(w.project, bob, None, now())
        .await
        .unwrap();
    assert_eq!(kept.role, Some(Role::Manager));
    assert_eq!(store.projects().members(w.project).await.unwrap().len(), 2);
    assert_eq!(
        names(store.projects().tracker_projects_for(bob).await.unwrap()),
        vec![w.project]
    );
    assert!(
        store
            .projects()
            .remove_member(w.project, bob, minute(1))
            .await
            .unwrap()
    );
    assert!(
        !store
            .projects()
            .remove_member(w.project, bob, minute(1))
            .await
            .unwrap()
    );
    assert!(
        store
            .projects()
            .tracker_projects_for(bob)
            .await
            .unwrap()
            .is_empty()
    );
    let member = store.projects().member(w.project, bob).await.unwrap().unwrap();
    assert_eq!(member.status, MemberStatus::Removed);
}

pub async fn settings_reach_devices_and_change_the_etag(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    assert_eq!(laptop.config, CaptureConfig::default());
    let config = CaptureConfig {
        sample_interval_s: 30,
        screenshot_policy: ScreenshotPolicy::ActiveWindow,
        screenshot_every_n_samples: 7,
        idle_threshold_s: 120,
        paused: false,
        excluded_bundle_ids: vec!["com.bank".to_owned()],
    };
    let changed = store
        .projects()
        .set_config(w.project, true, &config, minute(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((changed.tracker_enabled, &changed.config), (true, &config));
    let after = again(store, &laptop).await;
    assert_eq!(after.config, config);
    assert_ne!(after.config_etag, laptop.config_etag);
    store
        .projects()
        .set_config(w.project, true, &config, minute(2))
        .await
        .unwrap();
    assert_eq!(
        again(store, &laptop).await,
        after,
        "the same settings again change nothing"
    );
    store
        .projects()
        .set_config(w.project, true, &CaptureConfig::default(), minute(3))
        .await
        .unwrap();
    assert_eq!(
        again(store, &laptop).await.config_etag,
        laptop.config_etag,
        "equal settings, equal etags"
    );
    let paused = CaptureConfig {
        paused: true,
        ..CaptureConfig::default()
    };
    store
        .projects()
        .set_config(w.project, false, &paused, minute(4))
        .await
        .unwrap();
    assert!(again(store, &laptop).await.config.paused);
    let nowhere = dayloom_domain::ProjectId(uuid::Uuid::new_v4());
    assert_eq!(
        store
            .projects()
            .set_config(nowhere, true, &paused, now())
            .await
            .unwrap(),
        None
    );
}

pub async fn the_overview_counts_devices(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    device(store, w.owner, w.project).await;
    let gone = device(store, w.owner, w.project).await;
    store.devices().release(w.owner, gone.id, now()).await.unwrap();
    store
        .devices()
        .heartbeat(w.owner, laptop.id, now())
        .await
        .unwrap();
    let overview = store
        .projects()
        .admin_overview(w.workspace, now() + (6 * 24).hours())
        .await
        .unwrap();
    let figures: Vec<_> = overview
        .iter()
        .map(|o| (o.project.id, o.device_count, o.active_devices))
        .collect();
    assert_eq!(figures, vec![(w.project, 2, 1)]);
    let later = store
        .projects()
        .admin_overview(w.workspace, now() + (8 * 24).hours())
        .await
        .unwrap();
    assert_eq!(later[0].active_devices, 0);
}

pub async fn models_allowed_stay_with_the_project(store: &Store) {
    let w = world(store, "ada").await;
    let found = store.projects().by_id(w.project).await.unwrap().unwrap();
    assert_eq!(found.models, ModelPolicy::Hosted, "those the operator chose");
    let changed = store
        .projects()
        .set_models(w.project, ModelPolicy::Local, minute(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (changed.models, changed.tracker_enabled),
        (ModelPolicy::Local, true)
    );
    let paused = CaptureConfig {
        paused: true,
        ..CaptureConfig::default()
    };
    let changed = store
        .projects()
        .set_config(w.project, true, &paused, minute(2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        changed.models,
        ModelPolicy::Local,
        "other settings do not reset it"
    );
    let unknown = dayloom_domain::ProjectId(uuid::Uuid::new_v4());
    assert_eq!(
        store
            .projects()
            .set_models(unknown, ModelPolicy::None, now())
            .await
            .unwrap(),
        None
    );
}
