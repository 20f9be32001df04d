//! Reading the notes that shells leave, and sweeping away those of shells that have gone.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use async_trait::async_trait;
use jiff::Timestamp;

use super::redact;
use crate::source::{Lost, ShellSource, ShellState, Unavailable};

/// Notes longer than this are not read: the longest path and command kept are far below.
const MAX_NOTE: u64 = 64 * 1024;
/// A mark of how a note began.
const VERSION: &str = "1";

/// The notes of all living shells.
pub struct ShellNotes {
    dir: PathBuf,
    is_shell: fn(u32) -> bool,
    seen: HashMap<u32, (SystemTime, ShellState)>,
}

impl ShellNotes {
    /// Reads notes in `dir`. `is_shell` says whether a process lives and is a shell. Fails where no shell has ever
    /// reported.
    pub fn start(dir: &Path, is_shell: fn(u32) -> bool) -> Result<Self, Unavailable> {
        if !dir.is_dir() {
            return Err(Unavailable::new(
                "No shell reports to Dayloom.",
                "Add `eval \"$(dayloom shell-init bash)\"` to ~/.bashrc (or the like for zsh or fish) and open a new shell.",
            ));
        }
        Ok(Self {
            dir: dir.to_path_buf(),
            is_shell,
            seen: HashMap::new(),
        })
    }
}

#[async_trait]
impl ShellSource for ShellNotes {
    async fn shells(&mut self) -> Result<Vec<ShellState>, Lost> {
        let entries =
            std::fs::read_dir(&self.dir).map_err(|_| Lost("the folder of its notes has gone".to_owned()))?;
        let mut alive = HashMap::new();
        for entry in entries.flatten() {
            let Some(pid) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<u32>().ok())
            else {
                continue;
            };
            if !(self.is_shell)(pid) {
                // A note of a shell that has gone is of no use; that it cannot be removed is of no harm.
                let _ = std::fs::remove_file(entry.path());
                continue;
            }
            let Ok(metadata) = entry.metadata() else { continue };
            let Ok(modified) = metadata.modified() else {
                continue;
            };
            let before = self.seen.remove(&pid);
            if let Some((at, _)) = &before
                && *at == modified
            {
                alive.extend(before.map(|b| (pid, b)));
                continue;
            }
            let bytes = (metadata.is_file() && metadata.len() <= MAX_NOTE)
                .then(|| std::fs::read(entry.path()).ok())
                .flatten()
                .unwrap_or_default();
            if let Some(clean) = without_secrets(&bytes) {
                // Where it cannot be done the note stays as the shell left it, for its owner's eyes, until the next one.
                let _ = replace(&entry.path(), &clean, modified);
            }
            let fresh = parse(pid, &bytes, modified);
            // A shell may be writing right now: until the note is whole, the one before stands.
            if let Some(known) = fresh.map(|state| (modified, state)).or(before) {
                alive.insert(pid, known);
            }
        }
        self.seen = alive;
        Ok(self.seen.values().map(|(_, state)| state.clone()).collect())
    }
}

/// The note with the secrets of its command taken out; none if it holds none.
fn without_secrets(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let parts: Vec<&str> = text.split('\0').collect();
    let [VERSION, shell, base, cwd, command, "end"] = parts.as_slice() else {
        return None;
    };
    let spoken = match *shell {
        "bash" => numbered(command).map_or(*command, |(_, text)| text),
        _ => *command,
    };
    let clean = redact(spoken.trim());
    let head = &command[..command.len() - spoken.len()];
    (clean != spoken.trim()).then(|| {
        let command = format!("{head}{clean}");
        [VERSION, *shell, *base, *cwd, command.as_str(), "end"].join("\0")
    })
}

/// Puts another text in a note's place, with the note's time, unless the shell has written it anew meanwhile.
fn replace(note: &Path, text: &str, modified: SystemTime) -> std::io::Result<()> {
    let beside = note.with_extension("clean");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.set_modified(modified)?;
    drop(file);
    if std::fs::metadata(note)?.modified()? == modified {
        std::fs::rename(&beside, note)
    } else {
        std::fs::remove_file(&beside)
    }
}

/// A note is six parts between NULs: version, shell, number of the history line from before the shell (Bash only),
/// directory, command, `end`.
fn parse(pid: u32, bytes: &[u8], modified: SystemTime) -> Option<ShellState> {
    let text = String::from_utf8_lossy(bytes);
    let parts: Vec<&str> = text.split('\0').collect();
    let [VERSION, shell, base, cwd, command, "end"] = parts.as_slice() else {
        return None;
    };
    let command = match *shell {
        "bash" => numbered(command)
            .filter(|(number, _)| number != base)
            .map(|(_, text)| text),
        _ => Some(*command),
    };
    let command = command.map(str::trim).filter(|c| !c.is_empty()).map(redact);
    Some(ShellState {
        pid,
        cwd: PathBuf::from(cwd),
        last_command: command,
        at: Timestamp::try_from(modified).ok()?,
    })
}

/// A line of Bash's `history`: a number, a star if it was edited, the command.
fn numbered(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let end = line.find(|c: char| !c.is_ascii_digit())?;
    let (number, rest) = line.split_at(end);
    (!number.is_empty()).then(|| (number, rest.strip_prefix('*').unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_notes_count_and_an_old_command_does_not() {
        let at = SystemTime::UNIX_EPOCH;
        let read = |text: &str| parse(7, text.as_bytes(), at).map(|s| (s.cwd, s.last_command));
        let dir = PathBuf::from("/w");
        assert_eq!(
            read("1\0bash\x005\0/w\0    6  cargo test\n\0end"),
            Some((dir.clone(), Some("cargo test".to_owned())))
        );
        assert_eq!(
            read("1\0bash\x005\0/w\0    5* old\n\0end"),
            Some((dir.clone(), None))
        );
        assert_eq!(read("1\0bash\x000\0/w\0\0end"), Some((dir.clone(), None)));
        assert_eq!(
            read("1\0zsh\0\0/w\0make\0end"),
            Some((dir, Some("make".to_owned())))
        );
        for broken in [
            "",
            "1\0bash\x005\0/w\0    6  cargo",
            "2\0zsh\0\0/w\0make\0end",
            "1\0zsh\0\0/w\0make\0en",
        ] {
            assert_eq!(read(broken), None);
        }
    }

    #[test]
    fn secrets_do_not_get_past_the_reading() {
        let state = parse(
            7,
            b"1\0zsh\0\0/w\0login --password hunter2\0end",
            SystemTime::UNIX_EPOCH,
        )
        .unwrap();
        assert_eq!(state.last_command.as_deref(), Some("login --password ***"));
    }

    #[tokio::test]
    async fn once_read_a_note_holds_no_secret_and_says_the_same() {
        let temp = tempfile::tempdir().unwrap();
        let notes = [
            ("10", "1\0zsh\0\0/w\0login --password hunter2\0end"),
            ("11", "1\0bash\x005\0/w\0    6* login --password hunter2\n\0end"),
            ("12", "1\0zsh\0\0/w\0make  all\0end"),
        ];
        for (name, text) in notes {
            std::fs::write(temp.path().join(name), text).unwrap();
        }
        let read = async || {
            let mut notes = ShellNotes::start(temp.path(), |_| true).unwrap();
            let mut shells = notes.shells().await.unwrap();
            shells.sort_by_key(|shell| shell.pid);
            shells
        };
        let first = read().await;
        for name in ["10", "11"] {
            let left = std::fs::read_to_string(temp.path().join(name)).unwrap();
            assert!(!left.contains("hunter2"), "{left}");
        }
        let untouched = std::fs::read_to_string(temp.path().join("12")).unwrap();
        assert_eq!(untouched, notes[2].1);
        assert_eq!(first[1].last_command.as_deref(), Some("login --password ***"));
        assert_eq!(
            read().await,
            first,
            "who reads it later sees the same, of the same time"
        );
        assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 3);
    }

    #[tokio::test]
    async fn notes_of_shells_that_have_gone_are_swept() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("10"), "1\0zsh\0\0/a\0x\0end").unwrap();
        std::fs::write(temp.path().join("11"), "1\0zsh\0\0/b\0y\0end").unwrap();
        std::fs::write(temp.path().join("readme"), "not a note").unwrap();
        let mut notes = ShellNotes::start(temp.path(), |pid| pid == 10).unwrap();
        let shells = notes.shells().await.unwrap();
        assert_eq!(shells.len(), 1);
        assert_eq!(shells[0].cwd, PathBuf::from("/a"));
        assert!(!temp.path().join("11").exists());
        assert!(temp.path().join("readme").exists());
        std::fs::write(temp.path().join("10"), "1\0zsh\0\0/half").unwrap();
        assert_eq!(
            notes.shells().await.unwrap()[0].cwd,
            PathBuf::from("/a"),
            "a half-written note changes nothing"
        );
        assert!(ShellNotes::start(&temp.path().join("none"), |_| true).is_err());
    }
}
