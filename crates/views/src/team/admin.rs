//! The parts below the table: the live tester, which every member has, and what an admin manages.

use dayloom_domain::DeveloperId;
use jiff::Timestamp;

use crate::words::Words;

/// A form that was refused, shown again with what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which form: its `act`.
    pub act: String,
    /// Why, for a person to read.
    pub why: String,
    /// What was typed, where the form has one long field.
    pub typed: String,
}

/// The live tester with what was asked and answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tester {
    /// Repository as typed: a name or an address.
    pub repo: String,
    /// App as typed.
    pub app: String,
    /// Title as typed.
    pub title: String,
    /// The answer, once something was asked.
    pub verdict: Option<Verdict>,
}

/// What the tester says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Internal.
    pub internal: bool,
    /// What it is filed under.
    pub source: String,
    /// The repository pattern that matched.
    pub repo_pattern: Option<String>,
    /// The allowlist pattern that matched.
    pub app_pattern: Option<String>,
    /// Patterns that took too long.
    pub exceeded: Vec<String>,
}

/// What a form just did, and what undoes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What.
    pub did: Did,
    /// Whom it concerns; empty where it is nobody.
    pub who: String,
    /// What the form that undoes it carries.
    pub sealed: String,
}

/// What can be undone on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// A member was removed.
    Removed,
    /// A member was made an admin.
    Promoted,
    /// An admin was made a plain member.
    Demoted,
    /// The invite was withdrawn.
    Withdrawn,
    /// The invite was renewed.
    Renewed,
}

impl Did {
    /// It is said above the list of members, else above the workspace.
    pub fn of_members(self) -> bool {
        matches!(self, Self::Removed | Self::Promoted | Self::Demoted)
    }

    /// In words, after the name of whom it concerns.
    pub fn text(self, words: &Words) -> &'static str {
        match self {
            Self::Removed => words.team_was_removed,
            Self::Promoted => words.team_is_admin_now,
            Self::Demoted => words.team_is_member_now,
            Self::Withdrawn => words.team_invite_withdrawn,
            Self::Renewed => words.team_invite_renewed,
        }
    }
}

/// What an admin sees of the workspace.
#[derive(Clone, Debug, Default)]
pub struct AdminFacts {
    /// Globs of repositories.
    pub repo_patterns: Vec<String>,
    /// Patterns of apps.
    pub app_allowlist: Vec<String>,
    /// Idle window in minutes.
    pub idle: u32,
    /// Cap of a day in minutes.
    pub cap: u32,
    /// Patterns of apps that take too long on some long title.
    pub slow: Vec<String>,
    /// The live invite: code, end, uses.
    pub invite: Option<(String, Timestamp, u32)>,
    /// Members with their roles.
    pub members: Vec<MemberRow>,
    /// A form that was refused.
    pub refused: Option<Refused>,
    /// What was just done, where it can be undone.
    pub done: Option<Done>,
}

/// A member as an admin manages them.
#[derive(Clone, Debug)]
pub struct MemberRow {
    /// Id.
    pub id: DeveloperId,
    /// The name they go by.
    pub name: String,
    /// An admin or an owner.
    pub admin: bool,
    /// Who looks.
    pub own: bool,
}

impl AdminFacts {
    /// Why a form was refused, if it was this one.
    pub fn why(&self, act: &str) -> Option<&str> {
        let refused = self.refused.as_ref().filter(|refused| refused.act == act);
        refused.map(|refused| refused.why.as_str())
    }

    /// What was just done to members, or to the workspace.
    pub fn did(&self, members: bool) -> Option<&Done> {
        self.done.as_ref().filter(|done| done.did.of_members() == members)
    }

    /// The text of a list's field: what was typed where it was refused, else what stands.
    pub fn lines(&self, act: &str, list: &[String]) -> String {
        match self.refused.as_ref().filter(|refused| refused.act == act) {
            Some(refused) => refused.typed.clone(),
            None => list.join("\n"),
        }
    }
}
