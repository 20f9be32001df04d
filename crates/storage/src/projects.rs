//! Projects, who is in them, and the capture settings their devices get.

use std::collections::BTreeMap;

use dayloom_domain::{
    DeveloperId, ProjectId, WorkspaceId,
    people::{CaptureConfig, MemberStatus, ModelPolicy, Project, Role},
};
use jiff::{Timestamp, ToSpan};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    StorageError, config,
    db::{Columns, at, fresh_id, id, json, row, rows, run, word},
    devices, pauses, slug,
    store::Inner,
    workspaces,
};

/// A device counts as active if seen within this many hours: seven days (`contract/tracker.md` §2.7).
const ACTIVE_HOURS: i64 = 7 * 24;

/// A project to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProject {
    /// Name.
    pub name: String,
    /// Slug; without one it is made from the name and numbered until it is free in the workspace.
    pub slug: Option<String>,
    /// Whether it tracks.
    pub tracker_enabled: bool,
}

/// A membership of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectMember {
    /// The person.
    pub developer_id: DeveloperId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: Option<String>,
    /// Role in the project; where set it replaces that of the workspace (`contract/tracker.md` §2.7).
    pub role: Option<Role>,
    /// Standing.
    pub status: MemberStatus,
    /// Permission overrides: name to granted or denied.
    pub overrides: BTreeMap<String, bool>,
}

/// A project as an administrator sees it (`contract/tracker.md` §2.7).
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectOverview {
    /// The project.
    pub project: Project,
    /// Devices enrolled.
    pub device_count: i64,
    /// Devices seen in the last seven days.
    pub active_devices: i64,
}

/// Why a project could not be made or joined.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The slug belongs to another project of the workspace.
    #[error("this slug is taken in the workspace; choose another")]
    SlugTaken,
    /// The person is no active member of the project's workspace, or the project is unknown.
    #[error("the person is no active member of the project's workspace; add them there first")]
    NotMember,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The repository of projects.
#[derive(Clone, Copy)]
pub struct Projects<'a>(pub(crate) &'a Inner);

impl Projects<'_> {
    /// Makes a project; `creator` becomes an active member of it.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        creator: DeveloperId,
        new: &NewProject,
        now: Timestamp,
    ) -> Result<Project, ProjectError> {
        let wanted = new.slug.clone().unwrap_or_else(|| slug::of(&new.name, "project"));
        for _ in 0..slug::TRIES {
            let transaction = self.0.begin().await?;
            let chosen = match &new.slug {
                Some(given) => given.clone(),
                None => {
                    let sql = "SELECT slug FROM projects WHERE workspace_id = $1 AND slug LIKE $2";
                    slug::choose(&transaction, &wanted, sql, vec![id(workspace)]).await?
                }
            };
            let project = ProjectId(fresh_id());
            let settings = config::replaced(
                serde_json::Value::Null,
                new.tracker_enabled,
                &CaptureConfig::default(),
            );
            let made = run(
                &transaction,
                "INSERT INTO projects (id, workspace_id, name, slug, settings, created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (workspace_id, slug) DO NOTHING",
                vec![
                    id(project),
                    id(workspace),
                    new.name.clone().into(),
                    chosen.into(),
                    json(settings),
                    at(now),
                ],
            )
            .await?;
            if made == 1 {
                join(&transaction, project, creator, None, now).await?;
                let project = find(&transaction, project)
                    .await?
                    .ok_or(StorageError::Unreadable("projects"))?;
                transaction.commit().await.map_err(StorageError::from)?;
                return Ok(project);
            }
            if new.slug.is_some() {
                break;
            }
        }
        Err(ProjectError::SlugTaken)
    }
    /// The active projects of a workspace, by name, then id.
    pub async fn list(&self, workspace: WorkspaceId) -> Result<Vec<Project>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM projects p WHERE p.workspace_id = $1 AND p.is_active ORDER BY p.name, p.id"
        );
        rows(&self.0.read, &sql, vec![id(workspace)])
            .await?
            .iter()
            .map(read)
            .collect()
    }
    /// The project of that id, archived ones included.
    pub async fn by_id(&self, project: ProjectId) -> Result<Option<Project>, StorageError> {
        find(&self.0.read, project).await
    }
    /// The projects of a workspace, archived ones included, that do not allow a language model, which is `local` or not.
    pub async fn barred_to(
        &self,
        workspace: WorkspaceId,
        local: bool,
    ) -> Result<Vec<ProjectId>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM projects p WHERE p.workspace_id = $1 ORDER BY p.id");
        let found = rows(&self.0.read, &sql, vec![id(workspace)]).await?;
        let projects = found.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let barred = projects
            .into_iter()
            .filter(|project| !project.models.allows(local));
        Ok(barred.map(|project| project.id).collect())
    }
    /// A person's membership, in any standing.
    pub async fn member(
        &self,
        project: ProjectId,
        developer: DeveloperId,
    ) -> Result<Option<ProjectMember>, StorageError> {
        find_member(&self.0.read, project, developer).await
    }
    /// All members but removed ones, by e-mail address.
    pub async fn members(&self, project: ProjectId) -> Result<Vec<ProjectMember>, StorageError> {
        let sql = format!(
            "{MEMBERS} WHERE m.project_id = $1 AND m.status <> 'removed' ORDER BY d.email_folded, d.id"
        );
        rows(&self.0.read, &sql, vec![id(project)])
            .await?
            .iter()
            .map(read_member)
            .collect()
    }
    /// Makes the person an active member, who must be one of the workspace. A role given replaces the one there.
    pub async fn put_member(
        &self,
        project: ProjectId,
        developer: DeveloperId,
        role: Option<Role>,
        now: Timestamp,
    ) -> Result<ProjectMember, ProjectError> {
        let transaction = self.0.begin().await?;
        let Some(found) = find(&transaction, project).await? else {
            return Err(ProjectError::NotMember);
        };
        if !workspaces::is_active(&transaction, found.workspace_id, developer).await? {
            return Err(ProjectError::NotMember);
        }
        join(&transaction, project, developer, role, now).await?;
        let member = find_member(&transaction, project, developer)
            .await?
            .ok_or(ProjectError::NotMember)?;
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(member)
    }
    /// Ends a membership; false if there was none.
    pub async fn remove_member(
        &self,
        project: ProjectId,
        developer: DeveloperId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let changed = run(
            &self.0.write,
            "UPDATE project_members SET status = 'removed', updated_at = $3
             WHERE project_id = $1 AND developer_id = $2 AND status <> 'removed'",
            vec![id(project), id(developer), at(now)],
        )
        .await?;
        Ok(changed > 0)
    }
    /// Active, tracking projects in which the person is an active member, by name, then id (`contract/tracker.md` §2.1).
    pub async fn tracker_projects_for(&self, developer: DeveloperId) -> Result<Vec<Project>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM projects p
             JOIN project_members m ON m.project_id = p.id AND m.developer_id = $1 AND m.status = 'active'
             JOIN workspace_members w ON w.workspace_id = p.workspace_id AND w.developer_id = $1 AND w.status = 'active'
             WHERE p.is_active ORDER BY p.name, p.id"
        );
        let found = rows(&self.0.read, &sql, vec![id(developer)]).await?;
        let projects = found.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(projects
            .into_iter()
            .filter(|project| project.tracker_enabled)
            .collect())
    }
    /// Replaces a project's capture settings and copies them onto its devices (`contract/tracker.md` §2.7). Opens or
    /// closes a pause at `now`. `None` if there is no such project.
    pub async fn set_config(
        &self,
        project: ProjectId,
        enabled: bool,
        config: &CaptureConfig,
        now: Timestamp,
    ) -> Result<Option<Project>, StorageError> {
        let transaction = self.0.begin().await?;
        let sql = self.0.locking("SELECT settings FROM projects WHERE id = $1");
        let Some(old) = row(&transaction, &sql, vec![id(project)]).await? else {
            return Ok(None);
        };
        let settings = crate::config::replaced(old.json("settings")?, enabled, config);
        run(
            &transaction,
            "UPDATE projects SET settings = $2, updated_at = $3 WHERE id = $1",
            vec![id(project), json(settings), at(now)],
        )
        .await?;
        pauses::set(&transaction, project.0, config.paused, now).await?;
        devices::refresh_of_project(self.0, &transaction, project).await?;
        let changed = find(&transaction, project).await?;
        transaction.commit().await?;
        Ok(changed)
    }
    /// Sets which language models may see a project's time. `None` if there is no such project.
    pub async fn set_models(
        &self,
        project: ProjectId,
        models: ModelPolicy,
        now: Timestamp,
    ) -> Result<Option<Project>, StorageError> {
        let transaction = self.0.begin().await?;
        let sql = self.0.locking("SELECT settings FROM projects WHERE id = $1");
        let Some(old) = row(&transaction, &sql, vec![id(project)]).await? else {
            return Ok(None);
        };
        let settings = config::with_models(old.json("settings")?, models);
        run(
            &transaction,
            "UPDATE projects SET settings = $2, updated_at = $3 WHERE id = $1",
            vec![id(project), json(settings), at(now)],
        )
        .await?;
        let changed = find(&transaction, project).await?;
        transaction.commit().await?;
        Ok(changed)
    }
    /// All active projects of a workspace with counts of their devices; active is seen within 7 days before `now`.
    pub async fn admin_overview(
        &self,
        workspace: WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<ProjectOverview>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS}, COUNT(d.id) AS devices,
                 COUNT(CASE WHEN d.last_seen_at >= $2 THEN 1 END) AS active_devices
             FROM projects p LEFT JOIN tracker_devices d ON d.project_id = p.id AND d.released_at IS NULL
             WHERE p.workspace_id = $1 AND p.is_active
             GROUP BY p.id, p.workspace_id, p.name, p.slug, p.is_active, p.settings ORDER BY p.name, p.id"
        );
        let since = now - ACTIVE_HOURS.hours();
        let found = rows(&self.0.read, &sql, vec![id(workspace), at(since)]).await?;
        found
            .iter()
            .map(|row| {
                Ok(ProjectOverview {
                    project: read(row)?,
                    device_count: row.col("devices")?,
                    active_devices: row.col("active_devices")?,
                })
            })
            .collect()
    }
}

const COLUMNS: &str = "p.id, p.workspace_id, p.name, p.slug, p.is_active, p.settings";

const MEMBERS: &str = "SELECT m.developer_id, d.email, d.name, m.role, m.status, m.permission_overrides
    FROM project_members m JOIN developers d ON d.id = m.developer_id";

fn read(row: &QueryResult) -> Result<Project, StorageError> {
    let settings = row.json("settings")?;
    Ok(Project {
        id: row.id("id")?,
        workspace_id: row.id("workspace_id")?,
        name: row.col("name")?,
        slug: row.col("slug")?,
        is_active: row.col("is_active")?,
        tracker_enabled: config::enabled(&settings),
        config: config::of(&settings),
        models: config::models(&settings),
    })
}

fn read_member(row: &QueryResult) -> Result<ProjectMember, StorageError> {
    Ok(ProjectMember {
        developer_id: row.id("developer_id")?,
        email: row.col("email")?,
        name: row.col("name")?,
        role: row.word_opt("role")?,
        status: row.word("status")?,
        overrides: workspaces::overrides(row)?,
    })
}

pub(crate) async fn find<C: ConnectionTrait>(
    on: &C,
    project: ProjectId,
) -> Result<Option<Project>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM projects p WHERE p.id = $1");
    row(on, &sql, vec![id(project)])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

async fn find_member<C: ConnectionTrait>(
    on: &C,
    project: ProjectId,
    developer: DeveloperId,
) -> Result<Option<ProjectMember>, StorageError> {
    let sql = format!("{MEMBERS} WHERE m.project_id = $1 AND m.developer_id = $2");
    row(on, &sql, vec![id(project), id(developer)])
        .await?
        .as_ref()
        .map(read_member)
        .transpose()
}

/// Whether the person is an active member of the project and of its workspace.
pub(crate) async fn takes_part<C: ConnectionTrait>(
    on: &C,
    project: &Project,
    developer: DeveloperId,
) -> Result<bool, StorageError> {
    let member = find_member(on, project.id, developer).await?;
    Ok(member.is_some_and(|m| m.status == MemberStatus::Active)
        && workspaces::is_active(on, project.workspace_id, developer).await?)
}

async fn join<C: ConnectionTrait>(
    on: &C,
    project: ProjectId,
    developer: DeveloperId,
    role: Option<Role>,
    now: Timestamp,
) -> Result<(), StorageError> {
    run(
        on,
        "INSERT INTO project_members (project_id, developer_id, role, status, created_at, updated_at)
         VALUES ($1, $2, $3, 'active', $4, $4) ON CONFLICT (project_id, developer_id)
         DO UPDATE SET role = COALESCE(excluded.role, project_members.role), status = 'active',
             updated_at = excluded.updated_at",
        vec![id(project), id(developer), role.map(word).into(), at(now)],
    )
    .await?;
    Ok(())
}

/// The project as it stands, kept from changing its settings until the transaction ends.
pub(crate) async fn find_locked(
    inner: &Inner,
    on: &sea_orm::DatabaseTransaction,
    project: ProjectId,
) -> Result<Option<Project>, StorageError> {
    row(
        on,
        &inner.locking("SELECT id FROM projects WHERE id = $1"),
        vec![id(project)],
    )
    .await?;
    find(on, project).await
}
