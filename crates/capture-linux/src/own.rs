//! The processes of this person as `/proc` tells them, who of them listens at a port, and how one is asked to end.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

use dayloom_capture::activitywatch::program::{Listener, OwnProcess, ProcessTable};
use rustix::process::{Pid, Signal, getuid, kill_process};

use crate::process::parent_and_name;

/// State of a listening socket in the tables of `/proc/net`.
const LISTEN: &str = "0A";

/// The processes of the person who runs this program.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnProcesses;

impl ProcessTable for OwnProcesses {
    fn own(&self) -> Vec<OwnProcess> {
        ids()
            .filter_map(|pid| {
                let (parent, name) = parent_and_name(pid)?;
                Some(OwnProcess { pid, parent, name })
            })
            .collect()
    }

    fn listener(&self, port: u16) -> Listener {
        let inodes = listening(port);
        let links: Vec<String> = inodes.iter().map(|inode| format!("socket:[{inode}]")).collect();
        ids()
            .find(|pid| has_socket(*pid, &links))
            .map_or(Listener::NotOwn, Listener::Own)
    }

    fn end(&self, pid: u32) -> io::Result<()> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(kill_process(pid, Signal::TERM)?)
    }
}

/// Ids of this person's processes.
fn ids() -> impl Iterator<Item = u32> {
    let me = getuid().as_raw();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter(move |entry| entry.metadata().is_ok_and(|meta| meta.uid() == me))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Inodes of the sockets that listen at a port, of whichever address.
fn listening(port: u16) -> Vec<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let text: String = tables
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect();
    let suffix = format!(":{port:04X}");
    let rows = text
        .lines()
        .map(|row| row.split_ascii_whitespace().collect::<Vec<_>>());
    rows.filter(|f| f.len() > 9 && f[1].ends_with(&suffix) && f[3] == LISTEN)
        .map(|f| f[9].to_owned())
        .collect()
}

fn has_socket(pid: u32, links: &[String]) -> bool {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    entries
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .any(|link| link.to_str().is_some_and(|link| links.iter().any(|l| l == link)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_listed_and_found_by_the_port_it_listens_at() {
        let (me, begun) = (std::process::id(), std::time::Instant::now());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        assert_eq!(OwnProcesses.listener(port), Listener::Own(me));
        drop(listener);
        // A process that another test starts has it too, for the moment before it becomes another program.
        while OwnProcesses.listener(port) != Listener::NotOwn {
            assert!(begun.elapsed().as_secs() < 60, "nobody listens any more");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(
            OwnProcesses
                .own()
                .iter()
                .any(|p| p.pid == me && p.parent > 0 && !p.name.is_empty())
        );
    }

    #[test]
    fn a_child_is_asked_to_end() {
        let mut child = std::process::Command::new("sleep")
            .arg("600")
            .spawn()
            .expect("sleep runs");
        OwnProcesses.end(child.id()).expect("a signal");
        assert!(!child.wait().expect("it ends").success());
        assert!(OwnProcesses.end(0).is_err());
    }
}
