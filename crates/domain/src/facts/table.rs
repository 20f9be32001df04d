//! The facts as rows, each with a number a language model can name: what it is told, and all it may repeat.
//!
//! No window title, address or command is in it. Names of tasks, projects and applications are cells of their own, so
//! that whoever renders a prompt quotes them.

use jiff::{civil::Date, tz::TimeZone};

use super::{DaySum, Facts, Sum, TaskSum, Work, figures::Figure, text};
use crate::{EntryId, TaskId};

/// Rows of single days and of tasks on days are left out beyond this many, and the table says so.
pub const MOST_ROWS: usize = 400;

/// Longest blocks listed one by one (`contract/tracker.md` §4.5).
const MOST_BLOCKS: usize = 150;

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words of ours.
    Plain(&'static str),
    /// A name from outside.
    Name(String),
    /// A text of the person's own.
    Words(String),
    /// Whole minutes.
    Minutes(i64),
    /// A whole number.
    Count(i64),
    /// A time of day, in minutes after midnight.
    Clock(i64),
    /// A date.
    Day(Date),
}

/// One fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is, then its values by name.
    pub cells: Vec<(&'static str, Cell)>,
    /// The task it is about, if it is about one.
    pub task: Option<TaskId>,
    /// Names under which a sentence may speak of it.
    pub names: Vec<String>,
    /// Rows of the timesheet behind it.
    pub sum: Sum,
}

impl Row {
    fn new(what: &'static str, sum: &Sum) -> Self {
        Self {
            cells: vec![("fact", Cell::Plain(what))],
            task: None,
            names: Vec::new(),
            sum: sum.clone(),
        }
    }

    fn with(mut self, name: &'static str, cell: Cell) -> Self {
        self.cells.push((name, cell));
        self
    }

    fn of_task(mut self, task: &super::NamedTask) -> Self {
        self.task = Some(task.id);
        self.names.push(task.full());
        self.names.extend(task.key.as_deref().map(text::clean));
        self.names.extend(
            task.title
                .as_deref()
                .map(text::clean)
                .filter(|title| !title.is_empty()),
        );
        self.with("task", Cell::Name(task.full()))
    }

    fn named(mut self, column: &'static str, name: &str) -> Self {
        self.names.push(name.to_owned());
        self.with(column, Cell::Name(name.to_owned()))
    }

    fn time(self, sum: &Sum) -> Self {
        let blocks = i64::try_from(sum.entries.len()).unwrap_or(i64::MAX);
        self.with("time", Cell::Minutes(sum.minutes))
            .with("blocks", Cell::Count(blocks))
    }

    fn days(self, sum: &Sum) -> Self {
        let days = i64::try_from(sum.days.len()).unwrap_or(i64::MAX);
        self.with("days", Cell::Count(days))
    }

    /// The figures a sentence about this row may hold.
    pub fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        for (_, cell) in &self.cells {
            match cell {
                Cell::Minutes(minutes) => figures.push(Figure::Minutes(*minutes)),
                Cell::Count(count) => figures.push(Figure::Count(*count)),
                Cell::Clock(minute) => figures.push(Figure::Clock(*minute)),
                Cell::Day(date) => figures.extend([
                    Figure::Day(*date),
                    Figure::MonthDay(date.month(), date.day()),
                    Figure::MonthDay(0, date.day()),
                ]),
                Cell::Words(words) => figures.extend(super::figures::figures(words)),
                Cell::Plain(_) | Cell::Name(_) => {}
            }
        }
        figures
    }
}

/// A text of the person's own about a day, such as a journal they wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The day.
    pub date: Date,
    /// The text.
    pub text: String,
}

/// The table of one day, for its journal.
pub fn of_day(facts: &Facts) -> Vec<Row> {
    let rules = facts.zone.rules();
    let mut rows = Vec::new();
    if let Some(day) = facts.days.last() {
        rows.push(day_row(day, &rules));
    }
    rows.extend(facts.tasks.iter().map(|task| task_row("task", task)));
    rows.extend(no_task(&facts.no_task));
    rows.extend(calls(facts));
    rows.extend(longest(facts, &rules));
    let mut blocks: Vec<&Work> = facts.works.iter().collect();
    blocks.sort_by_key(|work| std::cmp::Reverse(work.minutes));
    blocks.truncate(MOST_BLOCKS);
    blocks.sort_by_key(|work| work.start());
    rows.extend(blocks.into_iter().map(|work| block(work, &rules)));
    rows
}

/// The table of a range of days, for questions; `notes` are texts of the person's own.
pub fn of_range(facts: &Facts, notes: &[Note]) -> Vec<Row> {
    let rules = facts.zone.rules();
    let range = Row::new("whole range", &facts.total)
        .with("first date", Cell::Day(facts.start))
        .with("last date", Cell::Day(facts.end))
        .time(&facts.total)
        .days(&facts.total);
    let mut rows = vec![range];
    rows.extend(
        facts
            .tasks
            .iter()
            .map(|task| task_row("task in the whole range", task).days(&task.sum)),
    );
    rows.extend(facts.projects.iter().map(|project| {
        Row::new("project in the whole range", &project.sum)
            .named("project", &project.name)
            .time(&project.sum)
    }));
    rows.extend(no_task(&facts.no_task));
    rows.extend(calls(facts));
    rows.extend(longest(facts, &rules));
    for day in &facts.days {
        if rows.len() >= MOST_ROWS {
            rows.push(Row::new(
                "the rest of the days is left out of this table",
                &Sum::default(),
            ));
            break;
        }
        rows.push(day_row(day, &rules));
        rows.extend(
            day.tasks
                .iter()
                .map(|task| task_row("task on a day", task).with("date", Cell::Day(day.date))),
        );
        rows.extend(no_task(&day.no_task).map(|row| row.with("date", Cell::Day(day.date))));
    }
    for note in notes {
        let about = Sum {
            days: vec![note.date],
            ..Sum::default()
        };
        let row = Row::new("the person's own journal", &about).with("date", Cell::Day(note.date));
        rows.push(row.with("words", Cell::Words(text::cut(&text::clean(&note.text), 1_000))));
    }
    rows
}

fn day_row(day: &DaySum, rules: &TimeZone) -> Row {
    let row = Row::new("day", &day.sum)
        .with("date", Cell::Day(day.date))
        .time(&day.sum);
    let row = match day.bounds {
        Some((first, last)) => row
            .with("first", Cell::Clock(clock(first, rules)))
            .with("last", Cell::Clock(clock(last, rules))),
        None => row,
    };
    row.with("changes between tasks", Cell::Count(day.switches))
}

fn task_row(what: &'static str, task: &TaskSum) -> Row {
    let row = Row::new(what, &task.sum).of_task(&task.task).time(&task.sum);
    match (task.task.closed, task.task.is_blocked()) {
        (true, _) => row.with("status", Cell::Plain("done")),
        (false, true) => row.with("status", Cell::Plain("blocked")),
        (false, false) => row,
    }
}

fn no_task(sum: &Sum) -> Option<Row> {
    (!sum.entries.is_empty()).then(|| Row::new("time without a task", sum).time(sum))
}

fn calls(facts: &Facts) -> Option<Row> {
    (facts.calls.minutes > 0)
        .then(|| Row::new("calls", &facts.calls).with("time", Cell::Minutes(facts.calls.minutes)))
}

fn longest(facts: &Facts, rules: &TimeZone) -> Option<Row> {
    Some(interval("longest stretch", facts.longest.as_ref()?, rules))
}

fn block(work: &Work, rules: &TimeZone) -> Row {
    interval("block", work, rules)
}

fn interval(what: &'static str, work: &Work, rules: &TimeZone) -> Row {
    let about = Sum {
        minutes: work.minutes,
        entries: vec![work.entry_id],
        days: vec![work.date],
    };
    let row = Row::new(what, &about).with("date", Cell::Day(work.date));
    let row = match work.interval {
        Some((start, end)) => row
            .with("from", Cell::Clock(clock(start, rules)))
            .with("to", Cell::Clock(clock(end, rules))),
        None => row,
    };
    let row = row.with("time", Cell::Minutes(work.minutes));
    match &work.task {
        Some(task) => row.of_task(task),
        None => row,
    }
}

fn clock(at: jiff::Timestamp, rules: &TimeZone) -> i64 {
    let time = rules.to_datetime(at);
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

/// The entries behind some rows, each once, in their order.
pub fn entries(rows: &[&Row]) -> Vec<EntryId> {
    let mut entries = Vec::new();
    for row in rows {
        for entry in &row.sum.entries {
            if !entries.contains(entry) {
                entries.push(*entry);
            }
        }
    }
    entries
}
