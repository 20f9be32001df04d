//! Everything of `contract/tracker.md` §2.6 and §9.3 that a person can say about their time, over HTTP, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod by_hand;
mod desk;
mod read;
mod said;
