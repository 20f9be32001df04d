//! Adding up rows of the timesheet per task, project and day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{BLOCK_GAP_AT_MOST, DaySum, Facts, ProjectSum, Sum, TaskSum, Work};
use crate::Zone;

pub(super) fn facts(mut works: Vec<Work>, start: Date, end: Date, zone: Zone) -> Facts {
    works.retain(|work| start <= work.date && work.date <= end);
    works.sort_by_key(|work| (work.date, work.start(), work.entry_id));
    let mut days: BTreeMap<Date, Vec<&Work>> = BTreeMap::new();
    for work in &works {
        days.entry(work.date).or_default().push(work);
    }
    let days = days.into_iter().map(|(date, works)| day(date, &works)).collect();
    let all: Vec<&Work> = works.iter().collect();
    let calls = all.iter().filter(|work| work.call_minutes > 0);
    Facts {
        start,
        end,
        zone,
        total: sum(all.iter().copied()),
        tasks: tasks(&all),
        no_task: sum(without_task(&all)),
        projects: projects(&all),
        days,
        longest: longest(&all),
        calls: Sum {
            minutes: all.iter().map(|work| work.call_minutes).sum(),
            ..sum(calls.copied())
        },
        works,
    }
}

fn sum<'w>(works: impl Iterator<Item = &'w Work>) -> Sum {
    let mut sum = Sum::default();
    for work in works {
        sum.minutes += work.minutes;
        sum.entries.push(work.entry_id);
        if sum.days.last() != Some(&work.date) {
            sum.days.push(work.date);
        }
    }
    sum
}

fn without_task<'w>(works: &'w [&'w Work]) -> impl Iterator<Item = &'w Work> {
    works.iter().copied().filter(|work| work.task.is_none())
}

/// Most first; of equal ones, by name, so that the same facts read the same.
fn tasks(works: &[&Work]) -> Vec<TaskSum> {
    let mut by_task: BTreeMap<_, Vec<&Work>> = BTreeMap::new();
    for &work in works {
        if let Some(task) = &work.task {
            by_task.entry(task.id).or_default().push(work);
        }
    }
    let mut sums: Vec<TaskSum> = by_task
        .into_values()
        .filter_map(|works| {
            let task = works.first()?.task.clone()?;
            Some(TaskSum {
                task,
                sum: sum(works.into_iter()),
            })
        })
        .collect();
    sums.sort_by_cached_key(|task| (-task.sum.minutes, task.task.full(), task.task.id));
    sums
}

fn projects(works: &[&Work]) -> Vec<ProjectSum> {
    let mut by_project: BTreeMap<&str, Vec<&Work>> = BTreeMap::new();
    for &work in works {
        if let Some(name) = &work.project {
            by_project.entry(name).or_default().push(work);
        }
    }
    let mut sums: Vec<ProjectSum> = by_project
        .into_iter()
        .map(|(name, works)| ProjectSum {
            name: super::text::clean(name),
            sum: sum(works.into_iter()),
        })
        .collect();
    sums.sort_by(|a, b| (b.sum.minutes, &a.name).cmp(&(a.sum.minutes, &b.name)));
    sums
}

fn longest(works: &[&Work]) -> Option<Work> {
    let drawn = works.iter().filter(|work| work.interval.is_some());
    drawn
        .max_by(|a, b| a.minutes.cmp(&b.minutes).then(b.start().cmp(&a.start())))
        .map(|&work| work.clone())
}

fn day(date: Date, works: &[&Work]) -> DaySum {
    let drawn: Vec<_> = works
        .iter()
        .filter_map(|work| Some((work.interval?, work.task.as_ref().map(|task| task.id))))
        .collect();
    let first = drawn.iter().map(|((start, _), _)| *start).min();
    let last = drawn.iter().map(|((_, end), _)| *end).max();
    let switches = drawn.windows(2).filter(|pair| {
        let ((_, end), before) = pair[0];
        let ((start, _), after) = pair[1];
        before != after && start.as_microsecond() - end.as_microsecond() <= BLOCK_GAP_AT_MOST
    });
    DaySum {
        date,
        sum: sum(works.iter().copied()),
        bounds: first.zip(last),
        switches: i64::try_from(switches.count()).unwrap_or(i64::MAX),
        tasks: tasks(works),
        no_task: sum(without_task(works)),
    }
}
