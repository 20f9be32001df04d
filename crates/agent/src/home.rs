//! The folder of this person on this machine: which files it has and who may read them.
//!
//! Must not know what is written inside the files, except for the device id, which is a file of its own.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dayloom_domain::DeviceId;

use crate::AgentError;

/// The home folder (`contract/command-line.md`, "Home").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home(PathBuf);

/// Held as long as the agent runs; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Running(#[expect(dead_code, reason = "held for its lock, which closing releases")] File);

impl Home {
    /// Opens the folder and makes it, readable by its owner only, where there is none.
    pub fn open(path: &Path) -> Result<Self, AgentError> {
        make_private_dir(path).map_err(|error| AgentError::Home {
            path: path.to_owned(),
            error,
        })?;
        Ok(Self(path.to_owned()))
    }

    /// The folder where there is one already: looking makes none.
    pub fn find(path: &Path) -> Option<Self> {
        path.is_dir().then(|| Self(path.to_owned()))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where captured events wait.
    pub fn spool(&self) -> PathBuf {
        self.0.join("spool.db")
    }

    /// Where this device's id is kept.
    pub fn device_id_file(&self) -> PathBuf {
        self.0.join("device_id")
    }

    /// Where the credential of a sign-in is kept.
    pub fn credentials(&self) -> PathBuf {
        self.0.join("credentials.json")
    }

    /// Where the enrolment of this device is kept.
    pub fn enrolment(&self) -> PathBuf {
        self.0.join("enrolment.json")
    }

    /// Where the agent says how it is.
    pub fn status(&self) -> PathBuf {
        self.0.join("agent-status.json")
    }

    /// Where active minutes wait.
    pub fn minutes(&self) -> PathBuf {
        self.0.join("minutes.db")
    }

    /// Where the person and the workspaces of the last sign-in are remembered.
    pub fn team_member(&self) -> PathBuf {
        self.0.join("team-member.json")
    }

    /// Where logs go.
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// The id of this device: one UUID in lower case, made once.
    ///
    /// `fresh` is the id to take where there is none yet. A file that holds no UUID is an error rather than
    /// replaced: a new id would split this machine's history in two.
    pub fn device_id(&self, fresh: DeviceId) -> Result<DeviceId, AgentError> {
        let path = self.device_id_file();
        let failed = |error| AgentError::Home {
            path: path.clone(),
            error,
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => text
                .trim()
                .parse()
                .map_err(|_| AgentError::DeviceId { path: path.clone() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match write_new(&path, format!("{fresh}\n").as_bytes()) {
                    Ok(()) => Ok(fresh),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.device_id(fresh),
                    Err(error) => Err(failed(error)),
                }
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Claims this home for the one agent of this person.
    pub fn claim(&self) -> Result<Running, AgentError> {
        let path = self.0.join("agent.lock");
        let failed = |error| AgentError::Home {
            path: path.clone(),
            error,
        };
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let file = private(&mut options).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Running(file)),
            Err(TryLockError::WouldBlock) => Err(AgentError::AlreadyRunning { home: self.0.clone() }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// Writes a file that only its owner may read: whole or not at all.
pub fn write_private(path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let draft = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    let mut file = private(&mut options).open(&draft)?;
    file.write_all(bytes)?;
    if durable {
        file.sync_all()?;
    }
    std::fs::rename(&draft, path)?;
    if durable { sync_folder(path) } else { Ok(()) }
}

/// Brings the name of a file through to the disk: its content alone does not survive a power cut.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes a file that must not exist yet, through to the disk. A reader sees it whole or not at all.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let draft = path.with_file_name(name);
    write_private(&draft, bytes, true)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    linked?;
    sync_folder(path)
}

/// Makes sure a file exists and only its owner may read it, before somebody else opens it.
pub fn make_private_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    private(&mut options).open(path).map(drop)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn make_private_dir(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn make_private_dir(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_device_id_is_made_once_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(&dir.path().join("deep/home")).unwrap();
        let first = home.device_id(Uuid::new_v4().into()).unwrap();
        assert_eq!(home.device_id(Uuid::new_v4().into()).unwrap(), first);
        let text = std::fs::read_to_string(home.device_id_file()).unwrap();
        assert_eq!(text.trim(), first.to_string());

        std::fs::write(home.device_id_file(), " 7C9E6679-7425-40DE-944B-E07FC1F90AE7\n").unwrap();
        let read = home.device_id(Uuid::new_v4().into()).unwrap();
        assert_eq!(read.to_string(), "7c9e6679-7425-40de-944b-e07fc1f90ae7");

        std::fs::write(home.device_id_file(), "no id").unwrap();
        let error = home.device_id(Uuid::new_v4().into()).unwrap_err();
        assert!(matches!(error, AgentError::DeviceId { .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn files_are_readable_by_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(&dir.path().join("home")).unwrap();
        home.device_id(Uuid::new_v4().into()).unwrap();
        write_private(&home.credentials(), b"{}", true).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(home.path()), 0o700);
        assert_eq!(mode(&home.device_id_file()), 0o600);
        assert_eq!(mode(&home.credentials()), 0o600);
    }

    #[test]
    fn a_home_has_one_agent() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(dir.path()).unwrap();
        let running = home.claim().unwrap();
        assert!(matches!(home.claim(), Err(AgentError::AlreadyRunning { .. })));
        drop(running);
        home.claim().unwrap();
    }
}
