//! What the pages of this repository tell a reader to type is what the program takes: every `dayloom …` in their code,
//! with its flags and arguments.

#![cfg(test)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::cli;

/// The pages: those at the top of the repository, and all below `docs`.
fn pages(root: &Path) -> Vec<PathBuf> {
    let mut pages = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the repository") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// Lines of code blocks, and code within a line.
fn code(text: &str) -> Vec<&str> {
    let mut code = Vec::new();
    let mut block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            block = !block;
        } else if block {
            code.push(line);
        } else {
            code.extend(line.split('`').skip(1).step_by(2));
        }
    }
    code
}

/// The words after `dayloom`, if the line calls it: by name, by path, through cargo, or inside `$(…)`.
fn called(line: &str) -> Option<Vec<String>> {
    let line = line
        .split_once("$(")
        .map_or(line, |(_, inner)| inner.split(')').next().unwrap_or(inner));
    let line = line.split(" | ").next().unwrap_or(line);
    let mut words = shlex::split(line)?;
    let variables = words.iter().take_while(|word| is_variable(word)).count();
    words.drain(..variables);
    let at = match words.first()?.as_str() {
        "cargo" => words.iter().position(|word| word == "--")?,
        first if first == "dayloom" || first.ends_with("/dayloom") => 0,
        _ => return None,
    };
    let through_cargo_to_another = at > 0 && !words[..at].iter().any(|word| word == "dayloom");
    (!through_cargo_to_another).then(|| words[at + 1..].to_vec())
}

/// A setting of the environment before a command, such as `DAYLOOM_HOME=/tmp/second`.
fn is_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b == b'_' || b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

/// What the program says to a line, if it does not take it. A name of a group of commands alone is only spoken of.
fn refused(line: &str) -> Option<String> {
    use clap::error::ErrorKind::{
        DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion, MissingRequiredArgument,
        MissingSubcommand,
    };
    let words: Vec<String> = called(line)?.into_iter().filter(|word| word != "…").collect();
    let spoken_of = words.iter().all(|word| !word.starts_with('-')) && words.len() < 3;
    let error = cli::command()
        .try_get_matches_from(std::iter::once("dayloom".to_owned()).chain(words))
        .err()?;
    match error.kind() {
        DisplayHelp | DisplayVersion => None,
        MissingRequiredArgument | MissingSubcommand | DisplayHelpOnMissingArgumentOrSubcommand
            if spoken_of =>
        {
            None
        }
        _ => Some(error.to_string()),
    }
}

#[test]
fn every_documented_command_is_taken() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for page in pages(&root) {
        let text = fs::read_to_string(&page).expect("a page");
        for line in code(&text) {
            seen += usize::from(called(line).is_some());
            if let Some(error) = refused(line) {
                wrong.push(format!("{}: `{line}`\n{error}", page.display()));
            }
        }
    }
    assert!(seen > 10, "only {seen} commands found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_flag_is_found_wherever_it_stands() {
    for line in [
        "dayloom today --jsno",
        "target/release/dayloom rules add repo 'a b' --field x --category productive",
        "cargo run -p dayloom -- up --no-opne",
        "eval \"$(dayloom shell-init basch)\"",
        "dayloom fly",
        "DAYLOOM_TOKEN=… AEXY_SAMPLE_INTERVAL=1 dayloom up --no-opne",
    ] {
        assert!(refused(line).is_some(), "{line}");
    }
    for line in [
        "dayloom today   # the day; --json for programs",
        "dayloom rules",
        "cargo test -p dayloom-domain",
        "cargo xtask tidy",
        "dayloom config",
        "dayloom --home /tmp/second up",
        "dayloom agent --server URL --token TOKEN",
        "DAYLOOM_TOKEN=… dayloom team login --server https://dayloom.example.org",
        "export DAYLOOM_MODEL_PROVIDER=ollama",
    ] {
        assert_eq!(refused(line), None, "{line}");
    }
}
