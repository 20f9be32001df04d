//! What stands on a test's desk: a repository with a branch, and a terminal in it.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use dayloom_testkit::Desktop;

use super::Program;

/// A program a test started: ended when dropped, so that a failing test leaves nothing behind.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The repository `team/loom` in the home, on the branch `feature/LOOM-12`. Gives its folder.
pub fn repository(home: &Program) -> PathBuf {
    let root = home.path("").canonicalize().unwrap().join("loom");
    std::fs::create_dir_all(root.join("src")).unwrap();
    std::fs::write(root.join("src/main.rs"), "fn main() {}\n").unwrap();
    for args in [
        ["init", "-q", "-b", "feature/LOOM-12", "."].as_slice(),
        &["remote", "add", "origin", "git@example.com:team/loom.git"],
    ] {
        let done = Command::new("git")
            .current_dir(&root)
            .args(args)
            .status()
            .unwrap();
        assert!(done.success(), "git {args:?}");
    }
    root
}

/// A shell in a terminal on a desktop, in a folder.
pub fn terminal(desktop: &Desktop, folder: &Path) -> Ended {
    let xterm = desktop
        .command("xterm")
        .args(["-e", "bash", "--norc", "--noprofile"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Ended(xterm.expect("xterm starts"))
}
