//! Attribution rules.

use dayloom_domain::{
    RuleId,
    day::Category,
    people::Role,
    rule::{RuleField, RuleMatch, RuleScope},
};
use dayloom_storage::{NewRule, NewTask, RuleError, RulePatch, Store};

use crate::world::{now, world};

/// A rule of one's own, for work in these repositories.
pub fn personal(pattern: &str) -> NewRule {
    NewRule {
        scope: RuleScope::Personal,
        scope_project_id: None,
        field: RuleField::Repo,
        matching: RuleMatch::Glob,
        pattern: pattern.to_owned(),
        task_id: None,
        project_id: None,
        category: Some(Category::Productive),
        position: None,
    }
}

pub async fn rules_come_in_order_and_change(store: &Store) {
    let w = world(store, "ada").await;
    let of_project = NewRule {
        scope: RuleScope::Project,
        scope_project_id: Some(w.project),
        ..personal("p")
    };
    let shared = store.rules().create(w.owner, &of_project, now()).await.unwrap();
    let a = store
        .rules()
        .create(w.owner, &personal("a"), now())
        .await
        .unwrap();
    let b = store
        .rules()
        .create(w.owner, &personal("b"), now())
        .await
        .unwrap();
    let c = store
        .rules()
        .create(w.owner, &personal("c"), now())
        .await
        .unwrap();
    assert_eq!((a.position, b.position, c.position), (0, 1, 2));
    let ids =
        |rules: Vec<dayloom_domain::rule::Rule>| rules.into_iter().map(|r| r.id).collect::<Vec<RuleId>>();
    assert_eq!(
        ids(store.rules().list(w.owner).await.unwrap()),
        vec![a.id, b.id, c.id, shared.id]
    );
    assert_eq!(
        ids(store.rules().list_for_attribution(w.owner).await.unwrap()),
        vec![a.id, b.id, c.id, shared.id]
    );

    let patch = RulePatch {
        pattern: Some("*.rs".to_owned()),
        matching: Some(RuleMatch::Contains),
        field: Some(RuleField::Path),
        ..RulePatch::default()
    };
    let changed = store.rules().update(w.owner, a.id, &patch, now()).await.unwrap();
    assert_eq!(store.rules().by_id(w.owner, a.id).await.unwrap(), Some(changed));
    let empty = RulePatch {
        category: Some(None),
        ..RulePatch::default()
    };
    assert!(matches!(
        store.rules().update(w.owner, a.id, &empty, now()).await,
        Err(RuleError::Empty)
    ));

    let eve = world(store, "eve").await;
    assert_eq!(store.rules().by_id(eve.owner, a.id).await.unwrap(), None);
    assert!(!store.rules().delete(eve.owner, a.id).await.unwrap());
    assert!(matches!(
        store.rules().update(eve.owner, a.id, &patch, now()).await,
        Err(RuleError::NotFound)
    ));
    store
        .workspaces()
        .add_member(w.workspace, w.owner, "eve@example.org", Role::Developer, now())
        .await
        .unwrap();
    assert!(store.rules().list(eve.owner).await.unwrap().is_empty());
    store
        .projects()
        .put_member(w.project, eve.owner, None, now())
        .await
        .unwrap();
    assert_eq!(ids(store.rules().list(eve.owner).await.unwrap()), vec![shared.id]);
    assert!(store.rules().delete(w.owner, a.id).await.unwrap());
    assert!(!store.rules().delete(w.owner, a.id).await.unwrap());
}

/// Patterns and positions of a person's own rules, in the order of evaluation.
async fn placed(store: &Store, person: dayloom_domain::DeveloperId) -> Vec<(String, i64)> {
    let rules = store.rules().list(person).await.unwrap();
    let own = rules.into_iter().filter(|r| r.scope == RuleScope::Personal);
    own.map(|r| (r.pattern, r.position)).collect()
}

pub async fn no_two_rules_share_a_position(store: &Store) {
    let w = world(store, "ada").await;
    let rules = store.rules();
    let at = |pattern: &str, position: Option<i64>| NewRule {
        position,
        ..personal(pattern)
    };
    let to = |position| RulePatch {
        position: Some(position),
        ..RulePatch::default()
    };
    let want = |all: &[(&str, i64)]| -> Vec<(String, i64)> {
        all.iter()
            .map(|(pattern, at)| ((*pattern).to_owned(), *at))
            .collect()
    };
    let mut made = Vec::new();
    for new in [at("a", None), at("b", None), at("c", None), at("d", Some(7))] {
        made.push(rules.create(w.owner, &new, now()).await.unwrap().id);
    }
    let [a, b, c, d] = made[..] else {
        panic!("four rules")
    };
    rules.update(w.owner, c, &to(0), now()).await.unwrap();
    assert_eq!(
        placed(store, w.owner).await,
        want(&[("c", 0), ("a", 1), ("b", 2), ("d", 7)]),
        "who stood there makes room, and who they meet; who is not met stays"
    );
    rules.update(w.owner, b, &to(1), now()).await.unwrap();
    rules.update(w.owner, a, &to(1), now()).await.unwrap();
    rules.update(w.owner, a, &to(1), now()).await.unwrap();
    assert_eq!(
        placed(store, w.owner).await,
        want(&[("c", 0), ("a", 1), ("b", 2), ("d", 7)])
    );
    rules.create(w.owner, &at("e", Some(0)), now()).await.unwrap();
    assert_eq!(
        placed(store, w.owner).await,
        want(&[("e", 0), ("c", 1), ("a", 2), ("b", 3), ("d", 7)]),
        "a new rule wins its place too"
    );
    rules.update(w.owner, d, &to(-1), now()).await.unwrap();
    assert_eq!(
        placed(store, w.owner).await,
        want(&[("d", -1), ("e", 0), ("c", 1), ("a", 2), ("b", 3)])
    );
    let other = world(store, "eve").await;
    rules.create(other.owner, &at("x", Some(0)), now()).await.unwrap();
    assert_eq!(
        placed(store, w.owner).await[1],
        ("e".to_owned(), 0),
        "people do not meet"
    );
}

pub async fn foreign_targets_are_refused(store: &Store) {
    let w = world(store, "ada").await;
    let eve = world(store, "eve").await;
    let new = NewTask {
        title: "secret".to_owned(),
        key: None,
        url: None,
        status: None,
        assignee_id: None,
        project_id: None,
    };
    let theirs = store.tasks().create(eve.workspace, &new, now()).await.unwrap().id;
    let mine = store.tasks().create(w.workspace, &new, now()).await.unwrap().id;
    let task = |task| NewRule {
        task_id: Some(task),
        ..personal("x")
    };
    let project = NewRule {
        project_id: Some(eve.project),
        ..personal("x")
    };
    let scope = NewRule {
        scope: RuleScope::Project,
        scope_project_id: Some(eve.project),
        ..personal("x")
    };
    let none = NewRule {
        category: None,
        ..personal("x")
    };
    assert!(matches!(
        store.rules().create(w.owner, &task(theirs), now()).await,
        Err(RuleError::Task)
    ));
    assert!(matches!(
        store.rules().create(w.owner, &project, now()).await,
        Err(RuleError::Project)
    ));
    assert!(matches!(
        store.rules().create(w.owner, &scope, now()).await,
        Err(RuleError::Project)
    ));
    assert!(matches!(
        store.rules().create(w.owner, &none, now()).await,
        Err(RuleError::Empty)
    ));
    store.rules().create(w.owner, &task(mine), now()).await.unwrap();

    let spaces = store.workspaces();
    spaces
        .add_member(
            eve.workspace,
            eve.owner,
            "ada@example.org",
            Role::Developer,
            now(),
        )
        .await
        .unwrap();
    store.rules().create(w.owner, &task(theirs), now()).await.unwrap();
    assert_eq!(
        store.rules().list_for_attribution(w.owner).await.unwrap().len(),
        2
    );
    spaces
        .remove_member(eve.workspace, w.owner, w.owner, now())
        .await
        .unwrap();
    assert_eq!(
        store.rules().list_for_attribution(w.owner).await.unwrap().len(),
        1
    );
    assert_eq!(store.rules().list(w.owner).await.unwrap().len(), 2);
}
