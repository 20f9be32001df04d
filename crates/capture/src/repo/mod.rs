//! Which repository and branch a path lies in, answered from a cache that notices a checkout at once.
//!
//! Only `.git`, `HEAD`, `commondir` and the repository's own `config` are read: no object, no index, no command is
//! run, and nothing of the person's or system's Git settings applies.

mod remote;

pub use remote::remote_name;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use gix::discover::repository::Path as Found;
use gix::discover::upwards::{Options, TrustPolicy};

/// A repository and what is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repo {
    /// `owner/name` of the remote, else the name of the folder.
    pub name: String,
    /// Branch; the first seven digits of the commit where `HEAD` is detached; absent where it cannot be read.
    pub branch: Option<String>,
    /// The work tree, or the Git folder of a bare repository.
    pub root: PathBuf,
}

/// Folders remembered; beyond it the cache starts anew. A person is in a few dozen a day.
const CAPACITY: usize = 256;
/// After this a folder is looked up again, in case a repository was made in it or above it.
const TRUST_FOR: Duration = Duration::from_secs(60);

/// Remembers the repository of each folder asked for.
#[derive(Default)]
pub struct RepoCache {
    folders: HashMap<PathBuf, Entry>,
}

struct Entry {
    looked_up: Instant,
    found: Option<Known>,
}

struct Known {
    head: PathBuf,
    head_stamp: Stamp,
    config: PathBuf,
    config_stamp: Stamp,
    repo: Repo,
}

type Stamp = Option<(SystemTime, u64)>;

impl RepoCache {
    /// The repository of a file or folder, which must be absolute and need not exist any more.
    pub fn find(&mut self, path: &Path) -> Option<Repo> {
        let folder = existing_folder(path)?;
        if let Some(entry) = self.folders.get(folder)
            && entry.is_current()
        {
            return entry.found.as_ref().map(|known| known.repo.clone());
        }
        if self.folders.len() >= CAPACITY {
            self.folders.clear();
        }
        let found = look_up(folder);
        let repo = found.as_ref().map(|known| known.repo.clone());
        self.folders.insert(
            folder.to_path_buf(),
            Entry {
                looked_up: Instant::now(),
                found,
            },
        );
        repo
    }
}

impl Entry {
    fn is_current(&self) -> bool {
        self.looked_up.elapsed() < TRUST_FOR
            && self.found.as_ref().is_none_or(|known| {
                known.head_stamp == stamp(&known.head) && known.config_stamp == stamp(&known.config)
            })
    }
}

fn existing_folder(path: &Path) -> Option<&Path> {
    if !path.is_absolute() {
        return None;
    }
    path.ancestors().find(|folder| folder.is_dir())
}

fn stamp(path: &Path) -> Stamp {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn look_up(folder: &Path) -> Option<Known> {
    let options = Options {
        trust: TrustPolicy::Assume(gix::sec::Trust::Reduced),
        ..Options::default()
    };
    let (found, _) = gix::discover::upwards_opts(folder, options).ok()?;
    let (git_dir, work_dir) = match found {
        Found::LinkedWorkTree { work_dir, git_dir } => (git_dir, Some(work_dir)),
        Found::WorkTree(work_dir) => (work_dir.join(".git"), Some(work_dir)),
        Found::Repository(git_dir) => (git_dir, None),
    };
    let common = common_dir(&git_dir);
    let head = git_dir.join("HEAD");
    let config = common.join("config");
    let (head_stamp, config_stamp) = (stamp(&head), stamp(&config));
    let root = work_dir.unwrap_or_else(|| git_dir.clone());
    let name = name_by_remote(&config).or_else(|| name_by_folder(&root, &git_dir, &common))?;
    let branch = std::fs::read_to_string(&head)
        .ok()
        .and_then(|text| branch_of(&text));
    Some(Known {
        head,
        head_stamp,
        config,
        config_stamp,
        repo: Repo { name, branch, root },
    })
}

/// Where a linked work tree keeps what it shares; the Git folder itself elsewhere.
fn common_dir(git_dir: &Path) -> PathBuf {
    match std::fs::read_to_string(git_dir.join("commondir")) {
        Ok(text) => {
            let joined = git_dir.join(text.trim());
            joined.canonicalize().unwrap_or(joined)
        }
        Err(_) => git_dir.to_path_buf(),
    }
}

/// `ref: refs/heads/x` gives `x` (born or not), another reference its last part, a commit its first seven digits.
fn branch_of(head: &str) -> Option<String> {
    let head = head.trim();
    if let Some(reference) = head.strip_prefix("ref:").map(str::trim) {
        let name = match reference.strip_prefix("refs/heads/") {
            Some(name) => name,
            None => reference.rsplit('/').next()?,
        };
        // With the reftable format `HEAD` only holds this placeholder.
        return (!name.is_empty() && name != ".invalid").then(|| name.to_owned());
    }
    let is_commit = head.len() >= 7 && head.bytes().all(|b| b.is_ascii_hexdigit());
    is_commit.then(|| head[..7].to_owned())
}

/// The name by `origin`, else by the first remote that has a nameable address.
fn name_by_remote(config: &Path) -> Option<String> {
    let file =
        gix::config::File::from_path_no_includes(config.to_path_buf(), gix::config::Source::Local).ok()?;
    let mut first = None;
    for section in file.sections_by_name("remote")? {
        let Some(remote) = section.header().subsection_name() else {
            continue;
        };
        let Some(address) = section.value("url") else {
            continue;
        };
        let Some(name) = remote_name(&String::from_utf8_lossy(&address)) else {
            continue;
        };
        if *remote == "origin" {
            return Some(name);
        }
        first.get_or_insert(name);
    }
    first
}

/// The folder's name: of a linked work tree that of its main one, of a bare repository without `.git`.
fn name_by_folder(root: &Path, git_dir: &Path, common: &Path) -> Option<String> {
    let is_linked = common != git_dir;
    let home = if !is_linked {
        root
    } else if common.file_name().is_some_and(|n| n == ".git") {
        common.parent().unwrap_or(common)
    } else {
        common
    };
    let full = home.canonicalize();
    let name = full
        .as_deref()
        .unwrap_or(home)
        .file_name()?
        .to_string_lossy()
        .into_owned();
    let short = name.strip_suffix(".git").unwrap_or(&name);
    (!short.is_empty()).then(|| short.to_owned())
}

#[cfg(test)]
mod tests;
