//! The home folder: where everything of one person on one machine lives, readable by its owner only.
//!
//! Must not know what the files contain, except for the note that says where the running server answers.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

use dayloom_domain::DeveloperId;
use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure, Outcome};

/// A home folder. It need not exist yet.
#[derive(Clone, Debug)]
pub struct Home {
    dir: PathBuf,
}

/// Where the running `up` of this home answers, and with what its own commands sign in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Running {
    /// Origin, such as `http://127.0.0.1:8000`.
    pub url: String,
    /// An API token of the local person; revoked when `up` ends.
    pub token: String,
    /// The process.
    pub pid: u32,
    /// The local person.
    pub person: DeveloperId,
    /// The server's database, where fresh links to the page are left.
    pub database_url: String,
}

/// Held as long as the process lives; the system lets go of it whatever way the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Home {
    /// The home given, else the platform's data folder.
    pub fn find(given: Option<PathBuf>) -> Outcome<Self> {
        let dir = match given {
            Some(dir) => std::path::absolute(&dir)
                .map_err(|e| Failure::usage(format!("`{}` is no path: {e}", dir.display()), GIVE_HOME))?,
            None => platform_folder().ok_or_else(|| {
                Failure::usage("The system does not say where your data folder is", GIVE_HOME)
            })?,
        };
        Ok(Self { dir })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder as a person would write it: `~` for what lies in their own.
    pub fn shown(&self) -> String {
        let own = variable("HOME").filter(|own| own.is_absolute());
        match own.and_then(|own| self.dir.strip_prefix(own).ok().map(Path::to_owned)) {
            Some(inside) => Path::new("~").join(inside).display().to_string(),
            None => self.dir.display().to_string(),
        }
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// `config.toml`.
    pub fn config(&self) -> PathBuf {
        self.file("config.toml")
    }

    /// The address of the server's database in this home.
    pub fn database_url(&self) -> String {
        format!("sqlite:{}", self.file("dayloom.db").display())
    }

    /// Makes the folder and its `logs`, closed to others.
    pub fn create(&self) -> Outcome {
        for dir in [self.dir.clone(), self.file("logs")] {
            make_private(&dir).map_err(|e| {
                Failure::failed(
                    format!(
                        "The folder {} cannot be made, or made private: {e}",
                        dir.display()
                    ),
                    "Choose another with --home, or mend its permissions",
                )
            })?;
        }
        Ok(())
    }

    /// Writes a file whole: readers see the old one or the new one, and only its owner can read it.
    pub fn write(&self, name: &str, content: &[u8]) -> Outcome<PathBuf> {
        let path = self.file(name);
        let beside = self.file(&format!(".{name}.{}", std::process::id()));
        let written = (|| {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&beside)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        })();
        written.map_err(|e| {
            let _ = fs::remove_file(&beside);
            Failure::failed(
                format!("{} cannot be written: {e}", path.display()),
                "Mend the permissions of the home folder, or make room on the disk",
            )
        })?;
        Ok(path)
    }

    /// Takes a lock of this home, or says that another process has it.
    pub fn lock(&self, name: &str, who: &str) -> Outcome<Lock> {
        let path = self.file(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let trouble = |e: std::io::Error| {
            Failure::failed(
                format!("{} cannot be locked: {e}", path.display()),
                "Put the home folder on a local disk, or choose another with --home",
            )
        };
        let file = options.open(&path).map_err(trouble)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Failure::new(
                Exit::Running,
                format!("{who} of {} is running already", self.dir.display()),
                match self.running() {
                    Some(running) => {
                        format!("It answers at {}; open its page with `dayloom open`", running.url)
                    }
                    None => "Stop it first, or choose another folder with --home".to_owned(),
                },
            )),
            Err(TryLockError::Error(e)) => Err(trouble(e)),
        }
    }

    /// The note of the running server, if there is one. It may be stale after a kill.
    pub fn running(&self) -> Option<Running> {
        serde_json::from_slice(&fs::read(self.file("server.json")).ok()?).ok()
    }

    /// Leaves the note.
    pub fn note_running(&self, running: &Running) -> Outcome {
        let text = serde_json::to_vec_pretty(running)
            .map_err(|e| Failure::failed(format!("server.json cannot be written: {e}"), GIVE_HOME))?;
        self.write("server.json", &text).map(drop)
    }

    /// Removes what only makes sense while the server runs.
    pub fn forget_running(&self) {
        for name in ["server.json", "open.html"] {
            let _ = fs::remove_file(self.file(name));
        }
    }
}

const GIVE_HOME: &str = "Name a folder with --home or DAYLOOM_HOME";

/// Nothing this process makes is readable by others, database side files included.
pub fn close_to_others() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

#[cfg(unix)]
fn make_private(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if dir.is_dir() {
        // A folder the person made by hand may be open; what is inside is private all the same.
        let mode = fs::metadata(dir)?.permissions().mode();
        if mode & 0o1000 != 0 {
            return Err(std::io::Error::other("it is shared by all users, as /tmp is"));
        }
        if mode & 0o077 != 0 {
            fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
        }
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn make_private(dir: &Path) -> std::io::Result<()> {
    // The profile folder of Windows is closed to other users by inheritance.
    fs::create_dir_all(dir)
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|v| !v.is_empty())
        .map(PathBuf::from)
}

fn platform_folder() -> Option<PathBuf> {
    if cfg!(windows) {
        return variable("APPDATA").map(|d| d.join("Dayloom"));
    }
    if cfg!(target_os = "macos") {
        return variable("HOME").map(|d| d.join("Library/Application Support/Dayloom"));
    }
    variable("XDG_DATA_HOME")
        .filter(|d| d.is_absolute())
        .or_else(|| variable("HOME").map(|d| d.join(".local/share")))
        .map(|d| d.join("dayloom"))
}
