//! The suite calls every public method of the repositories, or this fails.

use std::{fs, path::Path};

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|e| e == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_public_method_is_called() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut code, mut suite) = (String::new(), String::new());
    sources(&root.join("src"), &mut code);
    sources(&root.join("tests"), &mut suite);
    suite.push_str(&fs::read_to_string(root.join("../testkit/src/db.rs")).unwrap());
    let suite = suite.replace(char::is_whitespace, "");
    let (mut repository, mut ours) = (String::new(), false);
    let mut missing = Vec::new();
    let mut methods = 0;
    for line in code.lines() {
        if let Some(name) = line
            .strip_prefix("impl ")
            .and_then(|rest| rest.split([' ', '<']).next())
        {
            repository = name.to_lowercase();
            // A repository borrows the store; plain data beside it has methods that are no questions to a database.
            ours = repository == "store" || line.contains("<'_>");
        }
        let line = line.trim();
        let name = match line.strip_prefix("pub async fn ") {
            Some(name) => name,
            None if ours => match line.strip_prefix("pub fn ") {
                Some(name) => name,
                None => continue,
            },
            None => continue,
        };
        let name = name.split(['(', '<']).next().unwrap_or_default();
        let call = match repository.as_str() {
            "store" if name == "open" => "Store::open(".to_owned(),
            // What a store is told when it is opened is told to what `open` answers.
            "store" if name.starts_with("with_") => format!(".{name}("),
            "store" => format!("store.{name}("),
            repository => format!(".{repository}().{name}("),
        };
        methods += 1;
        if !suite.contains(&call) {
            missing.push(call);
        }
    }
    assert!(methods > 60, "only {methods} methods found: the search is broken");
    assert!(missing.is_empty(), "no test calls {missing:?}");
}
