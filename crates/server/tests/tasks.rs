//! Tasks and their import over HTTP (`contract/tracker.md` §9, §9.2, §5.7).

mod support;

use serde_json::{Value, json};
use support::{Person, World, id, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    tasks_are_made_and_changed,
    references_outside_the_workspace_are_faults,
    tasks_come_in_pages_newest_first,
    an_import_is_idempotent,
    an_import_names_its_faults,
    assigned_tasks_have_the_published_shape,
);

async fn tasks_are_made_and_changed(world: &World) {
    let (owner, workspace) = workspace(world).await;
    let tasks = format!("/workspaces/{workspace}/tasks");
    let bare = world
        .call(&owner, "POST", &tasks, json!({"title": "Warp"}))
        .await
        .expect(201);
    assert_eq!(bare["status"], "todo");
    for field in ["key", "url", "assignee_id", "project_id"] {
        assert_eq!(bare[field], Value::Null, "{field}");
    }
    assert!(
        bare["created_at"].as_str().is_some_and(|at| at.ends_with('Z')),
        "{bare}"
    );
    let project = world.project(&owner, &workspace, "Weave").await;
    let full = json!({
        "title": "Weft", "key": "LOOM-1", "url": "https://tracker.test/LOOM-1", "status": "doing",
        "assignee_id": owner.id.to_uppercase(), "project_id": project,
    });
    let made = world.call(&owner, "POST", &tasks, full).await.expect(201);
    assert_eq!(
        (&made["assignee_id"], &made["project_id"]),
        (&json!(owner.id), &json!(project))
    );
    let taken = json!({"title": "Again", "key": "loom-1"});
    world
        .call(&owner, "POST", &tasks, taken.clone())
        .await
        .refused(409);
    let bare_row = format!("{tasks}/{}", id(&bare));
    world.call(&owner, "PATCH", &bare_row, taken).await.refused(409);

    let row = format!("{tasks}/{}", id(&made));
    let same = world
        .call(&owner, "PATCH", &row, json!({"title": "Weft"}))
        .await
        .expect(200);
    assert_eq!(same, made);
    let change = json!({"assignee_id": null, "url": null, "key": "loom-1", "status": "done"});
    let changed = world.call(&owner, "PATCH", &row, change).await.expect(200);
    assert_eq!(changed["assignee_id"], Value::Null);
    assert_eq!(
        (&changed["key"], &changed["status"]),
        (&json!("loom-1"), &json!("done"))
    );
    assert_ne!(changed["updated_at"], made["updated_at"]);

    for (body, place) in [
        (json!({}), "body.title"),
        (json!({"title": ""}), "body.title"),
        (json!({"title": "x".repeat(501)}), "body.title"),
        (json!({"title": "x", "key": "y".repeat(101)}), "body.key"),
        (json!({"title": "x", "url": "javascript:alert(1)"}), "body.url"),
        (json!({"title": "x", "assignee_id": "sam"}), "body.assignee_id"),
    ] {
        let answer = world.call(&owner, "POST", &tasks, body).await;
        assert_eq!(answer.fault().0, place);
    }
    for unknown in [Uuid::new_v4().to_string(), "nothing".to_owned()] {
        world
            .call(
                &owner,
                "PATCH",
                &format!("{tasks}/{unknown}"),
                json!({"title": "x"}),
            )
            .await
            .refused(404);
    }
}

async fn references_outside_the_workspace_are_faults(world: &World) {
    let (owner, workspace) = workspace(world).await;
    let stranger = world.person("stranger@example.org").await;
    let foreign = world.workspace(&stranger, "Foreign").await;
    let foreign_project = world.project(&stranger, &foreign, "Secret").await;
    let tasks = format!("/workspaces/{workspace}/tasks");
    let row = id(&world
        .call(&owner, "POST", &tasks, json!({"title": "Warp"}))
        .await
        .expect(201));
    let row = format!("{tasks}/{row}");
    for (field, foreign) in [("assignee_id", stranger.id), ("project_id", foreign_project)] {
        let mut texts = Vec::new();
        for id in [foreign, Uuid::new_v4().to_string()] {
            let body = json!({"title": "x", field: id});
            texts.push(world.call(&owner, "POST", &tasks, body.clone()).await.fault());
            texts.push(world.call(&owner, "PATCH", &row, body).await.fault());
        }
        assert_eq!(texts[0].0, format!("body.{field}"));
        assert!(
            texts.iter().all(|text| *text == texts[0]),
            "unknown and foreign differ: {texts:?}"
        );
    }
}

async fn tasks_come_in_pages_newest_first(world: &World) {
    let (owner, workspace) = workspace(world).await;
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "viewer")
        .await;
    let tasks = format!("/workspaces/{workspace}/tasks");
    let mut made = Vec::new();
    for number in 0..5 {
        let assignee = if number % 2 == 0 {
            json!(dev.id)
        } else {
            Value::Null
        };
        let body = json!({"title": format!("Task {number}"), "assignee_id": assignee});
        made.push(id(&world.call(&owner, "POST", &tasks, body).await.expect(201)));
    }
    let touched = format!("{tasks}/{}", made[1]);
    world
        .call(&owner, "PATCH", &touched, json!({"status": "Done"}))
        .await
        .expect(200);
    let newest_first = [&made[1], &made[4], &made[3], &made[2], &made[0]];

    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let query = cursor.map_or_else(String::new, |cursor: String| format!("&cursor={cursor}"));
        let page = world
            .get(&dev, &format!("{tasks}?limit=2{query}"))
            .await
            .expect(200);
        let rows = page["tasks"].as_array().expect("a page has tasks").clone();
        assert!(rows.len() <= 2);
        seen.extend(rows.iter().map(id));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert!(seen.iter().eq(newest_first), "{seen:?}");

    let of_dev = world
        .get(&dev, &format!("{tasks}?assignee_id={}", dev.id))
        .await
        .expect(200);
    assert_eq!(of_dev["tasks"].as_array().map(Vec::len), Some(3));
    assert_eq!(of_dev["next_cursor"], Value::Null);
    let done = world.get(&dev, &format!("{tasks}?status=done")).await.expect(200);
    assert_eq!(
        done["tasks"]
            .as_array()
            .map(|rows| rows.iter().map(id).collect::<Vec<_>>()),
        Some(vec![made[1].clone()])
    );
    for (query, place) in [
        ("cursor=rubbish", "query.cursor"),
        ("cursor=", "query.cursor"),
        ("cursor=-1-2", "query.cursor"),
        ("limit=0", "query.limit"),
        ("limit=201", "query.limit"),
        ("limit=ten", "query.limit"),
        ("assignee_id=me", "query.assignee_id"),
    ] {
        let answer = world.get(&dev, &format!("{tasks}?{query}")).await;
        assert_eq!(answer.fault().0, place, "{query}");
    }
}

/// Ties by ascending id come from an import, whose rows are all made at one instant.
async fn an_import_is_idempotent(world: &World) {
    let (owner, workspace) = workspace(world).await;
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "developer")
        .await;
    let csv = "key,title,url,status,assignee\n\
        LOOM-1,\"Warp, weft\",https://tracker.test/1,doing,DEV@example.org\n\
        LOOM-2,Shuttle,,,\n\
        ,No key,,,\n";
    let literal = format!("/api/v1/workspaces/{workspace}/tasks:import");
    let escaped = format!("/api/v1/workspaces/{workspace}/tasks%3Aimport");
    let first = csv_import(world, &dev, &literal, csv).await;
    assert_eq!(
        (&first["created"], &first["updated"], &first["unchanged"]),
        (&json!(2), &json!(0), &json!(0))
    );
    assert_eq!(first["rejected"][0]["row"], 3);
    let second = csv_import(world, &dev, &escaped, csv).await;
    assert_eq!(
        (&second["created"], &second["updated"], &second["unchanged"]),
        (&json!(0), &json!(0), &json!(2))
    );

    // An empty cell leaves the field as it is; JSON says the same.
    let third = csv_import(world, &dev, &literal, "status,key\ndone,loom-1\n").await;
    assert_eq!(third["updated"], 1);
    let rows =
        json!([{"key": "LOOM-1", "status": "done", "title": null}, {"key": "LOOM-3", "title": "Heddle"}]);
    let path = format!("/workspaces/{workspace}/tasks:import");
    let fourth = world.call(&dev, "POST", &path, rows).await.expect(200);
    assert_eq!(
        fourth,
        json!({"created": 1, "updated": 0, "unchanged": 1, "rejected": []})
    );

    let page = world
        .get(&dev, &format!("/workspaces/{workspace}/tasks"))
        .await
        .expect(200);
    let rows = page["tasks"].as_array().expect("a page has tasks");
    let task = rows
        .iter()
        .find(|row| row["key"] == "LOOM-1")
        .expect("the key keeps its case");
    assert_eq!(task["title"], "Warp, weft");
    assert_eq!(
        (&task["status"], &task["assignee_id"]),
        (&json!("done"), &json!(dev.id))
    );
    assert_eq!(task["url"], "https://tracker.test/1");
    let order = |row: &Value| (row["updated_at"].as_str().map(str::to_owned), id(row));
    for pair in rows.windows(2) {
        let ((a, first), (b, second)) = (order(&pair[0]), order(&pair[1]));
        assert!(a > b || (a == b && first < second), "{page}");
    }
}

async fn an_import_names_its_faults(world: &World) {
    let (owner, workspace) = workspace(world).await;
    world.person("stranger@example.org").await;
    let target = format!("/api/v1/workspaces/{workspace}/tasks:import");
    let csv = "key,title,url,status,assignee\n\
        NEW-1,,,,\n\
        NEW-2,Foreign,,,stranger@example.org\n\
        NEW-3,Unknown,,,nobody@example.org\n\
        NEW-4,Link,ftp://x,,\n\
        NEW-5,Fine,,,\n\
        new-5,Twice,,,\n";
    let outcome = csv_import(world, &owner, &target, csv).await;
    assert_eq!(outcome["created"], 1, "{outcome}");
    let rejected = outcome["rejected"].as_array().expect("rejected rows are a list");
    let numbers: Vec<_> = rejected.iter().map(|row| row["row"].as_u64()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 6].map(Some));
    let reason = |at: usize| rejected[at]["reason"].as_str().unwrap_or_default();
    assert_eq!(
        reason(1),
        reason(2),
        "unknown and foreign assignees have one text"
    );

    let send = async |kind: &'static str, body: &'static str| {
        world
            .send(Some(&owner), "POST", &target, Some(kind), body.into())
            .await
    };
    assert_eq!(send("text/csv", "title\nx\n").await.fault().0, "body");
    assert_eq!(send("text/plain", csv_of_one()).await.fault().0, "body");
    assert_eq!(send("application/json", "{}").await.fault().0, "body");
    let malformed = send("application/json", "[").await.fault();
    assert_eq!(malformed.1, "JSON decode error");
    let malformed_before_authentication = world
        .send(None, "POST", &target, Some("application/json"), "[".into())
        .await;
    malformed_before_authentication.expect(422);
    world
        .send(None, "POST", &target, Some("text/csv"), csv_of_one().into())
        .await
        .refused(401);
}

fn csv_of_one() -> &'static str {
    "key,title\nA-1,One\n"
}

async fn assigned_tasks_have_the_published_shape(world: &World) {
    let (owner, workspace) = workspace(world).await;
    let tasks = format!("/workspaces/{workspace}/tasks");
    for (title, status) in [("Open", "todo"), ("Shut", "DONE")] {
        let body = json!({"title": title, "status": status, "assignee_id": owner.id});
        world.call(&owner, "POST", &tasks, body).await.expect(201);
    }
    world
        .call(&owner, "POST", &tasks, json!({"title": "Nobody's"}))
        .await
        .expect(201);
    let open = world
        .get(&owner, "/developers/me/assigned-tasks")
        .await
        .expect(200);
    assert_eq!(open.as_array().map(Vec::len), Some(1), "{open}");
    assert_eq!(
        (&open[0]["title"], &open[0]["labels"]),
        (&json!("Open"), &json!([]))
    );
    for field in ["priority", "story_points", "sprint_id"] {
        assert!(open[0].get(field).is_some_and(Value::is_null), "{field}");
    }
    let same = world
        .get(&owner, "/developers/me/assigned-tasks?include_done=false")
        .await
        .expect(200);
    assert_eq!(same, open);
    let all = world
        .get(&owner, "/developers/me/assigned-tasks?include_done=true")
        .await
        .expect(200);
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    let fault = world
        .get(&owner, "/developers/me/assigned-tasks?include_done=perhaps")
        .await
        .fault();
    assert_eq!(fault.0, "query.include_done");
}

async fn workspace(world: &World) -> (Person, String) {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Acme").await;
    (owner, workspace)
}

async fn csv_import(world: &World, who: &Person, target: &str, csv: &str) -> Value {
    let kind = Some("text/csv; charset=utf-8");
    world
        .send(Some(who), "POST", target, kind, csv.into())
        .await
        .expect(200)
}
