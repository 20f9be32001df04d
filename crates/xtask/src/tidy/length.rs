//! A source file can be read in one sitting.

use std::{fs, path::Path};

use anyhow::Result;

use super::files;

/// Lines a source file may have; the aim is half of it.
const MOST_LINES: usize = 800;

/// Endings of files that people write and read.
const KINDS: [&str; 10] = ["rs", "css", "js", "mjs", "ts", "html", "sql", "sh", "py", "toml"];

/// Finds source files that have grown too long.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut sources = Vec::new();
    for kind in KINDS {
        sources.extend(files::with_extension(root, kind)?);
    }
    // Commands have no ending.
    for folder in ["scripts", ".ci"] {
        if let Ok(entries) = fs::read_dir(root.join(folder)) {
            let paths = entries.flatten().map(|entry| entry.path());
            sources.extend(paths.filter(|path| path.is_file() && path.extension().is_none()));
        }
    }
    for path in sources {
        let lines = fs::read_to_string(&path)?.lines().count();
        if lines > MOST_LINES {
            let shown = files::shown(root, &path);
            findings.push(format!(
                "{shown}: {lines} lines; split it by idea, {MOST_LINES} are the most"
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_source_of_any_kind_is_found() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("scripts")).expect("a folder in it");
        let long = "x\n".repeat(MOST_LINES + 1);
        for name in ["a.rs", "b.ts", "c.mjs", "d.sh", "e.py", "f.css", "scripts/g"] {
            fs::write(root.path().join(name), &long).expect("a file");
        }
        fs::write(root.path().join("data.json"), &long).expect("a file");
        fs::write(root.path().join("short.rs"), "x\n".repeat(MOST_LINES)).expect("a file");
        assert_eq!(check(root.path()).expect("readable").len(), 7);
    }
}
