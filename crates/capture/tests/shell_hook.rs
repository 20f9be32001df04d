//! The hook in real shells: Bash, zsh and fish.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail loudly")]

#[path = "../../testkit/src/needs.rs"]
#[allow(dead_code, reason = "these tests need one kind of thing")]
mod needs;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dayloom_capture::shell::{Shell, ShellNotes, init_script};
use dayloom_capture::source::{ShellSource, ShellState};

struct Place {
    temp: tempfile::TempDir,
    notes: PathBuf,
}

fn place() -> Place {
    let temp = tempfile::tempdir().unwrap();
    let notes = temp.path().join("it's a home/shell");
    std::fs::create_dir_all(temp.path().join("work dir")).unwrap();
    Place { temp, notes }
}

/// Runs an interactive shell with the hook and these lines typed into it; gives what the shell printed.
fn run(
    place: &Place,
    program: &str,
    arguments: &[&str],
    shell: Shell,
    before: &str,
    typed: &[&str],
) -> String {
    let rc = place.temp.path().join("rc");
    std::fs::write(&rc, format!("{before}\n{}", init_script(shell, &place.notes))).unwrap();
    let rc = rc.to_string_lossy();
    let arguments: Vec<String> = arguments.iter().map(|a| a.replace("RC", &rc)).collect();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(place.temp.path())
        .env("HOME", place.temp.path())
        .env("ZDOTDIR", place.temp.path())
        .env("HISTFILE", place.temp.path().join("history"))
        .env_remove("PROMPT_COMMAND")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for line in typed {
        writeln!(stdin, "{line}").unwrap();
    }
    drop(stdin);
    String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned()
}

async fn notes(place: &Place) -> Vec<ShellState> {
    ShellNotes::start(&place.notes, |_| true)
        .unwrap()
        .shells()
        .await
        .unwrap()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// One note, that this command ran last in the work folder; only the person can read it.
fn left_privately(place: &Place, all: &[ShellState], command: &str) {
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].cwd, place.temp.path().join("work dir"));
    assert_eq!(all[0].last_command.as_deref(), Some(command));
    assert_eq!(mode(&place.notes), 0o700);
    assert_eq!(mode(&place.notes.join(all[0].pid.to_string())), 0o600);
}

const BASH: &[&str] = &["--noprofile", "--rcfile", "RC", "-i"];

#[tokio::test]
async fn bash_leaves_directory_and_last_command_privately() {
    let place = place();
    run(
        &place,
        "bash",
        BASH,
        Shell::Bash,
        "set -o noclobber",
        &["cd 'work dir'", "true --password hunter2"],
    );
    left_privately(&place, &notes(&place).await, "true --password ***");
}

#[tokio::test]
async fn bash_does_not_report_a_command_of_an_earlier_shell() {
    let place = place();
    std::fs::write(place.temp.path().join("history"), "from before\n").unwrap();
    run(&place, "bash", BASH, Shell::Bash, "", &[""]);
    assert_eq!(notes(&place).await[0].last_command, None);
}

#[tokio::test]
async fn bash_keeps_out_what_the_person_keeps_out_of_history() {
    let place = place();
    run(
        &place,
        "bash",
        BASH,
        Shell::Bash,
        "HISTCONTROL=ignorespace",
        &["echo seen", " echo unseen"],
    );
    assert_eq!(notes(&place).await[0].last_command.as_deref(), Some("echo seen"));
}

#[test]
fn bash_prompts_of_the_person_go_on_working() {
    for before in [
        "PROMPT_COMMAND='echo own:$?;'",
        "PROMPT_COMMAND=('echo own:$?')",
        "set -u; PROMPT_COMMAND='echo own:$?'",
    ] {
        let place = place();
        let out = run(
            &place,
            "bash",
            BASH,
            Shell::Bash,
            before,
            &["(exit 3)", "echo code:$?"],
        );
        assert!(out.contains("own:3"), "{before}: {out}");
        assert!(
            out.contains("code:3"),
            "{before}: the hook must not change $?: {out}"
        );
    }
}

#[test]
fn a_shell_that_is_not_interactive_is_left_alone() {
    let place = place();
    let script = init_script(Shell::Bash, &place.notes);
    assert!(
        Command::new("bash")
            .args(["-c", &script])
            .status()
            .unwrap()
            .success()
            || !place.notes.exists()
    );
    assert!(!place.notes.exists());
}

#[tokio::test]
async fn zsh_leaves_directory_and_last_command() {
    if !needs::installed(&["zsh"], "zsh") {
        return;
    }
    let place = place();
    std::fs::write(place.temp.path().join(".zshrc"), "source ./rc\n").unwrap();
    run(
        &place,
        "zsh",
        &["-i"],
        Shell::Zsh,
        "",
        &["cd 'work dir'", "true token=abc"],
    );
    left_privately(&place, &notes(&place).await, "true token=***");
}

#[test]
fn zsh_keeps_the_exit_code_of_the_person() {
    if !needs::installed(&["zsh"], "zsh") {
        return;
    }
    let place = place();
    std::fs::write(place.temp.path().join(".zshrc"), "source ./rc\n").unwrap();
    let typed = ["(exit 3)", "echo code:$?"];
    let out = run(&place, "zsh", &["-i"], Shell::Zsh, "", &typed);
    assert!(out.contains("code:3"), "the hook must not change $?: {out}");
}

/// Fish reads no lines from a pipe as a person's: what its reader would say of them is said in its place.
async fn fish(lines: &[&str]) -> (Place, Vec<ShellState>) {
    let place = place();
    let mut script = vec!["source rc; emit fish_prompt".to_owned()];
    for line in lines {
        let said = line.replace('\\', "\\\\").replace('\'', "\\'");
        script.push(format!("emit fish_preexec '{said}'; {line}; emit fish_prompt"));
    }
    let script = script.join("\n");
    run(&place, "fish", &["-i", "-c", &script], Shell::Fish, "", &[]);
    let all = notes(&place).await;
    (place, all)
}

#[tokio::test]
async fn fish_leaves_directory_and_last_command() {
    if !needs::installed(&["fish"], "fish") {
        return;
    }
    let (place, all) = fish(&["cd 'work dir'", "true --password hunter2"]).await;
    left_privately(&place, &all, "true --password ***");
}

#[tokio::test]
async fn fish_keeps_out_what_the_person_keeps_out_of_history() {
    if !needs::installed(&["fish"], "fish") {
        return;
    }
    let (_place, all) = fish(&["true seen", " true unseen"]).await;
    assert_eq!(all[0].last_command.as_deref(), Some("true seen"));
    let (_place, all) = fish(&["set -g fish_private_mode 1", "true unseen"]).await;
    assert_eq!(all[0].last_command.as_deref(), Some("set -g fish_private_mode 1"));
}

#[tokio::test]
async fn a_fish_that_is_not_interactive_is_left_alone() {
    if !needs::installed(&["fish"], "fish") {
        return;
    }
    let place = place();
    run(
        &place,
        "fish",
        &["-c", "source rc; emit fish_prompt"],
        Shell::Fish,
        "",
        &[],
    );
    assert!(!place.notes.exists());
}
