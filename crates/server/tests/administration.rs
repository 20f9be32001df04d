//! A person's devices and the administration of tracking over HTTP (`contract/tracker.md` §2.7, §9, §9.1, §9.2).

mod support;

use dayloom_domain::Clock;
use serde_json::{Value, json};
use support::{Person, World, id, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    devices_are_listed_named_and_paused,
    a_released_device_is_free,
    equal_etags_mean_equal_config,
    capture_settings_are_replaced_whole,
    faulty_settings_change_nothing,
    permissions_follow_the_project,
    the_overview_counts_devices,
    a_manager_sees_what_was_tracked_into_the_workspace,
);

struct Team {
    owner: Person,
    dev: Person,
    workspace: String,
    project: String,
}

async fn team(world: &World) -> Team {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Acme").await;
    let project = world.project(&owner, &workspace, "Weave").await;
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "developer")
        .await;
    let row = format!("/projects/{project}/members/{}", dev.id);
    world.call(&owner, "PUT", &row, json!({})).await.expect(200);
    Team {
        owner,
        dev,
        workspace,
        project,
    }
}

async fn etag(world: &World, who: &Person, device: &str) -> String {
    let path = format!("/tracker/devices:heartbeat?device_id={device}");
    let config = world.call(who, "POST", &path, Value::Null).await.expect(200);
    config["config_etag"]
        .as_str()
        .expect("a config has an etag")
        .to_owned()
}

fn event(world: &World, device: &str) -> Value {
    let now = world.app.clock.now().to_string();
    json!({
        "schema_version": "1.0", "device_id": device, "sent_at": now,
        "events": [{
            "event_id": Uuid::new_v4(), "client_seq": 1, "ts": now, "interval_s": 60,
            "active_app": {"name": "Code", "bundle_id": "code"},
        }],
    })
}

async fn devices_are_listed_named_and_paused(world: &World) {
    let Team { dev, project, .. } = team(world).await;
    let (first, second) = (
        world.enrol(&dev, &project).await,
        world.enrol(&dev, &project).await,
    );
    let listed = world.get(&dev, "/tracker/devices").await.expect(200);
    let row = &listed[0];
    assert_eq!(row["device_id"], json!(first));
    assert_eq!(listed[1]["device_id"], json!(second));
    let expected = json!({
        "device_id": first, "name": "loom", "platform": "linux", "project_id": project, "version": row["version"],
        "last_seen_at": row["last_seen_at"], "paused": false, "server_seq": 0,
    });
    assert_eq!(*row, expected);
    let path = format!("/tracker/devices/{first}");
    let named = world
        .call(&dev, "PATCH", &path, json!({"name": "bench"}))
        .await
        .expect(200);
    assert_eq!(
        (&named["name"], &named["paused"]),
        (&json!("bench"), &json!(false))
    );
    let nameless = world
        .call(&dev, "PATCH", &path, json!({"name": null}))
        .await
        .expect(200);
    assert_eq!(nameless["name"], Value::Null);

    let early = event(world, &first);
    let before = etag(world, &dev, &first).await;
    let paused = world
        .call(&dev, "PATCH", &path, json!({"paused": true}))
        .await
        .expect(200);
    assert_eq!(paused["paused"], true);
    assert_ne!(etag(world, &dev, &first).await, before);
    let late = event(world, &first);
    let refused = world
        .call(&dev, "POST", "/tracker/events:batch", late.clone())
        .await
        .expect(200);
    assert_eq!(refused["rejected"][0]["reason"], "paused");
    world
        .call(&dev, "PATCH", &path, json!({"paused": false}))
        .await
        .expect(200);
    assert_eq!(
        etag(world, &dev, &first).await,
        before,
        "the same config has the same etag"
    );
    // What was captured before the pause stands; what was captured in it does not, also when the pause is over.
    let refused = world
        .call(&dev, "POST", "/tracker/events:batch", late)
        .await
        .expect(200);
    assert_eq!(refused["rejected"][0]["reason"], "paused");
    let taken = world
        .call(&dev, "POST", "/tracker/events:batch", early)
        .await
        .expect(200);
    assert_eq!(taken["accepted"], 1);

    for (body, place) in [
        (json!({"name": "x".repeat(256)}), "body.name"),
        (json!({"paused": "perhaps"}), "body.paused"),
    ] {
        assert_eq!(world.call(&dev, "PATCH", &path, body).await.fault().0, place);
    }
    for unknown in [Uuid::new_v4().to_string(), "none".to_owned()] {
        let path = format!("/tracker/devices/{unknown}");
        world
            .call(&dev, "PATCH", &path, json!({"paused": true}))
            .await
            .refused(404);
        world.call(&dev, "DELETE", &path, Value::Null).await.refused(404);
    }
}

async fn a_released_device_is_free(world: &World) {
    let Team {
        owner, dev, project, ..
    } = team(world).await;
    let device = world.enrol(&dev, &project).await;
    let enrol = json!({"device_id": device, "project_id": project, "platform": "linux"});
    world
        .call(&owner, "POST", "/tracker/devices:enroll", enrol.clone())
        .await
        .refused(403);
    let path = format!("/tracker/devices/{}", device.to_uppercase());
    world.call(&dev, "DELETE", &path, Value::Null).await.expect(204);
    world.call(&dev, "DELETE", &path, Value::Null).await.refused(404);
    assert_eq!(world.get(&dev, "/tracker/devices").await.expect(200), json!([]));
    let batch = event(world, &device);
    let gone = world
        .call(&dev, "POST", "/tracker/events:batch", batch)
        .await
        .refused(404);
    assert_eq!(gone, "Device not enrolled");
    world
        .call(&owner, "POST", "/tracker/devices:enroll", enrol)
        .await
        .expect(201);
    let batch = event(world, &device);
    let taken = world
        .call(&owner, "POST", "/tracker/events:batch", batch)
        .await
        .expect(200);
    assert_eq!(taken["accepted"], 1);
}

async fn equal_etags_mean_equal_config(world: &World) {
    let Team {
        owner, dev, project, ..
    } = team(world).await;
    let path = format!("/tracker/admin/projects/{project}/config");
    let (one, two) = (
        world.enrol(&dev, &project).await,
        world.enrol(&owner, &project).await,
    );
    let default = etag(world, &dev, &one).await;
    assert_eq!(etag(world, &owner, &two).await, default);
    let mut seen = vec![default.clone()];
    for config in [
        json!({"sample_interval_s": 30}),
        json!({"screenshot_policy": "active_window"}),
        json!({"screenshot_every_n_samples": 6}),
        json!({"idle_threshold_s": 60}),
        json!({"paused": true}),
        json!({"excluded_bundle_ids": ["a", "b"]}),
        json!({"excluded_bundle_ids": ["ab"]}),
    ] {
        let body = json!({"enabled": true, "config": config});
        world.call(&owner, "PUT", &path, body).await.expect(200);
        let tag = etag(world, &dev, &one).await;
        assert!(tag.len() == 16 && tag.starts_with("cfg_"), "{tag}");
        assert_eq!(
            etag(world, &owner, &two).await,
            tag,
            "one config, one etag: {config}"
        );
        assert!(!seen.contains(&tag), "another config, another etag: {config}");
        seen.push(tag);
    }
    world
        .call(&owner, "PUT", &path, json!({"enabled": true}))
        .await
        .expect(200);
    assert_eq!(etag(world, &dev, &one).await, default, "all defaults again");
}

async fn capture_settings_are_replaced_whole(world: &World) {
    let Team {
        owner, dev, project, ..
    } = team(world).await;
    let path = format!("/tracker/admin/projects/{project}/config");
    let defaults = json!({
        "sample_interval_s": 60, "screenshot_policy": "off", "screenshot_every_n_samples": 5,
        "idle_threshold_s": 300, "paused": false, "excluded_bundle_ids": [],
    });
    let read = world.get(&owner, &path).await.expect(200);
    assert_eq!(
        read,
        json!({"project_id": project, "enabled": true, "config": defaults})
    );
    let device = world.enrol(&dev, &project).await;
    let config = json!({"sample_interval_s": "30", "paused": "yes", "excluded_bundle_ids": ["com.bank"]});
    let set = world
        .call(&owner, "PUT", &path, json!({"enabled": true, "config": config}))
        .await
        .expect(200);
    assert_eq!(set["config"]["sample_interval_s"], 30);
    assert_eq!(
        (&set["config"]["paused"], &set["config"]["idle_threshold_s"]),
        (&json!(true), &json!(300))
    );
    assert_eq!(world.get(&owner, &path).await.expect(200), set);
    let beat = format!("/tracker/devices:heartbeat?device_id={device}");
    let in_force = world.call(&dev, "POST", &beat, Value::Null).await.expect(200);
    assert_eq!(
        (&in_force["paused"], &in_force["excluded_bundle_ids"]),
        (&json!(true), &json!(["com.bank"]))
    );
    world
        .call(&owner, "PUT", &path, json!({"enabled": false}))
        .await
        .expect(200);
    let off = world.get(&owner, &path).await.expect(200);
    assert_eq!(
        off,
        json!({"project_id": project, "enabled": false, "config": defaults})
    );
    let batch = event(world, &device);
    let refused = world
        .call(&dev, "POST", "/tracker/events:batch", batch)
        .await
        .expect(200);
    assert_eq!(refused["rejected"][0]["reason"], "capture_disabled");
    for unknown in [Uuid::new_v4().to_string(), "none".to_owned()] {
        let path = format!("/tracker/admin/projects/{unknown}/config");
        assert_eq!(world.get(&owner, &path).await.refused(404), "Project not found");
    }
}

/// What is wrong with a config, by the field it is wrong in.
const FAULTS: [(&str, &str); 8] = [
    (r#"{"sample_interval_s": 0}"#, "sample_interval_s"),
    (r#"{"sample_interval_s": 601}"#, "sample_interval_s"),
    (r#"{"sample_interval_s": 1.5}"#, "sample_interval_s"),
    (r#"{"screenshot_policy": "always"}"#, "screenshot_policy"),
    (
        r#"{"screenshot_every_n_samples": 101}"#,
        "screenshot_every_n_samples",
    ),
    (r#"{"idle_threshold_s": 29}"#, "idle_threshold_s"),
    (r#"{"excluded_bundle_ids": [1]}"#, "excluded_bundle_ids.0"),
    (r#"{"config_etag": "x"}"#, "config_etag"),
];

async fn faulty_settings_change_nothing(world: &World) {
    let Team { owner, project, .. } = team(world).await;
    let path = format!("/tracker/admin/projects/{project}/config");
    let before = world.get(&owner, &path).await.expect(200);
    for (config, field) in FAULTS {
        let config: Value = serde_json::from_str(config).expect("the table holds JSON");
        let body = json!({"enabled": false, "config": config});
        let fault = world.call(&owner, "PUT", &path, body).await.fault();
        assert_eq!(fault.0, format!("body.config.{field}"));
    }
    let fault = world.call(&owner, "PUT", &path, json!({})).await.fault();
    assert_eq!(fault.0, "body.enabled");
    assert_eq!(world.get(&owner, &path).await.expect(200), before);
}

async fn permissions_follow_the_project(world: &World) {
    let Team {
        owner, dev, project, ..
    } = team(world).await;
    let path = format!("/tracker/admin/projects/{project}/config");
    assert_eq!(world.get(&dev, &path).await.refused(403), "Permission denied");
    let row = |who: &Person| format!("/projects/{project}/members/{}", who.id);
    world
        .call(&owner, "PUT", &row(&dev), json!({"role": "manager"}))
        .await
        .expect(200);
    world.get(&dev, &path).await.expect(200);
    world
        .call(&owner, "PUT", &row(&owner), json!({"role": "viewer"}))
        .await
        .expect(200);
    assert_eq!(world.get(&owner, &path).await.refused(403), "Permission denied");
    world
        .call(&owner, "DELETE", &row(&owner), Value::Null)
        .await
        .expect(204);
    world.get(&owner, &path).await.expect(200);
    world
        .call(&dev, "DELETE", &row(&dev), Value::Null)
        .await
        .expect(204);
    world.get(&dev, &path).await.refused(403);
}

async fn the_overview_counts_devices(world: &World) {
    let Team {
        owner,
        dev,
        workspace,
        project,
    } = team(world).await;
    let quiet = world.project(&owner, &workspace, "Bobbin").await;
    let path = format!("/tracker/admin/projects?workspace_id={workspace}");
    let device = world.enrol(&dev, &project).await;
    world.enrol(&dev, &project).await;
    etag(world, &dev, &device).await;
    let rows = world.get(&owner, &path).await.expect(200);
    let row = |id: &str| {
        rows.as_array()
            .into_iter()
            .flatten()
            .find(|row| row["id"] == id)
            .cloned()
    };
    let expected = json!({
        "id": project, "name": "Weave", "slug": "weave", "enabled": true, "device_count": 2, "active_devices": 1,
    });
    assert_eq!(row(&project), Some(expected));
    assert_eq!(row(&quiet).map(|row| row["device_count"].clone()), Some(json!(0)));
    world.app.clock.advance(jiff::SignedDuration::from_hours(24 * 8));
    let rows = world.get(&owner, &path).await.expect(200);
    assert!(
        rows.as_array()
            .into_iter()
            .flatten()
            .all(|row| row["active_devices"] == 0),
        "{rows}"
    );
    assert_eq!(
        world.get(&owner, "/tracker/admin/projects").await.fault().0,
        "query.workspace_id"
    );
    let malformed = world
        .get(&owner, "/tracker/admin/projects?workspace_id=acme")
        .await
        .fault();
    assert_eq!(malformed.0, "query.workspace_id");
}

/// Writes a journal of the first day of the person's timesheet.
async fn keeps_a_diary(world: &World, dev: &Person, own: &Value) {
    let date = own["days"][0]["date"].as_str().unwrap_or_default();
    let words = json!({"text": "Words of the diary."});
    let path = format!("/tracker/journals/{date}");
    world.call(dev, "PATCH", &path, words).await.expect(200);
    let told = world.get(dev, "/tracker/timesheet").await.expect(200);
    assert_eq!(told["days"][0]["journal"], "Words of the diary.", "{told}");
}

async fn a_manager_sees_what_was_tracked_into_the_workspace(world: &World) {
    let Team {
        owner,
        dev,
        workspace,
        project,
    } = team(world).await;
    let private = world.workspace(&dev, "Private").await;
    let private_project = world.project(&dev, &private, "Diary").await;
    let diary = format!("/workspaces/{private}/tasks");
    let secret = json!({"title": "Secret"});
    let secret = id(&world.call(&dev, "POST", &diary, secret).await.expect(201));
    let rule = json!({
        "scope": "personal", "field": "app", "match": "contains", "pattern": "Code", "task_id": secret,
    });
    world.call(&dev, "POST", "/tracker/rules", rule).await.expect(201);
    let (work, home) = (
        world.enrol(&dev, &project).await,
        world.enrol(&dev, &private_project).await,
    );
    for device in [&work, &home] {
        let batch = event(world, device);
        let taken = world
            .call(&dev, "POST", "/tracker/events:batch", batch)
            .await
            .expect(200);
        assert_eq!(taken["accepted"], 1);
        world.app.clock.advance(jiff::SignedDuration::from_hours(1));
    }
    world.app.derive().await;
    let sheet = |workspace: &str, who: &str| {
        format!("/tracker/admin/timesheet?workspace_id={workspace}&developer_id={who}")
    };
    let own = world.get(&dev, "/tracker/timesheet").await.expect(200);
    assert_eq!(own["total_minutes"], 2, "{own}");
    keeps_a_diary(world, &dev, &own).await;
    let seen = world.get(&owner, &sheet(&workspace, &dev.id)).await.expect(200);
    assert_eq!(
        seen["total_minutes"], 1,
        "time of another workspace is not shown: {seen}"
    );
    assert_eq!(
        seen["days"][0]["journal"],
        Value::Null,
        "a journal is for its person alone: {seen}"
    );
    assert_eq!(own["days"][0]["entries"][0]["task_title"], "Secret", "{own}");
    let entry = &seen["days"][0]["entries"][0];
    for hidden in ["task_id", "task_title", "description"] {
        assert_eq!(
            entry[hidden],
            Value::Null,
            "what is of another workspace is not shown: {seen}"
        );
    }
    assert_eq!(seen["days_count"], 1);

    assert_eq!(
        world.get(&dev, &sheet(&workspace, &owner.id)).await.refused(403),
        "You don't have permission to view tracker records"
    );
    let stranger = world.person("stranger@example.org").await;
    for person in [&stranger.id, &Uuid::new_v4().to_string()] {
        let refusal = world.get(&owner, &sheet(&workspace, person)).await.refused(404);
        assert_eq!(refusal, "Developer not in this workspace");
    }
    world.get(&owner, &sheet(&private, &dev.id)).await.refused(404);
    for (dates, text) in [
        ("start=yesterday", "Invalid date (use YYYY-MM-DD)"),
        ("start=2026-11-20&end=2026-11-19", "start must be <= end"),
    ] {
        let path = format!("{}&{dates}", sheet(&workspace, &dev.id));
        assert_eq!(world.get(&owner, &path).await.refused(400), text);
    }
    // What a former member tracked into the workspace is still its record.
    let row = format!("/workspaces/{workspace}/members/{}", dev.id);
    world.call(&owner, "DELETE", &row, Value::Null).await.expect(204);
    assert_eq!(
        world.get(&owner, &sheet(&workspace, &dev.id)).await.expect(200),
        seen
    );
}
