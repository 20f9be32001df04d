//! The page of one day.

use askama::Template;
use dayloom_domain::EntryId;
use jiff::civil::Date;

use crate::{
    axis::{Axis, Hours},
    bars::{WeekBar, week},
    cloth::{Cloth, cloth},
    facts::{DayFacts, DayTotal, TaskFact, Viewer},
    frame::{Frame, Section, State},
    gist::gist,
    journal::{Journal, journal},
    rows::{Acts, Kind, Row, Tasks, rows},
    tables::{KeyItem, SourceLine, TaskLine, by_task, key, outside, sources},
    threads::{ROW_PX, Thread, threads},
    time::{Parts, add_days, duration, long_date, monday, month, week as week_number, weekday},
    totals::Totals,
    urls,
    words::{Words, fill},
};

/// Which part of the day is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zoom {
    /// All of it.
    #[default]
    Day,
    /// So many hours from a whole hour.
    Hours {
        /// 1 or 3.
        hours: i64,
        /// First hour, 0 to 23.
        from: i64,
    },
}

impl Zoom {
    /// The hours drawn of a day whose axis has `whole`.
    fn over(self, whole: Hours) -> Hours {
        match self {
            Self::Day => whole,
            Self::Hours { hours, from } => {
                let from = from.clamp(0, 24 - hours);
                Hours {
                    from,
                    to: from + hours,
                }
            }
        }
    }
}

/// Links around the cloth that zoom.
#[derive(Clone, Debug)]
pub struct ZoomLinks {
    /// 0, 3 or 1: what is shown now.
    pub shown: i64,
    /// The whole day.
    pub day: String,
    /// Three hours.
    pub three: String,
    /// One hour.
    pub one: String,
    /// The hours before, when zoomed.
    pub before: Option<String>,
    /// The hours after, when zoomed.
    pub after: Option<String>,
    /// The next step, for the key `z`.
    pub next: String,
}

/// Links to ranges.
#[derive(Clone, Debug)]
pub struct RangeLinks {
    /// Today.
    pub today: String,
    /// This week.
    pub week: String,
    /// This month.
    pub month: String,
    /// Thirty days to today.
    pub last_30: String,
    /// For the form: first date.
    pub start: Date,
    /// For the form: last date.
    pub end: Date,
    /// `day`, `week`, `month`, `last30` or nothing.
    pub current: &'static str,
}

impl RangeLinks {
    /// The links as seen from a shown range.
    pub fn new(today: Date, start: Date, end: Date) -> Self {
        let first = monday(today);
        let month_first = today.first_of_month();
        let week = (first, add_days(first, 6));
        let month = (month_first, today.last_of_month());
        let last_30 = (add_days(today, -29), today);
        let current = match (start, end) {
            (a, b) if a == b => "day",
            shown if shown == week => "week",
            shown if shown == month => "month",
            shown if shown == last_30 => "last30",
            _ => "",
        };
        Self {
            today: urls::TRACKER.to_owned(),
            week: urls::range(week.0, week.1),
            month: urls::range(month.0, month.1),
            last_30: urls::range(last_30.0, last_30.1),
            start,
            end,
            current,
        }
    }
}

/// What a review left to be said, and the row that is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// The row that is opened to give it another task.
    pub open: Option<EntryId>,
    /// Tasks it may be given, those last touched first.
    pub tasks: Vec<TaskFact>,
    /// So many others follow the correction before.
    pub moved: Option<u32>,
    /// The review before was refused.
    pub refused: bool,
}

impl Desk {
    fn note(&self, words: &Words) -> String {
        match (self.refused, self.moved) {
            (true, _) => words.review_refused.to_owned(),
            (false, Some(1)) => words.review_moves_1.to_owned(),
            (false, Some(n)) if n > 1 => fill(words.review_moves, "n", &n.to_string()),
            _ => String::new(),
        }
    }
}

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
    /// The row that is opened, and the tasks it may be given.
    pub desk: Desk,
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
        frame.live = (date == today || facts.pending) && desk.open.is_none();
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
            threads_line: fill(
                &fill(words.threads_n, "n", &threads.len().to_string()),
                "d",
                &facts.day.devices.len().to_string(),
            ),
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
            said: desk.note(words),
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
    pub fn opened(&self, row: &Row) -> String {
        row.entry
            .map_or_else(String::new, |entry| urls::opened(self.date, entry))
    }

    /// Whether a row is the one that is opened.
    pub fn is_open(&self, row: &Row) -> bool {
        row.acts == Acts::Open && row.entry.is_some() && row.entry == self.desk.open
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

/// Small lines below and beside the figures.
struct Notes {
    total: String,
    tasks: String,
    no_task: String,
    open: String,
    pending: String,
}

impl Notes {
    fn of(viewer: &Viewer, facts: &DayFacts, totals: &Totals, rows: &[Row], words: &Words) -> Self {
        let devices: Vec<&str> = facts
            .day
            .devices
            .iter()
            .map(|d| viewer.device_name(d.device_id))
            .collect();
        let stretches = rows.iter().filter(|r| r.kind == Kind::NoTask).count();
        Self {
            total: if totals.personal > 0 {
                fill(words.personal_in_it, "time", &duration(totals.personal, words))
            } else if devices.is_empty() {
                String::new()
            } else {
                fill(words.seen_on, "names", &devices.join(", "))
            },
            tasks: fill(words.of_total, "n", &totals.percent_on_tasks().to_string()),
            no_task: match stretches {
                1 => words.stretch.to_owned(),
                n => fill(words.stretches, "n", &n.to_string()),
            },
            open: if totals.open() > 0 {
                fill(words.open_n, "n", &totals.open().to_string())
            } else {
                String::new()
            },
            pending: if facts.pending {
                fill(words.pending, "time", &duration(totals.total, words))
            } else {
                String::new()
            },
        }
    }
}

/// Px from the top of the drawing to its first thread: hours and labels 58, cloth 94, selvedge 3 and its room.
pub const THREADS_TOP: usize = 169;

/// `5 reviewed, 6 open`.
pub fn reviewed_line(totals: &Totals, words: &Words) -> String {
    let text = fill(words.reviewed_open, "r", &totals.reviewed.to_string());
    fill(&text, "o", &totals.open().to_string())
}

/// Whether all that are as sure as this are confirmed with one click.
pub fn is_sure(row: &Row) -> bool {
    row.acts == Acts::Open && row.sure.is_some_and(|sure| sure.bars == 3)
}

fn sure_line(rows: &[Row], words: &Words) -> String {
    match rows.iter().filter(|row| is_sure(row)).count() {
        0 => String::new(),
        1 => words.review_sure_1.to_owned(),
        n => fill(words.review_sure, "n", &n.to_string()),
    }
}

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

fn zoom_links(date: Date, zoom: Zoom, whole: Hours, rows: &[Row], now_hour: Option<i64>) -> ZoomLinks {
    // Without a place of its own a zoom begins at now, else at the first evidence.
    let first = rows
        .iter()
        .find(|r| r.placed)
        .and_then(|r| r.from.get(..2))
        .and_then(|h| h.parse().ok());
    let (shown, at) = match zoom {
        Zoom::Day => (0, now_hour.or(first).unwrap_or(whole.from)),
        Zoom::Hours { hours, from } => (hours, from),
    };
    let to = |hours: i64, from: i64| urls::zoom(date, hours, from.clamp(0, 24 - hours));
    let lead = |hours: i64| {
        if now_hour.is_some() && shown == 0 {
            at - (hours - 1)
        } else {
            at
        }
    };
    let (three, one) = (to(3, lead(3)), to(1, lead(1)));
    ZoomLinks {
        shown,
        before: (shown > 0 && at > 0).then(|| to(shown, at - shown)),
        after: (shown > 0 && at + shown < 24).then(|| to(shown, at + shown)),
        next: match shown {
            0 => three.clone(),
            3 => one.clone(),
            _ => urls::day(date),
        },
        day: urls::day(date),
        three,
        one,
    }
}

fn empty_note(viewer: &Viewer, words: &Words) -> String {
    let last = viewer
        .devices
        .iter()
        .filter_map(|d| Some((d.last_seen?, &d.name)))
        .max_by_key(|(at, _)| *at);
    last.map_or_else(String::new, |(at, name)| {
        let date = viewer.zone.to_datetime(at).date();
        let when = format!(
            "{}, {}",
            long_date(date, words),
            crate::time::clock(at, &viewer.zone)
        );
        fill(&fill(words.empty_more, "when", &when), "device", name)
    })
}
