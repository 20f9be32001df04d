//! Asking a language model about what nobody could answer for, on SQLite and Postgres alike: each signal once, many in
//! one call, and no time lost whatever the model does.

mod calls;
mod desk;
mod engine;
mod failures;
mod orders;
mod scope;
