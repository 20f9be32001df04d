//! Workspaces and their members.

use dayloom_domain::people::{MemberStatus, Role};
use dayloom_storage::{MemberError, MemberPatch, NewWorkspace, Store, WorkspaceError};

use crate::world::{minute, now, person, world};

pub async fn slugs_are_made_and_kept_apart(store: &Store) {
    let ada = person(store, "ada").await;
    let new = NewWorkspace {
        name: "Acme & Co".to_owned(),
        slug: None,
    };
    let first = store.workspaces().create(ada, &new, now()).await.unwrap();
    let second = store.workspaces().create(ada, &new, minute(1)).await.unwrap();
    assert_eq!(
        (first.slug.as_str(), second.slug.as_str()),
        ("acme-co", "acme-co-2")
    );
    let taken = NewWorkspace {
        slug: Some("acme-co".to_owned()),
        ..new
    };
    assert!(matches!(
        store.workspaces().create(ada, &taken, now()).await,
        Err(WorkspaceError::SlugTaken)
    ));
    let list = store.workspaces().list_for(ada).await.unwrap();
    assert_eq!(list, vec![(first, Role::Owner), (second, Role::Owner)]);
}

pub async fn members_come_change_and_go(store: &Store) {
    let w = world(store, "ada").await;
    let spaces = store.workspaces();
    let bob = spaces
        .add_member(w.workspace, w.owner, "Bob@x.org", Role::Developer, now())
        .await
        .unwrap();
    assert_eq!(
        (bob.role, bob.status, bob.email.as_str()),
        (Role::Developer, MemberStatus::Active, "Bob@x.org")
    );
    let twice = store
        .workspaces()
        .add_member(w.workspace, w.owner, "bob@X.org", Role::Admin, now())
        .await
        .unwrap();
    assert_eq!(twice, bob, "an active member stays as they are");
    let patch = MemberPatch {
        role: Some(Role::Manager),
        status: None,
    };
    let changed = store
        .workspaces()
        .update_member(w.workspace, w.owner, bob.developer_id, patch, minute(1))
        .await
        .unwrap();
    assert_eq!(changed.role, Role::Manager);
    let found = store
        .workspaces()
        .member(w.workspace, bob.developer_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found, changed);
    let theirs = store.workspaces().memberships(bob.developer_id).await.unwrap();
    assert_eq!(theirs, [(w.workspace, changed)]);
    assert_eq!(store.workspaces().members(w.workspace).await.unwrap().len(), 2);

    store
        .projects()
        .put_member(w.project, bob.developer_id, None, now())
        .await
        .unwrap();
    store
        .workspaces()
        .remove_member(w.workspace, bob.developer_id, bob.developer_id, minute(2))
        .await
        .unwrap();
    assert_eq!(store.workspaces().members(w.workspace).await.unwrap().len(), 1);
    let spaces = store.workspaces();
    assert_eq!(spaces.list_for(bob.developer_id).await.unwrap(), []);
    assert_eq!(spaces.memberships(bob.developer_id).await.unwrap(), []);
    let member = store
        .projects()
        .member(w.project, bob.developer_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(member.status, MemberStatus::Removed);
    let gone = store
        .workspaces()
        .remove_member(w.workspace, w.owner, bob.developer_id, minute(3))
        .await;
    assert!(matches!(gone, Err(MemberError::NotFound)));
    let back = store
        .workspaces()
        .add_member(w.workspace, w.owner, "bob@x.org", Role::Viewer, minute(4))
        .await
        .unwrap();
    assert_eq!((back.role, back.status), (Role::Viewer, MemberStatus::Active));
}

pub async fn who_is_removed_is_in_no_project_any_more(store: &Store) {
    let w = world(store, "ada").await;
    let spaces = store.workspaces();
    let bob = spaces
        .add_member(w.workspace, w.owner, "bob@x.org", Role::Developer, now())
        .await
        .unwrap();
    let projects = store.projects();
    let standing = async || {
        let member = projects.member(w.project, bob.developer_id).await.unwrap();
        member.unwrap().status
    };
    projects
        .put_member(w.project, bob.developer_id, None, minute(5))
        .await
        .unwrap();
    for (status, expected) in [
        (MemberStatus::Suspended, MemberStatus::Active),
        (MemberStatus::Active, MemberStatus::Active),
        (MemberStatus::Removed, MemberStatus::Removed),
        (MemberStatus::Active, MemberStatus::Removed),
    ] {
        let patch = MemberPatch {
            role: None,
            status: Some(status),
        };
        spaces
            .update_member(w.workspace, w.owner, bob.developer_id, patch, minute(6))
            .await
            .unwrap();
        assert_eq!(standing().await, expected, "where the person is {status:?}");
    }
}

pub async fn an_owner_is_touched_by_owners_only(store: &Store) {
    let w = world(store, "ada").await;
    let spaces = store.workspaces();
    let admin = spaces
        .add_member(w.workspace, w.owner, "adm@x.org", Role::Admin, now())
        .await
        .unwrap()
        .developer_id;
    let up = MemberPatch {
        role: Some(Role::Owner),
        status: None,
    };
    let down = MemberPatch {
        role: Some(Role::Viewer),
        status: None,
    };
    let result = spaces
        .update_member(w.workspace, admin, w.owner, down, now())
        .await;
    assert!(matches!(result, Err(MemberError::OwnerOnly)));
    let result = spaces.update_member(w.workspace, admin, admin, up, now()).await;
    assert!(matches!(result, Err(MemberError::OwnerOnly)));
    let result = spaces
        .add_member(w.workspace, admin, "new@x.org", Role::Owner, now())
        .await;
    assert!(matches!(result, Err(MemberError::OwnerOnly)));
    let result = spaces.remove_member(w.workspace, admin, w.owner, now()).await;
    assert!(matches!(result, Err(MemberError::OwnerOnly)));

    let result = spaces.remove_member(w.workspace, w.owner, w.owner, now()).await;
    assert!(matches!(result, Err(MemberError::LastOwner)));
    let result = spaces
        .update_member(w.workspace, w.owner, w.owner, down, now())
        .await;
    assert!(matches!(result, Err(MemberError::LastOwner)));
    let suspended = MemberPatch {
        role: None,
        status: Some(MemberStatus::Suspended),
    };
    let result = spaces
        .update_member(w.workspace, w.owner, w.owner, suspended, now())
        .await;
    assert!(matches!(result, Err(MemberError::LastOwner)));
    spaces
        .update_member(w.workspace, w.owner, admin, up, now())
        .await
        .unwrap();
    spaces
        .remove_member(w.workspace, w.owner, w.owner, now())
        .await
        .unwrap();
}

pub async fn of_two_owners_leaving_at_once_one_stays(store: &Store) {
    for round in 0..4 {
        let w = world(store, &format!("ada{round}")).await;
        let email = format!("bob{round}@x.org");
        let bob = store
            .workspaces()
            .add_member(w.workspace, w.owner, &email, Role::Owner, now())
            .await
            .unwrap();
        let leave = |who| {
            let store = store.clone();
            let workspace = w.workspace;
            tokio::spawn(async move { store.workspaces().remove_member(workspace, who, who, now()).await })
        };
        let (one, two) = (leave(w.owner), leave(bob.developer_id));
        let left = [one.await.unwrap(), two.await.unwrap()];
        assert_eq!(left.iter().filter(|result| result.is_ok()).count(), 1);
        assert!(
            left.iter()
                .any(|result| matches!(result, Err(MemberError::LastOwner)))
        );
    }
}
