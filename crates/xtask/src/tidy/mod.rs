//! Conventions as checks: each finding says where it is and what would mend it.
//!
//! A check is one file with one function from the repository to findings; adding one is a new file and a
//! line in [`CHECKS`].

mod direction;
mod files;
mod heads;
mod length;
mod links;
mod readme;
mod unsafety;

use std::path::Path;

use anyhow::Result;

/// One check over the repository's root; every finding is one line.
type Check = fn(&Path) -> Result<Vec<String>>;

/// All checks, in the order in which their findings are printed.
const CHECKS: [Check; 6] = [
    direction::check,
    heads::check,
    length::check,
    links::check,
    readme::check,
    unsafety::check,
];

/// Runs every check.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for check in CHECKS {
        findings.extend(check(root)?);
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_repository_is_tidy() {
        let findings = super::check(crate::repository()).expect("the repository is readable");
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
