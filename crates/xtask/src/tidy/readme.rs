//! What the README and the contributor's page tell a reader to run or open exists. Commands of the program itself are
//! checked by a test beside its command line, which knows every flag.

use std::{fs, path::Path};

use anyhow::Result;
use regex::Regex;

/// Pages whose commands and paths a newcomer follows.
const PAGES: [&str; 2] = ["README.md", "CONTRIBUTING.md"];

/// Finds scripts, their flags, and paths in code spans that the repository does not have.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let code = Regex::new(r"(?s)```[a-z]*\n(.*?)```|`([^`\n]+)`")?;
    let mut findings = Vec::new();
    for page in PAGES {
        for capture in code.captures_iter(&fs::read_to_string(root.join(page))?) {
            let text = capture.get(1).or(capture.get(2)).map_or("", |m| m.as_str());
            for line in text.lines() {
                findings.extend(
                    missing(root, line)
                        .into_iter()
                        .map(|what| format!("{page}: {what}")),
                );
            }
        }
    }
    Ok(findings)
}

/// What a line of code names that is not there.
fn missing(root: &Path, line: &str) -> Vec<String> {
    let mut words = line.split_whitespace().take_while(|word| *word != "#");
    let Some(first) = words.next() else {
        return Vec::new();
    };
    let path = first.trim_start_matches("./").trim_end_matches('/');
    let ours = ["crates/", "docs/", "scripts/", "tests/", ".ci/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    if !ours || path.contains(['*', '{', '<']) {
        return Vec::new();
    }
    if !root.join(path).exists() {
        return vec![format!("there is no {path}")];
    }
    let source = fs::read_to_string(root.join(path)).unwrap_or_default();
    words
        .filter(|word| word.starts_with("--") && !source.contains(word))
        .map(|flag| format!("{path} does not take {flag}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("scripts")).expect("a folder in it");
        fs::write(root.path().join("scripts/test"), "[[ $1 == --quick ]] && quick=1").expect("a script");
        let told = |line| missing(root.path(), line);
        assert_eq!(told("scripts/nothing --all"), ["there is no scripts/nothing"]);
        assert_eq!(
            told("scripts/test --quikc"),
            ["scripts/test does not take --quikc"]
        );
        assert!(told("scripts/test --quick # --slow would be all").is_empty());
        assert!(told("git clone somewhere --depth 1").is_empty());
        assert!(told("crates/*/src").is_empty());
    }
}
