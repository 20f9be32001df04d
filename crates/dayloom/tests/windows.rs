//! Windows opened, renamed and switched on a desktop, a private one among them: what `dayloom up` makes of the day.
#![cfg(target_os = "linux")]

mod program;

use std::time::{Duration, Instant};

use dayloom_testkit::desktop::Desktop;
use program::{
    Program,
    day::{micros, of_app, of_spans},
    wait_for,
};

/// What must have been seen of a window.
const A_WHILE: i64 = 2_000_000;

#[test]
fn what_was_on_the_screen_is_in_the_day() {
    let Some(desktop) = Desktop::start() else {
        return;
    };
    let home = Program::new();
    let inkwell = desktop.open("Inkwell", "chapter one");
    let begun = Instant::now();
    let _up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[("DISPLAY", desktop.display()), ("AEXY_SAMPLE_INTERVAL", "1")],
    );
    let today = || home.json(&["today"]);
    let more_of = |app: &str| {
        let before = of_app(&today(), app);
        wait_for(&format!("time in {app}"), || {
            of_app(&today(), app) >= before + A_WHILE
        });
    };
    more_of("Inkwell");
    let ledger = desktop.open("Ledger", "accounts");
    more_of("Ledger");
    ledger.rename("accounts of May");
    wait_for("the new title", || {
        today()["spans"].to_string().contains("accounts of May")
    });
    desktop.focus(&inkwell);
    more_of("Inkwell");

    // What is private leaves no trace, here or in what waits.
    let private = desktop.open("firefox", "Vault — Mozilla Firefox Private Browsing");
    std::thread::sleep(Duration::from_secs(3));
    drop(private);
    desktop.focus(&inkwell);
    more_of("Inkwell");

    let day = today();
    let elapsed = i64::try_from(begun.elapsed().as_micros()).unwrap();
    assert!(!day.to_string().contains("Vault"), "{day}");
    assert_eq!(of_app(&day, "firefox"), 0);
    let spans = of_spans(&day);
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
