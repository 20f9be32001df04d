//! How uploading goes, for the status file and for a person.

use super::machine::Health;
use crate::AgentError;
use crate::status::Upload;

/// The word of the status file, and the status the server answered where that tells more.
pub(super) fn named(health: Health) -> (Upload, Option<u16>) {
    match health {
        Health::Flowing => (Upload::Flowing, None),
        Health::Unreachable => (Upload::Unreachable, None),
        Health::Failing(status) => (Upload::Failing, Some(status)),
        Health::Limited => (Upload::Limited, Some(429)),
        Health::TokenRefused(status) => (Upload::TokenRefused, Some(status)),
        Health::SchemaRefused => (Upload::SchemaRefused, Some(409)),
        Health::NotEnrolled => (Upload::NotEnrolled, Some(404)),
        Health::SpoolFailed => (Upload::SpoolFailed, None),
    }
}

/// What is wrong and what to do, in words. What waits is safe in all of these.
pub(super) fn problem(health: Health) -> Option<String> {
    Some(match health {
        Health::Flowing => return None,
        Health::Unreachable => {
            "The server does not answer; samples wait and are sent when it does. Check the network and the address.".into()
        }
        Health::Failing(200) => {
            "The server's answers cannot be read; samples wait. Check that the address is that of a Dayloom server.".into()
        }
        Health::Failing(status) => {
            format!("The server answers {status}; samples wait and are sent again. If it stays so, tell its operator.")
        }
        Health::Limited => "The server asks for patience; samples wait and are sent later. Nothing is to be done.".into(),
        Health::TokenRefused(status) => {
            AgentError::TokenRefused { status }.to_string()
        }
        Health::SchemaRefused => {
            "The server does not speak this version's schema; samples wait. Update the server or this program.".into()
        }
        Health::NotEnrolled => {
            "The server does not know this device and did not enrol it; samples wait. Ask the project's administrator.".into()
        }
        Health::SpoolFailed => "The spool could not be written. Check free space and permissions of the home folder.".into(),
    })
}
