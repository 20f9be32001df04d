//! Target hours.

use dayloom_domain::{DeveloperId, ProjectId, people::Role};
use dayloom_storage::{Store, TargetError, TargetLevel};
use uuid::Uuid;

use crate::world::{minute, now, person, project, world};

pub async fn the_nearest_target_holds(store: &Store) {
    let w = world(store, "ada").await;
    let other = project(store, w.workspace, w.owner, "Other").await;
    let bob = person(store, "bob").await;
    let joined = store
        .workspaces()
        .add_member(w.workspace, w.owner, "bob@example.org", Role::Viewer, now())
        .await;
    joined.unwrap();
    let put = async |project: Option<ProjectId>, developer: Option<DeveloperId>, hundredths: i64| {
        store
            .targets()
            .put(w.workspace, project, developer, hundredths, now())
            .await
            .unwrap()
    };
    let holds = async |project: Option<ProjectId>| {
        let target = store.targets().resolve(w.workspace, project, bob).await.unwrap();
        target.map(|target| (target.level(), target.hundredths))
    };
    assert_eq!(holds(Some(other)).await, None);
    put(None, None, 735).await;
    put(Some(other), None, 700).await;
    put(Some(other), Some(bob), 100).await;
    assert_eq!(holds(None).await, Some((TargetLevel::Workspace, 735)));
    assert_eq!(holds(Some(w.project)).await, Some((TargetLevel::Workspace, 735)));
    assert_eq!(holds(Some(other)).await, Some((TargetLevel::Project, 700)));
    let own = put(None, Some(bob), 2_400).await;
    assert_eq!(holds(Some(other)).await, Some((TargetLevel::Developer, 2_400)));
    assert_eq!(put(None, Some(bob), 1).await.id, own.id);
    assert_eq!(store.targets().list(w.workspace).await.unwrap().len(), 4);

    let eve = world(store, "eve").await;
    let foreign = store
        .targets()
        .put(w.workspace, Some(eve.project), None, 800, minute(1))
        .await;
    assert!(matches!(foreign, Err(TargetError::Project)));
    let stranger = store
        .targets()
        .put(w.workspace, None, Some(eve.owner), 800, minute(1))
        .await;
    assert!(matches!(stranger, Err(TargetError::Developer)));
    assert!(!store.targets().remove(eve.workspace, own.id).await.unwrap());
    assert!(!store.targets().remove(w.workspace, Uuid::new_v4()).await.unwrap());
    assert!(store.targets().remove(w.workspace, own.id).await.unwrap());
    assert_eq!(holds(None).await, Some((TargetLevel::Workspace, 735)));
}

pub async fn targets_set_at_once_are_one(store: &Store) {
    let w = world(store, "ada").await;
    let mut tabs = tokio::task::JoinSet::new();
    for n in 1..=8 {
        let (store, workspace) = (store.clone(), w.workspace);
        tabs.spawn(async move {
            store
                .targets()
                .put(workspace, None, None, n * 100, now())
                .await
                .unwrap()
        });
    }
    let made = tabs.join_all().await;
    assert!(made.iter().all(|target| target.id == made[0].id));
    assert_eq!(store.targets().list(w.workspace).await.unwrap().len(), 1);
}
