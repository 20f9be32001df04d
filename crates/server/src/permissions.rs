//! What a member may do, by `contract/tracker.md` §2.7: role, then overrides of the workspace, then the project's role
//! in place of both, then overrides of the project. Must not know HTTP or storage.

use std::collections::BTreeMap;

use dayloom_domain::people::{MemberStatus, Role};

/// A right this server asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Changes projects, members, rules of projects and capture settings.
    EditProjects,
    /// Sees what others tracked into the workspace.
    ViewTrackerRecords,
}

impl Permission {
    /// Its name in stored overrides.
    pub fn name(self) -> &'static str {
        match self {
            Permission::EditProjects => "can_edit_projects",
            Permission::ViewTrackerRecords => "can_view_tracker_records",
        }
    }

    /// Whether the built-in template of a role holds it.
    fn of_template(self, role: Role) -> bool {
        match self {
            Permission::EditProjects => role.can_edit_projects(),
            Permission::ViewTrackerRecords => role.can_view_tracker_records(),
        }
    }
}

/// Rights added (`true`) or taken away (`false`) by name. Names this server does not know have no effect.
pub type Overrides = BTreeMap<String, bool>;

/// One membership, of a workspace or of a project.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The role; a project membership may have none.
    pub role: Option<Role>,
    /// Whether it is in force.
    pub status: MemberStatus,
    /// What differs from the role.
    pub overrides: &'a Overrides,
}

/// Whether a right is held. `project` is given where the question is about one project; a membership of it that is not
/// active, or names no role, leaves the workspace's answer, and only an active one adds its overrides.
pub fn allows(permission: Permission, workspace: Standing<'_>, project: Option<Standing<'_>>) -> bool {
    if workspace.status != MemberStatus::Active {
        return false;
    }
    let by_role = |standing: Standing<'_>| standing.role.is_some_and(|role| permission.of_template(role));
    let overridden = |standing: Standing<'_>, held: bool| {
        standing.overrides.get(permission.name()).copied().unwrap_or(held)
    };
    let held = overridden(workspace, by_role(workspace));
    match project.filter(|standing| standing.status == MemberStatus::Active) {
        None => held,
        Some(standing) if standing.role.is_some() => overridden(standing, by_role(standing)),
        Some(standing) => overridden(standing, held),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> Overrides {
        Overrides::new()
    }

    fn one(allowed: bool) -> Overrides {
        [("can_edit_projects".to_owned(), allowed)].into()
    }

    fn standing(role: Option<Role>, overrides: &Overrides) -> Standing<'_> {
        Standing {
            role,
            status: MemberStatus::Active,
            overrides,
        }
    }

    fn edits(workspace: Standing<'_>, project: Option<Standing<'_>>) -> bool {
        allows(Permission::EditProjects, workspace, project)
    }

    #[test]
    fn built_in_roles_give_both_rights_to_owner_admin_and_manager_only() {
        let plain = none();
        for (role, expected) in [
            (Role::Owner, true),
            (Role::Admin, true),
            (Role::Manager, true),
            (Role::Developer, false),
            (Role::Viewer, false),
        ] {
            for permission in [Permission::EditProjects, Permission::ViewTrackerRecords] {
                assert_eq!(
                    allows(permission, standing(Some(role), &plain), None),
                    expected,
                    "{role:?}"
                );
            }
        }
    }

    #[test]
    fn workspace_overrides_add_and_remove_the_named_right_alone() {
        let (add, remove) = (one(true), one(false));
        assert!(edits(standing(Some(Role::Developer), &add), None));
        assert!(!edits(standing(Some(Role::Owner), &remove), None));
        let developer = standing(Some(Role::Developer), &add);
        assert!(!allows(Permission::ViewTrackerRecords, developer, None));
    }

    #[test]
    fn a_project_role_replaces_the_set_and_its_overrides_come_last() {
        let (plain, add, remove) = (none(), one(true), one(false));
        let owner = standing(Some(Role::Owner), &plain);
        let granted = standing(Some(Role::Developer), &add);
        assert!(!edits(owner, Some(standing(Some(Role::Viewer), &plain))));
        assert!(edits(owner, Some(standing(Some(Role::Viewer), &add))));
        assert!(!edits(granted, Some(standing(Some(Role::Developer), &plain))));
        assert!(edits(granted, Some(standing(None, &plain))));
        assert!(!edits(granted, Some(standing(None, &remove))));
    }

    #[test]
    fn only_active_memberships_count() {
        let (plain, add) = (none(), one(true));
        let owner = standing(Some(Role::Owner), &plain);
        for status in [
            MemberStatus::Pending,
            MemberStatus::Suspended,
            MemberStatus::Removed,
        ] {
            assert!(!edits(Standing { status, ..owner }, None));
            let left = Standing {
                role: Some(Role::Viewer),
                status,
                overrides: &plain,
            };
            assert!(edits(owner, Some(left)));
            let developer = standing(Some(Role::Developer), &plain);
            let gone = Standing {
                role: Some(Role::Admin),
                status,
                overrides: &add,
            };
            assert!(!edits(developer, Some(gone)));
        }
    }
}
