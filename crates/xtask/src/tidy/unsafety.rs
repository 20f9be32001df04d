//! Unsafe code stands in the platform crates alone: `capture-linux`, `-macos`, `-windows`.

use std::{fs, path::Path};

use anyhow::Result;

use super::files;

/// How the folders of the crates that bind an operating system begin.
const PLATFORM: &str = "crates/capture-";

/// Finds files outside the platform crates that let `unsafe_code` pass.
pub fn check(root: &Path) -> Result<Vec<String>> {
    // In two parts, so that this file is not its own finding.
    let lint = concat!("unsafe", "_code");
    let mut findings = Vec::new();
    for path in files::with_extension(&root.join("crates"), "rs")? {
        let shown = files::shown(root, &path).to_string();
        if shown.starts_with(PLATFORM) || shown.starts_with("crates/xtask/") {
            continue;
        }
        if fs::read_to_string(&path)?.contains(lint) {
            findings.push(format!(
                "{shown}: unsafe code; it belongs in a platform crate, with its reason"
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use std::fs;

    #[test]
    fn unsafe_code_outside_a_platform_crate_is_found() {
        let root = tempfile::tempdir().expect("a folder");
        for name in ["a", "capture-b"] {
            let source = root.path().join("crates").join(name).join("src");
            fs::create_dir_all(&source).expect("a folder");
            fs::write(source.join("lib.rs"), "//! A.\n#![allow(unsafe_code)]\n").expect("a file");
        }
        let findings = super::check(root.path()).expect("readable");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("crates/a/src/lib.rs:"));
    }
}
