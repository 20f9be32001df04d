//! Runs the real binary in a home of its own and with an environment of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

#[allow(dead_code, reason = "not every test file adds up days")]
pub mod day;
#[allow(dead_code, reason = "not every test file works at a desktop")]
pub mod desk;
#[allow(dead_code, reason = "not every test file opens the page")]
pub mod visit;
#[cfg(unix)]
#[allow(dead_code, reason = "not every test file asks about a day")]
pub mod worked;

#[cfg(unix)]
use std::io::Read as _;
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{OnceLock, mpsc},
    time::{Duration, Instant},
};

use dayloom_domain::Clock;
use jiff::{Timestamp, tz::TimeZone};

/// A home, and the program to run in it.
pub struct Program {
    home: tempfile::TempDir,
}

/// What a run printed and answered.
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// A server that runs; killed when dropped, so that a failing test leaves nothing behind.
pub struct Up {
    child: Child,
    /// Kept open for the program, and read to its end where a program can be told to end.
    #[cfg_attr(not(unix), allow(dead_code, reason = "nothing is told to end"))]
    out: BufReader<std::process::ChildStdout>,
    /// Where it answers.
    #[allow(dead_code, reason = "not every test file asks")]
    pub url: String,
}

/// Longest a test waits for a program; far above what it needs, because machines differ.
#[allow(dead_code, reason = "not every test file waits")]
pub const PATIENCE: Duration = Duration::from_secs(180);

/// A rule with a pattern that is none.
#[allow(dead_code, reason = "not every test file adds rules")]
pub const BROKEN_RULE: [&str; 8] = [
    "rules",
    "add",
    "title",
    "(",
    "--match",
    "regex",
    "--category",
    "personal",
];

/// The clock of the programs under test, which is the real one.
pub struct Now;

impl Clock for Now {
    #[expect(
        clippy::disallowed_methods,
        reason = "the programs under test have the real clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The zone of the programs under test: no midnight comes, and no clock is put forward, while a test runs. It is Berlin by
/// day; by night it is a place where it is day then.
pub fn zone() -> &'static str {
    static ZONE: OnceLock<&str> = OnceLock::new();
    ZONE.get_or_init(|| {
        let hour = Now.now().to_zoned(TimeZone::get("Europe/Berlin").unwrap()).hour();
        // Twelve hours before Greenwich, written as POSIX does: when Berlin's night begins it is morning there.
        if (4..20).contains(&hour) {
            "Europe/Berlin"
        } else {
            "Etc/GMT-12"
        }
    })
}

/// Waits until something holds; fails the test by its name if it does not come about.
#[allow(dead_code, reason = "not every test file waits")]
pub fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[allow(dead_code, reason = "each test file uses its part")]
impl Program {
    /// A new, empty home.
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// A file of the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file of the home.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The program with nothing of the tester's own environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dayloom"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("DAYLOOM_HOME", self.home.path());
        // On Windows no program starts without it.
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        command.env("TZ", zone()).env("USER", "ann").args(args);
        command
    }

    /// Runs to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    /// Runs to its end with more variables.
    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        let output = self
            .command(args)
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What a running `up` notes of itself: where it answers, and the token of its person.
    pub fn note(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.path("server.json")).unwrap()).unwrap()
    }

    /// The token of the person of a running `up`.
    pub fn token(&self) -> String {
        self.note()["token"].as_str().unwrap().to_owned()
    }

    /// Runs and reads what it prints as JSON.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{args:?}: {e} in {}", ran.out))
    }

    /// Starts a server and waits for its ready line.
    pub fn start(&self, args: &[&str]) -> Up {
        self.start_with(args, &[])
    }

    /// Starts a server with more variables and waits for its ready line.
    pub fn start_with(&self, args: &[&str], env: &[(&str, &str)]) -> Up {
        let mut command = self.command(args);
        command.envs(env.iter().copied());
        Self::ready(command)
    }

    /// Runs a command that starts a server, and waits for its ready line.
    pub fn ready(mut command: Command) -> Up {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (said, first) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = out.read_line(&mut line);
            // Nobody listens any more where it took too long.
            let _ = said.send((read, line, out));
        });
        let Ok((_, line, out)) = first.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            panic!("{command:?} says nothing");
        };
        let mut up = Up {
            child,
            out,
            url: String::new(),
        };
        let url = line.strip_prefix("ready ");
        // Dropped by the panic, it is ended.
        up.url = url
            .unwrap_or_else(|| panic!("{command:?} said {line:?}"))
            .trim()
            .to_owned();
        up
    }
}

#[allow(dead_code, reason = "each test file uses its part")]
impl Up {
    /// Sends TERM and waits for the end: its exit code and the rest of its standard output.
    #[cfg(unix)]
    pub fn terminate(self) -> (i32, String) {
        self.tell(rustix::process::Signal::TERM)
    }

    /// Sends a signal and waits for the end: its exit code and the rest of its standard output.
    #[cfg(unix)]
    pub fn tell(mut self, signal: rustix::process::Signal) -> (i32, String) {
        self.signal(signal);
        wait_for("its end", || self.child.try_wait().unwrap().is_some());
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (status.code().unwrap_or(-1), rest)
    }

    /// Sends a signal.
    #[cfg(unix)]
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.id()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Kills it, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Text without what differs from run to run.
#[allow(dead_code, reason = "each test file uses its part")]
pub fn neutral(text: &str, program: &Program) -> String {
    let home = program.home.path().to_string_lossy().into_owned();
    text.replace(&home, "[HOME]")
}
