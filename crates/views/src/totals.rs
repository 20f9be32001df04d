//! Whole minutes that add up: the parts of a day are apportioned by largest remainder to its rounded total.

use dayloom_domain::{TaskId, day::Day};

use crate::time::minutes_of;

/// Shares `total` minutes among parts by their microseconds, by largest remainder; ties go to the earlier part.
pub fn apportion(parts: &[i64], total: i64) -> Vec<i64> {
    let sum: i128 = parts.iter().map(|&p| i128::from(p.max(0))).sum();
    if sum == 0 {
        return vec![0; parts.len()];
    }
    let total = i128::from(total.max(0));
    let mut minutes: Vec<i64> = Vec::with_capacity(parts.len());
    let mut rests: Vec<(i128, usize)> = Vec::with_capacity(parts.len());
    for (at, &part) in parts.iter().enumerate() {
        let share = i128::from(part.max(0)) * total;
        minutes.push(i64::try_from(share / sum).unwrap_or(i64::MAX));
        rests.push((share % sum, at));
    }
    rests.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let given: i128 = minutes.iter().map(|&m| i128::from(m)).sum();
    let missing = usize::try_from(total - given).unwrap_or(0);
    for &(_, at) in rests.iter().take(missing) {
        minutes[at] += 1;
    }
    minutes
}

/// The totals of a day, in minutes that add up: `total = on_tasks + no_task + personal`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All attention, rounded.
    pub total: i64,
    /// Σ of the blocks with a task.
    pub on_tasks: i64,
    /// Σ of the blocks without.
    pub no_task: i64,
    /// What is left: personal time.
    pub personal: i64,
    /// Blocks.
    pub blocks: usize,
    /// Blocks a person has confirmed or corrected.
    pub reviewed: usize,
    /// Minutes by task, most first; ties by first appearance.
    pub by_task: Vec<(TaskId, i64)>,
}

impl Totals {
    /// Adds up a day.
    pub fn of(day: &Day) -> Self {
        let sum = |with: bool| -> i64 {
            day.blocks
                .iter()
                .filter(|b| b.task_id.is_some() == with)
                .map(|b| b.minutes)
                .sum()
        };
        let (on_tasks, no_task) = (sum(true), sum(false));
        // Rounding is monotone, so the rounded whole is never below the rounded sum of the blocks.
        let total = minutes_of(day.attention_micros).max(on_tasks + no_task);
        let mut by_task: Vec<(TaskId, i64)> = Vec::new();
        for block in &day.blocks {
            let Some(task) = block.task_id else { continue };
            match by_task.iter_mut().find(|(id, _)| *id == task) {
                Some((_, minutes)) => *minutes += block.minutes,
                None => by_task.push((task, block.minutes)),
            }
        }
        by_task.sort_by_key(|&(_, minutes)| std::cmp::Reverse(minutes));
        Self {
            total,
            on_tasks,
            no_task,
            personal: total - on_tasks - no_task,
            blocks: day.blocks.len(),
            reviewed: day
                .blocks
                .iter()
                .filter(|b| b.status != dayloom_domain::review::EntryStatus::Inferred)
                .count(),
            by_task,
        }
    }

    /// Blocks nobody has reviewed.
    pub fn open(&self) -> usize {
        self.blocks - self.reviewed
    }

    /// Per cent of the total that is on tasks, halves up.
    pub fn percent_on_tasks(&self) -> i64 {
        if self.total == 0 {
            0
        } else {
            (self.on_tasks * 200 + self.total) / (self.total * 2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_to_the_whole() {
        let cases: [&[i64]; 4] = [
            &[29_000_000, 29_000_000, 29_000_000],
            &[1],
            &[0, 0],
            &[90_000_000, 30_000_000, 61_000_000],
        ];
        for parts in cases {
            let total = minutes_of(parts.iter().sum());
            assert_eq!(apportion(parts, total).iter().sum::<i64>(), total, "{parts:?}");
        }
    }

    #[test]
    fn the_largest_remainder_gets_the_minute_and_ties_go_to_the_first() {
        assert_eq!(apportion(&[29_000_000, 29_000_000, 2_000_000], 1), [1, 0, 0]);
        assert_eq!(apportion(&[70_000_000, 110_000_000], 3), [1, 2]);
    }
}
