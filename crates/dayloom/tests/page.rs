//! A minute and a half at a real desktop, then the page a person would open: the right applications, repository, branch
//! and minutes, and the same sums as `today`.
#![cfg(target_os = "linux")]

mod program;

use std::time::Instant;

use dayloom_testkit::Desktop;
use program::{
    Program,
    day::{micros, of_app, of_spans, of_task},
    desk::{repository, terminal},
    visit::Visit,
    wait_for,
};

/// What must have been seen of the terminal and then of each other window: enough for whole minutes on the page.
const AT_TERMINAL: i64 = 45_000_000;
const AT_OTHERS: i64 = 15_000_000;

/// What stands between two marks of a page, each time.
fn between<'p>(page: &'p str, open: &str, close: &str) -> Vec<&'p str> {
    let parts = page.split(open).skip(1);
    parts.filter_map(|rest| rest.split(close).next()).collect()
}

#[tokio::test]
async fn the_page_shows_what_was_done() {
    let Some(desktop) = Desktop::start() else { return };
    let home = Program::new();
    let root = repository(&home);
    let begun = Instant::now();
    let up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[("DISPLAY", desktop.display()), ("AEXY_SAMPLE_INTERVAL", "1")],
    );
    home.json(&["tasks", "add", "Mend the loom", "--key", "LOOM-12"]);
    let today = || home.json(&["today"]);
    let shell = terminal(&desktop, &root.join("src"));
    wait_for("time at the terminal", || {
        of_task(&today(), "LOOM-12") >= AT_TERMINAL
    });
    let inkwell = desktop.open("Inkwell", "chapter one");
    wait_for("time at Inkwell", || of_app(&today(), "Inkwell") >= AT_OTHERS);
    let ledger = desktop.open("Ledger", "accounts of May");
    wait_for("time at Ledger", || of_app(&today(), "Ledger") >= AT_OTHERS);
    desktop.focus(&inkwell);
    let before = of_app(&today(), "Inkwell");
    wait_for("more time at Inkwell", || {
        of_app(&today(), "Inkwell") > before + AT_OTHERS / 3
    });
    drop((shell, inkwell, ledger));
    home.json(&["devices", "pause"]);
    wait_for("everything to be sent", || {
        let status = home.json(&["spool", "status"]);
        status["agent"]["capture"] == "paused" && status["spool"]["waiting"] == 0
    });
    let mut day = today();
    wait_for("the day to be derived", || {
        day = today();
        day["pending"] == false
    });
    let elapsed = i64::try_from(begun.elapsed().as_micros()).unwrap();
    let attention = micros(&day["attention_s"]);
    assert!(attention <= elapsed + 1_000_000, "{attention} µs in {elapsed} µs");
    assert_eq!(of_spans(&day), attention);
    let page = Visit::new(&home, &up).await.page("/tracking/tracker").await;

    // Each block has its row, each row its minutes, and both add up to the same.
    let blocks = day["blocks"].as_array().unwrap();
    let told: Vec<i64> = blocks.iter().map(|b| b["minutes"].as_i64().unwrap()).collect();
    let rows = between(&page, "<tr id=\"b", "</tr>");
    let shown: Vec<i64> = rows
        .iter()
        .map(|row| between(row, "<td class=\"n m\">", "</td>")[0].parse().unwrap())
        .collect();
    assert_eq!(shown, told);
    let total = between(&page, "<tfoot>", "</tfoot>")[0];
    let minutes: i64 = told.iter().sum();
    assert!(
        total.contains(&format!("<td class=\"n\">{minutes}m</td>")),
        "{total} is not {minutes} minutes"
    );
    assert_eq!(minutes, (attention + 30_000_000) / 60_000_000);
    assert!(minutes >= 1);

    let loom: Vec<&&str> = rows.iter().filter(|row| row.contains("LOOM-12")).collect();
    assert!(!loom.is_empty(), "{rows:#?}");
    assert!(
        loom.iter().any(|row| row.contains("team/loom @ feature/LOOM-12")),
        "{loom:#?}"
    );
    assert!(
        loom.iter().any(|row| row.to_lowercase().contains("xterm")),
        "{loom:#?}"
    );
    assert!(of_task(&day, "LOOM-12") >= AT_TERMINAL, "{day}");
    for app in ["Inkwell", "Ledger"] {
        assert!(
            rows.iter().any(|row| row.contains(app)),
            "{app} is not on the page: {rows:#?}"
        );
    }
    let (code, _) = up.terminate();
    assert_eq!(code, 0);
}
