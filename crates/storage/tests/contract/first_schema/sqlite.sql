-- Version 1 as it was released. Never changed: it stands for the databases there are.

CREATE TABLE dayloom_schema (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL);

CREATE TABLE developers (
    id BLOB PRIMARY KEY, email TEXT NOT NULL, email_folded TEXT NOT NULL UNIQUE, name TEXT, avatar_url TEXT,
    timezone TEXT, working_hours TEXT, locale TEXT, paused INTEGER NOT NULL DEFAULT FALSE,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE developer_zones (
    developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE, zone TEXT NOT NULL,
    PRIMARY KEY (developer_id, zone)
);
CREATE TABLE workspaces (
    id BLOB PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL
);
CREATE TABLE workspace_members (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    role TEXT NOT NULL, permission_overrides TEXT, status TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (workspace_id, developer_id)
);
CREATE INDEX workspace_members_developer ON workspace_members (developer_id);

CREATE TABLE projects (
    id BLOB PRIMARY KEY, workspace_id BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL, slug TEXT NOT NULL, is_active INTEGER NOT NULL DEFAULT TRUE, settings TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, UNIQUE (workspace_id, slug)
);
CREATE TABLE project_members (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    role TEXT, permission_overrides TEXT, status TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (project_id, developer_id)
);
CREATE INDEX project_members_developer ON project_members (developer_id);
CREATE TABLE sprint_tasks (
    id BLOB PRIMARY KEY, workspace_id BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    project_id BLOB REFERENCES projects (id) ON DELETE SET NULL, key TEXT, key_folded TEXT, title TEXT NOT NULL,
    url TEXT, status TEXT NOT NULL, assignee_id BLOB REFERENCES developers (id) ON DELETE SET NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, UNIQUE (workspace_id, key_folded)
);
CREATE INDEX sprint_tasks_newest ON sprint_tasks (workspace_id, updated_at DESC, id);
CREATE INDEX sprint_tasks_assignee ON sprint_tasks (assignee_id, updated_at DESC);
CREATE TABLE tracker_rules (
    id BLOB PRIMARY KEY, scope TEXT NOT NULL,
    developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    scope_project_id BLOB REFERENCES projects (id) ON DELETE CASCADE,
    field TEXT NOT NULL, matching TEXT NOT NULL, pattern TEXT NOT NULL,
    task_id BLOB REFERENCES sprint_tasks (id) ON DELETE CASCADE,
    project_id BLOB REFERENCES projects (id) ON DELETE CASCADE, category TEXT, position INTEGER NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX tracker_rules_developer ON tracker_rules (developer_id);
CREATE INDEX tracker_rules_project ON tracker_rules (scope_project_id) WHERE scope_project_id IS NOT NULL;

CREATE TABLE tracker_devices (
    id BLOB PRIMARY KEY, developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE, name TEXT,
    platform TEXT NOT NULL DEFAULT 'macos', version TEXT,
    sample_interval_s INTEGER NOT NULL DEFAULT 60, screenshot_policy TEXT NOT NULL DEFAULT 'off',
    screenshot_every_n_samples INTEGER NOT NULL DEFAULT 5, idle_threshold_s INTEGER NOT NULL DEFAULT 300,
    paused INTEGER NOT NULL DEFAULT FALSE, paused_by_project INTEGER NOT NULL DEFAULT FALSE,
    paused_by_person INTEGER NOT NULL DEFAULT FALSE, excluded_bundle_ids TEXT,
    config_etag TEXT NOT NULL DEFAULT 'cfg_0', server_seq INTEGER NOT NULL DEFAULT 0, last_seen_at TEXT,
    released_at TEXT, created_at TEXT NOT NULL
);
CREATE INDEX tracker_devices_developer ON tracker_devices (developer_id);
CREATE INDEX tracker_devices_project ON tracker_devices (project_id);
CREATE TABLE tracker_pauses (
    id BLOB PRIMARY KEY, subject_id BLOB NOT NULL, started_at TEXT NOT NULL, ended_at TEXT
);
CREATE INDEX tracker_pauses_subject ON tracker_pauses (subject_id, ended_at);
CREATE UNIQUE INDEX tracker_pauses_open ON tracker_pauses (subject_id) WHERE ended_at IS NULL;

CREATE TABLE tracker_events (
    developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE, ts INTEGER NOT NULL, id BLOB NOT NULL,
    project_id BLOB NOT NULL, device_id BLOB NOT NULL, client_seq INTEGER NOT NULL, interval_s INTEGER NOT NULL,
    tz TEXT NOT NULL, idle_threshold_s INTEGER NOT NULL, idle_s INTEGER,
    active_app TEXT NOT NULL, file_context TEXT, dev_context TEXT, browser TEXT, input_cadence TEXT, meeting TEXT,
    system TEXT, evidence_ref TEXT, received_at INTEGER NOT NULL,
    PRIMARY KEY (developer_id, ts, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX tracker_events_identity ON tracker_events (developer_id, id);

CREATE TABLE tracker_dirty_days (
    developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date TEXT NOT NULL,
    project_id BLOB, generation INTEGER NOT NULL, marked_at TEXT NOT NULL, next_attempt_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, lease BLOB, leased_until TEXT, PRIMARY KEY (developer_id, local_date)
);
CREATE INDEX tracker_dirty_days_due ON tracker_dirty_days (next_attempt_at);
CREATE TABLE tracker_days (
    developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date TEXT NOT NULL,
    revision INTEGER NOT NULL, content TEXT NOT NULL, derived_at TEXT NOT NULL, PRIMARY KEY (developer_id, local_date)
);
CREATE TABLE time_entries (
    id BLOB PRIMARY KEY, developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    task_id BLOB REFERENCES sprint_tasks (id) ON DELETE SET NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    duration_minutes INTEGER NOT NULL, description TEXT, entry_date TEXT NOT NULL, started_at TEXT, ended_at TEXT,
    source TEXT NOT NULL, is_inferred INTEGER NOT NULL, confidence_score REAL, inference_metadata TEXT,
    attribution_status TEXT, external_task_ref TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX time_entries_developer ON time_entries (developer_id, entry_date);
CREATE INDEX time_entries_task ON time_entries (task_id, entry_date);
CREATE INDEX time_entries_status ON time_entries (attribution_status) WHERE attribution_status IS NOT NULL;
CREATE UNIQUE INDEX time_entries_tracker_ref ON time_entries (developer_id, external_task_ref)
    WHERE external_task_ref LIKE 'tracker:%';
CREATE TABLE tracker_target_hours (
    id BLOB PRIMARY KEY, workspace_id BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    project_id BLOB REFERENCES projects (id) ON DELETE CASCADE,
    developer_id BLOB REFERENCES developers (id) ON DELETE CASCADE,
    target_hours_per_day NUMERIC(4, 2) NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);

CREATE TABLE api_tokens (
    id BLOB PRIMARY KEY, developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE, name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE, token_prefix TEXT NOT NULL, expires_at TEXT, last_used_at TEXT,
    is_active INTEGER NOT NULL DEFAULT TRUE, created_at TEXT NOT NULL
);
CREATE INDEX api_tokens_developer ON api_tokens (developer_id);
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY, developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    expires_at TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE TABLE one_time_links (
    link_hash TEXT PRIMARY KEY, developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    expires_at TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE TABLE program_settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
