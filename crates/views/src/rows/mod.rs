//! The list of a day in the order of time: blocks, personal time, dismissed blocks and time away.

use dayloom_domain::{
    EntryId, TaskId,
    day::{AttributedSpan, Block, Category, Day},
};
use jiff::Timestamp;

mod maker;
mod names;
mod seen;

pub use names::Tasks;

use crate::{
    facts::{DayFacts, Viewer},
    fill::Fill,
    place::Place,
    time::{MINUTE, duration},
    words::Words,
};
use maker::Maker;

/// Time without any evidence from here on is a row of its own: the default idle threshold (`contract/tracker.md` §2.2).
pub const AWAY_MICROS: i64 = 5 * MINUTE;

/// How sure, for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sure {
    /// Rounded per cent.
    pub percent: u8,
    /// Full bars of three; none where a person has reviewed.
    pub bars: u8,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Time on a task.
    Task,
    /// Time without one.
    NoTask,
    /// Personal time.
    Personal,
    /// No evidence.
    Away,
    /// Taken out by the person.
    Dismissed,
}

/// What a person can say of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    /// Nothing: it is no entry.
    None,
    /// That it is right, where it has a task, that it is another's, or that it is to count nowhere.
    Open,
    /// That what they said of it, or entered by hand, is to be taken back.
    Undo,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about.
    pub kind: Kind,
    /// Its id on the page.
    pub anchor: String,
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// The pieces to draw: evidence, short gaps bridged.
    pub pieces: Vec<(Timestamp, Timestamp)>,
    /// `HH:MM`; empty where it has no place.
    pub from: String,
    /// `HH:MM`; empty where it has no place.
    pub to: String,
    /// It has a place in the day. Minutes entered by hand alone have none: they count, and are drawn nowhere.
    pub placed: bool,
    /// The entry of the timesheet, of a block.
    pub entry: Option<EntryId>,
    /// The task, if any.
    pub task: Option<TaskId>,
    /// Key, or title without one, or what it is instead.
    pub name: String,
    /// Title beside a key.
    pub title: String,
    /// Address of the task.
    pub url: Option<String>,
    /// Why.
    pub reason: String,
    /// Apps and devices.
    pub seen: String,
    /// Repository and branch most of it was on; none of personal time.
    pub place: Option<Place>,
    /// Minutes that add up with the other rows.
    pub minutes: i64,
    /// How sure, where a task was inferred.
    pub sure: Option<Sure>,
    /// What the person said of it.
    pub status: &'static str,
    /// Reviewed: it has a selvedge.
    pub reviewed: bool,
    /// How it is drawn; none for time away.
    pub fill: Option<Fill>,
    /// What other devices saw meanwhile.
    pub note: String,
    /// What can be said of it.
    pub acts: Acts,
    /// Its task and its times can be others, it can be split and joined: it was inferred and is not dismissed.
    pub changes: bool,
}

impl Row {
    /// The entry and the task it is seen with, as a form sends them: `{entry}.{task}`, without a task `{entry}.`.
    pub fn seen_as(&self) -> String {
        let entry = self.entry.map(|entry| entry.to_string()).unwrap_or_default();
        let task = self.task.map(|task| task.to_string()).unwrap_or_default();
        format!("{entry}.{task}")
    }

    /// Class of the row.
    pub fn class(&self) -> &'static str {
        match self.kind {
            Kind::Task => "task",
            Kind::NoTask => "none",
            Kind::Personal => "pers",
            Kind::Away => "away",
            Kind::Dismissed => "gone",
        }
    }

    /// `09:00 – 10:00`, or how long where it has no place.
    pub fn when(&self, words: &Words) -> String {
        if self.placed {
            format!("{} – {}", self.from, self.to)
        } else {
            duration(self.minutes, words)
        }
    }
}

/// Id of the row of a block that begins at an instant.
pub fn block_anchor(start: Timestamp) -> String {
    format!("b{}", start.as_second())
}

/// Id of the row of personal time that begins at an instant.
pub fn personal_anchor(start: Timestamp) -> String {
    format!("p{}", start.as_second())
}

/// Id of the row of an entry that begins at an instant, and may be dismissed.
pub fn row_anchor(start: Timestamp, dismissed: bool) -> String {
    if dismissed {
        format!("x{}", start.as_second())
    } else {
        block_anchor(start)
    }
}

/// Everything on the list of a day.
pub fn rows(facts: &DayFacts, tasks: &Tasks, viewer: &Viewer, words: &'static Words) -> Vec<Row> {
    let day = &facts.day;
    let maker = Maker {
        facts,
        tasks,
        viewer,
        words,
        zone: day.timezone.rules(),
    };
    let mut rows: Vec<Row> = day
        .blocks
        .iter()
        .chain(&facts.dismissed)
        .map(|block| maker.block(block))
        .collect();
    rows.extend(maker.personal());
    rows.extend(maker.away());
    rows.sort_by_key(|row| (row.start, row.end));
    rows
}

/// The span's seconds are personal: nobody's task, and said so.
pub fn is_personal(span: &AttributedSpan) -> bool {
    span.attribution.task_id.is_none() && span.attribution.category == Category::Personal
}

/// The spans of a block, in order. What has no place is in no block that has one.
pub fn spans_of<'a>(day: &'a Day, block: &'a Block) -> impl Iterator<Item = &'a AttributedSpan> {
    let placed = block.start < block.end;
    day.spans.iter().filter(move |s| {
        let inside = s.span.start >= block.start && s.span.end <= block.end;
        inside && (s.span.start < s.span.end) == placed && !is_personal(s)
    })
}

/// Joins intervals in order where less than [`AWAY_MICROS`] lies between.
pub fn bridge(intervals: impl IntoIterator<Item = (Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in intervals {
        match joined.last_mut() {
            Some(last) if start.as_microsecond() - last.1.as_microsecond() < AWAY_MICROS => {
                last.1 = last.1.max(end);
            }
            _ => joined.push((start, end)),
        }
    }
    joined
}
