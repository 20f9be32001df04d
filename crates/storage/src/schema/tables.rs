//! The first schema. Tables and columns are named as in `contract/tracker.md` §3; what the contract does not name is
//! ours.
//!
//! Written once, with the column types in braces: `{id}`, `{at}`, `{day}`, `{json}`, `{bool}`, `{int}`, `{real}`.
//! Only `tracker_events` differs in more than its types between the two databases.

use crate::Dialect;

/// The text of step 1.
pub(super) fn first(dialect: Dialect) -> String {
    let events = match dialect {
        Dialect::Sqlite => EVENTS_SQLITE,
        Dialect::Postgres => EVENTS_POSTGRES,
    };
    with_types(&[PEOPLE, WORK, CAPTURE, events, TIME, KEYS].concat(), dialect)
}

/// A text with the types in braces replaced by those of the dialect.
pub(super) fn with_types(text: &str, dialect: Dialect) -> String {
    let types: [(&str, &str, &str); 7] = [
        ("{id}", "BLOB", "uuid"),
        ("{at}", "TEXT", "timestamptz"),
        ("{day}", "TEXT", "date"),
        ("{json}", "TEXT", "jsonb"),
        ("{bool}", "INTEGER", "boolean"),
        ("{int}", "INTEGER", "bigint"),
        ("{real}", "REAL", "double precision"),
    ];
    types
        .iter()
        .fold(text.to_owned(), |text, (name, sqlite, postgres)| {
            let this = match dialect {
                Dialect::Sqlite => sqlite,
                Dialect::Postgres => postgres,
            };
            text.replace(name, this)
        })
}

const PEOPLE: &str = "
CREATE TABLE dayloom_schema (version {int} PRIMARY KEY, applied_at {at} NOT NULL);

CREATE TABLE developers (
    id {id} PRIMARY KEY, email TEXT NOT NULL, email_folded TEXT NOT NULL UNIQUE, name TEXT, avatar_url TEXT,
    timezone TEXT, working_hours {json}, locale TEXT, paused {bool} NOT NULL DEFAULT FALSE,
    created_at {at} NOT NULL, updated_at {at} NOT NULL
);
CREATE TABLE developer_zones (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, zone TEXT NOT NULL,
    PRIMARY KEY (developer_id, zone)
);
CREATE TABLE workspaces (
    id {id} PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL UNIQUE, created_at {at} NOT NULL
);
CREATE TABLE workspace_members (
    workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    role TEXT NOT NULL, permission_overrides {json}, status TEXT NOT NULL,
    created_at {at} NOT NULL, updated_at {at} NOT NULL, PRIMARY KEY (workspace_id, developer_id)
);
CREATE INDEX workspace_members_developer ON workspace_members (developer_id);
";

const WORK: &str = "
CREATE TABLE projects (
    id {id} PRIMARY KEY, workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL, slug TEXT NOT NULL, is_active {bool} NOT NULL DEFAULT TRUE, settings {json} NOT NULL,
    created_at {at} NOT NULL, updated_at {at} NOT NULL, UNIQUE (workspace_id, slug)
);
CREATE TABLE project_members (
    project_id {id} NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    role TEXT, permission_overrides {json}, status TEXT NOT NULL,
    created_at {at} NOT NULL, updated_at {at} NOT NULL, PRIMARY KEY (project_id, developer_id)
);
CREATE INDEX project_members_developer ON project_members (developer_id);
CREATE TABLE sprint_tasks (
    id {id} PRIMARY KEY, workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    project_id {id} REFERENCES projects (id) ON DELETE SET NULL, key TEXT, key_folded TEXT, title TEXT NOT NULL,
    url TEXT, status TEXT NOT NULL, assignee_id {id} REFERENCES developers (id) ON DELETE SET NULL,
    created_at {at} NOT NULL, updated_at {at} NOT NULL, UNIQUE (workspace_id, key_folded)
);
CREATE INDEX sprint_tasks_newest ON sprint_tasks (workspace_id, updated_at DESC, id);
CREATE INDEX sprint_tasks_assignee ON sprint_tasks (assignee_id, updated_at DESC);
CREATE TABLE tracker_rules (
    id {id} PRIMARY KEY, scope TEXT NOT NULL,
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    scope_project_id {id} REFERENCES projects (id) ON DELETE CASCADE,
    field TEXT NOT NULL, matching TEXT NOT NULL, pattern TEXT NOT NULL,
    task_id {id} REFERENCES sprint_tasks (id) ON DELETE CASCADE,
    project_id {id} REFERENCES projects (id) ON DELETE CASCADE, category TEXT, position {int} NOT NULL,
    created_at {at} NOT NULL, updated_at {at} NOT NULL
);
CREATE INDEX tracker_rules_developer ON tracker_rules (developer_id);
CREATE INDEX tracker_rules_project ON tracker_rules (scope_project_id) WHERE scope_project_id IS NOT NULL;
";

const CAPTURE: &str = "
CREATE TABLE tracker_devices (
    id {id} PRIMARY KEY, developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    project_id {id} NOT NULL REFERENCES projects (id) ON DELETE CASCADE, name TEXT,
    platform TEXT NOT NULL DEFAULT 'macos', version TEXT,
    sample_interval_s {int} NOT NULL DEFAULT 60, screenshot_policy TEXT NOT NULL DEFAULT 'off',
    screenshot_every_n_samples {int} NOT NULL DEFAULT 5, idle_threshold_s {int} NOT NULL DEFAULT 300,
    paused {bool} NOT NULL DEFAULT FALSE, paused_by_project {bool} NOT NULL DEFAULT FALSE,
    paused_by_person {bool} NOT NULL DEFAULT FALSE, excluded_bundle_ids {json},
    config_etag TEXT NOT NULL DEFAULT 'cfg_0', server_seq {int} NOT NULL DEFAULT 0, last_seen_at {at},
    released_at {at}, created_at {at} NOT NULL
);
CREATE INDEX tracker_devices_developer ON tracker_devices (developer_id);
CREATE INDEX tracker_devices_project ON tracker_devices (project_id);
CREATE TABLE tracker_pauses (
    id {id} PRIMARY KEY, subject_id {id} NOT NULL, started_at {at} NOT NULL, ended_at {at}
);
CREATE INDEX tracker_pauses_subject ON tracker_pauses (subject_id, ended_at);
CREATE UNIQUE INDEX tracker_pauses_open ON tracker_pauses (subject_id) WHERE ended_at IS NULL;
";

/// Instants are microseconds since 1970 here. The table is its own index by person and time, so that a window is one
/// range and a new event is written beside the last.
const EVENTS_SQLITE: &str = "
CREATE TABLE tracker_events (
    developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE, ts INTEGER NOT NULL, id BLOB NOT NULL,
    project_id BLOB NOT NULL, device_id BLOB NOT NULL, client_seq INTEGER NOT NULL, interval_s INTEGER NOT NULL,
    tz TEXT NOT NULL, idle_threshold_s INTEGER NOT NULL, idle_s INTEGER,
    active_app TEXT NOT NULL, file_context TEXT, dev_context TEXT, browser TEXT, input_cadence TEXT, meeting TEXT,
    system TEXT, evidence_ref TEXT, received_at INTEGER NOT NULL,
    PRIMARY KEY (developer_id, ts, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX tracker_events_identity ON tracker_events (developer_id, id);
";

/// A partitioned table can have no unique key without its partition column, so what makes an id one event of a person
/// stands in a table of its own.
const EVENTS_POSTGRES: &str = "
CREATE TABLE tracker_events (
    id uuid NOT NULL, project_id uuid NOT NULL,
    developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE, device_id uuid NOT NULL,
    client_seq bigint NOT NULL, ts timestamptz NOT NULL, interval_s bigint NOT NULL,
    tz text NOT NULL, idle_threshold_s bigint NOT NULL, idle_s bigint,
    active_app jsonb NOT NULL, file_context jsonb, dev_context jsonb, browser jsonb, input_cadence jsonb,
    meeting jsonb, system jsonb, evidence_ref varchar(128), received_at timestamptz NOT NULL
) PARTITION BY RANGE (ts);
CREATE INDEX tracker_events_developer ON tracker_events (developer_id, ts);
CREATE TABLE tracker_event_ids (
    developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE, event_id uuid NOT NULL,
    PRIMARY KEY (developer_id, event_id)
);
";

const TIME: &str = "
CREATE TABLE tracker_dirty_days (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date {day} NOT NULL,
    project_id {id}, generation {int} NOT NULL, marked_at {at} NOT NULL, next_attempt_at {at} NOT NULL,
    attempts {int} NOT NULL DEFAULT 0, lease {id}, leased_until {at}, PRIMARY KEY (developer_id, local_date)
);
CREATE INDEX tracker_dirty_days_due ON tracker_dirty_days (next_attempt_at);
CREATE TABLE tracker_days (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date {day} NOT NULL,
    revision {int} NOT NULL, content TEXT NOT NULL, derived_at {at} NOT NULL, PRIMARY KEY (developer_id, local_date)
);
CREATE TABLE time_entries (
    id {id} PRIMARY KEY, developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    task_id {id} REFERENCES sprint_tasks (id) ON DELETE SET NULL,
    workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    duration_minutes {int} NOT NULL, description TEXT, entry_date {day} NOT NULL, started_at {at}, ended_at {at},
    source TEXT NOT NULL, is_inferred {bool} NOT NULL, confidence_score {real}, inference_metadata {json},
    attribution_status TEXT, external_task_ref TEXT, created_at {at} NOT NULL, updated_at {at} NOT NULL
);
CREATE INDEX time_entries_developer ON time_entries (developer_id, entry_date);
CREATE INDEX time_entries_task ON time_entries (task_id, entry_date);
CREATE INDEX time_entries_status ON time_entries (attribution_status) WHERE attribution_status IS NOT NULL;
CREATE UNIQUE INDEX time_entries_tracker_ref ON time_entries (developer_id, external_task_ref)
    WHERE external_task_ref LIKE 'tracker:%';
CREATE TABLE tracker_target_hours (
    id {id} PRIMARY KEY, workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    project_id {id} REFERENCES projects (id) ON DELETE CASCADE,
    developer_id {id} REFERENCES developers (id) ON DELETE CASCADE,
    target_hours_per_day NUMERIC(4, 2) NOT NULL, created_at {at} NOT NULL, updated_at {at} NOT NULL
);
";

const KEYS: &str = "
CREATE TABLE api_tokens (
    id {id} PRIMARY KEY, developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE, token_prefix TEXT NOT NULL, expires_at {at}, last_used_at {at},
    is_active {bool} NOT NULL DEFAULT TRUE, created_at {at} NOT NULL
);
CREATE INDEX api_tokens_developer ON api_tokens (developer_id);
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY, developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    expires_at {at} NOT NULL, created_at {at} NOT NULL
);
CREATE TABLE one_time_links (
    link_hash TEXT PRIMARY KEY, developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    expires_at {at} NOT NULL, created_at {at} NOT NULL
);
CREATE TABLE program_settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
";
