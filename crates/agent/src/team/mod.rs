//! Team minutes on the member's machine: each minute is judged, and an active one filed under every workspace.
//!
//! The rules are those of `dayloom_domain::team`; this module only brings facts to them. Must not know where facts come from.

mod judge;
mod trace;

pub use judge::{Judge, Sighting};
pub use trace::{TraceError, Tracer};
