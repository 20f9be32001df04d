//! Development tasks: tidy checks and generated pages.
fn main() {}
