//! Members as the team API shows them. Their roles change under the rules of [`crate::workspaces`].

use dayloom_domain::{
    DeveloperId, WorkspaceId, Zone,
    people::{MemberStatus, Role},
};
use jiff::Timestamp;
use sea_orm::QueryResult;

use super::Team;
use crate::{
    MemberError, StorageError,
    db::{Columns, id, row, rows},
    workspaces,
};

/// An active member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamMember {
    /// The person.
    pub developer_id: DeveloperId,
    /// Their address.
    pub email: String,
    /// Their GitHub login, where it is known.
    pub login: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Role.
    pub role: Role,
    /// The zone their collector sent last.
    pub timezone: Option<Zone>,
}

const MEMBERS: &str = "SELECT m.developer_id, d.email, d.github_login, d.name, m.role, m.timezone
    FROM workspace_members m JOIN developers d ON d.id = m.developer_id
    WHERE m.workspace_id = $1 AND m.status = 'active'";

impl Team<'_> {
    /// Active members of a workspace, by name, then by id.
    pub async fn members(&self, workspace: WorkspaceId) -> Result<Vec<TeamMember>, StorageError> {
        let found = rows(&self.0.read, MEMBERS, vec![id(workspace)]).await?;
        let mut members: Vec<TeamMember> = found.iter().map(read).collect::<Result<_, _>>()?;
        members.sort_by_cached_key(|m| {
            (
                named(m.name.as_deref(), m.login.as_deref(), &m.email),
                m.developer_id,
            )
        });
        Ok(members)
    }

    /// Makes a member an admin, or an admin a plain member. Owners count as admins: only an owner makes them less, and the
    /// last one stays. What already shows as wanted is left alone.
    pub async fn set_admin(
        &self,
        workspace: WorkspaceId,
        actor: DeveloperId,
        developer: DeveloperId,
        admin: bool,
        now: Timestamp,
    ) -> Result<TeamMember, MemberError> {
        let transaction = self.0.begin_members(workspace).await?;
        let old = workspaces::find(&transaction, workspace, developer).await?;
        let old = old
            .filter(|member| member.status == MemberStatus::Active)
            .ok_or(MemberError::NotFound)?;
        let is_admin = matches!(old.role, Role::Owner | Role::Admin);
        if is_admin != admin {
            let role = if admin { Role::Admin } else { Role::Developer };
            workspaces::guard(&transaction, workspace, actor, &old, role, old.status).await?;
            workspaces::set(&transaction, workspace, developer, role, old.status, now).await?;
        }
        let sql = format!("{MEMBERS} AND m.developer_id = $2");
        let found = row(&transaction, &sql, vec![id(workspace), id(developer)]).await?;
        let member = read(found.as_ref().ok_or(MemberError::NotFound)?)?;
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(member)
    }
}

fn read(row: &QueryResult) -> Result<TeamMember, StorageError> {
    Ok(TeamMember {
        developer_id: row.id("developer_id")?,
        email: row.col("email")?,
        login: row.col("github_login")?,
        name: row.col("name")?,
        role: row.word("role")?,
        timezone: row.zone_opt("timezone")?,
    })
}

/// What people are sorted by: the name they go by, without case.
pub(super) fn named(name: Option<&str>, login: Option<&str>, email: &str) -> String {
    let name = name.filter(|name| !name.trim().is_empty());
    name.or(login).unwrap_or(email).trim().to_lowercase()
}
