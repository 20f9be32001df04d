//! Workspaces and who is in them. The last owner is kept by the database, not by the caller.

mod standing;

use dayloom_domain::{
    DeveloperId, WorkspaceId,
    people::{MemberStatus, Role, Workspace},
};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};

use crate::{
    StorageError,
    db::{Columns, at, fresh_id, id, row, rows, run},
    people, slug,
    store::Inner,
};
pub(crate) use standing::{guard, set};
use standing::{leave_projects, note_put_out};

/// A workspace to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWorkspace {
    /// Name.
    pub name: String,
    /// Slug; without one it is made from the name and numbered until it is free.
    pub slug: Option<String>,
}

/// A membership with the person's name.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The person.
    pub developer_id: DeveloperId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: Option<String>,
    /// Role in the workspace.
    pub role: Role,
    /// Standing.
    pub status: MemberStatus,
    /// Permission overrides: name to granted or denied (`contract/tracker.md` §2.7).
    pub overrides: std::collections::BTreeMap<String, bool>,
}

/// What to change about a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemberPatch {
    /// Role.
    pub role: Option<Role>,
    /// Standing.
    pub status: Option<MemberStatus>,
}

/// Why a workspace could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The slug belongs to another workspace.
    #[error("this slug is taken; choose another")]
    SlugTaken,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a membership could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// No such member.
    #[error("there is no such member in this workspace")]
    NotFound,
    /// The workspace would be left without an owner.
    #[error("the last owner cannot leave or be demoted; make someone else an owner first")]
    LastOwner,
    /// Only an owner changes, removes or makes an owner.
    #[error("only an owner can change, remove or make an owner")]
    OwnerOnly,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The repository of workspaces.
#[derive(Clone, Copy)]
pub struct Workspaces<'a>(pub(crate) &'a Inner);

impl Workspaces<'_> {
    /// Makes a workspace; `owner` becomes its owner.
    pub async fn create(
        &self,
        owner: DeveloperId,
        new: &NewWorkspace,
        now: Timestamp,
    ) -> Result<Workspace, WorkspaceError> {
        let transaction = self.0.begin().await?;
        let made = make(&transaction, owner, new, now).await?;
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(made)
    }
    /// The workspaces a person is an active member of, with their role, oldest first.
    pub async fn list_for(&self, developer: DeveloperId) -> Result<Vec<(Workspace, Role)>, StorageError> {
        let found = rows(
            &self.0.read,
            "SELECT w.id, w.name, w.slug, m.role FROM workspaces w JOIN workspace_members m ON m.workspace_id = w.id
             WHERE m.developer_id = $1 AND m.status = 'active' ORDER BY w.created_at, w.id",
            vec![id(developer)],
        )
        .await?;
        found
            .iter()
            .map(|row| {
                let workspace = Workspace {
                    id: row.id("id")?,
                    name: row.col("name")?,
                    slug: row.col("slug")?,
                };
                Ok((workspace, row.word("role")?))
            })
            .collect()
    }
    /// The active memberships of a person, by workspace.
    pub async fn memberships(
        &self,
        developer: DeveloperId,
    ) -> Result<Vec<(WorkspaceId, Member)>, StorageError> {
        let sql =
            format!("{MEMBERS} WHERE m.developer_id = $1 AND m.status = 'active' ORDER BY m.workspace_id");
        rows(&self.0.read, &sql, vec![id(developer)])
            .await?
            .iter()
            .map(|row| Ok((row.id("workspace_id")?, read(row)?)))
            .collect()
    }
    /// A person's membership, in any standing. `None` if there never was one.
    pub async fn member(
        &self,
        workspace: WorkspaceId,
        developer: DeveloperId,
    ) -> Result<Option<Member>, StorageError> {
        find(&self.0.read, workspace, developer).await
    }
    /// All members but removed ones, by e-mail address.
    pub async fn members(&self, workspace: WorkspaceId) -> Result<Vec<Member>, StorageError> {
        let sql = format!(
            "{MEMBERS} WHERE m.workspace_id = $1 AND m.status <> 'removed' ORDER BY d.email_folded, d.id"
        );
        rows(&self.0.read, &sql, vec![id(workspace)])
            .await?
            .iter()
            .map(read)
            .collect()
    }
    /// Adds the person of that address, made if unknown, active at once. An active member stays as they are.
    /// `actor` must be an owner to make an owner.
    pub async fn add_member(
        &self,
        workspace: WorkspaceId,
        actor: DeveloperId,
        email: &str,
        role: Role,
        now: Timestamp,
    ) -> Result<Member, MemberError> {
        let transaction = self.0.begin_members(workspace).await?;
        let person = people::ensure(&transaction, email, None, now).await?;
        let old = find(&transaction, workspace, person.id).await?;
        if old.as_ref().is_none_or(|m| m.status != MemberStatus::Active) {
            let blank = Member {
                developer_id: person.id,
                email: person.email.clone(),
                name: person.name.clone(),
                role: Role::Viewer,
                status: MemberStatus::Removed,
                overrides: std::collections::BTreeMap::new(),
            };
            let old = old.unwrap_or(blank);
            guard(&transaction, workspace, actor, &old, role, MemberStatus::Active).await?;
            set(
                &transaction,
                workspace,
                person.id,
                role,
                MemberStatus::Active,
                now,
            )
            .await?;
        }
        let member = find(&transaction, workspace, person.id)
            .await?
            .ok_or(MemberError::NotFound)?;
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(member)
    }
    /// Changes role or standing; one who is removed leaves the projects too. Whether `actor` may administer at all is the
    /// caller's question.
    pub async fn update_member(
        &self,
        workspace: WorkspaceId,
        actor: DeveloperId,
        developer: DeveloperId,
        patch: MemberPatch,
        now: Timestamp,
    ) -> Result<Member, MemberError> {
        let transaction = self.0.begin_members(workspace).await?;
        let old = find(&transaction, workspace, developer)
            .await?
            .ok_or(MemberError::NotFound)?;
        let role = patch.role.unwrap_or(old.role);
        let status = patch.status.unwrap_or(old.status);
        guard(&transaction, workspace, actor, &old, role, status).await?;
        set(&transaction, workspace, developer, role, status, now).await?;
        if actor != developer && status != old.status && status != MemberStatus::Active {
            note_put_out(&transaction, workspace, developer, now).await?;
        }
        if status == MemberStatus::Removed {
            leave_projects(&transaction, workspace, developer, now).await?;
        }
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(Member { role, status, ..old })
    }
    /// Ends a membership and the person's project memberships in the workspace.
    pub async fn remove_member(
        &self,
        workspace: WorkspaceId,
        actor: DeveloperId,
        developer: DeveloperId,
        now: Timestamp,
    ) -> Result<(), MemberError> {
        let transaction = self.0.begin_members(workspace).await?;
        let old = find(&transaction, workspace, developer)
            .await?
            .ok_or(MemberError::NotFound)?;
        if old.status == MemberStatus::Removed {
            return Err(MemberError::NotFound);
        }
        guard(
            &transaction,
            workspace,
            actor,
            &old,
            old.role,
            MemberStatus::Removed,
        )
        .await?;
        set(
            &transaction,
            workspace,
            developer,
            old.role,
            MemberStatus::Removed,
            now,
        )
        .await?;
        if actor != developer {
            note_put_out(&transaction, workspace, developer, now).await?;
        }
        leave_projects(&transaction, workspace, developer, now).await?;
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(())
    }
}

/// Makes a workspace and its owner. Only within a transaction that is given up where this fails.
pub(crate) async fn make(
    on: &DatabaseTransaction,
    owner: DeveloperId,
    new: &NewWorkspace,
    now: Timestamp,
) -> Result<Workspace, WorkspaceError> {
    let wanted = slug::of(&new.name, "workspace");
    for _ in 0..slug::TRIES {
        let chosen = match &new.slug {
            Some(given) => given.clone(),
            None => {
                let sql = "SELECT slug FROM workspaces WHERE slug LIKE $1";
                slug::choose(on, &wanted, sql, Vec::new()).await?
            }
        };
        let workspace = Workspace {
            id: fresh_id().into(),
            name: new.name.clone(),
            slug: chosen,
        };
        let made = run(
            on,
            "INSERT INTO workspaces (id, name, slug, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (slug) DO NOTHING",
            vec![
                id(workspace.id),
                workspace.name.clone().into(),
                workspace.slug.clone().into(),
                at(now),
            ],
        )
        .await?;
        if made == 1 {
            set(on, workspace.id, owner, Role::Owner, MemberStatus::Active, now).await?;
            return Ok(workspace);
        }
        if new.slug.is_some() {
            break;
        }
    }
    Err(WorkspaceError::SlugTaken)
}

const MEMBERS: &str =
    "SELECT m.workspace_id, m.developer_id, d.email, d.name, m.role, m.status, m.permission_overrides
    FROM workspace_members m JOIN developers d ON d.id = m.developer_id";

fn read(row: &QueryResult) -> Result<Member, StorageError> {
    Ok(Member {
        developer_id: row.id("developer_id")?,
        email: row.col("email")?,
        name: row.col("name")?,
        role: row.word("role")?,
        status: row.word("status")?,
        overrides: overrides(row)?,
    })
}

/// Overrides as kept: an object of booleans; anything else counts as none.
pub(crate) fn overrides(row: &QueryResult) -> Result<std::collections::BTreeMap<String, bool>, StorageError> {
    Ok(serde_json::from_value(row.json("permission_overrides")?).unwrap_or_default())
}

pub(crate) async fn find<C: ConnectionTrait>(
    on: &C,
    workspace: WorkspaceId,
    developer: DeveloperId,
) -> Result<Option<Member>, StorageError> {
    let sql = format!("{MEMBERS} WHERE m.workspace_id = $1 AND m.developer_id = $2");
    row(on, &sql, vec![id(workspace), id(developer)])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Whether the person is an active member.
pub(crate) async fn is_active<C: ConnectionTrait>(
    on: &C,
    workspace: WorkspaceId,
    developer: DeveloperId,
) -> Result<bool, StorageError> {
    Ok(find(on, workspace, developer)
        .await?
        .is_some_and(|m| m.status == MemberStatus::Active))
}
