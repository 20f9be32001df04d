//! Typed HTTP client of the API. Must not know where its answers end up.
