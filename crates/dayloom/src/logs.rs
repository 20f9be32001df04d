//! Where logs go: short lines to standard error as -v and -q ask, and for the long-running commands a file a day, each
//! line an object of JSON for programs that gather logs.
//!
//! Must not know what is logged; that nothing private is logged is the business of those who log.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Mutex,
};

use dayloom_domain::Clock;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use crate::clock::SystemClock;

/// Days of logs kept.
const DAYS: usize = 14;
/// Most that is written on one day, in bytes: a fault that repeats must not fill the disk.
const DAY_LIMIT: u64 = 16 * 1024 * 1024;

/// The last line of such a day.
const ENOUGH: &[u8] =
    b"{\"level\":\"WARN\",\"message\":\"enough is logged for this day; the rest is left out\"}\n";

/// What standard error shows.
#[derive(Clone, Copy, Debug)]
pub struct Loudness {
    /// `-q`.
    pub quiet: bool,
    /// Number of `-v`.
    pub verbose: u8,
    /// Colour on standard error.
    pub color: bool,
}

/// A library that repeats whole prompts in its logs.
const SILENT: &str = "genai=off";

/// Starts logging. `filter` replaces what -v and -q say; `folder` is for long-running commands.
pub fn start(loudness: Loudness, filter: Option<&str>, folder: Option<&Path>) {
    let level = match (loudness.quiet, loudness.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info,sqlx=warn",
        (false, 2) => "debug,sqlx=info,hyper=info,h2=info",
        (false, _) => "trace",
    };
    let to_terminal = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(loudness.color)
        .with_target(loudness.verbose > 1)
        .with_filter(only(filter.unwrap_or(level)));
    let to_file = folder.map(|folder| {
        tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(Mutex::new(Daily::new(folder)))
            .with_filter(only(filter.unwrap_or("info,sqlx=warn")))
    });
    // A second start in one process is a test's; the first one stands.
    let _ = tracing_subscriber::registry()
        .with(to_terminal)
        .with(to_file)
        .try_init();
}

/// What the filter lets through, and in no case what must not be logged.
fn only(filter: &str) -> EnvFilter {
    EnvFilter::new(format!("{filter},{SILENT}"))
}

/// A file a day, the oldest removed, each bounded.
struct Daily {
    folder: PathBuf,
    open: Option<(jiff::civil::Date, File, u64)>,
}

impl Daily {
    fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            open: None,
        }
    }

    fn today(&mut self) -> io::Result<&mut (jiff::civil::Date, File, u64)> {
        let date = jiff::tz::TimeZone::UTC.to_datetime(SystemClock.now()).date();
        let fresh = match self.open.take() {
            Some(open) if open.0 == date => open,
            _ => {
                let file = OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(self.folder.join(format!("dayloom-{date}.log")))?;
                let size = file.metadata()?.len();
                self.remove_oldest();
                (date, file, size)
            }
        };
        Ok(self.open.insert(fresh))
    }

    fn remove_oldest(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let mut names: Vec<PathBuf> = entries
            .flatten()
            .map(|e| e.path())
            .filter(|p| {
                let name = p.file_name().unwrap_or_default().to_string_lossy().into_owned();
                name.starts_with("dayloom-") && name.ends_with(".log")
            })
            .collect();
        names.sort();
        let spare = names.len().saturating_sub(DAYS);
        for old in names.into_iter().take(spare) {
            let _ = fs::remove_file(old);
        }
    }
}

impl Write for Daily {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (_, file, size) = self.today()?;
        if *size < DAY_LIMIT {
            file.write_all(bytes)?;
            *size += bytes.len() as u64;
            if *size >= DAY_LIMIT {
                file.write_all(ENOUGH)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.open {
            Some((_, file, _)) => file.flush(),
            None => Ok(()),
        }
    }
}

/// A panic ends up in the log and on standard error as one line that says where, never what was in hand.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        tracing::error!(%place, "a fault in Dayloom; please report it");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_bounded_in_number_and_size() {
        let folder = tempfile::tempdir().expect("a folder");
        for day in 1..=20 {
            fs::write(folder.path().join(format!("dayloom-2020-01-{day:02}.log")), "x").expect("written");
        }
        let writer = Mutex::new(Daily::new(folder.path()));
        let block = vec![b'x'; 1024 * 1024];
        for _ in 0..20 {
            writer
                .lock()
                .expect("held by nobody")
                .write_all(&block)
                .expect("written");
        }
        let files = fs::read_dir(folder.path()).expect("readable").flatten();
        let sizes: Vec<u64> = files.filter_map(|e| e.metadata().ok()).map(|m| m.len()).collect();
        assert_eq!(sizes.len(), DAYS);
        assert!(
            sizes.iter().max().is_some_and(|size| *size < DAY_LIMIT + 1024),
            "{sizes:?}"
        );
    }
}
