//! The page of one day.

use askama::Template;
use jiff::civil::Date;

mod desk;
mod links;
mod notes;

pub use desk::{Desk, Like, LikeFact, Opened, Refusal, Typed};
pub use links::{RangeLinks, Zoom, ZoomLinks};
pub use notes::{is_sure, reviewed_line};

use crate::{
    axis::{Axis, Hours},
    bars::{WeekBar, week},
    cloth::{Cloth, cloth},
    facts::{DayFacts, DayTotal, Viewer},
    frame::{Frame, Section, State},
    gist::gist,
    journal::{Journal, journal},
    rows::{Row, Tasks, rows},
    tables::{KeyItem, SourceLine, TaskLine, by_task, key, outside, sources},
    threads::{ROW_PX, Thread, threads},
    time::{Parts, add_days, duration, long_date, month, week as week_number, weekday},
    totals::Totals,
    urls,
    words::{Words, fill},
};
use links::zoom_links;
use notes::{Notes, empty_note, sure_line, threads_line};

/// The page of one day.
#[derive(Debug, Template)]
#[template(path = "pages/day.html")]
pub struct DayPage {
    /// Around it.
    pub frame: Frame,
    /// The date.
    pub date: Date,
    /// Day of the month.
    pub number: i8,
    /// Weekday.
    pub weekday: &'static str,
    /// `November 2026`.
    pub month: String,
    /// `Week 47 · Europe/Berlin`.
    pub week_zone: String,
    /// The sentence.
    pub gist: String,
    /// Range links.
    pub ranges: RangeLinks,
    /// Date picker.
    pub week: Vec<WeekBar>,
    /// The same weekday a week before.
    pub week_before: String,
    /// A week after.
    pub week_after: String,
    /// The day before.
    pub day_before: String,
    /// The day after.
    pub day_after: String,
    /// Totals.
    pub totals: Totals,
    /// Below the total.
    pub total_note: String,
    /// Below "on tasks".
    pub tasks_note: String,
    /// Below "no task yet".
    pub no_task_note: String,
    /// Below "blocks".
    pub blocks_note: String,
    /// The band.
    pub cloth: Cloth,
    /// Its threads.
    pub threads: Vec<Thread>,
    /// Height of the drawing in px.
    pub height: usize,
    /// `6 threads on 2 devices`.
    pub threads_line: String,
    /// Zoom.
    pub zoom: ZoomLinks,
    /// Key.
    pub key: Vec<KeyItem>,
    /// The list.
    pub rows: Vec<Row>,
    /// `6 open`.
    pub open_line: String,
    /// By task.
    pub by_task: Vec<TaskLine>,
    /// What the total leaves out.
    pub outside: String,
    /// What each device gave.
    pub sources: Vec<SourceLine>,
    /// Evidence is still on its way.
    pub pending: String,
    /// Paused, and this is today.
    pub paused: bool,
    /// Nothing is on the day: when a device was last seen.
    pub empty: Option<String>,
    /// The day is today.
    pub is_today: bool,
    /// What is being said.
    pub desk: Desk,
    /// The row that is opened.
    pub opened: Option<Opened>,
    /// What the review before left to be said.
    pub said: String,
    /// `Confirm the 3 above 75 %`; empty where there is none.
    pub sure: String,
    /// What is told of the day.
    pub journal: Option<Journal>,
    /// CSV of the day.
    pub csv: String,
}

impl DayPage {
    /// Computes the page. `week` has the totals of the days of its week.
    pub fn new(
        viewer: &Viewer,
        tasks: &Tasks,
        facts: &DayFacts,
        totals_of_week: &[DayTotal],
        zoom: Zoom,
        desk: Desk,
    ) -> Self {
        let words = Words::of(viewer.locale);
        let date = facts.day.date;
        let zone = facts.day.timezone.rules();
        let today = viewer.today();
        let totals = Totals::of(&facts.day);
        let rows = rows(facts, tasks, viewer, words);
        let whole = hours_of(viewer, &rows, facts);
        let axis = Axis::new(date, zone.clone(), zoom.over(whole));
        let now = (date == today).then_some(viewer.now);
        let cloth = cloth(&axis, &rows, now, words, |row| format!("#{}", row.anchor));
        let threads = threads(facts, tasks, viewer, &axis, words);
        let mut frame = Frame::new(
            viewer,
            if date == today {
                Section::Day
            } else {
                Section::Other
            },
            &long_date(date, words),
        );
        // What is being chosen is not taken away.
        frame.live = (date == today || facts.pending) && !desk.is_busy();
        let paused = date == today && frame.state == Some(State::Paused);
        let notes = Notes::of(viewer, facts, &totals, &rows, words);
        Self {
            date,
            number: date.day(),
            weekday: weekday(date, words),
            month: format!("{} {}", month(date, words), date.year()),
            week_zone: format!(
                "{} · {}",
                fill(words.week_n, "n", &week_number(date).to_string()),
                facts.day.timezone.name()
            ),
            gist: gist(&totals, tasks, false, words),
            ranges: RangeLinks::new(today, date, date),
            week: week(date, today, totals_of_week, words),
            week_before: urls::day(add_days(date, -7)),
            week_after: urls::day(add_days(date, 7)),
            day_before: urls::day(add_days(date, -1)),
            day_after: urls::day(add_days(date, 1)),
            total_note: notes.total,
            tasks_note: notes.tasks,
            no_task_note: notes.no_task,
            blocks_note: reviewed_line(&totals, words),
            threads_line: threads_line(threads.len(), facts.day.devices.len(), words),
            height: THREADS_TOP + threads.len() * ROW_PX + 6,
            zoom: zoom_links(
                date,
                zoom,
                whole,
                &rows,
                now.map(|at| i64::from(zone.to_datetime(at).hour())),
            ),
            key: key(true, words),
            open_line: notes.open,
            by_task: by_task(&totals, tasks, words),
            outside: outside(&rows, words),
            sources: sources(facts, viewer, words),
            pending: notes.pending,
            paused,
            empty: rows.is_empty().then(|| empty_note(viewer, words)),
            is_today: date == today,
            journal: journal(facts, &rows, viewer, words),
            said: desk.note(&rows, words),
            opened: Opened::of(&desk, facts, &rows, words),
            sure: sure_line(&rows, words),
            desk,
            csv: urls::day_csv(date),
            frame,
            totals,
            cloth,
            threads,
            rows,
        }
    }

    /// The address of a row opened.
    pub fn opens(&self, row: &Row) -> String {
        row.entry
            .map_or_else(String::new, |entry| urls::opened(self.date, entry))
    }

    /// The row, where it is the one that is opened.
    pub fn opened_row(&self, row: &Row) -> Option<&Opened> {
        self.opened
            .as_ref()
            .filter(|_| row.changes && row.entry == self.desk.open)
    }

    /// Why what was said of a row was not taken; empty where it was, or nothing was said.
    pub fn why(&self, row: &Row) -> &'static str {
        self.desk.why(row, self.frame.words)
    }

    /// A duration as text.
    pub fn time(&self, minutes: &i64) -> String {
        duration(*minutes, self.frame.words)
    }

    /// Takes a duration apart for large figures.
    pub fn parts(&self, minutes: &i64) -> Parts {
        Parts::of(*minutes)
    }
}

/// Px from the top of the drawing to its first thread: hours and labels 58, cloth 94, selvedge 3 and its room.
pub const THREADS_TOP: usize = 169;

/// The hours of a day's axis.
pub fn hours_of(viewer: &Viewer, rows: &[Row], facts: &DayFacts) -> Hours {
    let zone = facts.day.timezone.rules();
    let date = facts.day.date;
    let shadows = facts.shadows.iter().map(|s| (s.start, s.end));
    let now = (date == viewer.today()).then_some((viewer.now, viewer.now));
    Hours::covering(
        viewer.working_hours,
        rows.iter()
            .filter(|r| r.placed)
            .map(|r| (r.start, r.end))
            .chain(shadows)
            .chain(now.filter(|_| !rows.is_empty()))
            .map(|(a, b)| Hours::touched(date, &zone, a, b)),
    )
}
