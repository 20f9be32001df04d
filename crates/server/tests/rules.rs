//! Attribution rules over HTTP (`contract/tracker.md` §9, §9.2).

mod support;

use serde_json::{Value, json};
use support::{Person, World, id, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    rules_are_made_changed_and_removed,
    rules_are_listed_in_the_order_of_evaluation,
    patterns_that_do_not_work_are_named,
    rules_point_only_at_what_their_owner_sees,
    project_rules_are_for_members_and_by_admins,
    an_admin_sees_and_changes_the_rules_of_every_project_of_the_workspace,
);

fn rule(pattern: &str, position: impl Into<Value>) -> Value {
    json!({
        "scope": "personal", "field": "repo", "match": "glob", "pattern": pattern, "category": "productive",
        "position": position.into(),
    })
}

async fn make(world: &World, who: &Person, body: Value) -> Value {
    world.call(who, "POST", "/tracker/rules", body).await.expect(201)
}

async fn rules_are_made_changed_and_removed(world: &World) {
    let sam = world.person("sam@example.org").await;
    let made = make(world, &sam, rule("acme/*", 1)).await;
    let expected = json!({
        "id": made["id"], "scope": "personal", "field": "repo", "match": "glob", "pattern": "acme/*",
        "task_id": null, "project_id": null, "category": "productive", "position": 1,
    });
    assert_eq!(made, expected);
    let row = format!("/tracker/rules/{}", id(&made));
    let change =
        json!({"field": "host", "match": "contains", "pattern": "acme.test", "category": "personal"});
    let changed = world.call(&sam, "PATCH", &row, change).await.expect(200);
    assert_eq!(
        (&changed["field"], &changed["match"]),
        (&json!("host"), &json!("contains"))
    );
    assert_eq!(
        (&changed["category"], &changed["position"]),
        (&json!("personal"), &json!(1))
    );
    assert_eq!(
        world.get(&sam, "/tracker/rules").await.expect(200),
        json!([changed])
    );
    let nothing_left = world
        .call(&sam, "PATCH", &row, json!({"category": null}))
        .await
        .fault();
    assert_eq!(nothing_left.0, "body.task_id");
    world.call(&sam, "DELETE", &row, Value::Null).await.expect(204);
    world.call(&sam, "DELETE", &row, Value::Null).await.refused(404);
    world
        .call(&sam, "PATCH", &row, json!({"pattern": "x"}))
        .await
        .refused(404);
    world
        .call(&sam, "PATCH", "/tracker/rules/none", json!({"pattern": "x"}))
        .await
        .refused(404);
    assert_eq!(world.get(&sam, "/tracker/rules").await.expect(200), json!([]));
}

async fn rules_are_listed_in_the_order_of_evaluation(world: &World) {
    let sam = world.person("sam@example.org").await;
    let workspace = world.workspace(&sam, "Acme").await;
    let project = world.project(&sam, &workspace, "Weave").await;
    let shared = json!({
        "scope": "project", "field": "app", "match": "contains", "pattern": "shared", "project_id": project,
        "position": -5,
    });
    make(world, &sam, shared).await;
    for (pattern, position) in [("first", json!(0)), ("third", json!(7)), ("second", json!(3))] {
        make(world, &sam, rule(pattern, position)).await;
    }
    make(world, &sam, rule("last", Value::Null)).await;
    let listed = world.get(&sam, "/tracker/rules").await.expect(200);
    let patterns: Vec<_> = listed
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|rule| rule["pattern"].as_str())
        .collect();
    assert_eq!(patterns, ["first", "second", "third", "last", "shared"]);
}

async fn patterns_that_do_not_work_are_named(world: &World) {
    let sam = world.person("sam@example.org").await;
    let row = id(&make(world, &sam, rule("ok", 0)).await);
    for (matching, pattern) in [
        ("regex", "(unclosed"),
        ("glob", "[a-"),
        ("regex", "(a{1000}){1000}"),
    ] {
        let body = json!({
            "scope": "personal", "field": "title", "match": matching, "pattern": pattern, "category": "neutral",
        });
        let (place, text) = world.call(&sam, "POST", "/tracker/rules", body).await.fault();
        assert_eq!(place, "body.pattern");
        assert!(text.contains(pattern), "{text}");
        let change = json!({"match": matching, "pattern": pattern});
        let path = format!("/tracker/rules/{row}");
        assert_eq!(
            world.call(&sam, "PATCH", &path, change).await.fault().0,
            "body.pattern"
        );
    }
    // A change of the match alone is checked with the pattern that stands.
    let open = id(&make(
        world,
        &sam,
        json!({
            "scope": "personal", "field": "title", "match": "contains", "pattern": "(", "category": "neutral",
        }),
    )
    .await);
    let change = json!({"match": "regex"});
    let answer = world
        .call(&sam, "PATCH", &format!("/tracker/rules/{open}"), change)
        .await;
    assert_eq!(answer.fault().0, "body.pattern");
    for (change, place) in [
        (json!({"pattern": "x".repeat(201)}), "body.pattern"),
        (json!({"pattern": ""}), "body.pattern"),
        (json!({"field": "smell"}), "body.field"),
        (json!({"match": "fuzzy"}), "body.match"),
        (json!({"scope": "world"}), "body.scope"),
        (json!({"category": "boring"}), "body.category"),
        (json!({"task_id": "x"}), "body.task_id"),
        (json!({"category": null}), "body.task_id"),
        (json!({"scope": "project"}), "body.project_id"),
    ] {
        let mut body = rule("x", 0);
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        assert_eq!(
            world.call(&sam, "POST", "/tracker/rules", body).await.fault().0,
            place,
            "{change}"
        );
    }
}

async fn rules_point_only_at_what_their_owner_sees(world: &World) {
    let sam = world.person("sam@example.org").await;
    let own = world.workspace(&sam, "Own").await;
    let second = world.workspace(&sam, "Second").await;
    let eve = world.person("eve@example.org").await;
    let foreign = world.workspace(&eve, "Foreign").await;
    let own_project = world.project(&sam, &own, "Weave").await;
    let foreign_project = world.project(&eve, &foreign, "Secret").await;
    let task = async |who: &Person, workspace: &str| {
        let path = format!("/workspaces/{workspace}/tasks");
        id(&world
            .call(who, "POST", &path, json!({"title": "Warp"}))
            .await
            .expect(201))
    };
    let (own_task, second_task, foreign_task) = (
        task(&sam, &own).await,
        task(&sam, &second).await,
        task(&eve, &foreign).await,
    );
    let body = |scope: &str, task: Option<&str>, project: Option<&str>| {
        json!({
            "scope": scope, "field": "repo", "match": "glob", "pattern": "x", "task_id": task, "project_id": project,
        })
    };
    make(world, &sam, body("personal", Some(&own_task), Some(&own_project))).await;
    make(world, &sam, body("project", Some(&own_task), Some(&own_project))).await;
    let unknown = Uuid::new_v4().to_string();
    let mut texts = Vec::new();
    for id in [&foreign_task, &unknown] {
        texts.push(
            world
                .call(&sam, "POST", "/tracker/rules", body("personal", Some(id), None))
                .await
                .refused(404),
        );
    }
    assert_eq!(texts[0], texts[1], "unknown and foreign have one text");
    texts.clear();
    for id in [&foreign_project, &unknown] {
        for scope in ["personal", "project"] {
            let body = body(scope, None, Some(id));
            texts.push(
                world
                    .call(&sam, "POST", "/tracker/rules", body)
                    .await
                    .refused(404),
            );
        }
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    // All members' time follows a project rule, and not all of them see another workspace's task.
    let across = body("project", Some(&second_task), Some(&own_project));
    world
        .call(&sam, "POST", "/tracker/rules", across)
        .await
        .refused(404);
}

async fn project_rules_are_for_members_and_by_admins(world: &World) {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Acme").await;
    let project = world.project(&owner, &workspace, "Weave").await;
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "developer")
        .await;
    let body = json!({
        "scope": "project", "field": "repo", "match": "glob", "pattern": "acme/*", "project_id": project,
    });
    world
        .call(&dev, "POST", "/tracker/rules", body.clone())
        .await
        .refused(403);
    let made = make(world, &owner, body).await;
    assert_eq!(made["project_id"], json!(project));
    assert_eq!(world.get(&dev, "/tracker/rules").await.expect(200), json!([]));
    let row = format!("/projects/{project}/members/{}", dev.id);
    world.call(&owner, "PUT", &row, json!({})).await.expect(200);
    assert_eq!(world.get(&dev, "/tracker/rules").await.expect(200), json!([made]));
    let path = format!("/tracker/rules/{}", id(&made));
    world
        .call(&dev, "PATCH", &path, json!({"pattern": "x"}))
        .await
        .refused(403);
    world.call(&dev, "DELETE", &path, Value::Null).await.refused(403);
    let other = world.project(&owner, &workspace, "Other").await;
    let moved = world
        .call(&owner, "PATCH", &path, json!({"project_id": other}))
        .await
        .fault();
    assert_eq!(moved.0, "body.project_id");
    let same = world
        .call(
            &owner,
            "PATCH",
            &path,
            json!({"project_id": project, "pattern": "x"}),
        )
        .await;
    assert_eq!(same.expect(200)["pattern"], "x");
    world.call(&owner, "DELETE", &path, Value::Null).await.expect(204);
    assert_eq!(world.get(&dev, "/tracker/rules").await.expect(200), json!([]));
}

async fn an_admin_sees_and_changes_the_rules_of_every_project_of_the_workspace(world: &World) {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Acme").await;
    let project = world.project(&owner, &workspace, "Weave").await;
    let admin = world
        .member(&owner, &workspace, "admin@example.org", "manager")
        .await;
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "developer")
        .await;
    let stranger = world.person("sam@example.org").await;
    world.workspace(&stranger, "Elsewhere").await;
    let body = json!({
        "scope": "project", "field": "repo", "match": "glob", "pattern": "acme/*", "project_id": project,
    });
    let made = make(world, &admin, body).await;
    assert_eq!(
        world.get(&admin, "/tracker/rules").await.expect(200),
        json!([made])
    );
    for outsider in [&dev, &stranger] {
        assert_eq!(world.get(outsider, "/tracker/rules").await.expect(200), json!([]));
    }
    let path = format!("/tracker/rules/{}", id(&made));
    let change = json!({"pattern": "acme/shop", "position": 4});
    let changed = world.call(&admin, "PATCH", &path, change).await.expect(200);
    assert_eq!(
        (&changed["pattern"], &changed["position"]),
        (&json!("acme/shop"), &json!(4))
    );
    for outsider in [&dev, &stranger] {
        world
            .call(outsider, "PATCH", &path, json!({"pattern": "x"}))
            .await
            .refused(404);
        world
            .call(outsider, "DELETE", &path, Value::Null)
            .await
            .refused(404);
    }
    let row = format!("/workspaces/{workspace}/members/{}", admin.id);
    world
        .call(&owner, "PATCH", &row, json!({"role": "developer"}))
        .await
        .expect(200);
    assert_eq!(world.get(&admin, "/tracker/rules").await.expect(200), json!([]));
    world
        .call(&owner, "PATCH", &row, json!({"role": "manager"}))
        .await
        .expect(200);
    world.call(&admin, "DELETE", &path, Value::Null).await.expect(204);
}
