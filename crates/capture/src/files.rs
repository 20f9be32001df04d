//! From the hint of a title to a file or folder on this disk.
//!
//! Titles mostly hold bare names. Known folders (where shells and editors have been, and what the editor itself
//! remembers as open) give them a place; a name that could be two files is nobody's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Folders remembered, newest last.
const ROOTS: usize = 128;
/// Entries looked at in one search for a bare name.
const SEARCH_ENTRIES: usize = 20_000;
/// Levels below the project.
const SEARCH_DEPTH: usize = 12;
/// How long the result of a search holds.
const SEARCH_HOLDS: Duration = Duration::from_secs(300);
/// Results of searches remembered; beyond it the memory starts anew.
const SEARCHES: usize = 512;

/// How long the folders an editor remembers as open hold.
const EDITOR_HOLDS: Duration = Duration::from_secs(60);

/// Folders that hold what is made or fetched, not written by the person.
const SKIPPED: &[&str] = &[
    "target",
    "node_modules",
    "dist",
    "build",
    "out",
    "vendor",
    "__pycache__",
    "venv",
];

/// What is known of folders and files.
#[derive(Default)]
pub struct Files {
    home: Option<PathBuf>,
    roots: Vec<PathBuf>,
    searches: HashMap<(PathBuf, String), (Instant, Option<PathBuf>)>,
    editors: HashMap<PathBuf, (Instant, Vec<PathBuf>)>,
}

impl Files {
    /// With the person's home folder, which `~` stands for.
    pub fn new(home: Option<PathBuf>) -> Self {
        Self {
            home,
            ..Self::default()
        }
    }

    /// Remembers a folder in which the person works.
    pub fn learn(&mut self, root: &Path) {
        if root.parent().is_none() || self.home.as_deref() == Some(root) {
            return;
        }
        if self.roots.last().is_some_and(|last| last == root) {
            return;
        }
        self.roots.retain(|known| known != root);
        if self.roots.len() >= ROOTS {
            self.roots.remove(0);
        }
        self.roots.push(root.to_path_buf());
    }

    /// A path out of a text, `~` resolved; `None` if it is not absolute then.
    pub fn absolute(&self, text: &str) -> Option<PathBuf> {
        let path = match text.strip_prefix('~') {
            Some("") => self.home.clone()?,
            Some(rest) => self.home.as_ref()?.join(rest.strip_prefix('/')?),
            None => PathBuf::from(text),
        };
        path.is_absolute().then_some(path)
    }

    /// The folder of a project by its name or path: of `offered` first, then of those remembered, newest first.
    pub fn project(&self, name: &str, offered: &[PathBuf]) -> Option<PathBuf> {
        if let Some(path) = self.absolute(name) {
            return path.is_dir().then_some(path);
        }
        let is_it = |path: &&PathBuf| path.file_name().is_some_and(|n| n == name) && path.is_dir();
        offered
            .iter()
            .find(is_it)
            .or_else(|| self.roots.iter().rev().find(is_it))
            .cloned()
    }

    /// Folders that an editor with these settings has open, see [`vscode_folders`]; looked up once a minute.
    pub fn open_in_editor(&mut self, settings: &Path) -> &[PathBuf] {
        let known = self.editors.entry(settings.to_path_buf());
        let (at, folders) = known.or_insert_with(|| (Instant::now(), vscode_folders(settings)));
        if at.elapsed() >= EDITOR_HOLDS {
            *at = Instant::now();
            *folders = vscode_folders(settings);
        }
        folders
    }

    /// The file a hint means: a full path, one below the project, or the only file of that name in it.
    pub fn file(&mut self, hint: &str, project: Option<&Path>) -> Option<PathBuf> {
        if let Some(path) = self.absolute(hint) {
            return path.is_file().then_some(path);
        }
        let project = project?;
        let direct = project.join(hint);
        if direct.is_file() {
            return Some(direct);
        }
        let key = (project.to_path_buf(), hint.to_owned());
        if let Some((at, found)) = self.searches.get(&key)
            && at.elapsed() < SEARCH_HOLDS
            && found.as_ref().is_none_or(|f| f.is_file())
        {
            return found.clone();
        }
        if self.searches.len() >= SEARCHES {
            self.searches.clear();
        }
        let found = the_only(project, hint);
        self.searches.insert(key, (Instant::now(), found.clone()));
        found
    }
}

/// The only file below `root` whose path ends in `hint`; `None` where there are two, none, or too much to look at.
fn the_only(root: &Path, hint: &str) -> Option<PathBuf> {
    let wanted = Path::new(hint);
    let name = wanted.file_name()?;
    let mut found = None;
    let mut seen = 0;
    let mut open = vec![(root.to_path_buf(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            seen += 1;
            if seen > SEARCH_ENTRIES {
                return None;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let entry_name = entry.file_name();
            if kind.is_dir() {
                let text = entry_name.to_string_lossy();
                if depth < SEARCH_DEPTH && !text.starts_with('.') && !SKIPPED.contains(&text.as_ref()) {
                    open.push((entry.path(), depth + 1));
                }
            } else if kind.is_file()
                && entry_name == name
                && entry.path().ends_with(wanted)
                && found.replace(entry.path()).is_some()
            {
                return None;
            }
        }
    }
    found
}

/// Folders that an editor of the VS Code family remembers as open, the one used last first. `settings` is the folder
/// of its settings, such as `~/.config/Code`.
pub fn vscode_folders(settings: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(settings.join("User/workspaceStorage")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let used = entry.metadata().ok()?.modified().ok()?;
            let text = std::fs::read_to_string(entry.path().join("workspace.json")).ok()?;
            let json: serde_json::Value = serde_json::from_str(&text).ok()?;
            let address = url::Url::parse(json.get("folder")?.as_str()?).ok()?;
            if address.scheme() != "file" {
                return None;
            }
            Some((used, address.to_file_path().ok()?))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_a_file_only_if_it_is_the_only_one() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().join("loom");
        for path in [
            "src/deep/one.rs",
            "a/two.rs",
            "b/two.rs",
            "target/three.rs",
            ".git/four.rs",
            "top.md",
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let mut files = Files::new(Some(temp.path().to_path_buf()));
        files.learn(&root);
        let project = files.project("loom", &[]).unwrap();
        assert_eq!(project, root);
        assert_eq!(
            files.file("one.rs", Some(&project)),
            Some(root.join("src/deep/one.rs"))
        );
        assert_eq!(
            files.file("two.rs", Some(&project)),
            None,
            "two files of that name"
        );
        assert_eq!(
            files.file("a/two.rs", Some(&project)),
            Some(root.join("a/two.rs"))
        );
        assert_eq!(files.file("three.rs", Some(&project)), None, "made, not written");
        assert_eq!(files.file("four.rs", Some(&project)), None);
        assert_eq!(files.file("~/loom/top.md", None), Some(root.join("top.md")));
        assert_eq!(files.file("top.md", None), None, "no project, no place");
        std::fs::remove_file(root.join("src/deep/one.rs")).unwrap();
        assert_eq!(
            files.file("one.rs", Some(&project)),
            None,
            "a file that has gone is not remembered"
        );
    }

    #[test]
    fn offered_folders_come_first_then_the_newest_known() {
        let temp = tempfile::tempdir().unwrap();
        let (old, new, open) = (
            temp.path().join("1/x"),
            temp.path().join("2/x"),
            temp.path().join("3/x"),
        );
        for dir in [&old, &new, &open] {
            std::fs::create_dir_all(dir).unwrap();
        }
        let mut files = Files::new(None);
        files.learn(&old);
        files.learn(&new);
        assert_eq!(files.project("x", &[]), Some(new));
        assert_eq!(files.project("x", std::slice::from_ref(&open)), Some(open));
        assert_eq!(files.project("y", &[]), None);
        assert_eq!(files.absolute("~/a"), None, "no home is known");
    }

    #[test]
    fn folders_an_editor_has_open_are_read_from_its_settings() {
        let temp = tempfile::tempdir().unwrap();
        let store = temp.path().join("User/workspaceStorage");
        for (id, body) in [
            ("a", r#"{"folder":"file:///w/with%20space"}"#),
            ("b", r#"{"folder":"vscode-remote://ssh-remote%2Bhost/w/far"}"#),
            ("c", "not json"),
        ] {
            std::fs::create_dir_all(store.join(id)).unwrap();
            std::fs::write(store.join(id).join("workspace.json"), body).unwrap();
        }
        assert_eq!(vscode_folders(temp.path()), [PathBuf::from("/w/with space")]);
        assert_eq!(Files::default().open_in_editor(temp.path()).len(), 1);
        assert!(vscode_folders(&temp.path().join("none")).is_empty());
    }
}
