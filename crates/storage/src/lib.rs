//! The only crate that knows SQL: domain types in, domain types out.
