//! What the endpoints and the pages of teams share: who may call, how a refusal reads, and what a range of days shows.

pub(crate) mod activity;
pub(crate) mod call;
pub(crate) mod gates;
pub(crate) mod judge;
pub(crate) mod patterns;
pub(crate) mod refusal;

pub(crate) use call::TeamCall;
pub(crate) use gates::{SignedIn, TeamAdmin, TeamAdminOrSelf, TeamMember};
pub(crate) use refusal::TeamError;

use dayloom_api::team::{TeamRole, TeamWorkspace};
use dayloom_storage::team::TeamSpace;

/// A workspace as the wire shows it.
pub(crate) fn shown(space: TeamSpace) -> TeamWorkspace {
    TeamWorkspace {
        id: space.id.0,
        name: space.name,
        role: TeamRole::of(space.role).word().to_owned(),
        repo_patterns: space.repo_patterns,
        app_allowlist: space.app_allowlist,
        idle_window_minutes: space.idle_window_minutes,
        daily_cap_minutes: space.daily_cap_minutes.into(),
    }
}
