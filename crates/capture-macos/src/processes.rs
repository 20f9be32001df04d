//! The processes of this person as `ps` and `lsof` tell them, which every macOS has.

use std::io;
use std::process::Command;

use dayloom_capture::activitywatch::program::{Listener, OwnProcess, ProcessTable};
use rustix::process::{Pid, Signal, getuid, kill_process};

/// The processes of the person who runs this program.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnProcesses;

impl ProcessTable for OwnProcesses {
    fn own(&self) -> Vec<OwnProcess> {
        let me = getuid().as_raw().to_string();
        let text = printed(Command::new("/bin/ps").args(["-U", &me, "-o", "pid=,ppid=,comm="]));
        text.lines().filter_map(parse).collect()
    }

    fn listener(&self, port: u16) -> Listener {
        let me = getuid().as_raw().to_string();
        let at = format!("-iTCP:{port}");
        let text =
            printed(Command::new("/usr/sbin/lsof").args(["-nP", "-a", "-u", &me, &at, "-sTCP:LISTEN", "-t"]));
        let first = text.lines().next().and_then(|line| line.trim().parse().ok());
        first.map_or(Listener::NotOwn, Listener::Own)
    }

    fn end(&self, pid: u32) -> io::Result<()> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(kill_process(pid, Signal::TERM)?)
    }
}

fn printed(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).into_owned()
}

/// A line of `ps`: two numbers, then the whole path of the program, which may hold blanks.
fn parse(line: &str) -> Option<OwnProcess> {
    let (pid, rest) = line.trim_start().split_once(' ')?;
    let (parent, path) = rest.trim_start().split_once(' ')?;
    let name = path.trim().rsplit('/').next()?;
    Some(OwnProcess {
        pid: pid.parse().ok()?,
        parent: parent.parse().ok()?,
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_blanks_is_one_program() {
        let line = "  412     1 /Applications/Activity Watch.app/Contents/MacOS/aw-qt";
        let found = parse(line).expect("a process");
        assert_eq!((found.pid, found.parent, found.name.as_str()), (412, 1, "aw-qt"));
        assert_eq!(parse("ps"), None);
    }
}
