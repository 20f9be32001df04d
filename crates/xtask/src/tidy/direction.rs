//! Crates depend in one direction. The table is the one of `docs/architecture.md`; a crate that is not in it
//! is a finding too.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};

/// Each crate and what of ours it may depend on, without its dev-dependencies.
const MAY: [(&str, &[&str]); 19] = [
    ("domain", &[]),
    ("api", &["domain"]),
    ("client", &["api", "domain"]),
    ("storage", &["domain"]),
    ("llm", &["domain"]),
    ("attribution", &["domain"]),
    ("patterns", &["domain"]),
    ("pipeline", &["attribution", "domain", "llm", "storage"]),
    ("pipeline-temporal", &["domain", "pipeline", "storage"]),
    ("capture", &["domain"]),
    ("capture-linux", &["capture", "domain"]),
    ("capture-macos", &["capture"]),
    ("capture-windows", &["capture"]),
    ("agent", &["api", "capture", "client", "domain", "patterns"]),
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
            "llm",
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

/// Our own crates among the dependencies of a manifest, those for one system included.
fn ours(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse().context("a manifest that is no TOML")?;
    let systems = manifest
        .get("target")
        .and_then(|t| t.as_table())
        .into_iter()
        .flat_map(|t| t.values());
    let tables = std::iter::once(manifest.get("dependencies"))
        .chain(systems.map(|s| s.get("dependencies")))
        .flatten()
        .filter_map(|d| d.as_table());
    Ok(tables
        .flat_map(|t| t.keys())
        .filter_map(|k| k.strip_prefix("dayloom-"))
        .map(str::to_owned)
        .collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn dependencies_of_every_system_count() {
        let manifest = "[dependencies]\ndayloom-api = {}\nserde = {}\n\
                        [target.'cfg(unix)'.dependencies]\ndayloom-storage = {}\n[dev-dependencies]\ndayloom-x = {}";
        assert_eq!(super::ours(manifest).expect("TOML"), ["api", "storage"]);
    }
}
