//! Another developer's token on every operation of the OpenAPI document, with every id there is: 403 or 404, never data,
//! and nothing changed (`contract/tracker.md` §9.2). An operation that is added is tested without a word here, unless it
//! takes a body: then it needs a valid one, so that it gets as far as its permission check.

mod support;

use serde_json::{Value, json};
use support::{Person, World, id, on_both_databases};

on_both_databases!(
    strangers_get_nothing,
    former_members_get_nothing,
    members_get_what_their_role_allows
);

/// Stands in every name and title of the owner's, so that any leak of data shows.
const MARK: &str = "vertraulich";

/// What one person has.
struct Possessions {
    owner: Person,
    workspace: String,
    project: String,
    task: String,
    rule: String,
    project_rule: String,
    device: String,
    token: String,
    notification: String,
    entry: String,
    review: String,
    target: String,
    invite: String,
}

/// The one event of the owner.
const EVENT: &str = "00000000-0000-4000-8000-00000000000a";

async fn populated(world: &World) -> Possessions {
    let owner = world.person(&format!("{MARK}@example.org")).await;
    world
        .call(&owner, "PATCH", "/developers/me", json!({ "name": MARK }))
        .await
        .expect(200);
    let workspace = world.workspace(&owner, MARK).await;
    let project = world.project(&owner, &workspace, MARK).await;
    let tasks = format!("/workspaces/{workspace}/tasks");
    let body = json!({ "title": MARK, "key": "V-1", "assignee_id": owner.id, "project_id": project });
    let task = id(&world.call(&owner, "POST", &tasks, body).await.expect(201));
    let rule = |scope: &str| {
        json!({
            "scope": scope, "field": "title", "match": "contains", "pattern": MARK, "project_id": project,
        })
    };
    let personal = id(&world
        .call(&owner, "POST", "/tracker/rules", rule("personal"))
        .await
        .expect(201));
    let shared = id(&world
        .call(&owner, "POST", "/tracker/rules", rule("project"))
        .await
        .expect(201));
    let token = json!({ "name": MARK });
    let token = id(&world
        .call(&owner, "POST", "/developers/me/api-tokens", token)
        .await
        .expect(201));
    let device = world.enrol(&owner, &project).await;
    let rename = json!({ "name": MARK });
    world
        .call(&owner, "PATCH", &format!("/tracker/devices/{device}"), rename)
        .await
        .expect(200);
    let batch = batch(&device, world);
    world
        .call(&owner, "POST", "/tracker/events:batch", batch)
        .await
        .expect(200);
    world.app.derive().await;
    let journal = json!({ "text": MARK });
    world
        .call(&owner, "PATCH", "/tracker/journals/2026-11-21", journal)
        .await
        .expect(200);
    let owner_id = owner.id.clone();
    let day = world.get(&owner, "/tracker/days/2026-11-21").await.expect(200);
    let entry = day["blocks"][0]["entry_id"].as_str().expect("a block").to_owned();
    let said = json!({ "action": "confirm", "description": MARK });
    let path = format!("/tracker/timesheet/entries/{entry}");
    let said = world.call(&owner, "PATCH", &path, said).await.expect(200);
    let path = format!("/tracker/target-hours?workspace_id={workspace}");
    let hours = json!({ "target_hours_per_day": 7 });
    let target = id(&world.call(&owner, "PUT", &path, hours).await.expect(200));
    let team = format!("/api/team/workspaces/{workspace}");
    let patterns = json!({ "repo_patterns": [format!("{MARK}/*")] });
    world
        .call(&owner, "PUT", &format!("{team}/repo-patterns"), patterns)
        .await
        .expect(200);
    let invite = world
        .call(&owner, "POST", &format!("{team}/invites"), json!({}))
        .await
        .expect(201);
    let item = json!({ "id": workspace, "kind": "external", "source": MARK });
    let minutes = json!({ "timezone": "Asia/Kathmandu", "minutes": [{ "workspaces": [item] }] });
    world
        .call(&owner, "POST", "/api/team/active-minutes", minutes)
        .await
        .expect(200);
    Possessions {
        entry,
        review: said["review_id"].as_str().expect("a review").to_owned(),
        target,
        owner,
        workspace,
        project,
        task,
        rule: personal,
        project_rule: shared,
        device,
        token,
        notification: notified(world, &owner_id).await,
        invite: invite["code"].as_str().expect("a code").to_owned(),
    }
}

/// A notification of a person that holds what nobody else may read.
async fn notified(world: &World, person: &str) -> String {
    use dayloom_domain::Clock;
    let recipient_id = person.parse().expect("an id");
    let new = dayloom_storage::NewNotification {
        recipient_id,
        event_type: "tracker.insight.after_hours",
        title: MARK.to_owned(),
        body: MARK.to_owned(),
        context: json!({ "source": MARK }),
        date: jiff::civil::date(2026, 11, 21),
    };
    let notifications = world.app.store.notifications();
    notifications
        .create(&new, world.app.clock.now())
        .await
        .expect("a notification");
    let all = notifications
        .page(recipient_id, false, 0, 1)
        .await
        .expect("a page");
    all[0].id.to_string()
}

fn batch(device: &str, world: &World) -> Value {
    use dayloom_domain::Clock;
    let now = world.app.clock.now().to_string();
    json!({
        "schema_version": "1.0", "device_id": device, "sent_at": now,
        "events": [{
            "event_id": "00000000-0000-4000-8000-00000000000a", "client_seq": 1, "ts": now, "interval_s": 60,
            "active_app": { "name": MARK, "bundle_id": MARK, "window_title": MARK },
        }],
    })
}

/// Everything the owner can see, to compare before and after.
async fn seen_by_owner(world: &World, has: &Possessions) -> Vec<Value> {
    let workspace = &has.workspace;
    let mut seen = Vec::new();
    for path in [
        "/developers/me".to_owned(),
        "/developers/me/api-tokens".to_owned(),
        "/workspaces".to_owned(),
        "/tracker/rules".to_owned(),
        "/tracker/devices".to_owned(),
        "/tracker/projects".to_owned(),
        "/tracker/days/2026-11-21".to_owned(),
        "/tracker/journals/2026-11-21".to_owned(),
        "/notifications".to_owned(),
        "/notifications/preferences".to_owned(),
        "/tracker/reviews".to_owned(),
        "/tracker/timesheet?start=2026-11-21&end=2026-11-21".to_owned(),
        format!("/tracker/spans/{EVENT}/explain"),
        format!("/tracker/target-hours?workspace_id={workspace}"),
        format!("/workspaces/{workspace}/members"),
        format!("/workspaces/{workspace}/projects"),
        format!("/workspaces/{workspace}/tasks"),
        format!("/tracker/admin/projects/{}/config", has.project),
        format!("/tracker/admin/projects/{}/models", has.project),
        format!("/tracker/admin/projects?workspace_id={workspace}"),
        "/api/team/me".to_owned(),
        format!("/api/team/workspaces/{workspace}/invites"),
        format!("/api/team/workspaces/{workspace}/members"),
        format!("/api/team/workspaces/{workspace}/activity"),
    ] {
        seen.push(world.get(&has.owner, &path).await.expect(200));
    }
    seen
}

/// A body that gets past validation, with the owner's ids wherever it takes one; none for an operation without a body.
fn body(world: &World, has: &Possessions, operation: &str) -> Value {
    let (_, path) = operation.split_once(' ').expect("method and path");
    match operation {
        "post /tracker/events:batch" => batch(&has.device, world),
        "post /tracker/devices:enroll" => {
            json!({ "device_id": has.device, "project_id": has.project, "platform": "linux" })
        }
        "post /tracker/evidence:presign" => json!({
            "event_id": "00000000-0000-4000-8000-00000000000a", "content_type": "image/webp", "byte_size": 1,
            "sha256": "0".repeat(64),
        }),
        "post /tracker/rules" => json!({
            "scope": "project", "field": "app", "match": "glob", "pattern": "*", "task_id": has.task,
            "project_id": has.project,
        }),
        "patch /tracker/journals/{date}" => json!({ "text": "x" }),
        "post /tracker/qa" | "post /tracker/qa:stream" => json!({ "question": "What of the text?" }),
        "post /workspaces/{workspace_id}/members" => json!({ "email": "thief@example.org" }),
        "post /workspaces/{workspace_id}/tasks" => json!({ "title": "x" }),
        "post /workspaces/{workspace_id}/tasks:import" => json!([{ "key": "V-1", "title": "x" }]),
        "patch /tracker/timesheet/entries/{entry_id}" => json!({ "action": "dismiss" }),
        "post /tracker/timesheet/entries/{entry_id}:split" => json!({ "at": ["2026-11-21T10:00:30Z"] }),
        "post /tracker/timesheet/entries/{entry_id}:similar" => json!({ "task_id": has.task }),
        "post /tracker/timesheet/entries:merge" => json!({ "ids": [has.entry, has.review] }),
        "post /tracker/timesheet/entries:review" => {
            json!({ "reviews": [{ "id": has.entry, "action": "dismiss" }] })
        }
        "post /tracker/timesheet/entries" => {
            json!({ "date": "2026-11-21", "minutes": 5, "task_id": has.task })
        }
        "put /tracker/target-hours" => json!({ "target_hours_per_day": 1 }),
        "put /tracker/admin/projects/{project_id}/config" => json!({ "enabled": false }),
        "put /tracker/admin/projects/{project_id}/models" => json!({ "models": "hosted" }),
        _ if path.ends_with("/projects")
            || path.ends_with("/workspaces")
            || path.ends_with("/api-tokens") =>
        {
            json!({ "name": "x" })
        }
        _ => json!({ "role": "viewer", "name": "x", "title": "x", "pattern": "x", "paused": true }),
    }
}

/// The path with the owner's ids, and whether it names any.
fn filled(has: &Possessions, path: &str, rule: &str) -> (String, bool) {
    let ids = [
        ("{workspace_id}", has.workspace.as_str()),
        ("{project_id}", &has.project),
        ("{developer_id}", &has.owner.id),
        ("{task_id}", &has.task),
        ("{rule_id}", rule),
        ("{device_id}", &has.device),
        ("{id}", &has.token),
        ("{notification_id}", &has.notification),
        ("{entry_id}", &has.entry),
        ("{review_id}", &has.review),
        ("{target_id}", &has.target),
        ("{event_id}", EVENT),
        ("{code}", &has.invite),
    ];
    let target = ids
        .iter()
        .fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
    let foreign = target != path;
    let target = target
        .replace("{date}", "2026-11-21")
        .replace("{event_type}", "tracker.insight.after_hours");
    assert!(
        !target.contains('{'),
        "{path} takes an id this test does not know"
    );
    (target, foreign)
}

fn query(has: &Possessions, operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let named = parameters.iter().filter(|parameter| parameter["in"] == "query");
    let ids = named.filter_map(|parameter| match parameter["name"].as_str()? {
        "workspace_id" => Some(format!("workspace_id={}", has.workspace)),
        "developer_id" => Some(format!("developer_id={}", has.owner.id)),
        "device_id" => Some(format!("device_id={}", has.device)),
        _ => None,
    });
    ids.collect()
}

/// Operations whose body alone names what is the owner's.
const FOREIGN_BY_BODY: [&str; 4] = [
    "post /tracker/timesheet/entries:merge",
    "post /tracker/events:batch",
    "post /tracker/devices:enroll",
    "post /tracker/rules",
];

async fn try_everything(world: &World, has: &Possessions, thief: &Person) {
    let document = world.get(thief, "/openapi.json").await.expect(200);
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().expect("the document has paths") {
        for (method, operation) in item.as_object().expect("a path item is an object") {
            if !["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                continue;
            }
            let below = path.strip_prefix("/api/v1").unwrap_or(path);
            let name = format!("{method} {below}");
            for rule in [&has.rule, &has.project_rule] {
                let (mut target, mut foreign) = filled(has, path, rule);
                let query = query(has, operation);
                if !query.is_empty() {
                    target = format!("{target}?{}", query.join("&"));
                    foreign = true;
                }
                let body = if operation.get("requestBody").is_some() {
                    body(world, has, &name).to_string().into_bytes()
                } else {
                    Vec::new()
                };
                let kind = (!body.is_empty()).then_some("application/json");
                let answer = world.send(Some(thief), method, &target, kind, body).await;
                let text = answer.body.to_string();
                assert!(!text.contains(MARK), "{name} leaks: {text}");
                if foreign || FOREIGN_BY_BODY.contains(&name.as_str()) {
                    assert!(
                        [403, 404].contains(&answer.status),
                        "{name} answered {} {text}",
                        answer.status
                    );
                    tried += 1;
                } else {
                    assert!(answer.status < 500, "{name} answered {} {text}", answer.status);
                }
            }
        }
    }
    assert!(tried > 30, "only {tried} calls were tried");
}

async fn strangers_get_nothing(world: &World) {
    let has = populated(world).await;
    let before = seen_by_owner(world, &has).await;
    let thief = world.person("thief@example.org").await;
    world.workspace(&thief, "Den").await;
    try_everything(world, &has, &thief).await;
    assert_eq!(seen_by_owner(world, &has).await, before);
    // The owner's next batch still goes where it went.
    let again = batch(&has.device, world);
    let answer = world
        .call(&has.owner, "POST", "/tracker/events:batch", again)
        .await
        .expect(200);
    assert_eq!(answer["duplicates"], 1);
}

async fn former_members_get_nothing(world: &World) {
    let has = populated(world).await;
    let former = world
        .member(&has.owner, &has.workspace, "former@example.org", "admin")
        .await;
    let row = format!("/projects/{}/members/{}", has.project, former.id);
    world.call(&has.owner, "PUT", &row, json!({})).await.expect(200);
    let row = format!("/workspaces/{}/members/{}", has.workspace, former.id);
    world
        .call(&has.owner, "DELETE", &row, Value::Null)
        .await
        .expect(204);
    let before = seen_by_owner(world, &has).await;
    try_everything(world, &has, &former).await;
    assert_eq!(seen_by_owner(world, &has).await, before);
}

/// A developer of the workspace: method, path with W, P, O, D, R, T for ids, body, status. Inside a workspace a missing
/// right is 403, and only what is another person's own is 404.
const OF_A_DEVELOPER: [(&str, &str, &str, u16); 19] = [
    (
        "POST",
        "/workspaces/W/members",
        r#"{"email": "x@example.org"}"#,
        403,
    ),
    ("POST", "/workspaces/W/projects", r#"{"name": "x"}"#, 403),
    ("PATCH", "/workspaces/W/members/O", r#"{"role": "viewer"}"#, 403),
    ("DELETE", "/workspaces/W/members/O", "null", 403),
    ("PUT", "/projects/P/members/D", "{}", 403),
    ("DELETE", "/projects/P/members/O", "null", 403),
    ("GET", "/tracker/admin/projects/P/config", "null", 403),
    (
        "PUT",
        "/tracker/admin/projects/P/config",
        r#"{"enabled": true}"#,
        403,
    ),
    ("GET", "/tracker/admin/projects/P/models", "null", 403),
    (
        "PUT",
        "/tracker/admin/projects/P/models",
        r#"{"models": "none"}"#,
        403,
    ),
    ("GET", "/tracker/admin/projects?workspace_id=W", "null", 403),
    (
        "GET",
        "/tracker/admin/timesheet?workspace_id=W&developer_id=O",
        "null",
        403,
    ),
    ("PATCH", "/tracker/rules/R", r#"{"pattern": "x"}"#, 404),
    ("DELETE", "/tracker/rules/R", "null", 404),
    ("PATCH", "/tracker/devices/T", r#"{"paused": true}"#, 404),
    ("DELETE", "/tracker/devices/T", "null", 404),
    ("GET", "/workspaces/W/members", "null", 200),
    ("GET", "/workspaces/W/projects", "null", 200),
    ("GET", "/workspaces/W/tasks", "null", 200),
];

async fn members_get_what_their_role_allows(world: &World) {
    let has = populated(world).await;
    let dev = world
        .member(&has.owner, &has.workspace, "dev@example.org", "developer")
        .await;
    let ids = [
        ('W', &has.workspace),
        ('P', &has.project),
        ('O', &has.owner.id),
        ('D', &dev.id),
        ('R', &has.rule),
        ('T', &has.device),
    ];
    for (method, path, body, status) in OF_A_DEVELOPER {
        let path = ids
            .iter()
            .fold(path.to_owned(), |path, (letter, id)| path.replace(*letter, id));
        let body = serde_json::from_str(body).expect("the table holds JSON");
        world.call(&dev, method, &path, body).await.expect(status);
    }
}
