//! From a real desktop to one true day: windows opened and switched under a real X server, seen on `today`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dayloom_testkit::Desktop;
use program::Program;
use serde_json::Value;

/// Longest wait for the day to show what was done.
const PATIENCE: Duration = Duration::from_secs(90);

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn repository(root: &Path) {
    std::fs::create_dir_all(root.join("src")).unwrap();
    std::fs::write(root.join("src/main.rs"), "fn main() {}\n").unwrap();
    for args in [
        ["init", "-q", "-b", "feature/LOOM-12", "."].as_slice(),
        &["remote", "add", "origin", "git@example.com:team/loom.git"],
    ] {
        assert!(
            Command::new("git")
                .current_dir(root)
                .args(args)
                .status()
                .unwrap()
                .success()
        );
    }
}

/// What the editor would have written when the folder was opened in it.
fn opened_in_editor(program: &Program, root: &Path) {
    let store = program.path(".config/Code/User/workspaceStorage/1");
    std::fs::create_dir_all(&store).unwrap();
    let json = serde_json::json!({ "folder": format!("file://{}", root.display()) });
    std::fs::write(store.join("workspace.json"), json.to_string()).unwrap();
}

fn apps(day: &Value) -> Vec<String> {
    let spans = day["spans"].as_array().unwrap();
    spans
        .iter()
        .map(|s| s["app"].as_str().unwrap_or_default().to_lowercase())
        .collect()
}

fn seconds_of_task(day: &Value, key: &str) -> f64 {
    let blocks = day["blocks"].as_array().unwrap().iter();
    blocks
        .filter(|b| b["task_key"] == key)
        .filter_map(|b| b["seconds"].as_f64())
        .sum()
}

#[test]
fn windows_on_a_desktop_become_a_day_with_repository_branch_and_task() {
    let Some(desktop) = Desktop::start() else { return };
    let home = Program::new();
    let root = home
        .path("loom")
        .canonicalize()
        .unwrap_or_else(|_| home.path("loom"));
    repository(&root);
    opened_in_editor(&home, &root);
    let begun = Instant::now();
    let up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[("DISPLAY", desktop.display()), ("AEXY_SAMPLE_INTERVAL", "1")],
    );
    home.json(&["tasks", "add", "Mend the loom", "--key", "LOOM-12"]);

    let editor = desktop.open("Code", "● main.rs - loom - Visual Studio Code");
    let wait_for = |what: &str, holds: &dyn Fn(&Value) -> bool| {
        let start = Instant::now();
        loop {
            let day = home.json(&["today"]);
            if holds(&day) {
                return day;
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain for {what}: {day:#}");
            std::thread::sleep(Duration::from_millis(250));
        }
    };
    wait_for("the editor", &|day| seconds_of_task(day, "LOOM-12") >= 2.0);

    let browser = desktop.open("firefox", "Weaving — Mozilla Firefox");
    wait_for("the browser", &|day| {
        apps(day).iter().any(|a| a.contains("firefox"))
    });
    let private = desktop.open("firefox", "Bank — Mozilla Firefox Private Browsing");
    std::thread::sleep(Duration::from_secs(3));
    drop(private);

    let terminal = desktop
        .command("xterm")
        .args(["-e", "bash", "--norc", "--noprofile"])
        .current_dir(root.join("src"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let terminal = Ended(terminal.expect("xterm starts"));
    let day = wait_for("the terminal", &|day| {
        apps(day).iter().any(|a| a.contains("xterm"))
    });
    drop((editor, browser, terminal));

    assert!(
        !day.to_string().contains("Bank"),
        "a private window leaves no trace"
    );
    let attention = day["attention_s"].as_f64().unwrap();
    let spans: f64 = day["spans"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|s| s["seconds"].as_f64())
        .sum();
    assert!((attention - spans).abs() < 1e-6, "the spans are the attention");
    assert!(
        attention <= begun.elapsed().as_secs_f64() + 1.0,
        "no more than the time that passed"
    );
    let (code, rest) = up.terminate();
    assert_eq!((code, rest.as_str()), (0, ""));
}
