//! What the running agent costs: memory and processor time over some minutes on a desktop without a screen, whose windows
//! take turns and change their titles. The server it uploads to is another process and is not measured.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::Figure;
use crate::Desktop;

/// Memory the agent may take: resident, in megabytes of 10^6 bytes (`docs/performance.md`).
const MEMORY_MB: f64 = 12.0;
/// Share of one core it may take at a sample a minute, per cent.
const CORE_PERCENT: f64 = 0.05;
/// Ticks a second of `/proc/…/stat`: `USER_HZ`, which is 100 on every architecture Dayloom is built for.
const TICKS: f64 = 100.0;
/// How long the agent may take until its first sample is taken and sent; not measured.
const SETTLE: Duration = Duration::from_secs(20);
/// How long a window keeps the focus.
const TURN: Duration = Duration::from_secs(20);
/// How often memory is looked at: a sample and its upload take some tens of milliseconds.
const LOOK: Duration = Duration::from_millis(2);

/// A started program, ended when dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing else to do about either.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where the kernel counts a process's memory, in megabytes, and its processor time.
struct Use {
    resident: f64,
    anonymous: f64,
    files: f64,
    cpu: f64,
}

/// Measures for so many minutes. The program is the one beside this one.
///
/// # Panics
/// Where the desktop, the server or the agent does not start: there is nothing to measure then.
pub fn run(minutes: u64) -> Vec<Figure> {
    let binary = beside_this_program();
    let desktop = Desktop::start().expect("Xvfb, openbox and xdotool are installed");
    let home = tempfile::tempdir().expect("a temporary folder");
    let _server = server(&binary, home.path());
    let agent = desktop
        .command(binary.to_str().expect("a path of text"))
        .args(["--home".as_ref(), home.path().as_os_str(), "agent".as_ref()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the agent starts");
    let agent = Program(agent);
    let windows = [
        desktop.open("Code", "day.rs - dayloom - Visual Studio Code"),
        desktop.open("firefox", "Documentation — Mozilla Firefox"),
    ];
    std::thread::sleep(SETTLE);
    let before = usage(agent.0.id());
    let begun = Instant::now();
    let mut most = before.resident;
    for turn in 0.. {
        if begun.elapsed() >= Duration::from_secs(60 * minutes) {
            break;
        }
        let window = &windows[turn % windows.len()];
        window.rename(&format!("file {turn} - work"));
        desktop.focus(window);
        desktop.xdotool(&["key", "a"]);
        most = most.max(most_resident(agent.0.id(), TURN));
    }
    let seconds = begun.elapsed().as_secs_f64();
    let after = usage(agent.0.id());
    let cpu = after.cpu - before.cpu;
    vec![
        Figure::plain("agent: measured for", seconds / 60.0, "min"),
        Figure::at_most(
            "agent: resident, at the end",
            after.resident,
            "MB",
            MEMORY_MB,
            "≤ 12 MB",
        ),
        Figure::at_most(
            "agent: resident, at most, looked at each 2 ms",
            most,
            "MB",
            MEMORY_MB,
            "≤ 12 MB",
        ),
        Figure::plain("agent: of it its own (anonymous)", after.anonymous, "MB"),
        Figure::plain("agent: of it pages of files", after.files, "MB"),
        Figure::plain("agent: processor time", cpu, "s"),
        Figure::at_most(
            "agent: share of a core",
            cpu / seconds * 100.0,
            "%",
            CORE_PERCENT,
            "≤ 0.05 %",
        ),
    ]
}

fn beside_this_program() -> PathBuf {
    let this = std::env::current_exe().expect("this program's path");
    let binary = this.with_file_name("dayloom");
    assert!(
        binary.is_file(),
        "{} is not built: cargo build --release --package dayloom",
        binary.display()
    );
    binary
}

/// Starts a server in the home and waits until it says that it answers; the agent finds it through the home.
fn server(binary: &Path, home: &Path) -> Program {
    let mut child = Command::new(binary)
        .arg("--home")
        .arg(home)
        .args(["up", "--no-open", "--no-agent", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts");
    let out = child.stdout.take().expect("its output is piped");
    let program = Program(child);
    let ready = BufReader::new(out)
        .lines()
        .map_while(Result::ok)
        .any(|line| line.starts_with("ready "));
    assert!(ready, "the server ended before it was ready");
    program
}

/// The most a process holds within some time.
fn most_resident(pid: u32, within: Duration) -> f64 {
    let begun = Instant::now();
    let mut most: f64 = 0.0;
    while begun.elapsed() < within {
        most = most.max(usage(pid).resident);
        std::thread::sleep(LOOK);
    }
    most
}

/// What a process uses now.
fn usage(pid: u32) -> Use {
    let status = read(pid, "status");
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|rest| rest.trim_start_matches(':').split_whitespace().next());
        kibibytes.and_then(|n| n.parse::<f64>().ok()).unwrap_or_default() * 1024.0 / 1e6
    };
    Use {
        resident: megabytes("VmRSS"),
        anonymous: megabytes("RssAnon"),
        files: megabytes("RssFile"),
        cpu: ticks(&read(pid, "stat")) / TICKS,
    }
}

fn read(pid: u32, what: &str) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/{what}")).expect("the agent runs, on Linux")
}

/// Ticks in user and kernel mode: fields 14 and 15 of `/proc/…/stat`, counted after the name, which may hold anything.
fn ticks(stat: &str) -> f64 {
    let fields = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace();
    fields
        .skip(11)
        .take(2)
        .filter_map(|n| n.parse::<f64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_read_behind_whatever_the_program_is_called() {
        let stat = "77 (a) b (c) S 1 77 77 0 -1 4194560 1 2 3 4 120 30 5 6 20 0 9 0 1 2 3";
        assert!((ticks(stat) - 150.0).abs() < f64::EPSILON);
    }
}
