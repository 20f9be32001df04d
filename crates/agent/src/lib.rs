//! The one process per user: it takes samples, keeps them on disk and brings them to the server.
//!
//! The way of a sample: [`Sight`] sees it, [`Spool`] commits it, the [`uploader`] sends it and lets go only of
//! what the server accounted for. This crate must not know which operating system it runs on, where settings
//! come from, or how its status is shown.

pub mod account;
mod agent;
pub mod credentials;
pub mod enrolment;
mod error;
mod file;
pub mod github;
pub mod home;
pub mod link;
pub mod outgoing;
mod policy;
mod sampling;
pub mod secret;
pub mod settings;
mod shared;
pub mod sight;
pub mod spool;
pub mod status;
pub mod team;
pub mod uploader;

pub use account::Account;
pub use agent::Agent;
pub use error::AgentError;
pub use home::Home;
pub use link::connect;
pub use outgoing::{outgoing, to_wire};
pub use secret::Secret;
pub use settings::AgentConfig;
pub use sight::Sight;
pub use spool::{Spool, SpoolError};
pub use status::AgentStatus;
