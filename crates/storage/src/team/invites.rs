//! Invites: one live code a workspace, which lets many people in.

use dayloom_domain::{
    DeveloperId, WorkspaceId,
    people::{MemberStatus, Role, Workspace},
};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};

use super::Team;
use crate::{
    StorageError,
    db::{Columns, at, id, row, rows, run},
    workspaces::{self, NewWorkspace, WorkspaceError},
};

/// A code and until when it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Invite {
    /// The code: 128 random bits or more, made by the caller.
    pub code: String,
    /// Until when.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Invite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Invite(hidden, until {})", self.expires_at)
    }
}

/// A live invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteUse {
    /// The code.
    pub invite: Invite,
    /// When it was made.
    pub created_at: Timestamp,
    /// People who joined with it.
    pub used: u32,
}

pub(super) const LIVE: &str = "ended_at IS NULL AND expires_at >";

impl Team<'_> {
    /// Makes a workspace with its first code; both or neither.
    pub async fn create(
        &self,
        owner: DeveloperId,
        new: &NewWorkspace,
        invite: &Invite,
        now: Timestamp,
    ) -> Result<Workspace, WorkspaceError> {
        let transaction = self.0.begin().await?;
        let workspace = workspaces::make(&transaction, owner, new, now).await?;
        make(&transaction, workspace.id, invite, now).await?;
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(workspace)
    }

    /// Makes a code; former ones of the workspace end at once.
    pub async fn invite(
        &self,
        workspace: WorkspaceId,
        invite: &Invite,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        // Joining holds the same lock, so that nobody joins with a code that has ended meanwhile.
        let transaction = self.0.begin_members(workspace).await?;
        make(&transaction, workspace, invite, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Codes of a workspace that still let people in.
    pub async fn invites(
        &self,
        workspace: WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<InviteUse>, StorageError> {
        let sql = format!(
            "SELECT code, created_at, expires_at, used FROM workspace_invites
             WHERE workspace_id = $1 AND {LIVE} $2 ORDER BY created_at DESC, code"
        );
        let found = rows(&self.0.read, &sql, vec![id(workspace), at(now)]).await?;
        found.iter().map(read).collect()
    }

    /// Ends a code; false where there is no live one of that name in the workspace.
    pub async fn end_invite(
        &self,
        workspace: WorkspaceId,
        code: &str,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let transaction = self.0.begin_members(workspace).await?;
        let sql = format!(
            "UPDATE workspace_invites SET ended_at = $3 WHERE workspace_id = $1 AND code = $2 AND {LIVE} $3"
        );
        let ended = run(&transaction, &sql, vec![id(workspace), code.into(), at(now)]).await?;
        transaction.commit().await?;
        Ok(ended > 0)
    }

    /// Lets a person in by a code; `None` where it does not. Who is in already stays as they are; who returns is a plain
    /// member. A code from before someone else ended the person's membership does not readmit them, and none lifts a
    /// suspension.
    pub async fn join(
        &self,
        developer: DeveloperId,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<WorkspaceId>, StorageError> {
        let sql = "SELECT workspace_id FROM workspace_invites WHERE code = $1";
        let Some(found) = row(&self.0.read, sql, vec![code.into()]).await? else {
            return Ok(None);
        };
        let workspace: WorkspaceId = found.id("workspace_id")?;
        let transaction = self.0.begin_members(workspace).await?;
        let sql = format!("SELECT created_at FROM workspace_invites WHERE code = $1 AND {LIVE} $2");
        let Some(live) = row(&transaction, &sql, vec![code.into(), at(now)]).await? else {
            return Ok(None);
        };
        let made = live.at("created_at")?;
        let old = workspaces::find(&transaction, workspace, developer).await?;
        match old.map(|member| member.status) {
            Some(MemberStatus::Active) => return Ok(Some(workspace)),
            Some(MemberStatus::Suspended) => return Ok(None),
            Some(_) if made <= put_out_at(&transaction, workspace, developer).await? => return Ok(None),
            Some(_) | None => {}
        }
        let status = MemberStatus::Active;
        workspaces::set(&transaction, workspace, developer, Role::Developer, status, now).await?;
        let sql = "UPDATE workspace_invites SET used = used + 1 WHERE code = $1";
        run(&transaction, sql, vec![code.into()]).await?;
        transaction.commit().await?;
        Ok(Some(workspace))
    }
}

/// Makes a code and ends former ones. Only within a transaction that holds the members of the workspace.
async fn make(
    on: &DatabaseTransaction,
    workspace: WorkspaceId,
    invite: &Invite,
    now: Timestamp,
) -> Result<(), StorageError> {
    end(on, workspace, now).await?;
    run(
        on,
        "INSERT INTO workspace_invites (code, workspace_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        vec![
            invite.code.clone().into(),
            id(workspace),
            at(now),
            at(invite.expires_at),
        ],
    )
    .await?;
    Ok(())
}

/// Ends every code. Only within a transaction that holds the members of the workspace.
pub(super) async fn end(
    on: &DatabaseTransaction,
    workspace: WorkspaceId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let sql = "UPDATE workspace_invites SET ended_at = $2 WHERE workspace_id = $1 AND ended_at IS NULL";
    run(on, sql, vec![id(workspace), at(now)]).await?;
    Ok(())
}

/// When someone else ended the membership, or the beginning of time.
async fn put_out_at<C: ConnectionTrait>(
    on: &C,
    workspace: WorkspaceId,
    developer: DeveloperId,
) -> Result<Timestamp, StorageError> {
    let sql = "SELECT put_out_at FROM workspace_members WHERE workspace_id = $1 AND developer_id = $2";
    let found = row(on, sql, vec![id(workspace), id(developer)]).await?;
    let since = found.map(|row| row.at_opt("put_out_at")).transpose()?.flatten();
    Ok(since.unwrap_or(Timestamp::MIN))
}

fn read(row: &QueryResult) -> Result<InviteUse, StorageError> {
    let used: i64 = row.col("used")?;
    Ok(InviteUse {
        invite: Invite {
            code: row.col("code")?,
            expires_at: row.at("expires_at")?,
        },
        created_at: row.at("created_at")?,
        used: u32::try_from(used).unwrap_or(u32::MAX),
    })
}
