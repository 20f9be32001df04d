//! The typed client against the server: every method, and the refusals it tells.

use dayloom_api::{
    Stamp,
    admin::ProjectConfigPut,
    attribution_rules::{NewRule, RuleChange},
    developers::DeveloperChange,
    devices::DeviceChange,
    members::{MemberChange, NewMember, ProjectMemberPut},
    projects::NewProject,
    tasks::{ImportRow, NewTask, TaskChange},
    tokens::NewApiToken,
    tracker::{
        EnrollRequest, EventBatch, PresignRequest,
        batch::SCHEMA_VERSION,
        event::{ActiveApp, Event},
    },
    workspaces::NewWorkspace,
};
use dayloom_domain::{
    Clock, DeviceId, EventId, ProjectId, RuleId, TaskId, WorkspaceId,
    people::Role,
    rule::{RuleField, RuleMatch, RuleScope},
};
use dayloom_testkit::TestApp;
use jiff::SignedDuration;
use serde_json::value::RawValue;
use uuid::Uuid;

fn new_event(ts: &str) -> Event {
    Event {
        event_id: EventId(Uuid::new_v4()),
        client_seq: 1,
        ts: Stamp(ts.parse().unwrap()),
        interval_s: 60,
        active_app: ActiveApp {
            name: "Code".into(),
            bundle_id: "code".into(),
            window_title: None,
        },
        file_context: None,
        dev_context: None,
        browser: None,
        input_cadence: None,
        meeting: None,
        system: None,
        evidence_ref: None,
        tz: Some("Europe/Berlin".into()),
        idle_s: Some(0),
    }
}

#[tokio::test]
async fn a_day_from_enrolment_to_timesheet_by_the_client_alone() {
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    let made = NewApiToken {
        name: "of the test".into(),
        expires_in_days: Some(1),
    };
    let made = ann.client.create_token(&made).await.unwrap();
    let client = ann.client.with_token(&made.token).unwrap();

    let project = client.tracker_projects().await.unwrap()[0].id;
    assert_eq!(project, tracked.project);
    let device_id = DeviceId(Uuid::new_v4());
    let enroll = EnrollRequest {
        device_id,
        project_id: project,
        name: None,
        platform: "linux".into(),
        version: Some("1".into()),
    };
    let config = client.enroll(&enroll).await.unwrap().config;
    assert_eq!(client.heartbeat(device_id).await.unwrap(), config);

    let event = new_event("2026-11-21T09:00:00Z");
    let raw =
        RawValue::from_string(serde_json::to_string(&new_event("2026-11-21T09:01:00Z")).unwrap()).unwrap();
    let sent_at = Stamp(app.clock.now());
    let schema_version = SCHEMA_VERSION.to_owned();
    let typed = EventBatch {
        schema_version: schema_version.clone(),
        device_id,
        sent_at,
        events: vec![event],
    };
    assert_eq!(client.send_batch(&typed).await.unwrap().accepted, 1);
    let kept = EventBatch {
        schema_version,
        device_id,
        sent_at,
        events: vec![raw],
    };
    let answer = client.send_batch(&kept).await.unwrap();
    assert_eq!(
        (answer.accepted, answer.config_etag),
        (1, Some(config.config_etag))
    );
    assert_eq!(client.sync_status(device_id).await.unwrap().server_seq, 1);

    app.derive().await;
    let date = "2026-11-21".parse().unwrap();
    let day = client.day(date).await.unwrap();
    assert_eq!(
        (day.attention_s.0, day.timezone.as_str()),
        (120_000_000, "Europe/Berlin")
    );
    assert_eq!(client.timesheet(date, date).await.unwrap().total_minutes, 2);
    assert_eq!(client.candidate_tasks().await.unwrap(), []);

    assert_eq!(client.tokens().await.unwrap().len(), 1);
    ann.client.delete_token(made.row.id).await.unwrap();
    assert_eq!(client.tokens().await.unwrap_err().status(), Some(401));
}

#[tokio::test]
async fn refusals_come_with_their_words_and_the_time_to_wait() {
    use dayloom_client::ClientError;
    let app = TestApp::sqlite().await;
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    let device = tracked.device;
    let upload = PresignRequest {
        event_id: EventId(Uuid::new_v4()),
        content_type: "image/webp".into(),
        byte_size: 1,
        sha256: "0".repeat(64),
    };
    for _ in 0..60 {
        assert_eq!(
            ann.client.presign(device, &upload).await.unwrap_err().status(),
            Some(503)
        );
    }
    app.clock.advance(SignedDuration::from_secs(18));
    let refused = ann.client.presign(device, &upload).await.unwrap_err();
    let wait = Some(std::time::Duration::from_secs(42));
    assert_eq!(
        refused,
        ClientError::Refused {
            status: 429,
            detail: "Rate limit exceeded".into(),
            retry_after: wait
        }
    );

    let bad = ann
        .client
        .presign(
            device,
            &PresignRequest {
                sha256: "0".into(),
                ..upload
            },
        )
        .await
        .unwrap_err();
    assert_eq!(
        bad.to_string(),
        "the server answered 422: sha256: String should have at least 64 characters"
    );
    let nowhere = dayloom_client::Client::new("http://127.0.0.1:1", None).unwrap();
    assert!(matches!(
        nowhere.tracker_projects().await,
        Err(ClientError::Unreachable(_))
    ));
    let other = dayloom_client::Client::new(&format!("{}/elsewhere", app.url), None).unwrap();
    assert_eq!(other.tracker_projects().await.unwrap_err().status(), Some(404));
}

#[tokio::test]
async fn a_workplace_by_the_client_alone() {
    let app = TestApp::sqlite().await;
    let (ann, bob) = (
        app.person("ann@example.org").await,
        app.person("bob@example.org").await,
    );
    let client = &ann.client;
    let change = DeveloperChange {
        name: Some("Ann".into()),
        ..DeveloperChange::default()
    };
    assert_eq!(
        client.change_me(&change).await.unwrap(),
        client.me().await.unwrap()
    );

    let made = client
        .create_workspace(&NewWorkspace {
            name: "Acme".into(),
            slug: None,
        })
        .await
        .unwrap();
    assert_eq!(client.workspaces().await.unwrap(), std::slice::from_ref(&made));
    let workspace = WorkspaceId(made.id);
    let new = NewMember {
        email: "bob@example.org".into(),
        role: Role::Developer,
    };
    let member = client.add_member(workspace, &new).await.unwrap();
    assert_eq!(member.developer_id, bob.id.0);
    let change = MemberChange {
        role: Some(Role::Manager),
        ..MemberChange::default()
    };
    let member = client.change_member(workspace, bob.id, &change).await.unwrap();
    assert!(client.members(workspace).await.unwrap().contains(&member));

    let new = NewProject {
        name: "Weave".into(),
        slug: None,
        tracker_enabled: true,
    };
    let project = client.create_project(workspace, &new).await.unwrap();
    assert_eq!(
        client.projects(workspace).await.unwrap(),
        std::slice::from_ref(&project)
    );
    let project = ProjectId(project.id);
    let joined = client
        .put_project_member(project, bob.id, &ProjectMemberPut::default())
        .await
        .unwrap();
    assert_eq!(joined.developer_id, bob.id.0);
    let config = client.project_config(project).await.unwrap();
    let put = ProjectConfigPut {
        enabled: true,
        config: config.config.clone(),
    };
    assert_eq!(client.set_project_config(project, &put).await.unwrap(), config);
    assert_eq!(client.admin_projects(workspace).await.unwrap().len(), 1);
    let day = "2026-11-21".parse().unwrap();
    let sheet = client
        .member_timesheet(workspace, bob.id, day, day)
        .await
        .unwrap();
    assert_eq!(sheet.days_count, 0);

    let new = NewTask {
        title: "Warp".into(),
        key: Some("PROJ-1".into()),
        assignee_id: Some(ann.id.0),
        ..NewTask::default()
    };
    let task = client.create_task(workspace, &new).await.unwrap();
    let change = TaskChange {
        title: Some("Weft".into()),
        ..TaskChange::default()
    };
    let task = client
        .change_task(workspace, TaskId(task.id), &change)
        .await
        .unwrap();
    assert_eq!(
        client.tasks(workspace, &[("limit", "5")]).await.unwrap().tasks,
        std::slice::from_ref(&task)
    );
    let rows = [ImportRow {
        key: Some("PROJ-2".into()),
        title: Some("Selvedge".into()),
        ..ImportRow::default()
    }];
    assert_eq!(client.import_tasks(workspace, &rows).await.unwrap().created, 1);
    assert_eq!(client.import_tasks(workspace, &rows).await.unwrap().unchanged, 1);
    assert_eq!(client.assigned_tasks(false).await.unwrap().len(), 1);

    let new = NewRule {
        scope: RuleScope::Personal,
        field: RuleField::Repo,
        matching: RuleMatch::Glob,
        pattern: "acme/*".into(),
        task_id: Some(task.id),
        project_id: None,
        category: None,
        position: None,
    };
    let rule = client.create_rule(&new).await.unwrap();
    let change = RuleChange {
        pattern: Some("acme/weave".into()),
        ..RuleChange::default()
    };
    let rule = client.change_rule(RuleId(rule.id), &change).await.unwrap();
    assert_eq!(client.rules().await.unwrap(), std::slice::from_ref(&rule));
    assert_eq!(client.test_rules().await.unwrap()[0].rule, rule);
    client.delete_rule(RuleId(rule.id)).await.unwrap();

    let device = app.device(&ann, project).await;
    let change = DeviceChange {
        paused: Some(true),
        ..DeviceChange::default()
    };
    let paused = client.change_device(device, &change).await.unwrap();
    assert_eq!(client.devices().await.unwrap(), [paused]);
    client.release_device(device).await.unwrap();
    client.remove_project_member(project, bob.id).await.unwrap();
    client.remove_member(workspace, bob.id).await.unwrap();
    assert_eq!(client.members(workspace).await.unwrap().len(), 1);
}

#[test]
fn every_method_is_called() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |folder: &std::path::Path, of: fn(&str) -> bool| {
        let mut text = String::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap();
            if of(&file.file_name().to_string_lossy()) {
                text.push_str(&std::fs::read_to_string(file.path()).unwrap());
            }
        }
        text
    };
    let stories = text(&here.join("tests/http"), |name| name.starts_with("client"));
    let stories = stories.replace(char::is_whitespace, "");
    // The root of the crate is what all methods call.
    let client = text(&here.join("../client/src"), |name| name != "lib.rs");
    let methods: Vec<&str> = client
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("pub async fn ")?
                .split(['(', '<'])
                .next()
        })
        .collect();
    assert!(
        methods.len() > 60,
        "only {} methods found: the search is broken",
        methods.len()
    );
    let missing: Vec<&str> = methods
        .into_iter()
        .filter(|name| !stories.contains(&format!(".{name}(")))
        .collect();
    assert!(missing.is_empty(), "no story calls {missing:?}");
}
