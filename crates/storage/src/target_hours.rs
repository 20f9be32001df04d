//! Target hours: how long a day is meant to be, for a workspace, a project of it or a person in it
//! (`contract/tracker.md` §2.8).

use dayloom_domain::{DeveloperId, ProjectId, WorkspaceId};
use jiff::Timestamp;
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{
    StorageError,
    db::{Columns, at, fresh_id, id, id_opt, row, rows, run},
    store::Inner,
    workspaces,
};

/// Whom a target is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetLevel {
    /// One person.
    Developer,
    /// Everyone in a project.
    Project,
    /// Everyone in the workspace.
    Workspace,
}

/// A target. One with both a project and a person is kept, but never resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Id.
    pub id: Uuid,
    /// Its workspace.
    pub workspace_id: WorkspaceId,
    /// Its project, if it is for one.
    pub project_id: Option<ProjectId>,
    /// Its person, if it is for one.
    pub developer_id: Option<DeveloperId>,
    /// Hundredths of an hour.
    pub hundredths: i64,
}

impl Target {
    /// A person's if one is set, else a project's if one is, else the workspace's.
    pub fn level(&self) -> TargetLevel {
        match (self.developer_id, self.project_id) {
            (Some(_), _) => TargetLevel::Developer,
            (None, Some(_)) => TargetLevel::Project,
            (None, None) => TargetLevel::Workspace,
        }
    }
}

/// Why a target was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The project is not of the workspace.
    #[error("no such project in this workspace")]
    Project,
    /// The person is not a member of the workspace.
    #[error("no such member in this workspace")]
    Developer,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

const COLUMNS: &str = "id, workspace_id, project_id, developer_id,
    CAST(ROUND(target_hours_per_day * 100) AS BIGINT) AS hundredths";

fn read(row: &QueryResult) -> Result<Target, StorageError> {
    Ok(Target {
        id: row.col("id")?,
        workspace_id: row.id("workspace_id")?,
        project_id: row.id_opt("project_id")?,
        developer_id: row.id_opt("developer_id")?,
        hundredths: row.col("hundredths")?,
    })
}

/// The repository of target hours.
#[derive(Clone, Copy)]
pub struct Targets<'a>(pub(crate) &'a Inner);

impl Targets<'_> {
    /// All targets of a workspace, in the order they were made.
    pub async fn list(&self, workspace: WorkspaceId) -> Result<Vec<Target>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM tracker_target_hours WHERE workspace_id = $1 ORDER BY created_at, id"
        );
        rows(&self.0.read, &sql, vec![id(workspace)])
            .await?
            .iter()
            .map(read)
            .collect()
    }
    /// The target that holds for a person: their own, else that of the project, else that of the workspace.
    pub async fn resolve(
        &self,
        workspace: WorkspaceId,
        project: Option<ProjectId>,
        developer: DeveloperId,
    ) -> Result<Option<Target>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM tracker_target_hours WHERE workspace_id = $1
                 AND (developer_id = $2 AND project_id IS NULL OR developer_id IS NULL AND project_id = $3
                      OR developer_id IS NULL AND project_id IS NULL)
             ORDER BY developer_id IS NULL, project_id IS NULL LIMIT 1"
        );
        row(
            &self.0.read,
            &sql,
            vec![id(workspace), id(developer), id_opt(project)],
        )
        .await?
        .as_ref()
        .map(read)
        .transpose()
    }
    /// Sets the target of a workspace, a project, a person, or of a person in a project.
    pub async fn put(
        &self,
        workspace: WorkspaceId,
        project: Option<ProjectId>,
        developer: Option<DeveloperId>,
        hundredths: i64,
        now: Timestamp,
    ) -> Result<Target, TargetError> {
        let on = self.0.begin().await?;
        if let Some(project) = project {
            let sql = "SELECT id FROM projects WHERE id = $1 AND workspace_id = $2";
            let found = row(&on, sql, vec![id(project), id(workspace)]).await?;
            found.ok_or(TargetError::Project)?;
        }
        if let Some(developer) = developer
            && !workspaces::is_active(&on, workspace, developer).await?
        {
            return Err(TargetError::Developer);
        }
        let nil = || id(Uuid::nil());
        let sql = format!(
            "SELECT {COLUMNS} FROM tracker_target_hours WHERE workspace_id = $1
                 AND COALESCE(project_id, $4) = COALESCE($2, $4) AND COALESCE(developer_id, $4) = COALESCE($3, $4)"
        );
        let level = || vec![id(workspace), id_opt(project), id_opt(developer), nil()];
        let changed = "UPDATE tracker_target_hours
            SET target_hours_per_day = CAST($5 AS BIGINT) / 100.0, updated_at = $6 WHERE workspace_id = $1
                AND COALESCE(project_id, $4) = COALESCE($2, $4) AND COALESCE(developer_id, $4) = COALESCE($3, $4)";
        let change = || level().into_iter().chain([hundredths.into(), at(now)]).collect();
        if run(&on, changed, change()).await? == 0 {
            let made = "INSERT INTO tracker_target_hours
                    (id, workspace_id, project_id, developer_id, target_hours_per_day, created_at, updated_at)
                VALUES ($1, $2, $3, $4, CAST($5 AS BIGINT) / 100.0, $6, $6) ON CONFLICT DO NOTHING";
            let values = vec![
                id(fresh_id()),
                id(workspace),
                id_opt(project),
                id_opt(developer),
                hundredths.into(),
                at(now),
            ];
            // Where somebody else was faster, theirs is changed: the last word stands.
            if run(&on, made, values).await? == 0 {
                run(&on, changed, change()).await?;
            }
        }
        let target = row(&on, &sql, level()).await?;
        let target = read(&target.ok_or(StorageError::Unreadable("tracker_target_hours"))?)?;
        on.commit().await.map_err(StorageError::from)?;
        Ok(target)
    }
    /// Removes a target of a workspace. False if it has no such one.
    pub async fn remove(&self, workspace: WorkspaceId, target: Uuid) -> Result<bool, StorageError> {
        let sql = "DELETE FROM tracker_target_hours WHERE workspace_id = $1 AND id = $2";
        Ok(run(&self.0.write, sql, vec![id(workspace), id(target)]).await? > 0)
    }
}
