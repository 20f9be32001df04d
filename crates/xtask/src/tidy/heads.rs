//! Every module opens with what it is for.

use std::{fs, path::Path};

use anyhow::Result;

use super::files;

/// Finds Rust files whose first line is no `//!`.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for path in files::with_extension(&root.join("crates"), "rs")? {
        if !fs::read_to_string(&path)?.starts_with("//!") {
            findings.push(format!(
                "{}: begins without `//!`; say what the module is for and what it must not know",
                files::shown(root, &path)
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use std::fs;

    #[test]
    fn a_module_without_a_head_is_found() {
        let root = tempfile::tempdir().expect("a folder");
        let source = root.path().join("crates/a/src");
        fs::create_dir_all(&source).expect("a folder");
        fs::write(source.join("lib.rs"), "//! A.\n").expect("a file");
        fs::write(source.join("b.rs"), "pub fn b() {}\n").expect("a file");
        let findings = super::check(root.path()).expect("readable");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("crates/a/src/b.rs:"));
    }
}
