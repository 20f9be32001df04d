//! The team's page of who is in none: how to get into one.

use askama::Template;

use crate::{
    facts::Viewer,
    frame::{Frame, Section},
    words::Words,
};

/// Which of its forms was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotIn {
    /// The invite lets nobody in.
    BadInvite,
    /// Too many invites were tried.
    TooMany,
    /// The name is none.
    BadName(String),
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/team_none.html")]
pub struct NoTeamPage {
    /// Around it.
    pub frame: Frame,
    /// Why joining was refused.
    pub join_error: String,
    /// Why making was refused.
    pub name_error: String,
}

impl NoTeamPage {
    /// Computes the page.
    pub fn new(viewer: &Viewer, refused: Option<NotIn>) -> Self {
        let words = Words::of(viewer.locale);
        let (join_error, name_error) = match refused {
            None => (String::new(), String::new()),
            Some(NotIn::BadInvite) => (words.team_invite_bad.to_owned(), String::new()),
            Some(NotIn::TooMany) => (words.team_join_wait.to_owned(), String::new()),
            Some(NotIn::BadName(why)) => (String::new(), why),
        };
        Self {
            frame: Frame::new(viewer, Section::Team, words.nav_team),
            join_error,
            name_error,
        }
    }
}
