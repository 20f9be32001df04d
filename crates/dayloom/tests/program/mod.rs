//! Runs the real binary in a home of its own and with an environment of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

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
    out: BufReader<std::process::ChildStdout>,
    /// Where it answers.
    #[allow(dead_code, reason = "not every test file asks")]
    pub url: String,
}

/// Longest a test waits for a program; far above what it needs, because machines differ.
const PATIENCE: Duration = Duration::from_secs(120);

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
        command.env("TZ", "Europe/Berlin").env("USER", "ann").args(args);
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
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url = line
            .strip_prefix("ready ")
            .unwrap_or_else(|| panic!("{command:?} said {line:?}"))
            .trim()
            .to_owned();
        Up { child, out, url }
    }
}

#[allow(dead_code, reason = "each test file uses its part")]
impl Up {
    /// Sends TERM and waits for the end: its exit code and the rest of its standard output.
    #[cfg(unix)]
    pub fn terminate(mut self) -> (i32, String) {
        let pid = i32::try_from(self.child.id()).unwrap();
        rustix::process::kill_process(
            rustix::process::Pid::from_raw(pid).unwrap(),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (status.code().unwrap_or(-1), rest)
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
