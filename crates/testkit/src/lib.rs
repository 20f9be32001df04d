//! Helpers for tests: databases, clocks, generated days. Never shipped.
