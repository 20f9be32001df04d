//! Windows opened, renamed and switched on a desktop, a private one among them: what `dayloom up` makes of the day.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use dayloom_testkit::desktop::Desktop;
use program::Program;
use serde_json::Value;

/// Killed when dropped, so that a failing test leaves nothing behind.
struct Up(Child);

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(home: &Program, desktop: &Desktop) -> Up {
    let mut child = home
        .command(&["up", "--listen", "127.0.0.1:0", "--no-open"])
        .env("DISPLAY", desktop.display())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("AEXY_SAMPLE_INTERVAL", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let up = Up(child);
    assert!(line.starts_with("ready "), "{line:?}");
    up
}

fn micros(value: &Value) -> i64 {
    (value.as_f64().unwrap() * 1e6).round() as i64
}

/// Seconds of each application in the day.
fn seconds_of(day: &Value, app: &str) -> i64 {
    let spans = day["spans"].as_array().unwrap().iter();
    let of_app = spans.filter(|span| {
        span["app"]
            .as_str()
            .is_some_and(|name| name.eq_ignore_ascii_case(app))
    });
    of_app.map(|span| micros(&span["seconds"])).sum::<i64>() / 1_000_000
}

#[test]
fn what_was_on_the_screen_is_in_the_day() {
    let Some(desktop) = Desktop::start() else {
        return;
    };
    let home = Program::new();
    let inkwell = desktop.open("Inkwell", "chapter one");
    let begun = Instant::now();
    let _up = start(&home, &desktop);
    let today = || home.json(&["today"]);
    desktop.wait_for("time in the first window", || {
        seconds_of(&today(), "Inkwell") >= 2
    });
    let ledger = desktop.open("Ledger", "accounts");
    desktop.wait_for("time in the second window", || {
        seconds_of(&today(), "Ledger") >= 2
    });
    ledger.rename("accounts of May");
    desktop.wait_for("the new title", || {
        today()["spans"].to_string().contains("accounts of May")
    });
    desktop.focus(&inkwell);
    let before = seconds_of(&today(), "Inkwell");
    desktop.wait_for("more time in the first window", || {
        seconds_of(&today(), "Inkwell") > before + 1
    });

    // What is private leaves no trace, here or in what waits.
    let private = desktop.open("firefox", "Vault — Mozilla Firefox Private Browsing");
    std::thread::sleep(Duration::from_secs(3));
    drop(private);
    desktop.focus(&inkwell);
    let before = seconds_of(&today(), "Inkwell");
    desktop.wait_for("time after the private window", || {
        seconds_of(&today(), "Inkwell") > before + 1
    });

    let day = today();
    let elapsed = i64::try_from(begun.elapsed().as_micros()).unwrap();
    assert!(!day.to_string().contains("Vault"), "{day}");
    assert_eq!(seconds_of(&day, "firefox"), 0);
    let spans: i64 = day["spans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|span| micros(&span["seconds"]))
        .sum();
    assert_eq!(spans, micros(&day["attention_s"]));
    assert!(
        spans <= elapsed + 1_000_000,
        "{spans} µs of attention in {elapsed} µs of time"
    );

    let status = home.json(&["spool", "status"]);
    assert_eq!(status["spool"]["rejected"], 0, "{status}");
    assert!(status["spool"]["uploaded"].as_i64().unwrap() > 3, "{status}");
    assert!(status["agent"]["last_sample_at"].is_string(), "{status}");
}
