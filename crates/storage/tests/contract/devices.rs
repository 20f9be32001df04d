//! Devices.

use dayloom_domain::{
    DeviceId, ProjectId,
    people::{CaptureConfig, Role},
};
use dayloom_storage::{DevicePatch, Enroll, EnrollError, RejectReason, Store};
use uuid::Uuid;

use crate::world::{again, device, enroll, event, minute, now, project, send, world};

pub async fn enrolling_checks_in_order(store: &Store) {
    let w = world(store, "ada").await;
    let eve = world(store, "eve").await;
    let laptop = device(store, w.owner, w.project).await;
    let nowhere = enroll(laptop.id, eve.owner, ProjectId(Uuid::new_v4()));
    let result = store.devices().enroll(&nowhere, now()).await;
    assert!(matches!(result, Err(EnrollError::ProjectNotFound)));
    let result = store
        .devices()
        .enroll(&enroll(laptop.id, eve.owner, w.project), now())
        .await;
    assert!(matches!(result, Err(EnrollError::NotMember)));
    let off = CaptureConfig::default();
    store
        .projects()
        .set_config(eve.project, false, &off, now())
        .await
        .unwrap();
    let result = store
        .devices()
        .enroll(&enroll(laptop.id, eve.owner, eve.project), now())
        .await;
    assert!(matches!(result, Err(EnrollError::TrackerDisabled)));
    store
        .projects()
        .set_config(eve.project, true, &off, now())
        .await
        .unwrap();
    let result = store
        .devices()
        .enroll(&enroll(laptop.id, eve.owner, eve.project), now())
        .await;
    assert!(matches!(result, Err(EnrollError::OtherDeveloper)));
    assert_eq!(again(store, &laptop).await, laptop);
}

pub async fn binding_again_takes_the_whole_config(store: &Store) {
    let w = world(store, "ada").await;
    let strict = CaptureConfig {
        sample_interval_s: 10,
        idle_threshold_s: 60,
        ..CaptureConfig::default()
    };
    store
        .projects()
        .set_config(w.project, true, &strict, now())
        .await
        .unwrap();
    let laptop = device(store, w.owner, w.project).await;
    assert_eq!(laptop.config, strict);
    let other = project(store, w.workspace, w.owner, "Other").await;
    let request = Enroll {
        name: None,
        platform: "macos".to_owned(),
        version: Some("1.2".to_owned()),
        ..enroll(laptop.id, w.owner, other)
    };
    let bound = store.devices().enroll(&request, minute(1)).await.unwrap();
    assert_eq!(
        bound.config,
        CaptureConfig::default(),
        "nothing of the old project stays"
    );
    assert_eq!((bound.project_id, bound.name.as_deref()), (other, Some("laptop")));
    assert_eq!(
        (bound.platform.as_str(), bound.version.as_deref()),
        ("linux", Some("1.2"))
    );
    let patch = DevicePatch {
        name: Some(None),
        paused: Some(true),
    };
    let paused = store
        .devices()
        .update(w.owner, laptop.id, &patch, minute(2))
        .await
        .unwrap()
        .unwrap();
    assert!(paused.config.paused && paused.paused_by_person && paused.name.is_none());
    assert_ne!(paused.config_etag, bound.config_etag);
    let bound = store.devices().enroll(&request, minute(3)).await.unwrap();
    assert!(bound.config.paused, "a person's pause outlives a new binding");
    let resumed = DevicePatch {
        name: None,
        paused: Some(false),
    };
    let resumed = store
        .devices()
        .update(w.owner, laptop.id, &resumed, minute(4))
        .await
        .unwrap()
        .unwrap();
    assert!(!resumed.config.paused);
}

pub async fn who_may_not_release_a_device_ends_no_pause_of_it(store: &Store) {
    let w = world(store, "ada").await;
    let eve = world(store, "eve").await;
    let laptop = device(store, w.owner, w.project).await;
    let pause = DevicePatch {
        name: None,
        paused: Some(true),
    };
    store
        .devices()
        .update(w.owner, laptop.id, &pause, minute(-9))
        .await
        .unwrap();
    assert!(
        !store
            .devices()
            .release(eve.owner, laptop.id, minute(-8))
            .await
            .unwrap()
    );
    let seen = send(store, &laptop, now(), &[event(1, minute(-5))]).await;
    assert_eq!(seen.rejected, [(0, RejectReason::Paused)]);
}

pub async fn a_released_device_is_nobodys(store: &Store) {
    let w = world(store, "ada").await;
    let eve = world(store, "eve").await;
    let laptop = device(store, w.owner, w.project).await;
    assert!(
        !store
            .devices()
            .release(eve.owner, laptop.id, now())
            .await
            .unwrap()
    );
    assert_eq!(store.devices().by_id(eve.owner, laptop.id).await.unwrap(), None);
    assert_eq!(
        store
            .devices()
            .heartbeat(eve.owner, laptop.id, now())
            .await
            .unwrap(),
        None
    );
    let seen = store
        .devices()
        .heartbeat(w.owner, laptop.id, minute(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.last_seen_at, Some(minute(1)));
    assert_eq!(store.devices().list(w.owner).await.unwrap(), vec![seen]);
    assert!(
        store
            .devices()
            .release(w.owner, laptop.id, minute(2))
            .await
            .unwrap()
    );
    assert!(
        !store
            .devices()
            .release(w.owner, laptop.id, minute(2))
            .await
            .unwrap()
    );
    assert!(store.devices().list(w.owner).await.unwrap().is_empty());
    assert_eq!(
        store
            .devices()
            .heartbeat(w.owner, laptop.id, now())
            .await
            .unwrap(),
        None
    );
    let patch = DevicePatch {
        name: None,
        paused: Some(true),
    };
    assert_eq!(
        store
            .devices()
            .update(w.owner, laptop.id, &patch, now())
            .await
            .unwrap(),
        None
    );
    let theirs = store
        .devices()
        .enroll(&enroll(laptop.id, eve.owner, eve.project), minute(3))
        .await
        .unwrap();
    assert_eq!((theirs.developer_id, theirs.server_seq), (eve.owner, 0));
    let result = store
        .devices()
        .enroll(&enroll(laptop.id, w.owner, w.project), minute(4))
        .await;
    assert!(matches!(result, Err(EnrollError::OtherDeveloper)));
}

pub async fn enrolled_by_two_at_once_it_is_one_persons(store: &Store) {
    let w = world(store, "ada").await;
    let spaces = store.workspaces();
    let bob = spaces
        .add_member(w.workspace, w.owner, "bob@x.org", Role::Developer, now())
        .await
        .unwrap()
        .developer_id;
    store
        .projects()
        .put_member(w.project, bob, None, now())
        .await
        .unwrap();
    for _ in 0..4 {
        let id = DeviceId(Uuid::new_v4());
        let tries = [w.owner, bob, w.owner, bob].map(|who| {
            let store = store.clone();
            let project = w.project;
            tokio::spawn(async move { store.devices().enroll(&enroll(id, who, project), now()).await })
        });
        let mut owners = Vec::new();
        for attempt in tries {
            match attempt.await.unwrap() {
                Ok(device) => owners.push(device.developer_id),
                Err(EnrollError::OtherDeveloper) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(owners.len(), 2, "both tries of one person, none of the other");
        assert_eq!(owners[0], owners[1]);
    }
}
