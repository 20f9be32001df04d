//! Workspaces, members and projects over HTTP (`contract/tracker.md` §9, §9.2).

mod support;

use serde_json::{Value, json};
use support::{World, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    the_account_is_read_and_changed,
    workspaces_are_made_and_listed,
    members_come_and_go,
    owners_are_changed_by_owners_and_one_stays,
    projects_are_made_and_listed,
    projects_are_joined_and_left,
);

async fn the_account_is_read_and_changed(world: &World) {
    let sam = world.person("sam@example.org").await;
    let before = world.get(&sam, "/developers/me").await.expect(200);
    assert_eq!(before["email"], "sam@example.org");
    for field in [
        "timezone",
        "working_hours",
        "locale",
        "skill_fingerprint",
        "github_connection",
    ] {
        assert_eq!(before[field], Value::Null, "{field}");
    }
    let change = json!({
        "name": "Sam", "timezone": "Asia/Kolkata", "working_hours": {"start": "09:30", "end": "18:00"},
        "locale": "hi", "unknown": 1,
    });
    let after = world
        .call(&sam, "PATCH", "/developers/me", change)
        .await
        .expect(200);
    assert_eq!(after["name"], "Sam");
    assert_eq!(after["timezone"], "Asia/Kolkata");
    assert_eq!(after["working_hours"], json!({"start": "09:30", "end": "18:00"}));
    let kept = world
        .call(&sam, "PATCH", "/developers/me", json!({"locale": "en"}))
        .await
        .expect(200);
    assert_eq!((&kept["name"], &kept["locale"]), (&json!("Sam"), &json!("en")));
    assert_eq!(world.get(&sam, "/developers/me").await.expect(200), kept);

    for (change, place) in [
        (json!({"timezone": "Europe/Atlantis"}), "body.timezone"),
        (json!({"timezone": "europe/berlin"}), "body.timezone"),
        (json!({"timezone": "+05:30"}), "body.timezone"),
        (
            json!({"working_hours": {"start": "9:00", "end": "18:00"}}),
            "body.working_hours.start",
        ),
        (
            json!({"working_hours": {"start": "09:00"}}),
            "body.working_hours.end",
        ),
        (json!({"name": ""}), "body.name"),
        (json!({"name": "x".repeat(256)}), "body.name"),
        (json!({"locale": "not a language"}), "body.locale"),
    ] {
        let answer = world.call(&sam, "PATCH", "/developers/me", change).await;
        assert_eq!(answer.fault().0, place);
    }
    assert_eq!(world.get(&sam, "/developers/me").await.expect(200), kept);
}

async fn workspaces_are_made_and_listed(world: &World) {
    let (sam, eve) = (
        world.person("sam@example.org").await,
        world.person("eve@example.org").await,
    );
    assert_eq!(world.get(&sam, "/workspaces").await.expect(200), json!([]));
    let body = json!({"name": " Acme ", "slug": "Acme"});
    let acme = world
        .call(&sam, "POST", "/workspaces", body.clone())
        .await
        .expect(201);
    assert_eq!(
        acme,
        json!({"id": acme["id"], "name": "Acme", "slug": "acme", "role": "owner"})
    );
    world.call(&eve, "POST", "/workspaces", body).await.refused(409);
    let loom = world
        .call(&sam, "POST", "/workspaces", json!({"name": "Acme"}))
        .await
        .expect(201);
    assert_ne!(loom["slug"], "acme");
    assert_eq!(
        world.get(&sam, "/workspaces").await.expect(200),
        json!([acme, loom])
    );
    assert_eq!(world.get(&eve, "/workspaces").await.expect(200), json!([]));
    for (body, place) in [
        (json!({}), "body.name"),
        (json!({"name": ""}), "body.name"),
        (json!({"name": 7}), "body.name"),
        (json!({"name": "x".repeat(256)}), "body.name"),
        (json!({"name": "x", "slug": "a b"}), "body.slug"),
    ] {
        let answer = world.call(&sam, "POST", "/workspaces", body).await;
        assert_eq!(answer.fault().0, place);
    }
}

async fn members_come_and_go(world: &World) {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Acme").await;
    let members = format!("/workspaces/{workspace}/members");
    let added = world
        .call(&owner, "POST", &members, json!({"email": "Dev@Example.org"}))
        .await
        .expect(201);
    assert_eq!(
        (&added["role"], &added["status"]),
        (&json!("developer"), &json!("active"))
    );
    let dev = world.person("dev@example.org").await;
    assert_eq!(added["developer_id"], json!(dev.id));
    let again = json!({"email": "dev@example.org", "role": "viewer"});
    assert_eq!(
        world.call(&owner, "POST", &members, again).await.expect(201),
        added
    );
    let listed = world.get(&dev, &members).await.expect(200);
    assert_eq!(listed.as_array().map(Vec::len), Some(2));

    // A member without the right, in their own workspace.
    let other = json!({"email": "x@example.org"});
    world
        .call(&dev, "POST", &members, other.clone())
        .await
        .refused(403);
    let owner_row = format!("{members}/{}", owner.id);
    world
        .call(&dev, "PATCH", &owner_row, json!({"role": "viewer"}))
        .await
        .refused(403);
    world
        .call(&dev, "DELETE", &owner_row, Value::Null)
        .await
        .refused(403);

    let dev_row = format!("{members}/{}", dev.id);
    let changed = world
        .call(&owner, "PATCH", &dev_row, json!({"role": "manager"}))
        .await
        .expect(200);
    assert_eq!(changed["role"], "manager");
    world.call(&dev, "POST", &members, other).await.expect(201);
    let suspended = world
        .call(&owner, "PATCH", &dev_row, json!({"status": "suspended"}))
        .await
        .expect(200);
    assert_eq!(suspended["status"], "suspended");
    world.get(&dev, &members).await.refused(404);
    world
        .call(&owner, "PATCH", &dev_row, json!({"status": "active"}))
        .await
        .expect(200);
    world
        .call(&dev, "DELETE", &dev_row, Value::Null)
        .await
        .expect(204);
    world.get(&dev, &members).await.refused(404);
    assert_eq!(world.get(&dev, "/workspaces").await.expect(200), json!([]));
    world
        .call(&owner, "DELETE", &dev_row, Value::Null)
        .await
        .refused(404);

    for (body, place) in [
        (json!({"email": "nobody"}), "body.email"),
        (json!({}), "body.email"),
        (json!({"email": "a@b", "role": "owner"}), "body.role"),
        (json!({"email": "a@b", "role": "king"}), "body.role"),
    ] {
        let answer = world.call(&owner, "POST", &members, body).await;
        assert_eq!(answer.fault().0, place);
    }
    for unknown in [Uuid::new_v4().to_string(), "nobody".to_owned(), "%ff".to_owned()] {
        let row = format!("{members}/{unknown}");
        world
            .call(&owner, "PATCH", &row, json!({"role": "viewer"}))
            .await
            .refused(404);
        world.call(&owner, "DELETE", &row, Value::Null).await.refused(404);
    }
}

async fn owners_are_changed_by_owners_and_one_stays(world: &World) {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Acme").await;
    let admin = world
        .member(&owner, &workspace, "admin@example.org", "admin")
        .await;
    let row = |who: &support::Person| format!("/workspaces/{workspace}/members/{}", who.id);
    for change in [
        json!({"role": "admin"}),
        json!({"status": "suspended"}),
        json!({"status": "removed"}),
    ] {
        world
            .call(&admin, "PATCH", &row(&owner), change.clone())
            .await
            .refused(403);
        world
            .call(&owner, "PATCH", &row(&owner), change)
            .await
            .refused(409);
    }
    world
        .call(&admin, "DELETE", &row(&owner), Value::Null)
        .await
        .refused(403);
    world
        .call(&owner, "DELETE", &row(&owner), Value::Null)
        .await
        .refused(409);
    world
        .call(&admin, "PATCH", &row(&admin), json!({"role": "owner"}))
        .await
        .refused(403);
    world
        .call(&owner, "PATCH", &row(&admin), json!({"role": "owner"}))
        .await
        .expect(200);
    world
        .call(&owner, "DELETE", &row(&owner), Value::Null)
        .await
        .expect(204);
    world
        .call(&admin, "DELETE", &row(&admin), Value::Null)
        .await
        .refused(409);
    let members = world
        .get(&admin, &format!("/workspaces/{workspace}/members"))
        .await
        .expect(200);
    assert_eq!(members.as_array().map(Vec::len), Some(1));
}

async fn projects_are_made_and_listed(world: &World) {
    let owner = world.person("owner@example.org").await;
    let (workspace, other) = (
        world.workspace(&owner, "Acme").await,
        world.workspace(&owner, "Other").await,
    );
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "developer")
        .await;
    let projects = format!("/workspaces/{workspace}/projects");
    let body = json!({"name": "Weave", "slug": "weave"});
    let made = world
        .call(&owner, "POST", &projects, body.clone())
        .await
        .expect(201);
    let expected = json!({
        "id": made["id"], "workspace_id": workspace, "name": "Weave", "slug": "weave", "tracker_enabled": false,
    });
    assert_eq!(made, expected);
    world
        .call(&owner, "POST", &projects, body.clone())
        .await
        .refused(409);
    world
        .call(
            &owner,
            "POST",
            &format!("/workspaces/{other}/projects"),
            body.clone(),
        )
        .await
        .expect(201);
    world.call(&dev, "POST", &projects, body).await.refused(403);
    let fault = world
        .call(
            &owner,
            "POST",
            &projects,
            json!({"name": "x", "tracker_enabled": "maybe"}),
        )
        .await;
    assert_eq!(fault.fault().0, "body.tracker_enabled");
    let early = world
        .call(&owner, "POST", &projects, json!({"name": "Bobbin"}))
        .await
        .expect(201);
    assert_eq!(
        world.get(&dev, &projects).await.expect(200),
        json!({"projects": [early, made]})
    );
}

async fn projects_are_joined_and_left(world: &World) {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Acme").await;
    let project = world.project(&owner, &workspace, "Weave").await;
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "developer")
        .await;
    let row = |who: &str| format!("/projects/{project}/members/{who}");
    world
        .call(&dev, "PUT", &row(&dev.id), json!({}))
        .await
        .refused(403);
    let member = world
        .call(&owner, "PUT", &row(&dev.id), json!({}))
        .await
        .expect(200);
    assert_eq!(
        member,
        json!({"developer_id": dev.id, "role": null, "status": "active"})
    );
    let member = world
        .call(&owner, "PUT", &row(&dev.id), json!({"role": "manager"}))
        .await
        .expect(200);
    assert_eq!(member["role"], "manager");
    let stranger = world.person("stranger@example.org").await;
    for person in [&stranger.id, &Uuid::new_v4().to_string(), "nobody"] {
        world
            .call(&owner, "PUT", &row(person), json!({}))
            .await
            .refused(404);
        world
            .call(&owner, "DELETE", &row(person), Value::Null)
            .await
            .refused(404);
    }
    let fault = world
        .call(&owner, "PUT", &row(&dev.id), json!({"role": "king"}))
        .await;
    assert_eq!(fault.fault().0, "body.role");
    world
        .call(&dev, "DELETE", &row(&owner.id), Value::Null)
        .await
        .refused(403);
    world
        .call(&dev, "DELETE", &row(&dev.id), Value::Null)
        .await
        .expect(204);
    world
        .call(&dev, "DELETE", &row(&dev.id), Value::Null)
        .await
        .refused(404);
}
