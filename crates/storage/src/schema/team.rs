//! What the team API keeps. `daily_minutes`, `daily_commits`, `daily_closed_issues` and the zone on `workspace_members`
//! are named as published (`contract/team.md`); the rest is ours.

use crate::Dialect;

/// The text of this step. `daily_minutes` is written every minute of every member: on SQLite it is its own index, on
/// Postgres its pages keep room, so that a new version of a row lands beside the old one.
pub(super) fn text(dialect: Dialect) -> String {
    let (bytes, table, room) = match dialect {
        Dialect::Sqlite => ("BLOB", " WITHOUT ROWID", ""),
        Dialect::Postgres => ("bytea", "", " WITH (fillfactor = 60)"),
    };
    super::tables::with_types(TEAM, dialect)
        .replace("{bytes}", bytes)
        .replace("{table}", table)
        .replace("{room}", room)
}

const TEAM: &str = "
ALTER TABLE developers ADD COLUMN github_login TEXT;
ALTER TABLE developers ADD COLUMN team_timezone TEXT;
ALTER TABLE workspaces ADD COLUMN repo_patterns {json};
ALTER TABLE workspaces ADD COLUMN app_allowlist {json};
ALTER TABLE workspaces ADD COLUMN idle_window_minutes {int} NOT NULL DEFAULT 5;
ALTER TABLE workspaces ADD COLUMN daily_cap_minutes {int} NOT NULL DEFAULT 1440;
ALTER TABLE workspace_members ADD COLUMN timezone TEXT;
ALTER TABLE workspace_members ADD COLUMN put_out_at {at};

CREATE TABLE workspace_invites (
    code TEXT PRIMARY KEY, workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    created_at {at} NOT NULL, expires_at {at} NOT NULL, ended_at {at}, used {int} NOT NULL DEFAULT 0
);
CREATE INDEX workspace_invites_workspace ON workspace_invites (workspace_id);

CREATE TABLE daily_minutes (
    workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, day {day} NOT NULL,
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, minutes {bytes} NOT NULL,
    PRIMARY KEY (workspace_id, day, developer_id)
){table}{room};
CREATE INDEX daily_minutes_developer ON daily_minutes (developer_id);

CREATE TABLE daily_commits (
    workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, day {day} NOT NULL,
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    internal {int} NOT NULL, external {int} NOT NULL, counted_at {at} NOT NULL, counted_by {id} NOT NULL,
    PRIMARY KEY (workspace_id, day, developer_id)
){table};
CREATE INDEX daily_commits_developer ON daily_commits (developer_id);

CREATE TABLE daily_closed_issues (
    workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, day {day} NOT NULL,
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    internal {int} NOT NULL, external {int} NOT NULL, counted_at {at} NOT NULL, counted_by {id} NOT NULL,
    PRIMARY KEY (workspace_id, day, developer_id)
){table};
CREATE INDEX daily_closed_issues_developer ON daily_closed_issues (developer_id);
";
