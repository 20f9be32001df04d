//! Taking back what was just done to a member or an invite.

use dayloom_domain::{
    DeveloperId,
    people::{MemberStatus, Role},
};
use dayloom_storage::{MemberError, Store, team::Invite};

use crate::world::{World, minute, now, person, project, world};

async fn member(store: &Store, w: &World, name: &str, role: Role) -> DeveloperId {
    let email = format!("{name}@example.org");
    let spaces = store.workspaces();
    let added = spaces.add_member(w.workspace, w.owner, &email, role, now()).await;
    added.unwrap().developer_id
}

pub async fn an_act_on_a_member_is_taken_back_while_it_stands(store: &Store) {
    let w = world(store, "ada").await;
    let (bob, eve) = (
        member(store, &w, "bob", Role::Manager).await,
        member(store, &w, "eve", Role::Admin).await,
    );
    let (spaces, team, projects) = (store.workspaces(), store.team(), store.projects());
    let undo = async |actor, was, done, at| {
        store
            .team()
            .undo_member(w.workspace, actor, bob, was, minute(done), minute(at))
            .await
    };
    let standing = async || {
        let bob = spaces.member(w.workspace, bob).await.unwrap().unwrap();
        (bob.role, bob.status)
    };
    let of_project = async |project| projects.member(project, bob).await.unwrap().unwrap().status;
    let other = project(store, w.workspace, w.owner, "Other").await;
    for project in [w.project, other] {
        projects.put_member(project, bob, None, now()).await.unwrap();
    }
    projects.remove_member(other, bob, minute(1)).await.unwrap();

    // A removal: the role and the projects of then come back, a project left before does not.
    spaces
        .remove_member(w.workspace, w.owner, bob, minute(2))
        .await
        .unwrap();
    assert_eq!(of_project(w.project).await, MemberStatus::Removed);
    assert!(!undo(w.owner, None, 1, 3).await.unwrap(), "another instant");
    assert!(
        !undo(w.owner, Some(Role::Admin), 2, 3).await.unwrap(),
        "not a change of role"
    );
    assert_eq!(standing().await, (Role::Manager, MemberStatus::Removed));
    assert!(undo(eve, None, 2, 3).await.unwrap());
    assert_eq!(standing().await, (Role::Manager, MemberStatus::Active));
    assert_eq!(of_project(w.project).await, MemberStatus::Active);
    assert_eq!(of_project(other).await, MemberStatus::Removed);
    assert!(!undo(eve, None, 2, 4).await.unwrap(), "once");

    // A role, unless it was changed since.
    team.set_admin(w.workspace, w.owner, bob, true, minute(5))
        .await
        .unwrap();
    assert!(!undo(w.owner, None, 5, 6).await.unwrap(), "not a removal");
    assert!(undo(w.owner, Some(Role::Manager), 5, 6).await.unwrap());
    assert_eq!(standing().await, (Role::Manager, MemberStatus::Active));
    team.set_admin(w.workspace, w.owner, bob, true, minute(7))
        .await
        .unwrap();
    team.set_admin(w.workspace, w.owner, bob, false, minute(8))
        .await
        .unwrap();
    assert!(!undo(w.owner, Some(Role::Manager), 7, 9).await.unwrap());
    assert_eq!(standing().await, (Role::Developer, MemberStatus::Active));

    // Nobody who is no owner makes an owner this way.
    let wrong = undo(eve, Some(Role::Owner), 8, 9).await;
    assert!(matches!(wrong, Err(MemberError::OwnerOnly)));
    // Who left by themselves is not drawn back in.
    spaces
        .remove_member(w.workspace, bob, bob, minute(10))
        .await
        .unwrap();
    assert!(!undo(w.owner, None, 10, 11).await.unwrap());
    assert_eq!(standing().await, (Role::Developer, MemberStatus::Removed));
    let stranger = person(store, "kim").await;
    let none = team.undo_member(w.workspace, w.owner, stranger, None, now(), minute(1));
    assert!(!none.await.unwrap());
}

pub async fn a_withdrawn_code_comes_back_as_it_was(store: &Store) {
    let w = world(store, "ada").await;
    let team = store.team();
    let make = async |code: &str, made, until| {
        let invite = Invite {
            code: code.to_owned(),
            expires_at: minute(until),
        };
        store
            .team()
            .invite(w.workspace, &invite, minute(made))
            .await
            .unwrap();
    };
    let live = async |at| -> Vec<(String, jiff::Timestamp, u32)> {
        let all = store.team().invites(w.workspace, minute(at)).await.unwrap();
        all.into_iter()
            .map(|live| (live.invite.code, live.invite.expires_at, live.used))
            .collect()
    };
    let undo = async |code: &str, done, at| {
        store
            .team()
            .undo_invite(w.workspace, code, minute(done), minute(at))
            .await
            .unwrap()
    };
    let ended = async |done, at| -> Vec<String> {
        let (done, at) = (minute(done), minute(at));
        store.team().invites_ended(w.workspace, done, at).await.unwrap()
    };
    make("first", 0, 60).await;
    let bob = person(store, "bob").await;
    team.join(bob, "first", minute(1)).await.unwrap().unwrap();
    let before = live(2).await;
    assert!(team.end_invite(w.workspace, "first", minute(2)).await.unwrap());
    assert_eq!(ended(2, 3).await, ["first"]);
    assert!(ended(1, 3).await.is_empty());
    assert!(ended(2, 60).await.is_empty());
    assert!(!undo("first", 1, 3).await, "another instant");
    assert!(!undo("others", 2, 3).await, "another code");
    assert!(!undo("first", 2, 60).await, "too old by now");
    assert_eq!(live(3).await, []);
    assert!(undo("first", 2, 3).await);
    assert_eq!(live(3).await, before, "code, end and uses");

    // The one that took its place ends.
    make("second", 4, 90).await;
    assert!(undo("first", 4, 5).await);
    assert_eq!(live(5).await, before);
    let kim = person(store, "kim").await;
    assert_eq!(team.join(kim, "second", minute(6)).await.unwrap(), None);

    // One made since stays, and the former one away.
    assert!(team.end_invite(w.workspace, "first", minute(7)).await.unwrap());
    make("third", 8, 90).await;
    assert!(!undo("first", 7, 9).await);
    assert_eq!(live(9).await[0].0, "third");

    // Whoever was put out meanwhile is not let in by what comes back.
    store
        .workspaces()
        .remove_member(w.workspace, w.owner, bob, minute(10))
        .await
        .unwrap();
    assert!(team.end_invite(w.workspace, "third", minute(11)).await.unwrap());
    assert!(undo("third", 11, 12).await);
    assert_eq!(team.join(bob, "third", minute(13)).await.unwrap(), None);
    let other = world(store, "zoe").await;
    assert!(team.end_invite(w.workspace, "third", minute(14)).await.unwrap());
    let foreign = team.undo_invite(other.workspace, "third", minute(14), minute(15));
    assert!(!foreign.await.unwrap(), "of another workspace");
}
