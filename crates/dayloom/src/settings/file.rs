//! Reads `config.toml` against the table: every key known, every value sound, every complaint with its line.

use std::path::Path;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    kind::{Kind, Value},
    table::{ALL, Setting},
};
use crate::failure::{Failure, Outcome};

/// A setting read from the file, with the line it stands on.
pub type Found = (&'static Setting, Value, usize);

/// Reads the file; a file that is not there says nothing.
pub fn read(path: &Path) -> Outcome<Vec<Found>> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text, path),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(Failure::usage(
            format!("{} cannot be read: {e}", path.display()),
            match e.kind() {
                std::io::ErrorKind::InvalidData => "Save it as UTF-8 text",
                _ => "Mend its permissions, or remove it",
            },
        )),
    }
}

/// Reads the text of a file; the path is only for the complaints.
pub fn parse(text: &str, path: &Path) -> Outcome<Vec<Found>> {
    let place = |offset: usize| format!("{}:{}", path.display(), line_of(text, offset));
    let table = DeTable::parse(text).map_err(|e| {
        let at = e.span().map_or(0, |span| span.start);
        Failure::usage(
            format!("{}: {}", place(at), e.message().replace('\n', ", ")),
            "Write it as TOML, such as `listen = \"127.0.0.1:8000\"`",
        )
    })?;
    let mut found = Vec::new();
    walk("", table.get_ref(), &mut |key, offset, value| {
        let Some(setting) = ALL.iter().copied().find(|s| s.key == key) else {
            return Err(Failure::usage(
                format!("{}: `{key}` is no setting", place(offset)),
                unknown_key_help(key),
            ));
        };
        let value = read_value(setting.kind, value).ok_or_else(|| {
            Failure::usage(
                format!("{}: the value of `{key}` is not right", place(offset)),
                format!("It must be {}", setting.kind.expected()),
            )
        })?;
        found.push((setting, value, line_of(text, offset)));
        Ok(())
    })?;
    Ok(found)
}

fn walk<'a>(
    prefix: &str,
    table: &'a DeTable<'a>,
    visit: &mut dyn FnMut(&str, usize, &'a DeValue<'a>) -> Outcome,
) -> Outcome {
    let mut members: Vec<(&Spanned<_>, &Spanned<DeValue<'a>>)> = table.iter().collect();
    members.sort_by_key(|(name, _)| name.span().start);
    for (name, value) in members {
        let key = if prefix.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{prefix}.{}", name.get_ref())
        };
        let is_section = ALL.iter().any(|s| s.key.starts_with(&format!("{key}.")));
        match value.get_ref() {
            DeValue::Table(inner) if is_section => walk(&key, inner, visit)?,
            other => visit(&key, name.span().start, other)?,
        }
    }
    Ok(())
}

fn read_value(kind: Kind, value: &DeValue<'_>) -> Option<Value> {
    match (kind, value) {
        (Kind::List | Kind::Patterns, DeValue::Array(items)) => items
            .iter()
            .map(|item| item.get_ref().as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .and_then(|items| kind.list(items).ok()),
        (Kind::Bool | Kind::OnOff, DeValue::Boolean(on)) => kind.parse(&on.to_string()).ok(),
        (Kind::Int(..), DeValue::Integer(number)) => kind.parse(number.as_str()).ok(),
        (Kind::Bool | Kind::Int(..) | Kind::List | Kind::Patterns, _) => None,
        (_, DeValue::String(text)) => kind.parse(text).ok(),
        _ => None,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text
        .as_bytes()
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
}

fn unknown_key_help(key: &str) -> String {
    let sections = ALL
        .iter()
        .filter_map(|s| s.key.split_once('.'))
        .map(|(section, _)| section);
    if ALL
        .iter()
        .any(|s| s.key.split_once('.').is_some_and(|(section, _)| section == key))
    {
        return format!("It is a section: write [{key}], and its settings on the lines below");
    }
    match closest(key, ALL.iter().map(|s| s.key).chain(sections)) {
        Some(near) => format!("Did you mean `{near}`? `dayloom config` lists them all"),
        None => "`dayloom config` lists them all".to_owned(),
    }
}

/// The nearest name, if it is near enough to be meant: a third of its letters wrong at most.
pub fn closest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = names
        .map(|name| (distance(given, name), name))
        .min_by_key(|(steps, _)| *steps)?;
    let longer = near.1.chars().count().max(given.chars().count());
    (near.0 <= longer / 3).then_some(near.1)
}

/// Letters to insert, remove or replace to make one text from the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replace = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replace.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> String {
        match parse(text, Path::new("config.toml")) {
            Err(failure) => failure.to_string(),
            Ok(found) => panic!("read {found:?}"),
        }
    }

    #[test]
    fn a_sound_file_is_read_whole() {
        let text = "listen = \"0.0.0.0:80\"\nopen = false\n\n[capture]\nexclude_apps = [\"KeePassXC\"]\n[model]\ndaily_budget = 5000\n";
        let found = parse(text, Path::new("config.toml")).map_err(|e| e.to_string());
        let keys: Vec<_> = found
            .expect("sound")
            .into_iter()
            .map(|(s, v, line)| (s.key, v.to_line(), line))
            .collect();
        assert_eq!(
            keys,
            [
                ("listen", "0.0.0.0:80".to_owned(), 1),
                ("open", "false".to_owned(), 2),
                ("capture.exclude_apps", "KeePassXC".to_owned(), 5),
                ("model.daily_budget", "5000".to_owned(), 7),
            ]
        );
    }

    #[test]
    fn complaints_name_the_line_and_what_would_be_right() {
        insta::assert_snapshot!(complaint("open = true\nlisten_on = \"x\"\n"), @"config.toml:2: `listen_on` is no setting. Did you mean `listen`? `dayloom config` lists them all.");
        insta::assert_snapshot!(complaint("\n[model]\nprovider = \"gpt\"\n"), @"config.toml:3: the value of `model.provider` is not right. It must be one of none, openai, anthropic, gemini, ollama.");
        insta::assert_snapshot!(complaint("sample_interval_s = \"60\"\n"), @"config.toml:1: the value of `sample_interval_s` is not right. It must be a whole number from 1 to 600.");
        insta::assert_snapshot!(complaint("model = \"gpt\"\n"), @"config.toml:1: `model` is no setting. It is a section: write [model], and its settings on the lines below.");
        insta::assert_snapshot!(complaint("[capture]\nexclude_titles = [\"(\"]\n"), @"config.toml:2: the value of `capture.exclude_titles` is not right. It must be a list of regular expressions, such as (?i)payroll|salary.");
        insta::assert_snapshot!(complaint("[modell]\nx = 1\n"), @"config.toml:1: `modell` is no setting. Did you mean `model`? `dayloom config` lists them all.");
        insta::assert_snapshot!(complaint("open = true\nlisten = \n"), @"config.toml:2: string values must be quoted, expected literal string. Write it as TOML, such as `listen = \"127.0.0.1:8000\"`.");
    }

    #[test]
    fn far_names_are_not_suggested() {
        assert_eq!(closest("colour", ["listen", "log"].into_iter()), None);
        assert_eq!(
            closest("databse_url", ["listen", "database_url"].into_iter()),
            Some("database_url")
        );
    }
}
