//! What a form of the page just did, as the next page and its "Undo" carry it: sealed for the session that did it, so that no
//! link from elsewhere shows a notice, or a button, of something else. The storage decides whether it can still be undone.

use dayloom_domain::{
    DeveloperId, WorkspaceId,
    people::{MemberStatus, Role},
};
use dayloom_storage::Member;
use dayloom_views::team::admin::{Did, Done};
use jiff::{SignedDuration, Timestamp};

use crate::{
    ServerState,
    auth::Hash,
    pages::failure::PageError,
    team::{TeamError, TeamMember},
};

/// How long an act can be undone: long enough for who reads the page by ear or by key, without a clock in the page.
const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// Said of what cannot be undone, whatever the reason.
const TOO_LATE: &str = "This can no longer be undone: it was changed since, or more than 10 minutes have passed. Change it anew instead.";

/// An act and its instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Undo {
    pub what: What,
    pub done: Timestamp,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Someone else was removed.
    Removed(DeveloperId),
    /// A role was changed from this one.
    Role(DeveloperId, Role),
    /// An invite was withdrawn; of its code the hash, because a code is a credential and this stands in an address.
    Withdrawn(String),
    /// An invite was renewed; the hash of the former code.
    Renewed(String),
}

/// The hash that stands for a code.
pub(super) fn of_code(code: &str) -> String {
    Hash::of(&format!("dayloom invite {code}")).as_str().to_owned()
}

/// Whether a sealed act is one of the list of members, be the seal good or not.
pub(super) fn of_members(sealed: &str) -> bool {
    sealed.starts_with("removed.") || sealed.starts_with("role.")
}

impl What {
    fn text(&self) -> String {
        match self {
            Self::Removed(who) => format!("removed.{who}.-"),
            Self::Role(who, was) => format!("role.{who}.{}", word(*was)),
            Self::Withdrawn(hash) => format!("withdrawn.{hash}.-"),
            Self::Renewed(hash) => format!("renewed.{hash}.-"),
        }
    }

    fn read(kind: &str, whom: &str, was: &str) -> Option<Self> {
        match kind {
            "removed" => Some(Self::Removed(whom.parse().ok()?)),
            "role" => {
                let all = [
                    Role::Owner,
                    Role::Admin,
                    Role::Manager,
                    Role::Developer,
                    Role::Viewer,
                ];
                let was = all.into_iter().find(|role| word(*role) == was)?;
                Some(Self::Role(whom.parse().ok()?, was))
            }
            "withdrawn" => Some(Self::Withdrawn(whom.to_owned())),
            "renewed" => Some(Self::Renewed(whom.to_owned())),
            _ => None,
        }
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Manager => "manager",
        Role::Developer => "developer",
        Role::Viewer => "viewer",
    }
}

fn seal(text: &str, workspace: WorkspaceId, csrf: &str) -> String {
    let sealed = Hash::of(&format!("{csrf} dayloom undo {workspace} {text} {csrf}"));
    sealed.as_str().to_owned()
}

impl Undo {
    /// The act as text for an address or a field; `csrf` is the secret of the session's forms.
    pub fn sealed(&self, workspace: WorkspaceId, csrf: &str) -> String {
        let text = format!("{}.{}", self.what.text(), self.done.as_nanosecond());
        format!("{text}.{}", seal(&text, workspace, csrf))
    }

    /// The act of a text that was sealed for this workspace and session and is not too old.
    pub fn opened(sealed: &str, workspace: WorkspaceId, csrf: &str, now: Timestamp) -> Option<Self> {
        let (text, sent) = sealed.rsplit_once('.')?;
        if Hash::of(sent) != Hash::of(&seal(text, workspace, csrf)) {
            return None;
        }
        let (what, done) = text.rsplit_once('.')?;
        let mut parts = what.split('.');
        let what = What::read(parts.next()?, parts.next()?, parts.next()?)?;
        let done = Timestamp::from_nanosecond(done.parse().ok()?).ok()?;
        (now.duration_since(done) <= LASTS).then_some(Self { what, done })
    }

    /// Undoes it, or says that it is too late. Only for admins.
    pub async fn undo(&self, state: &ServerState, inside: &TeamMember) -> Result<(), TeamError> {
        let (team, now) = (state.store().team(), state.now());
        let (workspace, actor) = (inside.space.id, inside.caller);
        let undone = match &self.what {
            What::Removed(who) => {
                team.undo_member(workspace, actor, *who, None, self.done, now)
                    .await?
            }
            What::Role(who, was) => {
                team.undo_member(workspace, actor, *who, Some(*was), self.done, now)
                    .await?
            }
            What::Withdrawn(hash) | What::Renewed(hash) => match self.code(state, workspace, hash).await? {
                Some(code) => team.undo_invite(workspace, &code, self.done, now).await?,
                None => false,
            },
        };
        if undone { Ok(()) } else { Err(too_late()) }
    }

    async fn code(
        &self,
        state: &ServerState,
        workspace: WorkspaceId,
        hash: &str,
    ) -> Result<Option<String>, dayloom_storage::StorageError> {
        let team = state.store().team();
        let ended = team.invites_ended(workspace, self.done, state.now()).await?;
        Ok(ended.into_iter().find(|code| of_code(code) == *hash))
    }

    /// What the page says of it; nothing where the page shows that it no longer stands.
    pub async fn told(
        &self,
        state: &ServerState,
        workspace: WorkspaceId,
        csrf: &str,
    ) -> Result<Option<Done>, PageError> {
        let person = async |who: &DeveloperId| state.store().workspaces().member(workspace, *who).await;
        let admin = |role| matches!(role, Role::Owner | Role::Admin);
        let did = match &self.what {
            What::Removed(who) => person(who)
                .await?
                .filter(|person| person.status == MemberStatus::Removed)
                .map(|person| (Did::Removed, called(&person))),
            What::Role(who, was) => person(who)
                .await?
                .filter(|person| person.status == MemberStatus::Active && admin(person.role) != admin(*was))
                .map(|person| {
                    let did = if admin(*was) { Did::Demoted } else { Did::Promoted };
                    (did, called(&person))
                }),
            What::Withdrawn(hash) | What::Renewed(hash) => {
                let live = !state
                    .store()
                    .team()
                    .invites(workspace, state.now())
                    .await?
                    .is_empty();
                let renewed = matches!(self.what, What::Renewed(_));
                let did = if renewed { Did::Renewed } else { Did::Withdrawn };
                let ended = self.code(state, workspace, hash).await?;
                ended.filter(|_| live == renewed).map(|_| (did, String::new()))
            }
        };
        Ok(did.map(|(did, who)| Done {
            did,
            who,
            sealed: self.sealed(workspace, csrf),
        }))
    }
}

/// The name a person goes by, or their address.
fn called(person: &Member) -> String {
    let name = person.name.as_deref().filter(|name| !name.trim().is_empty());
    name.unwrap_or(&person.email).to_owned()
}

pub(super) fn too_late() -> TeamError {
    TeamError::invalid(TOO_LATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_session_and_workspace_until_it_is_too_old() {
        let (space, other) = (
            WorkspaceId(uuid::Uuid::from_u128(1)),
            WorkspaceId(uuid::Uuid::from_u128(2)),
        );
        let who = DeveloperId(uuid::Uuid::from_u128(3));
        let done: Timestamp = "2026-11-21T10:00:00.123456Z".parse().unwrap();
        let soon = done + SignedDuration::from_mins(10);
        for what in [
            What::Removed(who),
            What::Role(who, Role::Manager),
            What::Withdrawn(of_code("abc")),
            What::Renewed(of_code("abc")),
        ] {
            let undo = Undo { what, done };
            let sealed = undo.sealed(space, "secret");
            assert!(
                sealed
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b)),
                "{sealed}"
            );
            assert_eq!(Undo::opened(&sealed, space, "secret", soon), Some(undo));
            assert_eq!(Undo::opened(&sealed, other, "secret", soon), None);
            assert_eq!(Undo::opened(&sealed, space, "another", soon), None);
            let late = soon + SignedDuration::from_secs(1);
            assert_eq!(Undo::opened(&sealed, space, "secret", late), None);
        }
        let role = Undo {
            what: What::Role(who, Role::Viewer),
            done,
        };
        let forged = role.sealed(space, "secret").replace("viewer", "owner");
        assert_eq!(Undo::opened(&forged, space, "secret", soon), None);
        for text in ["", ".", "removed", "removed.x.-.0."] {
            assert_eq!(Undo::opened(text, space, "secret", soon), None);
        }
    }
}
