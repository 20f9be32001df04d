//! What a test needs from outside, such as a server or a program: it is there, or the test is left out with a printed line.
//! With `DAYLOOM_TEST_ALL=1` nothing may be left out, and what lacks fails the test.
//!
//! This file must not know anything else of the test kit: crates that the kit rests on include it by its path.

/// The value of a variable such as `DAYLOOM_TEST_POSTGRES`, if it is set and not empty.
pub fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty());
    if value.is_none() {
        lacking(&format!("{name} is not set; scripts/test sets it"));
    }
    value
}

/// Whether all these programs are on the path. `packages` is what to install where one is not.
pub fn installed(programs: &[&str], packages: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |program: &&str| std::env::split_paths(&path).any(|dir| dir.join(program).is_file());
    let missing = programs.iter().find(|program| !is_there(program));
    if let Some(missing) = missing {
        lacking(&format!("{missing} is not installed: apt-get install {packages}"));
    }
    missing.is_none()
}

#[allow(
    clippy::print_stderr,
    reason = "a test that is left out must be seen in the output; where this is part of a test, the lint is silent"
)]
fn lacking(what: &str) {
    assert!(
        std::env::var("DAYLOOM_TEST_ALL").as_deref() != Ok("1"),
        "DAYLOOM_TEST_ALL=1 but {what}"
    );
    eprintln!("skipped: {what}");
}
