//! The page of journals: days in reading size, newest first, each sentence beside the times of its blocks.

use askama::Template;
use jiff::civil::Date;

use crate::{
    facts::{DayFacts, Viewer},
    frame::{Frame, Section},
    journal::{BlockLink, Journal, journal},
    range::dates,
    rows::{Tasks, rows},
    time::{duration, long_date},
    totals::Totals,
    urls,
    words::Words,
};

/// The journal of one day among others.
#[derive(Clone, Debug)]
pub struct JournalDay {
    /// The date.
    pub date: Date,
    /// `Thursday 19 November 2026`.
    pub heading: String,
    /// Its page.
    pub url: String,
    /// All of the day, personal time left out; empty where nothing is left of it.
    pub time: String,
    /// What is told of it.
    pub journal: Journal,
}

impl JournalDay {
    /// The row of a block on its day.
    pub fn block(&self, block: &BlockLink) -> String {
        urls::block(self.date, &block.anchor)
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/journals.html")]
pub struct JournalsPage {
    /// Around it.
    pub frame: Frame,
    /// `6 – 19 November 2026`.
    pub dates: String,
    /// Days with a journal, newest first.
    pub days: Vec<JournalDay>,
    /// The last date of this page, as its forms say where to return to.
    pub back: String,
    /// The page with the days before.
    pub older: Option<String>,
    /// The page with the days after.
    pub newer: Option<String>,
}

impl JournalsPage {
    /// The page of these days, from the first to the last; `around` are the nearest days with anything on them before
    /// and after, as the last dates of their pages.
    pub fn new(
        viewer: &Viewer,
        tasks: &Tasks,
        days: &[DayFacts],
        (first, last): (Date, Date),
        around: (Option<Date>, Option<Date>),
    ) -> Self {
        let words = Words::of(viewer.locale);
        let shown = days
            .iter()
            .rev()
            .filter_map(|facts| day(viewer, tasks, facts, words));
        Self {
            frame: Frame::new(viewer, Section::Journal, words.journal),
            dates: dates(first, last, words),
            days: shown.collect(),
            back: last.to_string(),
            older: around.0.map(urls::journals),
            newer: around.1.map(urls::journals),
        }
    }
}

fn day(viewer: &Viewer, tasks: &Tasks, facts: &DayFacts, words: &'static Words) -> Option<JournalDay> {
    let rows = rows(facts, tasks, viewer, words);
    let totals = Totals::of(&facts.day);
    let told = totals.on_tasks + totals.no_task;
    let date = facts.day.date;
    Some(JournalDay {
        date,
        heading: long_date(date, words),
        url: urls::day(date),
        time: if told > 0 {
            duration(told, words)
        } else {
            String::new()
        },
        journal: journal(facts, &rows, viewer, words)?,
    })
}
