//! The one binary: the place that chooses a database, an engine and an operating system.
fn main() {}
