//! How a membership changes: one change of a workspace's members at a time, which never takes its last owner.

use dayloom_domain::{
    DeveloperId, WorkspaceId,
    people::{MemberStatus, Role},
};
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::{Member, MemberError, find};
use crate::{
    StorageError,
    db::{Columns, at, id, row, run, word},
    store::Inner,
};

impl Inner {
    /// A transaction in which nobody else changes the members of the workspace.
    pub(crate) async fn begin_members(
        &self,
        workspace: WorkspaceId,
    ) -> Result<DatabaseTransaction, StorageError> {
        let transaction = self.begin().await?;
        row(
            &transaction,
            &self.locking("SELECT id FROM workspaces WHERE id = $1"),
            vec![id(workspace)],
        )
        .await?;
        Ok(transaction)
    }
}

/// Refuses what would leave the workspace without an active owner, or what only an owner may do.
pub(crate) async fn guard(
    on: &DatabaseTransaction,
    workspace: WorkspaceId,
    actor: DeveloperId,
    old: &Member,
    role: Role,
    status: MemberStatus,
) -> Result<(), MemberError> {
    let owner = |role, status| role == Role::Owner && status == MemberStatus::Active;
    if old.role == role && old.status == status {
        return Ok(());
    }
    if old.role == Role::Owner || role == Role::Owner {
        let actor = find(on, workspace, actor).await?;
        if !actor.is_some_and(|a| owner(a.role, a.status)) {
            return Err(MemberError::OwnerOnly);
        }
    }
    if owner(old.role, old.status) && !owner(role, status) {
        let sql = "SELECT COUNT(*) AS n FROM workspace_members
                   WHERE workspace_id = $1 AND role = 'owner' AND status = 'active' AND developer_id <> $2";
        let others: i64 = match row(on, sql, vec![id(workspace), id(old.developer_id)]).await? {
            Some(row) => row.col("n")?,
            None => 0,
        };
        if others == 0 {
            return Err(MemberError::LastOwner);
        }
    }
    Ok(())
}

/// Ends the memberships in the workspace's projects, so that whoever is let in again is in none of them.
pub(super) async fn leave_projects(
    on: &DatabaseTransaction,
    workspace: WorkspaceId,
    developer: DeveloperId,
    now: Timestamp,
) -> Result<(), StorageError> {
    run(
        on,
        "UPDATE project_members SET status = 'removed', updated_at = $3
         WHERE developer_id = $2 AND status <> 'removed'
           AND project_id IN (SELECT id FROM projects WHERE workspace_id = $1)",
        vec![id(workspace), id(developer), at(now)],
    )
    .await?;
    Ok(())
}

/// Notes when someone else ended a membership. An invite from before that instant does not readmit the person, whatever came
/// after (`contract/team.md` §4).
pub(super) async fn note_put_out(
    on: &DatabaseTransaction,
    workspace: WorkspaceId,
    developer: DeveloperId,
    now: Timestamp,
) -> Result<(), StorageError> {
    run(
        on,
        "UPDATE workspace_members SET put_out_at = $3 WHERE workspace_id = $1 AND developer_id = $2",
        vec![id(workspace), id(developer), at(now)],
    )
    .await?;
    Ok(())
}

/// Writes a membership. A new row takes over the zone the person's collector sent last.
pub(crate) async fn set(
    on: &DatabaseTransaction,
    workspace: WorkspaceId,
    developer: DeveloperId,
    role: Role,
    status: MemberStatus,
    now: Timestamp,
) -> Result<(), StorageError> {
    run(
        on,
        "INSERT INTO workspace_members (workspace_id, developer_id, role, status, created_at, updated_at, timezone)
         VALUES ($1, $2, $3, $4, $5, $5, (SELECT team_timezone FROM developers WHERE id = $2)) ON CONFLICT (workspace_id, developer_id)
         DO UPDATE SET role = excluded.role, status = excluded.status, updated_at = excluded.updated_at",
        vec![
            id(workspace),
            id(developer),
            word(role).into(),
            word(status).into(),
            at(now),
        ],
    )
    .await?;
    Ok(())
}
