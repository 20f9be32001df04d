//! The HTTP server: extractors, one file per endpoint, pages, sessions, rate limits.
