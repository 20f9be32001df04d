//! The server over HTTP, as a client meets it: a real listener, a real database, a clock that stands still.

mod auth;
mod conformance;
mod conventions;
mod days;
mod devices;
mod foreign;
mod ingest;
mod limits;
mod openapi;
mod operations;
