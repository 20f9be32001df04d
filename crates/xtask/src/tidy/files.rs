//! Walking the repository's own files: what is built, fetched or hidden is left out.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Folders that hold nothing anyone wrote.
const SKIPPED: [&str; 3] = ["target", "node_modules", "snapshots"];

/// All files below `root` whose name ends in `.{extension}`, in order of their paths.
pub fn with_extension(root: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    walk(root, extension, &mut found)?;
    found.sort();
    Ok(found)
}

fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name) {
                walk(&path, extension, found)?;
            }
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    Ok(())
}

/// The path as it is written in findings: relative to the root.
pub fn shown<'p>(root: &Path, path: &'p Path) -> std::path::Display<'p> {
    path.strip_prefix(root).unwrap_or(path).display()
}
