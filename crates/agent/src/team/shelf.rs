//! Where settings and sign-in are kept, and how a desk hears of a change. The binary knows the files.

use super::settings::{TeamSettings, TeamSettingsChange};
use crate::Secret;
use crate::credentials::Credential;

/// Keeps settings and sign-in of one home. Errors are sentences for a person.
pub trait Shelf: Send + Sync {
    /// The settings in force at the start.
    fn settings(&self) -> Result<TeamSettings, String>;

    /// The settings, where the file was written since they were last asked for; or why they do not stand.
    fn changed_settings(&self) -> Option<Result<TeamSettings, String>>;

    /// Keeps a change, so that it holds at the next start too.
    fn keep_settings(&self, change: &TeamSettingsChange) -> Result<(), String>;

    /// Who is signed in.
    fn credential(&self) -> Option<Credential>;

    /// Whether another program signed in or out since this was last asked.
    fn credential_changed(&self) -> bool;

    /// Keeps a sign-in to the server at an address; the one in use where none is named.
    fn sign_in(&self, server: Option<&str>, token: &Secret) -> Result<Credential, String>;

    /// Forgets the sign-in.
    fn sign_out(&self) -> Result<(), String>;
}
