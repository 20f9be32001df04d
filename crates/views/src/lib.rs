//! Typed page contexts, templates and drawings. Must not know storage or HTTP.
