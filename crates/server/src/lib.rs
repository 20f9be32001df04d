//! The HTTP server: extractors, one file per endpoint or small group, pages, sessions, rate limits.
//!
//! It reads requests, asks storage, and phrases answers; it must not know SQL and derives nothing. The instant
//! "now" comes from the state's clock.

pub mod auth;
mod cut;
mod docs;
pub mod endpoints;
pub mod error;
mod etag;
pub mod extract;
pub mod gates;
mod health;
mod import;
mod limits;
mod observe;
pub mod pages;
mod paths;
mod permissions;
mod replay;
mod router;
mod serve;
pub mod state;
mod team;
mod telling;

pub use auth::{Account, Caller};
pub use error::ApiError;
pub use extract::{ApiPath, ApiQuery, Call};
pub use health::serve_figures;
pub use limits::{Limiter, LimiterError, ping_redis};
pub use router::{document, router};
pub use serve::{DRAIN, serve};
pub use state::{Bell, Secret, ServerState, Settings};
