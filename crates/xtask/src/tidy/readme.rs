//! What the README and the contributor's page tell a reader to run or open exists.

use std::{fs, path::Path};

use anyhow::Result;
use regex::Regex;

/// Pages whose commands and paths a newcomer follows.
const PAGES: [&str; 2] = ["README.md", "CONTRIBUTING.md"];

/// Finds commands `dayloom …`, scripts and paths in code spans that the repository does not have.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let commands = known_commands(root)?;
    let code = Regex::new(r"(?s)```[a-z]*\n(.*?)```|`([^`\n]+)`")?;
    let mut findings = Vec::new();
    for page in PAGES {
        for capture in code.captures_iter(&fs::read_to_string(root.join(page))?) {
            let text = capture.get(1).or(capture.get(2)).map_or("", |m| m.as_str());
            for line in text.lines() {
                findings.extend(missing(root, &commands, line).map(|what| format!("{page}: {what}")));
            }
        }
    }
    Ok(findings)
}

/// Names of the program's commands, read from where they are declared.
fn known_commands(root: &Path) -> Result<Vec<String>> {
    let source = fs::read_to_string(root.join("crates/dayloom/src/cli.rs"))?;
    let declared = Regex::new(r#"(?m)^    ([A-Z][A-Za-z]+)(?:\(|,| \{)|#\[command\(name = "([a-z-]+)""#)?;
    Ok(declared
        .captures_iter(&source)
        .filter_map(|c| c.get(1).or(c.get(2)))
        .map(|name| kebab(name.as_str()))
        .collect())
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// What a line of code names that is not there.
fn missing(root: &Path, commands: &[String], line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let first = words.first()?;
    if let Some(at) = words
        .iter()
        .position(|w| *w == "dayloom" || w.ends_with("/dayloom"))
    {
        let called = words
            .get(at + 1)
            .filter(|w| w.chars().all(|c| c.is_ascii_lowercase() || c == '-'))?;
        return (!called.starts_with('-') && !commands.iter().any(|c| c == called))
            .then(|| format!("there is no command `dayloom {called}`"));
    }
    let path = first.trim_start_matches("./").trim_end_matches('/');
    let ours = ["crates/", "docs/", "scripts/", "tests/", ".ci/"]
        .iter()
        .any(|f| path.starts_with(f));
    (ours && !path.contains(['*', '{', '<']) && !root.join(path).exists())
        .then(|| format!("there is no {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_commands_and_paths_are_named() {
        let root = tempfile::tempdir().expect("a folder");
        let commands = vec!["up".to_owned()];
        let told = |line| missing(root.path(), &commands, line);
        assert_eq!(
            told("dayloom fly"),
            Some("there is no command `dayloom fly`".into())
        );
        assert_eq!(
            told("scripts/nothing --all"),
            Some("there is no scripts/nothing".into())
        );
        assert_eq!(told("dayloom up --no-open"), None);
        assert_eq!(told("git clone somewhere"), None);
    }

    #[test]
    fn names_of_commands_are_kebab() {
        assert_eq!(kebab("ShellInit"), "shell-init");
    }
}
