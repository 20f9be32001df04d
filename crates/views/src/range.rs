//! The page of several days: one band per day on one axis, tasks by day adding up both ways.

use askama::Template;
use jiff::civil::Date;

use crate::{
    axis::{Axis, Hours},
    cloth::{Cloth, Hour, cloth},
    day::{RangeLinks, hours_of, reviewed_line},
    facts::{DayFacts, Viewer},
    fill::{Fill, Weave},
    frame::{Frame, Section},
    gist::gist,
    rows::{Row, Tasks, rows},
    tables::{KeyItem, TaskLine, by_task, key, outside},
    time::{Parts, add_days, duration, monday, month, week as week_number, weekday, weekday_short},
    totals::Totals,
    urls,
    words::{Words, fill},
};

/// Bands are drawn for so many days; a longer range is a table of months, each leading to its own page.
pub const MOST_BANDS: usize = 62;
/// The table by task has a column for each day up to here.
const MOST_COLUMNS: usize = 7;

/// One day of the range.
#[derive(Debug)]
pub struct Band {
    /// Weekday, whole.
    pub weekday: &'static str,
    /// Weekday, short.
    pub weekday_short: &'static str,
    /// `16`, or `16 November` where months meet.
    pub number: String,
    /// The day's page.
    pub url: String,
    /// Its cloth.
    pub cloth: Cloth,
    /// Total, or nothing.
    pub total: String,
    /// `5 of 11`, or `all`.
    pub reviewed: String,
    /// Today.
    pub current: bool,
    /// Clocks change on this day, so its hours stand shifted after the change.
    pub clocks_change: bool,
}

/// A line of tasks by day.
#[derive(Debug)]
pub struct MatrixLine {
    /// How it is drawn; none for the total.
    pub fill: Option<Fill>,
    /// Key or name.
    pub name: String,
    /// Title beside a key.
    pub title: String,
    /// Each day's duration, `·` for none.
    pub cells: Vec<String>,
    /// Sum.
    pub total: String,
}

/// Tasks by day.
#[derive(Debug)]
pub struct Matrix {
    /// Column heads.
    pub heads: Vec<String>,
    /// Lines, the last one the total.
    pub lines: Vec<MatrixLine>,
}

/// A line of months.
#[derive(Debug)]
pub struct MonthLine {
    /// `November 2026`.
    pub name: String,
    /// Its page.
    pub url: String,
    /// Days with time.
    pub days: usize,
    /// Entries.
    pub entries: usize,
    /// Sum.
    pub total: String,
}

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
        let words = viewer.locale.words();
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
            bands(viewer, days, &each, words)
        } else {
            (Vec::new(), Vec::new())
        };
        let all_rows: Vec<Row> = each.iter().flat_map(|(_, rows)| rows.iter().cloned()).collect();
        let short = days.len() <= MOST_COLUMNS;
        let length = i64::try_from(days.len()).unwrap_or(1);
        let pages = pages(start, end, length);
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
            key: key(words),
            matrix: short.then(|| matrix(days, &each, &sum, tasks, words)),
            by_task: if short {
                Vec::new()
            } else {
                by_task(&sum, tasks, words)
            },
            months: if drawn {
                Vec::new()
            } else {
                months(days, &each, words)
            },
            outside: outside(&all_rows, words),
            pending: if days.iter().any(|d| d.pending) {
                fill(words.pending, "time", &duration(sum.total, words))
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

struct Heading {
    figure: String,
    heading: String,
    dates: String,
}

impl Heading {
    fn of(start: Date, end: Date, words: &Words) -> Self {
        let whole = |d: Date| format!("{} {} {}", d.day(), month(d, words), d.year());
        let first = match (start.year() == end.year(), start.month() == end.month()) {
            (true, true) => start.day().to_string(),
            (true, false) => format!("{} {}", start.day(), month(start, words)),
            _ => whole(start),
        };
        let dates = format!("{first} – {}", whole(end));
        let length = (end - start).get_days() + 1;
        if monday(start) == start && length == 7 {
            let n = week_number(start);
            return Self {
                figure: n.to_string(),
                heading: fill(words.week_n, "n", &n.to_string()),
                dates,
            };
        }
        if is_month(start, end) {
            let heading = format!("{} {}", month(start, words), start.year());
            return Self {
                figure: start.month().to_string(),
                heading,
                dates,
            };
        }
        Self {
            figure: length.to_string(),
            heading: words.days.to_owned(),
            dates,
        }
    }
}

fn is_month(start: Date, end: Date) -> bool {
    start.day() == 1 && end == start.last_of_month()
}

type Dates = (Date, Date);

/// The range before and after: months by months, all else by its length.
fn pages(start: Date, end: Date, length: i64) -> (Dates, Dates) {
    if is_month(start, end) {
        let (last, next) = (add_days(start, -1), add_days(end, 1));
        return ((last.first_of_month(), last), (next, next.last_of_month()));
    }
    (
        (add_days(start, -length), add_days(end, -length)),
        (add_days(start, length), add_days(end, length)),
    )
}

fn bands(
    viewer: &Viewer,
    days: &[DayFacts],
    each: &[(Totals, Vec<Row>)],
    words: &'static Words,
) -> (Vec<Hour>, Vec<Band>) {
    let today = viewer.today();
    let hours = days
        .iter()
        .zip(each)
        .map(|(facts, (_, rows))| hours_of(viewer, rows, facts))
        .reduce(|a, b| Hours {
            from: a.from.min(b.from),
            to: a.to.max(b.to),
        })
        .unwrap_or(Hours { from: 8, to: 18 });
    let axes: Vec<Axis> = days
        .iter()
        .map(|d| Axis::new(d.day.date, d.day.timezone.rules(), hours))
        .collect();
    // One scale for all: the longest day's, so that 25 hours fit; an ordinary day gives the hours.
    let Some(longest) = axes.iter().max_by_key(|a| a.micros()) else {
        return (Vec::new(), Vec::new());
    };
    let plain = (hours.to - hours.from) * 3_600_000_000;
    let ordinary = axes.iter().find(|a| a.micros() == plain).unwrap_or(longest);
    let one_month = days
        .first()
        .zip(days.last())
        .is_some_and(|(a, b)| a.day.date.month() == b.day.date.month());
    let bands = days
        .iter()
        .zip(each)
        .zip(&axes)
        .map(|((facts, (totals, rows)), axis)| {
            let date = facts.day.date;
            let shared = axis.clone().with_length_of(longest);
            let now = (date == today).then_some(viewer.now);
            let mut band = cloth(&shared, rows, now, words, |row| urls::block(date, &row.anchor));
            band.hours.clear();
            Band {
                weekday: weekday(date, words),
                weekday_short: weekday_short(date, words),
                number: if one_month || (date.day() != 1 && Some(date) != days.first().map(|d| d.day.date)) {
                    date.day().to_string()
                } else {
                    format!("{} {}", date.day(), month(date, words))
                },
                url: urls::day(date),
                cloth: band,
                total: if totals.total > 0 {
                    duration(totals.total, words)
                } else {
                    String::new()
                },
                reviewed: match totals.blocks {
                    0 => String::new(),
                    n if n == totals.reviewed => words.all.to_owned(),
                    n => fill(
                        &fill(words.n_of_m, "n", &totals.reviewed.to_string()),
                        "m",
                        &n.to_string(),
                    ),
                },
                current: date == today,
                clocks_change: axis.micros() != plain,
            }
        })
        .collect();
    let ordinary = ordinary.clone().with_length_of(longest);
    (cloth(&ordinary, &[], None, words, |_| String::new()).hours, bands)
}

fn matrix(
    days: &[DayFacts],
    each: &[(Totals, Vec<Row>)],
    sum: &Totals,
    tasks: &Tasks,
    words: &Words,
) -> Matrix {
    let cell = |minutes: i64| {
        if minutes > 0 {
            duration(minutes, words)
        } else {
            "·".to_owned()
        }
    };
    let line = |fill, name: String, title: String, pick: &dyn Fn(&Totals) -> i64| MatrixLine {
        fill,
        name,
        title,
        cells: each.iter().map(|(totals, _)| cell(pick(totals))).collect(),
        total: cell(pick(sum)),
    };
    let mut lines: Vec<MatrixLine> = sum
        .by_task
        .iter()
        .map(|&(task, _)| {
            let of = move |t: &Totals| {
                t.by_task
                    .iter()
                    .find(|(id, _)| *id == task)
                    .map_or(0, |(_, m)| *m)
            };
            let fill = Some(Fill::Dyed(tasks.dyes.of(task), Weave::Whole));
            line(fill, tasks.short(task), tasks.rest(task), &of)
        })
        .collect();
    if sum.no_task > 0 {
        lines.push(line(
            Some(Fill::Warp),
            words.unattributed.to_owned(),
            String::new(),
            &|t| t.no_task,
        ));
    }
    if sum.personal > 0 {
        lines.push(line(
            Some(Fill::Personal),
            words.personal.to_owned(),
            String::new(),
            &|t| t.personal,
        ));
    }
    lines.push(line(None, words.total.to_owned(), String::new(), &|t| t.total));
    let heads = days
        .iter()
        .map(|d| format!("{} {}", weekday_short(d.day.date, words), d.day.date.day()))
        .collect();
    Matrix { heads, lines }
}

fn months(days: &[DayFacts], each: &[(Totals, Vec<Row>)], words: &Words) -> Vec<MonthLine> {
    let mut lines: Vec<(Date, Date, usize, usize, i64)> = Vec::new();
    for (facts, (totals, _)) in days.iter().zip(each) {
        let date = facts.day.date;
        let with_time = usize::from(totals.total > 0);
        match lines.last_mut() {
            Some(line) if line.0.first_of_month() == date.first_of_month() => {
                line.1 = date;
                line.2 += with_time;
                line.3 += totals.blocks;
                line.4 += totals.total;
            }
            _ => lines.push((date, date, with_time, totals.blocks, totals.total)),
        }
    }
    lines
        .into_iter()
        .map(|(first, last, days, entries, total)| MonthLine {
            name: format!("{} {}", month(first, words), first.year()),
            url: urls::range(first, last),
            days,
            entries,
            total: duration(total, words),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::EN;
    use jiff::civil::date;

    #[test]
    fn headings_name_week_month_or_dates() {
        let of = |a, b| {
            let h = Heading::of(a, b, &EN);
            format!("{} | {} | {}", h.figure, h.heading, h.dates)
        };
        assert_eq!(
            of(date(2026, 11, 16), date(2026, 11, 22)),
            "47 | Week 47 | 16 – 22 November 2026"
        );
        assert_eq!(
            of(date(2026, 11, 1), date(2026, 11, 30)),
            "11 | November 2026 | 1 – 30 November 2026"
        );
        assert_eq!(
            of(date(2026, 12, 30), date(2027, 1, 2)),
            "4 | Days | 30 December 2026 – 2 January 2027"
        );
    }

    #[test]
    fn months_turn_by_months() {
        let (before, after) = pages(date(2026, 3, 1), date(2026, 3, 31), 31);
        assert_eq!(before, (date(2026, 2, 1), date(2026, 2, 28)));
        assert_eq!(after, (date(2026, 4, 1), date(2026, 4, 30)));
    }

    #[test]
    fn the_average_is_of_days_with_time() {
        assert_eq!([average(0, 0), average(100, 3), average(101, 2)], [0, 33, 51]);
    }
}
