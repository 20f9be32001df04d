//! Takes back what was just done to a member or an invite, if it still stands as that act left it. Whether someone may, and
//! until when, is the caller's question; what only an owner may do is kept here, as for the act itself.

use dayloom_domain::{
    DeveloperId, WorkspaceId,
    people::{MemberStatus, Role},
};
use jiff::Timestamp;

use super::{
    Team,
    invites::{LIVE, end},
};
use crate::{
    MemberError, StorageError,
    db::{Columns, at, id, row, rows, run},
    workspaces,
};

impl Team<'_> {
    /// Puts a member back as they were before the act of `done`: one whose role was changed gets the role `was`, one whom
    /// someone else removed is in again with the role they had, and in the projects that the removal took from them. False,
    /// and nothing changed, where the membership no longer is as that act left it, or the person left by themselves.
    pub async fn undo_member(
        &self,
        workspace: WorkspaceId,
        actor: DeveloperId,
        developer: DeveloperId,
        was: Option<Role>,
        done: Timestamp,
        now: Timestamp,
    ) -> Result<bool, MemberError> {
        let transaction = self.0.begin_members(workspace).await?;
        let sql = "SELECT developer_id FROM workspace_members
                   WHERE workspace_id = $1 AND developer_id = $2 AND updated_at = $3
                   AND (status = 'active' OR (status = 'removed' AND put_out_at = $3))";
        let keys = || vec![id(workspace), id(developer), at(done)];
        if row(&transaction, sql, keys()).await?.is_none() {
            return Ok(false);
        }
        let old = workspaces::find(&transaction, workspace, developer).await?;
        let old = old.ok_or(MemberError::NotFound)?;
        let removed = old.status == MemberStatus::Removed;
        let role = match was {
            None if removed => old.role,
            Some(role) if !removed => role,
            _ => return Ok(false),
        };
        let status = MemberStatus::Active;
        workspaces::guard(&transaction, workspace, actor, &old, role, status).await?;
        workspaces::set(&transaction, workspace, developer, role, status, now).await?;
        if removed {
            let sql = "UPDATE project_members SET status = 'active', updated_at = $4
                       WHERE developer_id = $2 AND status = 'removed' AND updated_at = $3
                       AND project_id IN (SELECT id FROM projects WHERE workspace_id = $1)";
            run(&transaction, sql, [keys(), vec![at(now)]].concat()).await?;
        }
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(true)
    }

    /// Codes of a workspace that ended at this instant and would still let people in had they not.
    pub async fn invites_ended(
        &self,
        workspace: WorkspaceId,
        done: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<String>, StorageError> {
        let sql = "SELECT code FROM workspace_invites WHERE workspace_id = $1 AND ended_at = $2 AND expires_at > $3";
        let found = rows(&self.0.read, sql, vec![id(workspace), at(done), at(now)]).await?;
        found.iter().map(|row| row.col("code")).collect()
    }

    /// Lets a code in again that was withdrawn at `done`, until the end it had; one that took its place at that instant ends.
    /// False, and nothing changed, where the code did not end then, is too old by now, or another was made since.
    pub async fn undo_invite(
        &self,
        workspace: WorkspaceId,
        code: &str,
        done: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let transaction = self.0.begin_members(workspace).await?;
        let sql = format!(
            "SELECT code, created_at FROM workspace_invites WHERE workspace_id = $1 AND {LIVE} $3 AND created_at <> $2"
        );
        let newer = row(&transaction, &sql, vec![id(workspace), at(done), at(now)]).await?;
        if newer.is_some() {
            return Ok(false);
        }
        end(&transaction, workspace, now).await?;
        let sql = "UPDATE workspace_invites SET ended_at = NULL
                   WHERE workspace_id = $1 AND code = $2 AND ended_at = $3 AND expires_at > $4";
        let values = vec![id(workspace), code.into(), at(done), at(now)];
        if run(&transaction, sql, values).await? == 0 {
            // Given up with the transaction: what is live stays so.
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }
}
