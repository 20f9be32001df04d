//! The tables of a range: tasks by day, and months.

use jiff::civil::Date;

use crate::{
    facts::DayFacts,
    fill::{Fill, Weave},
    rows::{Row, Tasks},
    time::{duration, month, weekday_short},
    totals::Totals,
    urls,
    words::Words,
};

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

/// Tasks by day, adding up both ways.
pub(super) fn matrix(
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

/// The months of a long range.
pub(super) fn months(days: &[DayFacts], each: &[(Totals, Vec<Row>)], words: &Words) -> Vec<MonthLine> {
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
