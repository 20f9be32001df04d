//! The versioned wire types of Dayloom's HTTP API, with their limits: what the server reads and what it answers.
//!
//! Bodies and queries are read by [`decode`], which gives the validation errors of `contract/tracker.md` §0;
//! answers are plain serde types with an OpenAPI schema. This crate must not know HTTP, storage or a clock.

pub mod admin;
pub mod attribution_rules;
pub mod decode;
pub mod developers;
pub mod devices;
pub mod json;
pub mod members;
pub mod models;
pub mod notifications;
pub mod projects;
pub mod rules;
pub mod target_hours;
pub mod tasks;
pub mod team;
pub mod time;
pub mod tokens;
pub mod tracker;
pub mod words;
pub mod workspaces;

pub use decode::{Decode, Fields, Patch, Problem};
pub use json::Json;
pub use time::Stamp;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of every refusal: `{"detail": "<text>"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// What happened, for a person to read.
    pub detail: String,
}

/// The body of a 422: `{"detail": [...]}`, every fault that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Invalid {
    /// The faults, in the order of the fields.
    pub detail: Vec<Problem>,
}
