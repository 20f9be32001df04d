//! `/tracker/target-hours` over HTTP (`contract/tracker.md` §2.8), on both databases.

mod support;

use serde_json::{Value, json};
use support::{Person, World, on_both_databases};
use uuid::Uuid;

on_both_databases!(the_nearest_target_holds, targets_are_for_those_who_may);

async fn put(world: &World, who: &Person, workspace: &str, body: Value) -> Value {
    let path = format!("/tracker/target-hours?workspace_id={workspace}");
    world.call(who, "PUT", &path, body).await.expect(200)
}

#[expect(clippy::too_many_lines, reason = "one table of targets, level by level")]
async fn the_nearest_target_holds(world: &World) {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Work").await;
    let project = world.project(&owner, &workspace, "Loom").await;
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "developer")
        .await;
    let resolve = |project: Option<String>| {
        let mut path = format!("/tracker/target-hours/resolve?workspace_id={workspace}");
        if let Some(project) = project {
            path.push_str(&format!("&project_id={project}"));
        }
        let (world, dev) = (world, &dev);
        async move {
            let answer = world.get(dev, &path).await.expect(200);
            (
                answer["target_hours_per_day"].as_f64(),
                answer["source"].as_str().map(str::to_owned),
            )
        }
    };
    let is = |hours: f64, source: &str| (Some(hours), Some(source.to_owned()));
    assert_eq!(resolve(None).await, is(8.0, "default"));
    let whole = put(
        world,
        &owner,
        &workspace,
        json!({ "target_hours_per_day": 7.355 }),
    )
    .await;
    assert_eq!(
        (&whole["level"], &whole["target_hours_per_day"]),
        (&json!("workspace"), &json!(7.36))
    );
    assert_eq!(resolve(Some(project.clone())).await, is(7.36, "workspace"));
    let there = put(
        world,
        &owner,
        &workspace,
        json!({ "project_id": project, "target_hours_per_day": "6" }),
    )
    .await;
    assert_eq!(there["level"], "project");
    assert_eq!(resolve(None).await, is(7.36, "workspace"));
    assert_eq!(resolve(Some(project.clone())).await, is(6.0, "project"));
    let both = json!({ "project_id": project, "developer_id": dev.id, "target_hours_per_day": 1 });
    let both = put(world, &owner, &workspace, both).await;
    assert_eq!(both["level"], "developer");
    assert_eq!(
        resolve(Some(project.clone())).await,
        is(6.0, "project"),
        "a row with both is never resolved"
    );
    let own = put(
        world,
        &owner,
        &workspace,
        json!({ "developer_id": dev.id, "target_hours_per_day": 4.5 }),
    )
    .await;
    assert_eq!(resolve(Some(project.clone())).await, is(4.5, "developer"));
    let again = put(
        world,
        &owner,
        &workspace,
        json!({ "developer_id": dev.id, "target_hours_per_day": 5 }),
    )
    .await;
    assert_eq!(again["id"], own["id"], "the same level is the same row");
    let list = world
        .get(&owner, &format!("/tracker/target-hours?workspace_id={workspace}"))
        .await
        .expect(200);
    assert_eq!(list.as_array().map(Vec::len), Some(4));
    let path = format!(
        "/tracker/target-hours/{}?workspace_id={workspace}",
        own["id"].as_str().expect("an id")
    );
    world.call(&owner, "DELETE", &path, Value::Null).await.expect(204);
    assert_eq!(
        world
            .call(&owner, "DELETE", &path, Value::Null)
            .await
            .refused(404),
        "Override not found"
    );
    assert_eq!(resolve(None).await, is(7.36, "workspace"));
}

async fn targets_are_for_those_who_may(world: &World) {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Work").await;
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "developer")
        .await;
    let stranger = world.person("stranger@example.org").await;
    let elsewhere = world.workspace(&stranger, "Den").await;
    let foreign = world.project(&stranger, &elsewhere, "Cave").await;
    let path = format!("/tracker/target-hours?workspace_id={workspace}");
    let body = json!({ "target_hours_per_day": 7 });
    let made = put(world, &owner, &workspace, body.clone()).await;
    let one = format!(
        "/tracker/target-hours/{}?workspace_id={workspace}",
        made["id"].as_str().expect("an id")
    );
    for (method, path, body) in [
        ("GET", &path, Value::Null),
        ("PUT", &path, body),
        ("DELETE", &one, Value::Null),
    ] {
        let answer = world.call(&dev, method, path, body.clone()).await;
        assert_eq!(answer.refused(403), "Permission denied");
        let answer = world.call(&stranger, method, path, body).await;
        assert_eq!(answer.refused(404), "Workspace not found");
    }
    let resolve = format!("/tracker/target-hours/resolve?workspace_id={workspace}");
    assert_eq!(
        world.get(&stranger, &resolve).await.refused(404),
        "Workspace not found"
    );
    world.get(&dev, &resolve).await.expect(200);
    let theirs = format!(
        "/tracker/target-hours/{}?workspace_id={elsewhere}",
        made["id"].as_str().expect("an id")
    );
    assert_eq!(
        world
            .call(&stranger, "DELETE", &theirs, Value::Null)
            .await
            .refused(404),
        "Override not found"
    );
    for (body, place) in [
        (json!({}), "body.target_hours_per_day"),
        (json!({ "target_hours_per_day": 0 }), "body.target_hours_per_day"),
        (
            json!({ "target_hours_per_day": 0.001 }),
            "body.target_hours_per_day",
        ),
        (
            json!({ "target_hours_per_day": 24.01 }),
            "body.target_hours_per_day",
        ),
        (
            json!({ "target_hours_per_day": "all" }),
            "body.target_hours_per_day",
        ),
        (
            json!({ "target_hours_per_day": 7, "project_id": foreign }),
            "body.project_id",
        ),
        (
            json!({ "target_hours_per_day": 7, "project_id": Uuid::new_v4() }),
            "body.project_id",
        ),
        (
            json!({ "target_hours_per_day": 7, "developer_id": stranger.id }),
            "body.developer_id",
        ),
    ] {
        assert_eq!(world.call(&owner, "PUT", &path, body).await.fault().0, place);
    }
    put(world, &owner, &workspace, json!({ "target_hours_per_day": 24 })).await;
    assert_eq!(
        world.get(&owner, "/tracker/target-hours").await.fault().0,
        "query.workspace_id"
    );
}
