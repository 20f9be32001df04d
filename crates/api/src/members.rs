//! Members of workspaces and projects as the wire shows them (`contract/tracker.md` §9). Must not know what a role
//! permits.

use dayloom_domain::people::{MemberStatus, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Decode, Fields, rules::one_of, words};

/// A person's membership of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberOut {
    /// The person.
    pub developer_id: Uuid,
    /// Their address.
    pub developer_email: String,
    /// Their name, where they gave one.
    pub developer_name: Option<String>,
    /// `owner`, `admin`, `manager`, `developer` or `viewer`.
    #[schema(value_type = String, example = "developer")]
    pub role: Role,
    /// `active`, `pending`, `suspended` or `removed`.
    #[schema(value_type = String, example = "active")]
    pub status: MemberStatus,
}

/// Body of `POST /workspaces/{id}/members`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewMember {
    /// E-mail address; the person is created if unknown.
    #[schema(max_length = 255, example = "sam@example.org")]
    pub email: String,
    /// `admin`, `manager`, `developer` (where absent) or `viewer`.
    #[schema(value_type = Option<String>)]
    pub role: Role,
}

/// Body of `PATCH /workspaces/{id}/members/{developer_id}`. What is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberChange {
    /// Any role; only an owner makes another owner.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// `active`, `pending`, `suspended` or `removed`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MemberStatus>,
}

/// A person's membership of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectMemberOut {
    /// The person.
    pub developer_id: Uuid,
    /// Their role in the project, where it differs from that in the workspace.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
    /// `active`.
    #[schema(value_type = String, example = "active")]
    pub status: MemberStatus,
}

/// Body of `PUT /projects/{id}/members/{developer_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectMemberPut {
    /// A role that takes the place of the one in the workspace; absent or null: that one stands.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
}

/// Roles a person may be invited with; owners are made by changing a member.
const INVITED: &[(&str, Role)] = &[
    ("admin", Role::Admin),
    ("manager", Role::Manager),
    ("developer", Role::Developer),
    ("viewer", Role::Viewer),
];

/// All roles.
const ROLES: &[(&str, Role)] = &[
    ("owner", Role::Owner),
    ("admin", Role::Admin),
    ("manager", Role::Manager),
    ("developer", Role::Developer),
    ("viewer", Role::Viewer),
];

const STATUSES: &[(&str, MemberStatus)] = &[
    ("active", MemberStatus::Active),
    ("pending", MemberStatus::Pending),
    ("suspended", MemberStatus::Suspended),
    ("removed", MemberStatus::Removed),
];

impl Decode for NewMember {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let email = fields.required("email", words::email);
        let role = fields.optional("role", one_of(INVITED));
        Some(Self {
            email: email?,
            role: role?.unwrap_or(Role::Developer),
        })
    }
}

impl Decode for MemberChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let role = fields.optional("role", one_of(ROLES));
        let status = fields.optional("status", one_of(STATUSES));
        Some(Self {
            role: role?,
            status: status?,
        })
    }
}

impl Decode for ProjectMemberPut {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            role: fields.optional("role", one_of(INVITED))?,
        })
    }
}
