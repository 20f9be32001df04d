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

/// What a line of code names that is not there: a command or a path of ours, and a flag its source does not know.
fn missing(root: &Path, line: &str) -> Vec<String> {
    let mut words = line
        .split_whitespace()
        .take_while(|word| *word != "#")
        .skip_while(|word| is_variable(word));
    let Some(first) = words.next() else {
        return Vec::new();
    };
    let words: Vec<&str> = words.collect();
    let path = ours(root, first, true);
    let mut findings: Vec<String> = path
        .into_iter()
        .chain(words.iter().filter_map(|word| ours(root, word, false)))
        .filter(|path| !root.join(path).exists())
        .map(|path| format!("there is no {path}"))
        .collect();
    if let (true, Some(path)) = (findings.is_empty(), path) {
        let source = fs::read_to_string(root.join(path)).unwrap_or_default();
        findings.extend(
            words
                .iter()
                .filter(|word| word.starts_with("--") && !source.contains(**word))
                .map(|flag| format!("{path} does not take {flag}")),
        );
    }
    findings
}

/// A setting of the environment before a command.
fn is_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b == b'_' || b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

/// The word as a path below the root, if it is one: what a line runs is one if it has a folder at all, another word if
/// it begins with a folder of ours. What a build makes is not there before it, patterns and addresses are none.
fn ours<'w>(root: &Path, word: &'w str, runs: bool) -> Option<&'w str> {
    let path = word.trim_start_matches("./").trim_end_matches('/');
    let (folder, _) = path
        .split_once('/')
        .or_else(|| word.ends_with('/').then_some((path, "")))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let relative = !folder.is_empty() && folder != "target" && folder != ".." && path.chars().all(plain);
    (relative && (runs || root.join(folder).is_dir())).then_some(path)
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
        for gone in [
            "editors/nothing",
            "editors/",
            "EDITOR=vi LANG=C ./editors/nothing",
        ] {
            assert_eq!(told(gone).len(), 1, "{gone}");
        }
        assert_eq!(told("sh scripts/nothing"), ["there is no scripts/nothing"]);
        for fine in [
            "target/release/dayloom demo",
            "/api/docs",
            "~/.config/x",
            "https://a.example/b",
            "EDITOR=vi scripts/test --quick",
            "rules add repo acme/web",
        ] {
            assert_eq!(told(fine), [] as [String; 0], "{fine}");
        }
    }
}
