//! From a real desktop to one true day: windows opened and switched under a real X server, seen on `today`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::path::Path;
use std::time::{Duration, Instant};

use dayloom_testkit::Desktop;
use program::{
    Program,
    day::{micros, of_app, of_spans, of_task},
    desk::{repository, terminal},
    wait_for,
};
use serde_json::Value;

/// What the editor would have written when the folder was opened in it.
fn opened_in_editor(program: &Program, root: &Path) {
    let store = program.path(".config/Code/User/workspaceStorage/1");
    std::fs::create_dir_all(&store).unwrap();
    let json = serde_json::json!({ "folder": format!("file://{}", root.display()) });
    std::fs::write(store.join("workspace.json"), json.to_string()).unwrap();
}

#[test]
fn windows_on_a_desktop_become_a_day_with_repository_branch_and_task() {
    let Some(desktop) = Desktop::start() else { return };
    let home = Program::new();
    let root = repository(&home);
    opened_in_editor(&home, &root);
    let begun = Instant::now();
    let up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[("DISPLAY", desktop.display()), ("AEXY_SAMPLE_INTERVAL", "1")],
    );
    home.json(&["tasks", "add", "Mend the loom", "--key", "LOOM-12"]);

    let editor = desktop.open("Code", "● main.rs - loom - Visual Studio Code");
    let until = |what: &str, holds: &dyn Fn(&Value) -> bool| wait_for(what, || holds(&home.json(&["today"])));
    until("the editor", &|day| of_task(day, "LOOM-12") >= 2_000_000);

    let browser = desktop.open("firefox", "Weaving — Mozilla Firefox");
    until("the browser", &|day| of_app(day, "firefox") > 0);
    let private = desktop.open("firefox", "Bank — Mozilla Firefox Private Browsing");
    std::thread::sleep(Duration::from_secs(3));
    drop(private);

    let shell = terminal(&desktop, &root.join("src"));
    until("the terminal", &|day| of_app(day, "xterm") > 0);
    drop((editor, browser, shell));

    let day = home.json(&["today"]);
    assert!(
        !day.to_string().contains("Bank"),
        "a private window leaves no trace"
    );
    let attention = micros(&day["attention_s"]);
    assert_eq!(attention, of_spans(&day), "the spans are the attention");
    let elapsed = i64::try_from(begun.elapsed().as_micros()).unwrap();
    assert!(
        attention <= elapsed + 1_000_000,
        "no more than the time that passed"
    );
    let (code, rest) = up.terminate();
    assert_eq!((code, rest.as_str()), (0, ""));
}

#[test]
fn a_desktop_that_ends_and_starts_again_is_taken_up_without_a_restart() {
    let Some(mut desktop) = Desktop::start() else {
        return;
    };
    let home = Program::new();
    let up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[
            ("DISPLAY", desktop.display()),
            ("AEXY_SAMPLE_INTERVAL", "1"),
            ("DAYLOOM_ACTIVITYWATCH", "off"),
        ],
    );
    let before = desktop.open("Inkwell", "chapter one");
    wait_for("the first window", || {
        of_app(&home.json(&["today"]), "Inkwell") > 0
    });
    desktop.stop();
    drop(before);
    wait_for("the agent's word", || {
        home.json(&["spool", "status"])["agent"]["withheld"] == "presence_unknown"
    });
    desktop.restart();
    let after = desktop.open("Ledger", "accounts of May");
    wait_for("the second window", || {
        of_app(&home.json(&["today"]), "Ledger") > 0
    });
    drop(after);
    assert_eq!(up.terminate(), (0, String::new()));
}
