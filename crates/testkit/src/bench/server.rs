//! The server as people run it, in a process of its own: its memory at rest and under the load of small batches, while it
//! derives the days they make. SQLite; the program is looked for beside this one.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use dayloom_server::Secret;
use dayloom_storage::{Migrate, Store};
use jiff::Timestamp;

use super::{Figure, load};

/// Requests.
const REQUESTS: usize = 12_000;
/// Events of each.
const SIZE: usize = 10;
/// Signs the tokens of the load.
const SECRET: &str = "the secret of a measurement, of 32 and more";
/// The aim of the foundation: what the server may hold under this load, in megabytes of 10^6 bytes.
const AIM: f64 = 60.0;

/// Measures; takes about ten seconds. `now` is the instant of the clock the server reads too.
pub fn run(now: Timestamp) -> Vec<Figure> {
    let home = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", home.path().join("server.db").display());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let work = runtime.block_on(async {
        let store = Store::open(&url, Migrate::Apply).await.expect("a database");
        let work = load::work(
            &store,
            &Secret::new(SECRET),
            load::connections(),
            REQUESTS,
            SIZE,
            now,
        )
        .await;
        store.close().await;
        work
    });
    let (mut server, address) = start(&home.path().join("home"), &url);
    let rest = megabytes(&server, "VmRSS:");
    let (rate, times) = runtime.block_on(load::run(address, work));
    let peak = megabytes(&server, "VmHWM:");
    server.kill().expect("the server runs");
    server.wait().expect("the server ends");
    vec![
        Figure::plain("server: resident at rest", rest, "MB"),
        Figure::plain("server: batches of 10 while it derives", rate, "requests/s"),
        Figure::plain(
            "server: batches of 10 while it derives, p99",
            load::percentile(times, 99),
            "ms",
        ),
        Figure::at_most(
            "server: resident under that load, at most",
            peak,
            "MB",
            AIM,
            "<= 60 MB",
        ),
    ]
}

fn start(home: &std::path::Path, url: &str) -> (Child, std::net::SocketAddr) {
    let program: PathBuf = std::env::current_exe().expect("a path").with_file_name("dayloom");
    let mut server = Command::new(&program)
        .arg("--home")
        .arg(home)
        .args(["serve", "--listen", "127.0.0.1:0", "--database-url", url])
        .env("DAYLOOM_SECRET", SECRET)
        .env("DAYLOOM_RATE_LIMITS", "off")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{} starts: {e}; build it beside this program", program.display()));
    let mut line = String::new();
    let out = server.stdout.take().expect("a pipe");
    BufReader::new(out).read_line(&mut line).expect("a line");
    let address = line
        .trim()
        .strip_prefix("ready http://")
        .expect("`ready http://…`");
    let address = address.parse().expect("an address");
    (server, address)
}

/// A figure of the process's status, in megabytes.
fn megabytes(server: &Child, field: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("a process");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .expect("the figure");
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kibibytes * 1_024.0 / 1e6
}
