//! What the team API adds to workspaces (`contract/team.md` §4): their patterns and bounds, invites, minutes and counts.
//! Workspaces, people and roles themselves are those of [`crate::workspaces`], under the same rules.

mod activity;
mod counts;
mod flush;
mod invites;
mod members;
mod undo;

use dayloom_domain::{
    DeveloperId, WorkspaceId, Zone,
    people::{Developer, Role},
};
use sea_orm::QueryResult;

use crate::{
    StorageError,
    db::{Columns, id, json, row, rows, run},
    people,
    store::Inner,
};

pub use activity::{ActivityRows, Count, DayCounts, DayMinutes, TeamPerson};
pub use counts::{Counted, CountedRow};
pub use flush::{Flushed, FlushedDay, ItemOutcome, Reported};
pub use invites::{Invite, InviteUse};
pub use members::TeamMember;

/// A workspace with what the team API knows of it, and the role of who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSpace {
    /// Id.
    pub id: WorkspaceId,
    /// Name.
    pub name: String,
    /// The role of the person asked for.
    pub role: Role,
    /// Globs of its repositories.
    pub repo_patterns: Vec<String>,
    /// Patterns of its applications.
    pub app_allowlist: Vec<String>,
    /// Minutes without input that count as idle.
    pub idle_window_minutes: u32,
    /// Minutes of a UTC day that are shown.
    pub daily_cap_minutes: u16,
}

/// What to change about a workspace; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamSpacePatch {
    /// Name.
    pub name: Option<String>,
    /// Idle window in minutes.
    pub idle_window_minutes: Option<u32>,
    /// Cap of a day in minutes.
    pub daily_cap_minutes: Option<u32>,
    /// Globs of its repositories.
    pub repo_patterns: Option<Vec<String>>,
    /// Patterns of its applications.
    pub app_allowlist: Option<Vec<String>>,
}

/// A person as the team API shows them to themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct TeamSelf {
    /// Their account.
    pub developer: Developer,
    /// Their GitHub login, where they said which.
    pub login: Option<String>,
    /// The zone their collector sent last.
    pub timezone: Option<Zone>,
}

/// The repository of teams.
#[derive(Clone, Copy)]
pub struct Team<'a>(pub(crate) &'a Inner);

const SPACES: &str = "SELECT w.id, w.name, m.role, w.repo_patterns, w.app_allowlist, w.idle_window_minutes, w.daily_cap_minutes
    FROM workspaces w JOIN workspace_members m ON m.workspace_id = w.id WHERE m.developer_id = $1 AND m.status = 'active'";

impl Team<'_> {
    /// The person with login and zone; `None` if the account is gone.
    pub async fn person(&self, developer: DeveloperId) -> Result<Option<TeamSelf>, StorageError> {
        let Some(account) = people::find(&self.0.read, developer).await? else {
            return Ok(None);
        };
        let sql = "SELECT github_login, team_timezone FROM developers WHERE id = $1";
        let Some(found) = row(&self.0.read, sql, vec![id(developer)]).await? else {
            return Ok(None);
        };
        Ok(Some(TeamSelf {
            developer: account,
            login: found.col("github_login")?,
            timezone: found.zone_opt("team_timezone")?,
        }))
    }

    /// Notes the GitHub login that is a person's, or that there is none. False where it is another account's, whatever its case,
    /// or the account is gone.
    pub async fn set_login(&self, developer: DeveloperId, login: Option<&str>) -> Result<bool, StorageError> {
        let sql = "UPDATE developers SET github_login = $2 WHERE id = $1 AND NOT EXISTS
                   (SELECT 1 FROM developers WHERE lower(github_login) = lower($2) AND id <> $1)";
        let values = vec![id(developer), login.map(str::to_owned).into()];
        Ok(run(&self.0.write, sql, values).await? == 1)
    }

    /// The workspaces a person is an active member of, oldest first.
    pub async fn spaces(&self, developer: DeveloperId) -> Result<Vec<TeamSpace>, StorageError> {
        let sql = format!("{SPACES} ORDER BY w.created_at, w.id");
        let found = rows(&self.0.read, &sql, vec![id(developer)]).await?;
        found.iter().map(space).collect()
    }

    /// A workspace as an active member sees it; `None` for everyone else.
    pub async fn space(
        &self,
        workspace: WorkspaceId,
        developer: DeveloperId,
    ) -> Result<Option<TeamSpace>, StorageError> {
        let sql = format!("{SPACES} AND w.id = $2");
        let found = row(&self.0.read, &sql, vec![id(developer), id(workspace)]).await?;
        found.as_ref().map(space).transpose()
    }

    /// Changes what the patch names. Whether someone may is the caller's question.
    pub async fn change(&self, workspace: WorkspaceId, patch: &TeamSpacePatch) -> Result<(), StorageError> {
        let list = |patterns: &Option<Vec<String>>| {
            patterns.as_ref().map_or(sea_orm::Value::Json(None), |patterns| {
                json(patterns.as_slice().into())
            })
        };
        run(
            &self.0.write,
            "UPDATE workspaces SET name = COALESCE($2, name), idle_window_minutes = COALESCE($3, idle_window_minutes),
                 daily_cap_minutes = COALESCE($4, daily_cap_minutes), repo_patterns = COALESCE($5, repo_patterns),
                 app_allowlist = COALESCE($6, app_allowlist)
             WHERE id = $1",
            vec![
                id(workspace),
                patch.name.clone().into(),
                patch.idle_window_minutes.map(i64::from).into(),
                patch.daily_cap_minutes.map(i64::from).into(),
                list(&patch.repo_patterns),
                list(&patch.app_allowlist),
            ],
        )
        .await?;
        Ok(())
    }
}

fn space(row: &QueryResult) -> Result<TeamSpace, StorageError> {
    let idle: i64 = row.col("idle_window_minutes")?;
    Ok(TeamSpace {
        id: row.id("id")?,
        name: row.col("name")?,
        role: row.word("role")?,
        repo_patterns: list(row, "repo_patterns")?,
        app_allowlist: list(row, "app_allowlist")?,
        idle_window_minutes: u32::try_from(idle).unwrap_or(5),
        daily_cap_minutes: cap(row)?,
    })
}

/// The cap of a row's workspace; what cannot be one is a whole day.
fn cap(row: &QueryResult) -> Result<u16, StorageError> {
    let cap: i64 = row.col("daily_cap_minutes")?;
    Ok(u16::try_from(cap).unwrap_or(dayloom_domain::team::day::MINUTES))
}

/// A list of texts; one that was never set is empty.
fn list(row: &QueryResult, name: &'static str) -> Result<Vec<String>, StorageError> {
    match row.json(name)? {
        serde_json::Value::Null => Ok(Vec::new()),
        value => serde_json::from_value(value).map_err(|_| StorageError::Unreadable(name)),
    }
}
