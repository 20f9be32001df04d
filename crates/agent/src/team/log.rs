//! The activity log: one line for each tick with its reason, a file for each UTC day. A line is kept for 14 days; a file goes as
//! soon as that is over for each of its lines.
//!
//! Lines are JSON on disk, so that one reader serves people and programs. Window titles are never written.

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use dayloom_api::Stamp;
use dayloom_api::team::{MinuteInWorkspace, Tick};
use dayloom_domain::team::{
    classify::Kind,
    tick::{Reason, State},
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::home;

/// Days a line is kept.
const DAYS: i64 = 14;
/// How the files are named, with the UTC day between.
const PREFIX: &str = "activity-";
const SUFFIX: &str = ".jsonl";

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// The UTC minute.
    pub at: Stamp,
    /// `ACTIVE`, `IDLE` or `GATED`.
    pub state: String,
    /// Why.
    pub reason: String,
    /// What an active minute was in each workspace, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl LogLine {
    /// The line of a tick; none where there was no tick. `name` says how a workspace is called.
    pub fn of(tick: &Tick, name: impl Fn(uuid::Uuid) -> String) -> Option<Self> {
        let word = |item: &MinuteInWorkspace| {
            let kind = match item.kind {
                Kind::Internal => "internal",
                Kind::External => "external",
            };
            format!("{kind} {} in {}", item.source, name(item.id))
        };
        Some(Self {
            at: tick.at,
            state: state_word(tick.state?).to_owned(),
            reason: reason_word(tick.reason?),
            detail: tick.workspaces.iter().map(word).collect::<Vec<_>>().join(", "),
        })
    }
}

/// A state as the log writes it.
pub fn state_word(state: State) -> &'static str {
    match state {
        State::Active => "ACTIVE",
        State::Idle => "IDLE",
        State::Gated => "GATED",
    }
}

/// A reason as the log writes it.
pub fn reason_word(reason: Reason) -> String {
    serde_json::to_value(reason)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Writes and reads the log of one home.
#[derive(Clone, Debug)]
pub struct ActivityLog {
    folder: PathBuf,
}

impl ActivityLog {
    /// The log in a folder, which is made with the first line.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Adds a line.
    pub fn write(&self, line: &LogLine) -> io::Result<()> {
        let day = day_of(line.at.0);
        let path = self.file(day);
        if !path.exists() {
            fs::create_dir_all(&self.folder)?;
            home::make_private_file(&path)?;
        }
        let mut text = serde_json::to_string(line).map_err(io::Error::other)?;
        text.push('\n');
        OpenOptions::new()
            .append(true)
            .open(&path)?
            .write_all(text.as_bytes())
    }

    /// The last lines, oldest first, at most `limit`.
    pub fn last(&self, limit: usize) -> Vec<LogLine> {
        self.last_and_place(limit).0
    }

    /// The last lines as [`ActivityLog::last`] gives them, and the place behind the very last: a line written meanwhile is in the
    /// one or after the other, never both.
    pub fn last_and_place(&self, limit: usize) -> (Vec<LogLine>, Place) {
        let mut days = self.days();
        let mut lines: Vec<LogLine> = Vec::new();
        let mut place = Place::default();
        while let Some(day) = days.pop() {
            let (mut of_day, offset) = read(&self.file(day), 0);
            if place.day.is_none() {
                place = Place {
                    day: Some(day),
                    offset,
                };
            }
            of_day.append(&mut lines);
            lines = of_day;
            if lines.len() >= limit {
                break;
            }
        }
        (lines.split_off(lines.len().saturating_sub(limit)), place)
    }

    /// The lines after a place, which moves on behind them.
    pub fn after(&self, place: &mut Place) -> Vec<LogLine> {
        let mut found = Vec::new();
        let seen = place.day;
        for day in self
            .days()
            .into_iter()
            .filter(|day| seen.is_none_or(|seen| *day >= seen))
        {
            let from = if place.day == Some(day) { place.offset } else { 0 };
            let (lines, offset) = read(&self.file(day), from);
            found.extend(lines);
            *place = Place {
                day: Some(day),
                offset,
            };
        }
        found
    }

    fn file(&self, day: Date) -> PathBuf {
        self.folder.join(format!("{PREFIX}{day}{SUFFIX}"))
    }

    /// The days there are files of, oldest first.
    fn days(&self) -> Vec<Date> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut days: Vec<Date> = entries
            .filter_map(|entry| {
                let name = entry.file_name();
                let text = name.to_str()?.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
                text.parse().ok()
            })
            .collect();
        days.sort_unstable();
        days
    }

    /// Removes the files whose last line would be too old at a moment.
    pub fn forget(&self, now: Timestamp) {
        let today = day_of(now);
        for day in self.days() {
            let age = today.since(day).map_or(0, |span| i64::from(span.get_days()));
            if age > DAYS
                && let Err(error) = fs::remove_file(self.file(day))
            {
                tracing::warn!(%error, "an old activity log could not be removed");
            }
        }
    }
}

/// A place in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    day: Option<Date>,
    offset: u64,
}

fn day_of(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// The whole lines of a file after an offset, and the offset behind them. A line that is not whole yet is left for later,
/// one that cannot be read is left out.
fn read(path: &Path, from: u64) -> (Vec<LogLine>, u64) {
    let mut lines = Vec::new();
    let mut offset = from;
    let Ok(mut file) = fs::File::open(path) else {
        return (lines, offset);
    };
    if file.seek(SeekFrom::Start(from)).is_err() {
        return (lines, offset);
    }
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    while let Ok(length) = reader.read_until(b'\n', &mut line) {
        if length == 0 || line.last() != Some(&b'\n') {
            break;
        }
        offset += length as u64;
        lines.extend(serde_json::from_slice::<LogLine>(&line));
        line.clear();
    }
    (lines, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: &str, state: &str) -> LogLine {
        LogLine {
            at: Stamp(at.parse().expect("an instant")),
            state: state.to_owned(),
            reason: "aw+os".to_owned(),
            detail: String::new(),
        }
    }

    #[test]
    fn lines_are_read_in_order_across_days_and_old_days_go() {
        let dir = tempfile::tempdir().expect("a folder");
        let log = ActivityLog::new(dir.path().join("logs"));
        assert_eq!(log.last(5), []);
        let (_, mut place) = log.last_and_place(5);
        let first = line("2026-11-07T23:59:00Z", "ACTIVE");
        let second = line("2026-11-08T00:00:00Z", "IDLE");
        log.write(&first).expect("written");
        log.write(&second).expect("written");
        assert_eq!(log.after(&mut place), [first.clone(), second.clone()]);
        assert_eq!(log.last(1), std::slice::from_ref(&second));
        assert_eq!(log.last(9), [first, second.clone()]);
        let third = line("2026-11-21T00:00:00Z", "GATED");
        log.write(&third).expect("written");
        let kept = |now: &str| {
            log.forget(now.parse().expect("an instant"));
            log.last(9).len()
        };
        assert_eq!(kept("2026-11-21T23:58:00Z"), 3, "the first is not 14 days old");
        assert_eq!(kept("2026-11-22T00:00:00Z"), 2, "now it is");
        assert_eq!(log.last(9), [second, third.clone()]);
        assert_eq!(log.after(&mut place), std::slice::from_ref(&third));
        assert_eq!(log.after(&mut place), []);
        // Lines that come while a reader begins are told once: by the last ones or after them.
        let fourth = line("2026-11-21T00:01:00Z", "IDLE");
        let (last, mut place) = log.last_and_place(1);
        log.write(&fourth).expect("written");
        assert_eq!((last, log.after(&mut place)), (vec![third], vec![fourth.clone()]));
        let (last, mut place) = log.last_and_place(0);
        assert_eq!((last, log.after(&mut place)), (vec![], vec![]));
    }

    #[test]
    fn a_torn_line_is_not_an_end() {
        let dir = tempfile::tempdir().expect("a folder");
        let log = ActivityLog::new(dir.path());
        let good = line("2026-11-08T00:00:00Z", "IDLE");
        log.write(&good).expect("written");
        let path = log.file(day_of(good.at.0));
        let mut file = OpenOptions::new().append(true).open(&path).expect("a file");
        file.write_all(b"rubbish\n{\"at\":").expect("written");
        let mut place = Place::default();
        assert_eq!(log.after(&mut place), [good]);
        assert_eq!(log.after(&mut place), []);
        file.write_all(b"\"2026-11-08T00:01:00Z\",\"state\":\"IDLE\",\"reason\":\"no-input\"}\n")
            .expect("written");
        assert_eq!(log.after(&mut place).len(), 1, "whole now");
    }
}
