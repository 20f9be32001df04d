-- Version 1 as it was released. Never changed: it stands for the databases there are.

CREATE TABLE dayloom_schema (version bigint PRIMARY KEY, applied_at timestamptz NOT NULL);

CREATE TABLE developers (
    id uuid PRIMARY KEY, email TEXT NOT NULL, email_folded TEXT NOT NULL UNIQUE, name TEXT, avatar_url TEXT,
    timezone TEXT, working_hours jsonb, locale TEXT, paused boolean NOT NULL DEFAULT FALSE,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE developer_zones (
    developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE, zone TEXT NOT NULL,
    PRIMARY KEY (developer_id, zone)
);
CREATE TABLE workspaces (
    id uuid PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL UNIQUE, created_at timestamptz NOT NULL
);
CREATE TABLE workspace_members (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    role TEXT NOT NULL, permission_overrides jsonb, status TEXT NOT NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, PRIMARY KEY (workspace_id, developer_id)
);
CREATE INDEX workspace_members_developer ON workspace_members (developer_id);

CREATE TABLE projects (
    id uuid PRIMARY KEY, workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL, slug TEXT NOT NULL, is_active boolean NOT NULL DEFAULT TRUE, settings jsonb NOT NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, UNIQUE (workspace_id, slug)
);
CREATE TABLE project_members (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    role TEXT, permission_overrides jsonb, status TEXT NOT NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, PRIMARY KEY (project_id, developer_id)
);
CREATE INDEX project_members_developer ON project_members (developer_id);
CREATE TABLE sprint_tasks (
    id uuid PRIMARY KEY, workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    project_id uuid REFERENCES projects (id) ON DELETE SET NULL, key TEXT, key_folded TEXT, title TEXT NOT NULL,
    url TEXT, status TEXT NOT NULL, assignee_id uuid REFERENCES developers (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, UNIQUE (workspace_id, key_folded)
);
CREATE INDEX sprint_tasks_newest ON sprint_tasks (workspace_id, updated_at DESC, id);
CREATE INDEX sprint_tasks_assignee ON sprint_tasks (assignee_id, updated_at DESC);
CREATE TABLE tracker_rules (
    id uuid PRIMARY KEY, scope TEXT NOT NULL,
    developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    scope_project_id uuid REFERENCES projects (id) ON DELETE CASCADE,
    field TEXT NOT NULL, matching TEXT NOT NULL, pattern TEXT NOT NULL,
    task_id uuid REFERENCES sprint_tasks (id) ON DELETE CASCADE,
    project_id uuid REFERENCES projects (id) ON DELETE CASCADE, category TEXT, position bigint NOT NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE INDEX tracker_rules_developer ON tracker_rules (developer_id);
CREATE INDEX tracker_rules_project ON tracker_rules (scope_project_id) WHERE scope_project_id IS NOT NULL;

CREATE TABLE tracker_devices (
    id uuid PRIMARY KEY, developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE, name TEXT,
    platform TEXT NOT NULL DEFAULT 'macos', version TEXT,
    sample_interval_s bigint NOT NULL DEFAULT 60, screenshot_policy TEXT NOT NULL DEFAULT 'off',
    screenshot_every_n_samples bigint NOT NULL DEFAULT 5, idle_threshold_s bigint NOT NULL DEFAULT 300,
    paused boolean NOT NULL DEFAULT FALSE, paused_by_project boolean NOT NULL DEFAULT FALSE,
    paused_by_person boolean NOT NULL DEFAULT FALSE, excluded_bundle_ids jsonb,
    config_etag TEXT NOT NULL DEFAULT 'cfg_0', server_seq bigint NOT NULL DEFAULT 0, last_seen_at timestamptz,
    released_at timestamptz, created_at timestamptz NOT NULL
);
CREATE INDEX tracker_devices_developer ON tracker_devices (developer_id);
CREATE INDEX tracker_devices_project ON tracker_devices (project_id);
CREATE TABLE tracker_pauses (
    id uuid PRIMARY KEY, subject_id uuid NOT NULL, started_at timestamptz NOT NULL, ended_at timestamptz
);
CREATE INDEX tracker_pauses_subject ON tracker_pauses (subject_id, ended_at);
CREATE UNIQUE INDEX tracker_pauses_open ON tracker_pauses (subject_id) WHERE ended_at IS NULL;

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

CREATE TABLE tracker_dirty_days (
    developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date date NOT NULL,
    project_id uuid, generation bigint NOT NULL, marked_at timestamptz NOT NULL, next_attempt_at timestamptz NOT NULL,
    attempts bigint NOT NULL DEFAULT 0, lease uuid, leased_until timestamptz, PRIMARY KEY (developer_id, local_date)
);
CREATE INDEX tracker_dirty_days_due ON tracker_dirty_days (next_attempt_at);
CREATE TABLE tracker_days (
    developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date date NOT NULL,
    revision bigint NOT NULL, content TEXT NOT NULL, derived_at timestamptz NOT NULL, PRIMARY KEY (developer_id, local_date)
);
CREATE TABLE time_entries (
    id uuid PRIMARY KEY, developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    task_id uuid REFERENCES sprint_tasks (id) ON DELETE SET NULL,
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    duration_minutes bigint NOT NULL, description TEXT, entry_date date NOT NULL, started_at timestamptz, ended_at timestamptz,
    source TEXT NOT NULL, is_inferred boolean NOT NULL, confidence_score double precision, inference_metadata jsonb,
    attribution_status TEXT, external_task_ref TEXT, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE INDEX time_entries_developer ON time_entries (developer_id, entry_date);
CREATE INDEX time_entries_task ON time_entries (task_id, entry_date);
CREATE INDEX time_entries_status ON time_entries (attribution_status) WHERE attribution_status IS NOT NULL;
CREATE UNIQUE INDEX time_entries_tracker_ref ON time_entries (developer_id, external_task_ref)
    WHERE external_task_ref LIKE 'tracker:%';
CREATE TABLE tracker_target_hours (
    id uuid PRIMARY KEY, workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    project_id uuid REFERENCES projects (id) ON DELETE CASCADE,
    developer_id uuid REFERENCES developers (id) ON DELETE CASCADE,
    target_hours_per_day NUMERIC(4, 2) NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);

CREATE TABLE api_tokens (
    id uuid PRIMARY KEY, developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE, name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE, token_prefix TEXT NOT NULL, expires_at timestamptz, last_used_at timestamptz,
    is_active boolean NOT NULL DEFAULT TRUE, created_at timestamptz NOT NULL
);
CREATE INDEX api_tokens_developer ON api_tokens (developer_id);
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY, developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL, created_at timestamptz NOT NULL
);
CREATE TABLE one_time_links (
    link_hash TEXT PRIMARY KEY, developer_id uuid NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL, created_at timestamptz NOT NULL
);
CREATE TABLE program_settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
