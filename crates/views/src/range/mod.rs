//! The page of several days: one band per day on one axis, tasks by day adding up both ways.

mod bands;
mod heading;
mod tables;

use askama::Template;

pub use bands::Band;
pub use heading::dates;
pub use tables::{Matrix, MatrixLine, MonthLine};

use self::heading::Heading;
use crate::{
    cloth::Hour,
    day::{RangeLinks, reviewed_line},
    facts::{DayFacts, Viewer},
    frame::{Frame, Section},
    gist::gist,
    rows::{Row, Tasks, rows},
    tables::{KeyItem, TaskLine, by_task, key, outside},
    time::{Parts, duration},
    totals::Totals,
    urls,
    words::{Words, fill},
};

/// Bands are drawn for so many days; a longer range is a table of months, each leading to its own page.
pub const MOST_BANDS: usize = 62;
/// The table by task has a column for each day up to here.
const MOST_COLUMNS: usize = 7;

/// The page of several days.
#[derive(Debug, Template)]
#[template(path = "pages/range.html")]
pub struct RangePage {
    /// Around it.
    pub frame: Frame,
    /// Big figure: week number, day of month or number of days.
    pub figure: String,
    /// `Week 47`, `November 2026`.
    pub heading: String,
    /// `16 to 22 November 2026`.
    pub dates: String,
    /// `Weeks start on Monday · Europe/Berlin`.
    pub note: String,
    /// The sentence.
    pub gist: String,
    /// Range links.
    pub ranges: RangeLinks,
    /// As long a range before.
    pub before: String,
    /// As long a range after.
    pub after: String,
    /// Total minutes.
    pub total: i64,
    /// Below it.
    pub total_note: String,
    /// Days with minutes.
    pub days: usize,
    /// Entries.
    pub entries: usize,
    /// Below them.
    pub entries_note: String,
    /// Average minutes of such a day.
    pub average: i64,
    /// Hours above the bands.
    pub hours: Vec<Hour>,
    /// One band a day; none in a long range.
    pub bands: Vec<Band>,
    /// Key.
    pub key: Vec<KeyItem>,
    /// Tasks by day, in a short range.
    pub matrix: Option<Matrix>,
    /// Tasks, in a longer one.
    pub by_task: Vec<TaskLine>,
    /// Months, in a long one.
    pub months: Vec<MonthLine>,
    /// What the total leaves out.
    pub outside: String,
    /// Evidence is still on its way.
    pub pending: String,
    /// CSV of the range.
    pub csv: String,
}

impl RangePage {
    /// Computes the page of the given days, which are consecutive, in order, and at least one.
    pub fn new(viewer: &Viewer, tasks: &Tasks, days: &[DayFacts]) -> Self {
        let words = Words::of(viewer.locale);
        let today = viewer.today();
        let start = days.first().map_or(today, |d| d.day.date);
        let end = days.last().map_or(today, |d| d.day.date);
        let each: Vec<(Totals, Vec<Row>)> = days
            .iter()
            .map(|facts| (Totals::of(&facts.day), rows(facts, tasks, viewer, words)))
            .collect();
        let sum = add(each.iter().map(|(totals, _)| totals));
        let with_time = each.iter().filter(|(totals, _)| totals.total > 0).count();
        let head = Heading::of(start, end, words);
        let ranges = RangeLinks::new(today, start, end);
        let section = if ranges.current == "week" {
            Section::Week
        } else {
            Section::Other
        };
        let mut frame = Frame::new(viewer, section, &head.heading);
        frame.live = start <= today && today <= end;
        let drawn = days.len() <= MOST_BANDS;
        let (hours, bands) = if drawn {
            bands::bands(viewer, days, &each, words)
        } else {
            (Vec::new(), Vec::new())
        };
        let all_rows: Vec<Row> = each.iter().flat_map(|(_, rows)| rows.iter().cloned()).collect();
        let short = days.len() <= MOST_COLUMNS;
        let length = i64::try_from(days.len()).unwrap_or(1);
        let pages = heading::pages(start, end, length);
        Self {
            gist: gist(&sum, tasks, true, words),
            ranges,
            before: urls::range(pages.0.0, pages.0.1),
            after: urls::range(pages.1.0, pages.1.1),
            total: sum.total,
            total_note: if sum.personal > 0 {
                fill(words.personal_in_it, "time", &duration(sum.personal, words))
            } else {
                String::new()
            },
            days: with_time,
            entries: sum.blocks,
            entries_note: reviewed_line(&sum, words),
            average: average(sum.total, with_time),
            hours,
            bands,
            key: key(false, words),
            matrix: short.then(|| tables::matrix(days, &each, &sum, tasks, words)),
            by_task: if short {
                Vec::new()
            } else {
                by_task(&sum, tasks, words)
            },
            months: if drawn {
                Vec::new()
            } else {
                tables::months(days, &each, words)
            },
            outside: outside(&all_rows, words),
            pending: if days.iter().any(|d| d.pending) {
                fill(words.pending_days, "time", &duration(sum.total, words))
            } else {
                String::new()
            },
            csv: urls::range_csv(start, end),
            figure: head.figure,
            heading: head.heading,
            dates: head.dates,
            note: format!("{} · {}", words.weeks_start, viewer.zone_name),
            frame,
        }
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

/// Average per day with time, halves up.
pub fn average(total: i64, days: usize) -> i64 {
    let days = i64::try_from(days).unwrap_or(i64::MAX);
    if days == 0 {
        0
    } else {
        (total * 2 + days) / (days * 2)
    }
}

/// Totals of days added up; tasks most first.
fn add<'a>(each: impl Iterator<Item = &'a Totals>) -> Totals {
    let mut sum = Totals::default();
    for totals in each {
        sum.total += totals.total;
        sum.on_tasks += totals.on_tasks;
        sum.no_task += totals.no_task;
        sum.personal += totals.personal;
        sum.blocks += totals.blocks;
        sum.reviewed += totals.reviewed;
        for &(task, minutes) in &totals.by_task {
            match sum.by_task.iter_mut().find(|(id, _)| *id == task) {
                Some((_, all)) => *all += minutes,
                None => sum.by_task.push((task, minutes)),
            }
        }
    }
    sum.by_task
        .sort_by_key(|&(_, minutes)| std::cmp::Reverse(minutes));
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_is_of_days_with_time() {
        assert_eq!([average(0, 0), average(100, 3), average(101, 2)], [0, 33, 51]);
    }
}
