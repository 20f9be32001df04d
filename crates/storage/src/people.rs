//! People: one row each, found by id or by e-mail without regard to case.

use dayloom_domain::{DeveloperId, Zone, people::Developer};
use jiff::Timestamp;

use crate::{StorageError, store::Inner};

/// What a person may change about themselves; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeveloperPatch {
    /// Name.
    pub name: Option<String>,
    /// Zone.
    pub timezone: Option<Zone>,
    /// Working hours as `HH:MM`, start and end.
    pub working_hours: Option<(String, String)>,
    /// Language of pages.
    pub locale: Option<String>,
}

/// The repository of people.
#[derive(Clone, Copy)]
pub struct People<'a>(pub(crate) &'a Inner);

impl People<'_> {
    /// The person of that id.
    pub async fn by_id(&self, id: DeveloperId) -> Result<Option<Developer>, StorageError> {
        let _ = id;
        unimplemented!()
    }
    /// The person of that e-mail address, compared without case.
    pub async fn by_email(&self, email: &str) -> Result<Option<Developer>, StorageError> {
        let _ = email;
        unimplemented!()
    }
    /// The person of that address, made if unknown. `name` is used only for a new person.
    pub async fn create_or_get(
        &self,
        email: &str,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<Developer, StorageError> {
        let _ = (email, name, now);
        unimplemented!()
    }
    /// Changes what the patch names. `None` if there is no such person.
    pub async fn update(
        &self,
        id: DeveloperId,
        patch: &DeveloperPatch,
        now: Timestamp,
    ) -> Result<Option<Developer>, StorageError> {
        let _ = (id, patch, now);
        unimplemented!()
    }
    /// Pauses or resumes capture on all of a person's devices, from `now`. `None` if there is no such person.
    pub async fn set_paused(
        &self,
        id: DeveloperId,
        paused: bool,
        now: Timestamp,
    ) -> Result<Option<Developer>, StorageError> {
        let _ = (id, paused, now);
        unimplemented!()
    }
}
