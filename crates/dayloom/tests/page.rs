//! A minute and a half at a real desktop, then the page a person would open: the right applications, repository, branch
//! and minutes, and the same sums as `today`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dayloom_testkit::Desktop;
use program::Program;
use serde_json::Value;

/// Time at the terminal and then at the other windows: enough for whole minutes on the page.
const AT_TERMINAL: Duration = Duration::from_secs(45);
const AT_OTHERS: Duration = Duration::from_secs(20);

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn repository(root: &Path) {
    std::fs::create_dir_all(root.join("src")).unwrap();
    for args in [
        ["init", "-q", "-b", "feature/LOOM-12", "."].as_slice(),
        &["remote", "add", "origin", "git@example.com:team/loom.git"],
    ] {
        let done = Command::new("git").current_dir(root).args(args).status().unwrap();
        assert!(done.success());
    }
}

fn micros(value: &Value) -> i64 {
    (value.as_f64().unwrap() * 1e6).round() as i64
}

/// What stands between two marks of a page, each time.
fn between<'p>(page: &'p str, open: &str, close: &str) -> Vec<&'p str> {
    let parts = page.split(open).skip(1);
    parts.filter_map(|rest| rest.split(close).next()).collect()
}

#[expect(
    clippy::too_many_lines,
    reason = "one story, told from the windows to the page"
)]
#[tokio::test]
async fn the_page_shows_what_was_done() {
    let Some(desktop) = Desktop::start() else { return };
    let home = Program::new();
    let root = home.path("").canonicalize().unwrap().join("loom");
    repository(&root);
    let up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[("DISPLAY", desktop.display()), ("AEXY_SAMPLE_INTERVAL", "1")],
    );
    home.json(&["tasks", "add", "Mend the loom", "--key", "LOOM-12"]);
    let begun = Instant::now();
    let xterm = desktop
        .command("xterm")
        .args(["-e", "bash", "--norc", "--noprofile"])
        .current_dir(root.join("src"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let terminal = Ended(xterm.expect("xterm starts"));
    std::thread::sleep(AT_TERMINAL);
    let inkwell = desktop.open("Inkwell", "chapter one");
    std::thread::sleep(AT_OTHERS);
    let ledger = desktop.open("Ledger", "accounts of May");
    std::thread::sleep(AT_OTHERS / 2);
    desktop.focus(&inkwell);
    std::thread::sleep(AT_OTHERS / 2);
    drop((terminal, inkwell, ledger));
    let worked = begun.elapsed();
    home.json(&["devices", "pause"]);

    // The day is still when two answers are alike and nothing waits.
    let mut day = home.json(&["today"]);
    desktop.wait_for("the day to be still", || {
        std::thread::sleep(Duration::from_secs(2));
        let before = std::mem::replace(&mut day, home.json(&["today"]));
        before == day && day["pending"] == false
    });
    let elapsed = i64::try_from(begun.elapsed().as_micros()).unwrap();
    let attention = micros(&day["attention_s"]);
    let least = i64::try_from(worked.as_micros()).unwrap() / 10 * 7;
    assert!(attention >= least, "{attention} µs of {worked:?} are told");
    assert!(attention <= elapsed + 1_000_000, "{attention} µs in {elapsed} µs");
    let spans: i64 = day["spans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| micros(&s["seconds"]))
        .sum();
    assert_eq!(spans, attention);

    let link = home.json(&["open"])["url"].as_str().unwrap().to_owned();
    // It puts the TLS provider in place that the HTTP client wants even for plain HTTP.
    dayloom_client::Client::new(&up.url, None).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let opened = http.get(link).send().await.unwrap();
    let cookie = opened.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let page = http
        .get(format!("{}/tracking/tracker", up.url))
        .header("cookie", cookie);
    let page = page.send().await.unwrap().text().await.unwrap();

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
    let on_task: i64 = blocks
        .iter()
        .filter(|b| b["task_key"] == "LOOM-12")
        .map(|b| micros(&b["seconds"]))
        .sum();
    let terminal = i64::try_from(AT_TERMINAL.as_micros()).unwrap();
    assert!(on_task >= terminal / 10 * 7, "{on_task} µs on the task");
    for app in ["Inkwell", "Ledger"] {
        assert!(
            rows.iter().any(|row| row.contains(app)),
            "{app} is not on the page: {rows:#?}"
        );
    }
    let (code, _) = up.terminate();
    assert_eq!(code, 0);
}
