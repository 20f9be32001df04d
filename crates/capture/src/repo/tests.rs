//! Repositories as Git itself makes them.

use std::path::Path;
use std::process::Command;

use super::*;

fn git(dir: &Path, args: &[&str]) -> String {
    let out = Command::new("git")
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .args([
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@example.com",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(args)
        .output()
        .expect("git runs");
    assert!(
        out.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

fn repo_at(dir: &Path) {
    std::fs::create_dir_all(dir).unwrap();
    git(dir, &["init", "-q", "-b", "main"]);
    git(dir, &["commit", "-q", "--allow-empty", "-m", "one"]);
}

fn find(path: &Path) -> Repo {
    RepoCache::default().find(path).expect("a repository")
}

#[test]
fn a_repository_without_remote_is_named_by_its_folder() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("loom");
    std::fs::create_dir_all(dir.join("src/deep")).unwrap();
    git(&dir, &["init", "-q", "-b", "trunk"]);
    let unborn = find(&dir.join("src/deep/gone.rs"));
    assert_eq!(
        (unborn.name.as_str(), unborn.branch.as_deref()),
        ("loom", Some("trunk")),
        "an unborn branch counts"
    );
    assert_eq!(unborn.root.canonicalize().unwrap(), dir.canonicalize().unwrap());
}

#[test]
fn origin_names_it_before_other_remotes_and_a_checkout_is_noticed_at_once() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("x");
    repo_at(&dir);
    git(
        &dir,
        &["remote", "add", "fork", "https://example.com/me/fork.git"],
    );
    let mut cache = RepoCache::default();
    assert_eq!(cache.find(&dir).unwrap().name, "me/fork");
    git(
        &dir,
        &["remote", "add", "origin", "git@example.com:team/real.git"],
    );
    assert_eq!(cache.find(&dir).unwrap().name, "team/real");
    git(&dir, &["checkout", "-q", "-b", "feature/PROJ-12-long"]);
    assert_eq!(
        cache.find(&dir).unwrap().branch.as_deref(),
        Some("feature/PROJ-12-long")
    );
    git(&dir, &["checkout", "-q", "--detach"]);
    let commit = git(&dir, &["rev-parse", "HEAD"]);
    assert_eq!(cache.find(&dir).unwrap().branch.as_deref(), Some(&commit[..7]));
}

#[test]
fn linked_work_trees_have_their_own_branch_and_the_name_of_the_main_one() {
    let temp = tempfile::tempdir().unwrap();
    let main = temp.path().join("main-tree");
    repo_at(&main);
    git(&main, &["worktree", "add", "-q", "-b", "side", "../elsewhere"]);
    let linked = find(&temp.path().join("elsewhere"));
    assert_eq!(
        (linked.name.as_str(), linked.branch.as_deref()),
        ("main-tree", Some("side"))
    );
    git(&main, &["remote", "add", "origin", "ssh://git@h/o/n.git"]);
    assert_eq!(find(&temp.path().join("elsewhere")).name, "o/n");
    assert_eq!(find(&main).branch.as_deref(), Some("main"));
}

#[test]
fn submodules_separate_git_folders_and_bare_repositories_are_found() {
    let temp = tempfile::tempdir().unwrap();
    let library = temp.path().join("library");
    repo_at(&library);
    let outer = temp.path().join("outer");
    repo_at(&outer);
    git(
        &outer,
        &["submodule", "add", "-q", library.to_str().unwrap(), "vendor/lib"],
    );
    assert_eq!(
        find(&outer.join("vendor/lib")).name,
        "lib",
        "a local remote has no name, so the folder's is taken"
    );
    git(
        &outer.join("vendor/lib"),
        &["remote", "set-url", "origin", "https://h/o/lib.git"],
    );
    assert_eq!(find(&outer.join("vendor/lib")).name, "o/lib");
    assert_eq!(find(&outer).name, "outer");

    let apart = temp.path().join("apart");
    let store = temp.path().join("store.git");
    git(
        temp.path(),
        &[
            "init",
            "-q",
            "-b",
            "b1",
            "--separate-git-dir",
            store.to_str().unwrap(),
            apart.to_str().unwrap(),
        ],
    );
    assert_eq!(
        (find(&apart).name.as_str(), find(&apart).branch.as_deref()),
        ("apart", Some("b1"))
    );

    git(
        temp.path(),
        &["clone", "-q", "--bare", library.to_str().unwrap(), "bare.git"],
    );
    let bare = find(&temp.path().join("bare.git/refs"));
    assert_eq!(
        (bare.name.as_str(), bare.branch.as_deref()),
        ("bare", Some("main"))
    );
}

#[test]
fn outside_of_repositories_and_for_relative_paths_there_is_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let mut cache = RepoCache::default();
    assert_eq!(cache.find(temp.path()), None);
    assert_eq!(cache.find(Path::new("src/lib.rs")), None);
    assert_eq!(branch_of("ref: refs/heads/.invalid"), None);
    assert_eq!(branch_of("ref: refs/remotes/origin/x"), Some("x".to_owned()));
    assert_eq!(branch_of("garbage"), None);
}
