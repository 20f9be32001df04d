//! Crates depend in one direction. The table is the one of `docs/architecture.md`; a crate that is not in it
//! is a finding too.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};

/// Each crate and what of ours it may depend on, without its dev-dependencies.
const MAY: [(&str, &[&str]); 20] = [
    ("domain", &[]),
    ("http", &[]),
    ("api", &["domain"]),
    ("client", &["api", "domain", "http"]),
    ("storage", &["domain"]),
    ("llm", &["domain", "http"]),
    ("attribution", &["domain"]),
    ("patterns", &["domain"]),
    ("pipeline", &["attribution", "domain", "llm", "storage"]),
    ("pipeline-temporal", &["domain", "pipeline", "storage"]),
    ("capture", &["domain", "http"]),
    ("capture-linux", &["capture", "domain"]),
    ("capture-macos", &["capture"]),
    ("capture-windows", &["capture"]),
    (
        "agent",
        &["api", "capture", "client", "domain", "http", "patterns"],
    ),
    ("views", &["domain"]),
    (
        "server",
        &[
            "api",
            "attribution",
            "domain",
            "llm",
            "patterns",
            "pipeline",
            "storage",
            "views",
        ],
    ),
    (
        "dayloom",
        &[
            "agent",
            "api",
            "attribution",
            "capture",
            "capture-linux",
            "capture-macos",
            "capture-windows",
            "client",
            "domain",
            "http",
            "llm",
            "pipeline",
            "pipeline-temporal",
            "server",
            "storage",
            "views",
        ],
    ),
    (
        "testkit",
        &[
            "agent",
            "api",
            "attribution",
            "capture",
            "client",
            "domain",
            "http",
            "llm",
            "patterns",
            "pipeline",
            "server",
            "storage",
            "views",
        ],
    ),
    ("xtask", &[]),
];

/// Finds dependencies that go against the direction.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let may: BTreeMap<&str, &[&str]> = MAY.into_iter().collect();
    let mut findings = Vec::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let folder = entry?.path();
        let name = folder
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default()
            .to_owned();
        let Some(allowed) = may.get(name.as_str()) else {
            findings.push(format!(
                "crates/{name}: not in the table of crates; add it with what it may depend on"
            ));
            continue;
        };
        for dependency in ours(&fs::read_to_string(folder.join("Cargo.toml"))?)? {
            if !allowed.contains(&dependency.as_str()) {
                findings.push(format!(
                    "crates/{name}: must not depend on {dependency} (docs/architecture.md)"
                ));
            }
        }
    }
    Ok(findings)
}

/// Our own crates among the dependencies of a manifest, under whatever name: those for one system and those of build
/// scripts included.
fn ours(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse().context("a manifest that is no TOML")?;
    let systems = manifest
        .get("target")
        .and_then(|t| t.as_table())
        .into_iter()
        .flat_map(|t| t.values());
    let tables = std::iter::once(&toml::Value::Table(manifest.clone()))
        .chain(systems)
        .flat_map(|part| ["dependencies", "build-dependencies"].map(|kind| part.get(kind).cloned()))
        .flatten()
        .filter_map(|d| d.as_table().cloned())
        .collect::<Vec<_>>();
    Ok(tables
        .iter()
        .flatten()
        .filter_map(|(name, what)| {
            let package = what.get("package").and_then(toml::Value::as_str);
            package.unwrap_or(name).strip_prefix("dayloom-")
        })
        .map(str::to_owned)
        .collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn dependencies_of_every_system_count() {
        let manifest = "[dependencies]\ndayloom-api = {}\nserde = {}\n\
                        [target.'cfg(unix)'.dependencies]\ndayloom-storage = {}\n[dev-dependencies]\ndayloom-x = {}\n\
                        [build-dependencies]\ndayloom-llm = {}\nother = { package = \"dayloom-views\" }\n\
                        [target.'cfg(unix)'.build-dependencies]\ndayloom-agent = {}";
        let mut found = super::ours(manifest).expect("TOML");
        found.sort();
        assert_eq!(found, ["agent", "api", "llm", "storage", "views"]);
    }
}
