//! The server over HTTP, as a client meets it: a real listener, a real database, a clock that stands still.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]
#![expect(clippy::too_many_lines, reason = "a story over HTTP is told in one piece")]

mod any_order;
mod ask_pages;
mod auth;
mod client;
mod client_reviews;
mod client_team;
mod conformance;
mod conventions;
mod days;
mod desk;
mod devices;
mod failing;
mod foreign;
mod ingest;
mod journal_pages;
mod journals;
mod limits;
mod models;
mod notifications;
mod openapi;
mod operations;
mod pages;
mod questions;
mod review_pages;
mod row_pages;
mod silent;
mod team_pages;
mod team_undo;
mod two_people;
