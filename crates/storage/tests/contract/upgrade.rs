//! A database that the first release made, with what people had in it, opened by this program.

use std::path::Path;

use dayloom_domain::{
    DeveloperId, DeviceId, EntryId, EventId, ProjectId, TaskId, WorkspaceId,
    review::{Change, EntryStatus},
};
use dayloom_storage::{Dialect, Migrate, RejectReason, StorageError, Store};
use jiff::civil::date;
use uuid::Uuid;

use crate::{
    db::TestDb,
    world::{batch, event, minute, now},
};

const PERSON: DeveloperId = DeveloperId(Uuid::from_u128(0xa1));
const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(0xb1));
const PROJECT: ProjectId = ProjectId(Uuid::from_u128(0xc1));
const TASK: TaskId = TaskId(Uuid::from_u128(0xd1));
const DEVICE: DeviceId = DeviceId(Uuid::from_u128(0xe1));
const EVENTS: [EventId; 2] = [EventId(Uuid::from_u128(0xf1)), EventId(Uuid::from_u128(0xf2))];
const ENTRIES: [EntryId; 2] = [EntryId(Uuid::from_u128(0x11)), EntryId(Uuid::from_u128(0x12))];

/// The schema as the first release made it: kept as text, so that no later change of the program changes it.
fn first_schema(dialect: Dialect) -> String {
    let name = match dialect {
        Dialect::Sqlite => "sqlite.sql",
        Dialect::Postgres => "postgres.sql",
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/first_schema");
    std::fs::read_to_string(path.join(name)).unwrap()
}

/// What people had in it, as the first release wrote it. `{n}` is the id of that number, `{t:…}` an instant of an event.
const ROWS: &str = r#"
INSERT INTO dayloom_schema (version, applied_at) VALUES (1, '2026-01-05T08:00:00+00:00');
INSERT INTO developers (id, email, email_folded, name, timezone, working_hours, created_at, updated_at) VALUES
    ({a1}, 'Ada@example.org', 'ada@example.org', 'Ada', 'Europe/Berlin', '["08:30","17:00"]',
     '2026-01-05T08:00:00+00:00', '2026-01-05T08:00:00+00:00');
INSERT INTO developer_zones (developer_id, zone) VALUES ({a1}, 'Europe/Berlin');
INSERT INTO workspaces (id, name, slug, created_at) VALUES ({b1}, 'Acme', 'acme', '2026-01-05T08:00:00+00:00');
INSERT INTO workspace_members (workspace_id, developer_id, role, status, created_at, updated_at) VALUES
    ({b1}, {a1}, 'owner', 'active', '2026-01-05T08:00:00+00:00', '2026-01-05T08:00:00+00:00');
INSERT INTO projects (id, workspace_id, name, slug, settings, created_at, updated_at) VALUES
    ({c1}, {b1}, 'Loom', 'loom', '{"tracker_enabled":true}', '2026-01-05T08:00:00+00:00', '2026-01-05T08:00:00+00:00');
INSERT INTO project_members (project_id, developer_id, status, created_at, updated_at) VALUES
    ({c1}, {a1}, 'active', '2026-01-05T08:00:00+00:00', '2026-01-05T08:00:00+00:00');
INSERT INTO sprint_tasks (id, workspace_id, project_id, key, key_folded, title, status, assignee_id, created_at, updated_at)
    VALUES ({d1}, {b1}, {c1}, 'LOOM-1', 'loom-1', 'Mend the loom', 'todo', {a1},
     '2026-01-05T08:00:00+00:00', '2026-01-05T08:00:00+00:00');
INSERT INTO tracker_rules (id, scope, developer_id, field, matching, pattern, task_id, position, created_at, updated_at)
    VALUES ({21}, 'personal', {a1}, 'repo', 'glob', 'acme/*', {d1}, 1,
     '2026-01-05T08:00:00+00:00', '2026-01-05T08:00:00+00:00');
INSERT INTO tracker_devices (id, developer_id, project_id, name, platform, config_etag, server_seq, created_at) VALUES
    ({e1}, {a1}, {c1}, 'laptop', 'linux', 'cfg_0', 7, '2026-01-05T08:00:00+00:00');
INSERT INTO tracker_pauses (id, subject_id, started_at, ended_at) VALUES
    ({31}, {e1}, '2026-11-21T11:00:00+00:00', '2026-11-21T12:00:00+00:00');
INSERT INTO tracker_events (id, developer_id, ts, project_id, device_id, client_seq, interval_s, tz, idle_threshold_s,
    active_app, file_context, received_at) VALUES
    ({f1}, {a1}, {t:2026-11-21T10:00:00+00:00}, {c1}, {e1}, 6, 60, 'Europe/Berlin', 300,
     '{"name":"Code","bundle_id":"Code","window_title":"main.rs"}', '{"path":null,"repo":"acme/app","branch":"main"}',
     {t:2026-11-21T10:00:05+00:00}),
    ({f2}, {a1}, {t:2026-11-21T10:01:00+00:00}, {c1}, {e1}, 7, 60, 'Europe/Berlin', 300,
     '{"name":"Code","bundle_id":"Code","window_title":"lib.rs"}', NULL, {t:2026-11-21T10:01:05+00:00});
INSERT INTO time_entries (id, developer_id, task_id, workspace_id, duration_minutes, description, entry_date, started_at,
    ended_at, source, is_inferred, confidence_score, inference_metadata, attribution_status, external_task_ref,
    created_at, updated_at) VALUES
    ({11}, {a1}, {d1}, {b1}, 1, 'rule acme/*', '2026-11-21', '2026-11-21T10:00:00+00:00', '2026-11-21T10:01:00+00:00',
     'inferred', TRUE, 0.9, '{"origin":"tracker","event_ids":[],"category":"productive","project_id":"00000000-0000-0000-0000-0000000000c1"}', 'inferred',
     'tracker:00000000-0000-0000-0000-0000000000f1', '2026-11-21T10:02:00+00:00', '2026-11-21T10:02:00+00:00'),
    ({12}, {a1}, {d1}, {b1}, 1, 'rule acme/*', '2026-11-21', '2026-11-21T10:01:00+00:00', '2026-11-21T10:02:00+00:00',
     'inferred', TRUE, 0.9, '{"origin":"tracker","event_ids":[],"category":"productive","project_id":"00000000-0000-0000-0000-0000000000c1"}', 'inferred',
     'tracker:00000000-0000-0000-0000-0000000000f2', '2026-11-21T10:02:00+00:00', '2026-11-21T10:02:00+00:00');
INSERT INTO api_tokens (id, developer_id, name, token_hash, token_prefix, is_active, created_at) VALUES
    ({41}, {a1}, 'laptop', 'the hash', 'aexy_0123456', TRUE, '2026-01-05T08:00:00+00:00');
INSERT INTO program_settings (name, value) VALUES ('session_secret', 'kept');
"#;

/// The rows in the words of a dialect.
fn rows(dialect: Dialect) -> String {
    let mut text = String::new();
    let mut rest = ROWS;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        text.push_str(before);
        let inside = after[1..].split('}').next().unwrap();
        let id = u128::from_str_radix(inside, 16);
        match (inside.strip_prefix("t:"), id, dialect) {
            (Some(at), _, Dialect::Sqlite) => {
                let at: jiff::Timestamp = at.parse().unwrap();
                text.push_str(&at.as_microsecond().to_string());
            }
            (Some(at), _, Dialect::Postgres) => text.push_str(&format!("'{at}'")),
            (None, Ok(id), Dialect::Sqlite) => text.push_str(&format!("x'{id:032x}'")),
            (None, Ok(id), Dialect::Postgres) => text.push_str(&format!("'{}'", Uuid::from_u128(id))),
            // JSON, as it stands.
            (None, Err(_), _) => {
                text.push('{');
                rest = &after[1..];
                continue;
            }
        }
        rest = &after[inside.len() + 2..];
    }
    text.push_str(rest);
    text
}

/// The database as the first release left it.
async fn as_it_was(db: &TestDb) {
    let dialect = db.store.dialect();
    db.store.close().await;
    match dialect {
        Dialect::Sqlite => {
            let file = db.url.strip_prefix("sqlite:").unwrap();
            for ending in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{file}{ending}"));
            }
            std::fs::write(file, "").unwrap();
        }
        Dialect::Postgres => db.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await,
    }
    db.sql(&first_schema(dialect)).await;
    if dialect == Dialect::Postgres {
        db.sql(
            "CREATE TABLE tracker_events_2026_11 PARTITION OF tracker_events
             FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00')",
        )
        .await;
    }
    db.sql(&rows(dialect)).await;
    if dialect == Dialect::Postgres {
        db.sql("INSERT INTO tracker_event_ids (developer_id, event_id) SELECT developer_id, id FROM tracker_events")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_the_first_release_keeps_what_is_in_it() {
    let mut databases = vec![TestDb::sqlite().await];
    databases.extend(TestDb::postgres().await);
    for db in databases {
        as_it_was(&db).await;
        for _ in 0..2 {
            let error = Store::open(&db.url, Migrate::Refuse).await.unwrap_err();
            assert!(matches!(error, StorageError::Older { found: 1, .. }), "{error}");
        }
        let store = Store::open(&db.url, Migrate::Apply).await.unwrap();
        everything_is_there(&store).await;
        what_was_sent_is_known(&store).await;
        reviews_go_on(&store).await;
        store.close().await;
        let again = Store::open(&db.url, Migrate::Refuse).await.unwrap();
        assert_eq!(again.events().count(PERSON).await.unwrap(), 3);
        again.close().await;
    }
}

async fn everything_is_there(store: &Store) {
    let person = store.people().by_email("ada@EXAMPLE.org").await.unwrap().unwrap();
    assert_eq!((person.id, person.name.as_deref()), (PERSON, Some("Ada")));
    assert_eq!(
        person.working_hours,
        Some(("08:30".to_owned(), "17:00".to_owned()))
    );
    let spaces = store.workspaces().list_for(PERSON).await.unwrap();
    assert_eq!(
        spaces.iter().map(|(space, _)| space.id).collect::<Vec<_>>(),
        [WORKSPACE]
    );
    let projects = store.projects().tracker_projects_for(PERSON).await.unwrap();
    assert_eq!(
        projects.iter().map(|project| project.id).collect::<Vec<_>>(),
        [PROJECT]
    );
    let task = store.tasks().by_id(WORKSPACE, TASK).await.unwrap().unwrap();
    assert_eq!(
        (task.key.as_deref(), task.title.as_str()),
        (Some("LOOM-1"), "Mend the loom")
    );
    let rules = store.rules().list_for_attribution(PERSON).await.unwrap();
    assert_eq!((rules.len(), rules[0].pattern.as_str()), (1, "acme/*"));
    let device = store.devices().by_id(PERSON, DEVICE).await.unwrap().unwrap();
    assert_eq!((device.name.as_deref(), device.server_seq), (Some("laptop"), 7));
    let events = store.events().window(PERSON, now(), minute(5)).await.unwrap();
    assert_eq!(events.iter().map(|event| event.id).collect::<Vec<_>>(), EVENTS);
    let file = events[0].file_context.as_ref().unwrap();
    assert_eq!(
        (file.repo.as_deref(), events[0].tz.name()),
        (Some("acme/app"), "Europe/Berlin")
    );
    assert_eq!(events[1].file_context, None);
    let token = store.tokens().authenticate("the hash", now()).await.unwrap();
    assert_eq!(token, Some(PERSON));
    let secret = store.settings().get("session_secret").await.unwrap();
    assert_eq!(secret.as_deref(), Some("kept"));
    let day = date(2026, 11, 21);
    let sheet = store.days().timesheet(PERSON, day, day).await.unwrap();
    assert_eq!(sheet.iter().map(|row| row.id).collect::<Vec<_>>(), ENTRIES);
    assert_eq!(sheet[1].attribution_status, Some(EntryStatus::Inferred));
    // The first release had no way yet to say anything of one's time.
    assert_eq!(store.days().pins(PERSON, now(), minute(5)).await.unwrap(), []);
}

/// What was stored before is a duplicate, what is new is taken, a pause of then still holds.
async fn what_was_sent_is_known(store: &Store) {
    let device = store.devices().by_id(PERSON, DEVICE).await.unwrap().unwrap();
    let mut sent = [event(6, now()), event(8, minute(2)), event(9, minute(90))];
    sent[0].id = EVENTS[0];
    let outcome = store
        .events()
        .ingest(batch(&device, minute(130), &sent))
        .await
        .unwrap();
    assert_eq!(
        (outcome.accepted, outcome.duplicates, outcome.server_seq),
        (1, 1, 9)
    );
    assert_eq!(outcome.rejected, vec![(2, RejectReason::Paused)]);
}

/// What was inferred can be reviewed, and what was reviewed stands.
async fn reviews_go_on(store: &Store) {
    let reviewed = store
        .reviews()
        .apply(PERSON, ENTRIES[0], &Change::Confirm, None, minute(200))
        .await
        .unwrap();
    assert_eq!(reviewed.entries, ENTRIES[..1]);
    let pins = store.days().pins(PERSON, now(), minute(5)).await.unwrap();
    assert_eq!(pins.len(), 1, "{pins:?}");
}
