//! A source file can be read in one sitting.

use std::{fs, path::Path};

use anyhow::Result;

use super::files;

/// Lines a source file may have; the aim is half of it.
const MOST_LINES: usize = 800;

/// Finds source files that have grown too long.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for extension in ["rs", "css", "js", "html", "sql"] {
        for path in files::with_extension(root, extension)? {
            let lines = fs::read_to_string(&path)?.lines().count();
            if lines > MOST_LINES {
                let shown = files::shown(root, &path);
                findings.push(format!(
                    "{shown}: {lines} lines; split it by idea, {MOST_LINES} are the most"
                ));
            }
        }
    }
    Ok(findings)
}
