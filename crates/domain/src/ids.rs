//! Identifiers: a UUID each, of a type of its own so that a task is never passed for a project.
//!
//! They print in lower case and parse without regard to case (`contract/tracker.md` §0).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map($name)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                $name(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// A person.
    DeveloperId,
    /// A workspace: the tenant that projects, tasks and members belong to.
    WorkspaceId,
    /// A project of a workspace; devices are enrolled into one.
    ProjectId,
    /// A device that captures; made by the client.
    DeviceId,
    /// A captured sample; made by the client, its idempotency key.
    EventId,
    /// A task of a workspace.
    TaskId,
    /// A row of the timesheet.
    EntryId,
    /// An attribution rule.
    RuleId,
    /// A review: what a person said about time.
    ReviewId,
    /// An API token.
    ApiTokenId,
    /// A notification.
    NotificationId,
}
