//! Journals, notifications and the metrics insights are measured by (`contract/tracker.md` §3).

use super::tables::with_types;
use crate::Dialect;

/// The text of this step.
pub(super) fn step(dialect: Dialect) -> String {
    with_types(TEXT, dialect)
}

const TEXT: &str = "
CREATE INDEX tracker_days_date ON tracker_days (local_date, developer_id, revision);
CREATE TABLE work_logs (
    id {id} PRIMARY KEY, developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    task_id {id} REFERENCES sprint_tasks (id) ON DELETE SET NULL,
    workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, notes TEXT NOT NULL,
    log_type TEXT NOT NULL DEFAULT 'update', source TEXT NOT NULL DEFAULT 'inferred', external_task_ref TEXT,
    log_date {day}, sentences TEXT NOT NULL, basis TEXT NOT NULL, written_by TEXT NOT NULL, edited {bool} NOT NULL DEFAULT FALSE,
    is_final {bool} NOT NULL DEFAULT FALSE, day_revision {int} NOT NULL DEFAULT 0, asked_at {at},
    logged_at {at} NOT NULL, created_at {at} NOT NULL, updated_at {at} NOT NULL
);
CREATE INDEX work_logs_task ON work_logs (task_id, logged_at);
CREATE INDEX work_logs_developer ON work_logs (developer_id, logged_at);
CREATE INDEX work_logs_day ON work_logs (developer_id, log_date);
CREATE UNIQUE INDEX work_logs_journal ON work_logs (external_task_ref)
    WHERE external_task_ref LIKE 'tracker-journal:%';
CREATE TABLE tracker_day_metrics (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date {day} NOT NULL,
    day_revision {int} NOT NULL, metrics TEXT NOT NULL, PRIMARY KEY (developer_id, local_date)
);
CREATE TABLE notifications (
    id {id} PRIMARY KEY, recipient_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    event_type TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, context {json}, local_date {day} NOT NULL,
    is_read {bool} NOT NULL DEFAULT FALSE, read_at {at}, in_app_delivered {bool} NOT NULL DEFAULT TRUE,
    email_sent {bool} NOT NULL DEFAULT FALSE, email_sent_at {at}, slack_sent {bool} NOT NULL DEFAULT FALSE,
    slack_sent_at {at}, created_at {at} NOT NULL, UNIQUE (recipient_id, event_type, local_date)
);
CREATE INDEX notifications_newest ON notifications (recipient_id, created_at DESC, id);
CREATE TABLE notification_preferences (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, event_type TEXT NOT NULL,
    in_app {bool} NOT NULL, email {bool} NOT NULL, slack {bool} NOT NULL, web_push {bool} NOT NULL,
    updated_at {at} NOT NULL, PRIMARY KEY (developer_id, event_type)
);
";
