//! What others rely on in the databases themselves: names of tables and columns, the key of inferred entries, the months of
//! events, that what is committed is on disk.

use jiff::ToSpan;

use crate::{
    db::TestDb,
    world::{device, now, send, world},
};

/// `contract/tracker.md` §3, without what `docs/decisions/columns.md` leaves out.
const COLUMNS: [(&str, &str); 12] = [
    (
        "tracker_devices",
        "id developer_id project_id name platform sample_interval_s screenshot_policy screenshot_every_n_samples
         idle_threshold_s paused excluded_bundle_ids config_etag server_seq last_seen_at created_at",
    ),
    (
        "tracker_events",
        "id project_id developer_id device_id client_seq ts interval_s active_app file_context dev_context browser
         input_cadence meeting system evidence_ref received_at",
    ),
    (
        "time_entries",
        "id developer_id task_id workspace_id duration_minutes description entry_date started_at ended_at source
         is_inferred confidence_score inference_metadata attribution_status external_task_ref created_at updated_at",
    ),
    (
        "work_logs",
        "id developer_id task_id workspace_id notes log_type source external_task_ref logged_at created_at",
    ),
    ("projects", "id workspace_id name slug is_active settings"),
    ("project_members", "project_id developer_id status permission_overrides"),
    (
        "workspace_members",
        "workspace_id developer_id role permission_overrides status",
    ),
    ("sprint_tasks", "id title status assignee_id updated_at"),
    (
        "notifications",
        "id recipient_id event_type title body context is_read read_at in_app_delivered email_sent email_sent_at
         slack_sent slack_sent_at created_at",
    ),
    ("notification_preferences", "developer_id event_type in_app email slack web_push"),
    (
        "api_tokens",
        "id developer_id name token_hash token_prefix expires_at last_used_at is_active created_at",
    ),
    (
        "tracker_target_hours",
        "id workspace_id project_id developer_id target_hours_per_day",
    ),
];

async fn tables_and_columns(db: &TestDb, query: &str) {
    let there = db.texts(query).await;
    for (table, columns) in COLUMNS {
        for column in columns.split_whitespace() {
            let name = format!("{table}.{column}");
            assert!(there.contains(&name), "there is no {name}");
        }
    }
}

/// Several people may have sent an event of one id: the key is theirs each.
async fn one_entry_for_a_reference(db: &TestDb, query: &str) {
    let made = db.texts(query).await.join("").replace('"', "");
    assert!(made.starts_with("CREATE UNIQUE INDEX"), "{made}");
    assert!(made.contains("(developer_id, external_task_ref)"), "{made}");
    assert!(made.contains("'tracker:%'"), "{made}");
}

#[tokio::test]
async fn sqlite_has_the_names_of_the_contract() {
    let db = TestDb::sqlite().await;
    tables_and_columns(
        &db,
        "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'",
    )
    .await;
    let index = "SELECT sql FROM sqlite_master WHERE name = 'time_entries_tracker_ref'";
    one_entry_for_a_reference(&db, index).await;
    assert_eq!(db.texts("PRAGMA journal_mode").await, ["wal"]);
    db.store.close().await;
}

#[tokio::test]
async fn postgres_has_the_names_of_the_contract() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    tables_and_columns(
        &db,
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'",
    )
    .await;
    let index = "SELECT indexdef FROM pg_indexes WHERE indexname = 'time_entries_tracker_ref'";
    one_entry_for_a_reference(&db, index).await;
    db.store.close().await;
}

#[tokio::test]
async fn months_are_made_ahead_and_hold_their_events() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let months =
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'tracker_events'::regclass
                  ORDER BY 1";
    db.store.events().ensure_partitions(now()).await.unwrap();
    let ahead = ["2026_10", "2026_11", "2026_12", "2027_01"].map(|month| format!("tracker_events_{month}"));
    assert_eq!(db.texts(months).await, ahead);
    let w = world(&db.store, "ada").await;
    let laptop = device(&db.store, w.owner, w.project).await;
    let events = [-30, 0].map(|days| crate::world::event(1, now() + (days * 24).hours()));
    send(&db.store, &laptop, now(), &events).await;
    let homes = "SELECT tableoid::regclass::text FROM tracker_events ORDER BY ts";
    assert_eq!(db.texts(homes).await, ahead[..2]);
    assert_eq!(db.texts(months).await, ahead, "no other was needed");
    db.store.close().await;
}
