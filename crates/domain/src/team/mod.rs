//! The rules of team minutes: whether a minute was active, and whether it was internal or external.
//!
//! All of it is pure: the collector and `dayloom team trace` run the very same functions. Sources of every number are
//! the sections of `contract/team.md` named beside them.

pub mod classify;
pub mod day;
pub mod repo_pattern;
pub mod sleep;
pub mod tick;
