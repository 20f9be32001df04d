//! ActivityWatch as a program: where it is installed, and which processes are its own.
//!
//! It only looks and chooses; who may be ended is decided by id, from the process that answers at the configured address.
//! How processes are listed and ended is each system's business, behind [`ProcessTable`].

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// Where ActivityWatch can be downloaded by a person.
pub const DOWNLOAD_PAGE: &str = "https://activitywatch.net/downloads/";

/// A process of the person who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnProcess {
    /// Its id.
    pub pid: u32,
    /// The id of the process that started it.
    pub parent: u32,
    /// Name of its program, without a folder; systems may cut it (Linux at 15 characters).
    pub name: String,
}

/// Where ActivityWatch's server listens unless it was told otherwise.
pub const USUAL_PORT: u16 = 5600;

/// Who listens at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    /// This process of the person's.
    Own(u32),
    /// None of the person's.
    NotOwn,
    /// The system does not tell.
    NotTold,
}

/// The processes of this person, as the system lists them.
pub trait ProcessTable: Send + Sync {
    /// All of them.
    fn own(&self) -> Vec<OwnProcess>;

    /// Who of them listens at a TCP port of this machine.
    fn listener(&self, port: u16) -> Listener;

    /// Asks one to end.
    fn end(&self, pid: u32) -> io::Result<()>;
}

/// The name of the program that starts everything else of ActivityWatch.
pub const STARTER: &str = "aw-qt";

/// Where `aw-qt` is installed: in a folder of `path` (as the variable `PATH` is written), else in a usual place.
pub fn find(path: Option<&OsStr>, home: Option<&Path>) -> Option<PathBuf> {
    let file = if cfg!(windows) { "aw-qt.exe" } else { STARTER };
    let on_path = path
        .into_iter()
        .flat_map(std::env::split_paths)
        .map(|folder| folder.join(file));
    on_path
        .chain(usual_places(home, file))
        .find(|program| is_program(program))
}

fn usual_places(home: Option<&Path>, file: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    if cfg!(target_os = "macos") {
        folders.push("/Applications/ActivityWatch.app/Contents/MacOS".into());
        folders.extend(home.map(|home| home.join("Applications/ActivityWatch.app/Contents/MacOS")));
    } else if cfg!(windows) {
        folders.extend(home.map(|home| home.join(r"AppData\Local\Programs\ActivityWatch")));
        folders.extend(std::env::var_os("ProgramFiles").map(|all| PathBuf::from(all).join("ActivityWatch")));
    } else {
        for inside in [
            "activitywatch",
            ".local/share/activitywatch",
            ".local/bin",
            "Applications/activitywatch",
        ] {
            folders.extend(home.map(|home| home.join(inside)));
        }
        for all in [
            "/opt/activitywatch",
            "/usr/lib/activitywatch",
            "/usr/local/bin",
            "/usr/bin",
        ] {
            folders.push(all.into());
        }
    }
    folders.into_iter().map(|folder| folder.join(file)).collect()
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// The ids to end so that ActivityWatch stops: the topmost of its programs above what listens at the server's port, and
/// its programs below that, parents first. Where the system does not tell who listens, those of `aw-qt`, at its usual port alone:
/// an `aw-qt` has nothing to do with what answers at another. Programs that are not ActivityWatch's are never among them, whoever
/// started them.
pub fn to_end(processes: &[OwnProcess], listener: Listener, port: u16) -> Vec<u32> {
    let find = |pid: u32| processes.iter().find(|process| process.pid == pid);
    let mut roots: Vec<u32> = match listener {
        Listener::Own(pid) => find(pid)
            .filter(|p| is_ours(p))
            .map(|p| topmost(processes, p))
            .into_iter()
            .collect(),
        Listener::NotTold if port == USUAL_PORT => processes
            .iter()
            .filter(|p| is_starter(p))
            .map(|p| topmost(processes, p))
            .collect(),
        Listener::NotOwn | Listener::NotTold => Vec::new(),
    };
    let mut chosen = Vec::new();
    let mut seen = BTreeSet::new();
    while !roots.is_empty() {
        let next = roots.remove(0);
        if !seen.insert(next) {
            continue;
        }
        chosen.push(next);
        let below = processes
            .iter()
            .filter(|p| p.parent == next && p.pid != next && is_ours(p));
        roots.extend(below.map(|p| p.pid));
    }
    chosen
}

fn topmost(processes: &[OwnProcess], from: &OwnProcess) -> u32 {
    let mut top = from;
    // A table read while processes come and go may hold a ring; no family is deeper than the table is long.
    for _ in 0..processes.len() {
        match processes
            .iter()
            .find(|p| p.pid == top.parent && p.pid != top.pid && is_ours(p))
        {
            Some(parent) => top = parent,
            None => break,
        }
    }
    top.pid
}

fn is_ours(process: &OwnProcess) -> bool {
    process.name.starts_with("aw-")
}

fn is_starter(process: &OwnProcess) -> bool {
    process.name == STARTER || process.name == "aw-qt.exe"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, parent: u32, name: &str) -> OwnProcess {
        OwnProcess {
            pid,
            parent,
            name: name.to_owned(),
        }
    }

    fn table() -> Vec<OwnProcess> {
        vec![
            process(1, 0, "init"),
            process(10, 1, "bash"),
            process(20, 10, "aw-qt"),
            process(21, 20, "aw-server"),
            process(22, 20, "aw-watcher-afk"),
            process(23, 20, "sh"),
            process(24, 23, "aw-sync"),
            process(30, 10, "aw-server"),
            process(40, 10, "awk"),
        ]
    }

    #[test]
    fn what_listens_is_ended_with_its_family_and_nothing_else() {
        assert_eq!(to_end(&table(), Listener::Own(21), USUAL_PORT), [20, 21, 22]);
        assert_eq!(
            to_end(&table(), Listener::Own(30), USUAL_PORT),
            [30],
            "a server that was started alone"
        );
        assert_eq!(
            to_end(&table(), Listener::Own(40), USUAL_PORT),
            [] as [u32; 0],
            "another program has the port"
        );
        assert_eq!(
            to_end(&table(), Listener::Own(99), USUAL_PORT),
            [] as [u32; 0],
            "another person's process"
        );
        assert_eq!(to_end(&table(), Listener::NotTold, USUAL_PORT), [20, 21, 22]);
        for (listener, port) in [
            (Listener::NotTold, 5666),
            (Listener::NotOwn, 5666),
            (Listener::NotOwn, USUAL_PORT),
        ] {
            assert_eq!(
                to_end(&table(), listener, port),
                [] as [u32; 0],
                "{listener:?} {port}: an unrelated aw-qt lives on"
            );
        }
        let ring = [process(2, 3, "aw-a"), process(3, 2, "aw-b")];
        assert_eq!(to_end(&ring, Listener::Own(2), USUAL_PORT).len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn the_program_is_found_on_the_path_and_in_usual_places() {
        use std::os::unix::fs::PermissionsExt;
        let temp = tempfile::tempdir().expect("a folder");
        let (bin, home) = (temp.path().join("bin"), temp.path().join("home"));
        let usual = home.join("activitywatch");
        for folder in [&bin, &usual] {
            std::fs::create_dir_all(folder).expect("a folder");
            std::fs::write(folder.join("aw-qt"), "").expect("a file");
        }
        let path = std::env::join_paths([&bin]).expect("a path");
        assert_ne!(
            find(Some(&path), Some(&home)),
            Some(bin.join("aw-qt")),
            "not to be run"
        );
        for folder in [&bin, &usual] {
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(folder.join("aw-qt"), mode).expect("a mode");
        }
        assert_eq!(find(Some(&path), Some(&home)), Some(bin.join("aw-qt")));
        if cfg!(target_os = "linux") {
            assert_eq!(find(None, Some(&home)), Some(usual.join("aw-qt")));
        }
    }
}
