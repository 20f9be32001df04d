//! Links between the pages of the repository lead somewhere.

use std::{fs, path::Path};

use anyhow::Result;
use regex::Regex;

use super::files;

/// Finds relative links in Markdown whose file does not exist.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let link = Regex::new(r"\]\(([^)\s]+)\)")?;
    let mut findings = Vec::new();
    for path in files::with_extension(root, "md")? {
        let folder = path.parent().unwrap_or(root);
        for capture in link.captures_iter(&fs::read_to_string(&path)?) {
            let target = capture[1].split('#').next().unwrap_or_default();
            let outside = target.contains("://") || target.starts_with("mailto:") || target.is_empty();
            if !outside && !folder.join(target).exists() {
                findings.push(format!(
                    "{}: the link to {target} leads nowhere",
                    files::shown(root, &path)
                ));
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use std::fs;

    #[test]
    fn a_dead_link_is_found_and_a_live_one_is_not() {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(
            root.path().join("a.md"),
            "[b](b.md#there) [c](c.md) [d](https://d.example)",
        )
        .expect("a file");
        fs::write(root.path().join("b.md"), "").expect("a file");
        let findings = super::check(root.path()).expect("readable");
        assert_eq!(findings, ["a.md: the link to c.md leads nowhere"]);
    }
}
