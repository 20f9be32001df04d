//! The pages of Dayloom: typed contexts in, finished HTML out.
//!
//! A page is made in two steps. [`facts`] says what is known (a derived day, names of tasks and devices, the
//! instant now); a page context such as [`day::DayPage`] computes everything that is shown from them, down to the
//! last figure; its template only writes it out. This crate must not know SQL, HTTP or a clock.

pub mod ask;
pub mod assets;
pub mod axis;
pub mod bars;
pub mod cloth;
pub mod csv;
pub mod day;
pub mod dye;
pub mod facts;
pub mod fill;
pub mod frame;
pub mod gist;
pub mod insights;
pub mod journal;
pub mod journals;
pub mod labels;
pub mod place;
pub mod range;
pub mod rows;
pub mod state;
pub mod tables;
pub mod team;
pub mod threads;
pub mod time;
pub mod totals;
pub mod urls;
pub mod words;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod snapshot_tests;

pub use askama::Template;
