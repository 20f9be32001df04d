//! Processes as `/proc` tells them.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use async_trait::async_trait;
use dayloom_capture::recognise;
use dayloom_capture::{Lost, Process, ProcessSource};
use jiff::Timestamp;

/// Descendants told at most: a terminal with more has long stopped being readable.
const MAX_FAMILY: usize = 256;
/// Bytes of arguments read of each process.
const MAX_ARGS: u64 = 4096;

/// The processes of this machine.
pub struct Processes;

#[async_trait]
impl ProcessSource for Processes {
    async fn process(&mut self, pid: u32) -> Result<Option<Process>, Lost> {
        Ok(read(pid).map(|(_, process)| process))
    }

    async fn family(&mut self, pid: u32) -> Result<Vec<Process>, Lost> {
        Ok(family(pid))
    }
}

/// Whether a process lives and is a shell.
pub fn is_shell(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| recognise::is_shell(name.trim_end()))
}

/// The parent's id and the program's name of a process.
pub fn parent_and_name(pid: u32) -> Option<(u32, String)> {
    let stat = Stat::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?;
    Some((stat.parent, stat.name))
}

fn family(root: u32) -> Vec<Process> {
    let mut found = Vec::new();
    let mut open = vec![root];
    let mut by_parent = None;
    while let Some(pid) = open.pop() {
        if found.len() >= MAX_FAMILY {
            break;
        }
        let Some((_, process)) = read(pid) else { continue };
        found.push(process);
        let mut children = match children(pid) {
            Some(children) => children,
            // Kernels without that list: look at the parent of every process, once.
            None => by_parent
                .get_or_insert_with(all_by_parent)
                .get(&pid)
                .cloned()
                .unwrap_or_default(),
        };
        children.sort_unstable_by(|a, b| b.cmp(a));
        open.extend(children);
    }
    found
}

/// Children of all threads of a process; `None` where the kernel keeps no such list.
fn children(pid: u32) -> Option<Vec<u32>> {
    let mut all = Vec::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten() {
        let text = fs::read_to_string(thread.path().join("children")).ok()?;
        all.extend(
            text.split_ascii_whitespace()
                .filter_map(|p| p.parse::<u32>().ok()),
        );
    }
    Some(all)
}

fn all_by_parent() -> HashMap<u32, Vec<u32>> {
    let mut map: HashMap<u32, Vec<u32>> = HashMap::new();
    let Ok(entries) = fs::read_dir("/proc") else {
        return map;
    };
    for entry in entries.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if let Some(stat) = fs::read_to_string(format!("/proc/{pid}/stat"))
            .ok()
            .and_then(|text| Stat::parse(&text))
        {
            map.entry(stat.parent).or_default().push(pid);
        }
    }
    map
}

fn read(pid: u32) -> Option<(u32, Process)> {
    let stat = Stat::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?;
    let mut raw = Vec::new();
    // A kernel thread, or a process of someone else, has no arguments that could be read.
    if let Ok(file) = fs::File::open(format!("/proc/{pid}/cmdline")) {
        let _ = file.take(MAX_ARGS).read_to_end(&mut raw);
    }
    let args = raw
        .split(|b| *b == 0)
        .map(|arg| String::from_utf8_lossy(arg).into_owned());
    let mut args: Vec<String> = args.collect();
    if args.last().is_some_and(String::is_empty) {
        args.pop();
    }
    let process = Process {
        pid,
        args,
        cwd: cwd(pid),
        foreground: stat.tty != 0 && stat.group == stat.foreground_group,
        tty: stat.tty,
        tty_input: last_input(stat.tty),
        name: stat.name,
    };
    Some((stat.parent, process))
}

/// The working directory; a directory that was deleted is none.
fn cwd(pid: u32) -> Option<PathBuf> {
    let path = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    (!path.to_string_lossy().ends_with(" (deleted)")).then_some(path)
}

/// When a person last typed into a pseudo-terminal: the kernel keeps it as the access time of its device.
fn last_input(tty: u64) -> Option<Timestamp> {
    let major = (tty >> 8) & 0xfff;
    let minor = (tty & 0xff) | ((tty >> 12) & 0xf_ff00);
    // Pseudo-terminals have the majors 136 to 143.
    if !(136..=143).contains(&major) {
        return None;
    }
    let number = (major - 136) * 256 + minor;
    let metadata = fs::metadata(format!("/dev/pts/{number}")).ok()?;
    Timestamp::from_second(metadata.atime()).ok()
}

/// The few fields of `/proc/PID/stat` that matter here.
struct Stat {
    name: String,
    parent: u32,
    group: i64,
    tty: u64,
    foreground_group: i64,
}

impl Stat {
    /// The name stands in brackets and may hold brackets and blanks itself, so the last closing one ends it.
    fn parse(text: &str) -> Option<Self> {
        let (before, after) = text.rsplit_once(')')?;
        let name = before.split_once('(')?.1.to_owned();
        let fields: Vec<&str> = after.split_ascii_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<i64>().ok();
        Some(Self {
            name,
            parent: u32::try_from(number(1)?).ok()?,
            group: number(2)?,
            tty: u64::from(u32::from_ne_bytes(i32::try_from(number(4)?).ok()?.to_ne_bytes())),
            foreground_group: number(5)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let stat = Stat::parse("12 (a) b (c) S 7 12 12 34817 99 4194304 0 0").unwrap();
        assert_eq!((stat.name.as_str(), stat.parent, stat.group), ("a) b (c", 7, 12));
        assert_eq!((stat.tty, stat.foreground_group), (34817, 99));
        assert!(Stat::parse("12 (a").is_none());
        assert!(Stat::parse("").is_none());
    }

    #[test]
    fn this_process_and_its_child_are_told() {
        let temp = std::env::temp_dir().canonicalize().unwrap();
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .current_dir(&temp)
            .spawn()
            .unwrap();
        // A process is there a moment before its arguments are.
        let look = || {
            let all = family(std::process::id());
            let told = all
                .iter()
                .find(|p| p.pid == child.id() && !p.args.is_empty())
                .cloned();
            (all, told)
        };
        let (mut all, mut told) = look();
        for _ in 0..1000 {
            if told.is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            (all, told) = look();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(all[0].pid, std::process::id());
        let told = told.expect("the child is told");
        assert_eq!(told.args, ["sleep", "60"]);
        assert_eq!(told.cwd.as_deref(), Some(temp.as_path()));
        assert!(family(u32::MAX).is_empty());
        assert!(!is_shell(std::process::id()));
    }

    #[test]
    fn the_slow_way_finds_the_same_children() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let slow = all_by_parent().remove(&std::process::id()).unwrap_or_default();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(slow.contains(&child.id()));
    }
}
