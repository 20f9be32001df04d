//! The dyes of the tasks a page shows, and the stripes that tell tasks of one dye apart.

use std::collections::HashMap;

use dayloom_domain::{
    TaskId,
    dye::{DYES, DyeCounts},
};

/// A task's dye, and how many paper stripes set it apart from earlier tasks of the same dye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dye {
    /// 1 to 8.
    pub number: u8,
    /// 0 for the first task of a dye, 1 for the second, 2 for every later one.
    pub stripes: u8,
}

/// The dyes of a person's tasks.
#[derive(Clone, Debug, Default)]
pub struct Dyes(HashMap<TaskId, Dye>);

impl Dyes {
    /// Gives each task of a page, in the order of its first appearance, the dye kept for it. One for which none is kept
    /// yet, as its day was not derived since, gets the dye fewest tasks of the page have. The second task of a dye
    /// carries one stripe, later ones two.
    pub fn shown(kept: &HashMap<TaskId, u8>, in_order: impl IntoIterator<Item = TaskId>) -> Self {
        let mut tasks = Vec::new();
        for task in in_order {
            if !tasks.contains(&task) {
                tasks.push(task);
            }
        }
        let known = |task: &TaskId| kept.get(task).copied().filter(|dye| (1..=DYES).contains(dye));
        let mut counts = DyeCounts::default();
        for dye in tasks.iter().filter_map(known) {
            counts.add(dye, 1);
        }
        let mut stripes = [0_u8; DYES as usize + 1];
        let dyes = tasks.into_iter().map(|task| {
            let number = known(&task).unwrap_or_else(|| {
                let number = counts.least_used();
                counts.add(number, 1);
                number
            });
            let before = &mut stripes[usize::from(number)];
            let dye = Dye {
                number,
                stripes: *before,
            };
            *before = (*before + 1).min(2);
            (task, dye)
        });
        Self(dyes.collect())
    }

    /// The dye of a task; one that was not named gets the first.
    pub fn of(&self, task: TaskId) -> Dye {
        self.0.get(&task).copied().unwrap_or(Dye {
            number: 1,
            stripes: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(n: u128) -> TaskId {
        TaskId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn without_a_kept_dye_the_first_eight_tasks_differ_and_the_ninth_is_striped() {
        let dyes = Dyes::shown(&HashMap::new(), (0..17).map(task));
        let first: Vec<u8> = (0..8).map(|n| dyes.of(task(n)).number).collect();
        assert_eq!(first, [1, 2, 3, 4, 5, 6, 7, 8]);
        let stripes = |n| (dyes.of(task(n)).number, dyes.of(task(n)).stripes);
        assert_eq!([stripes(0), stripes(8), stripes(16)], [(1, 0), (1, 1), (1, 2)]);
    }

    #[test]
    fn a_kept_dye_stands_whatever_else_is_shown_and_stripes_are_of_the_page() {
        let kept = HashMap::from([(task(1), 5), (task(2), 5), (task(3), 2), (task(4), 99)]);
        let alone = Dyes::shown(&kept, [task(2)]);
        assert_eq!(
            alone.of(task(2)),
            Dye {
                number: 5,
                stripes: 0
            }
        );
        let both = Dyes::shown(&kept, [task(9), task(1), task(2), task(3), task(1), task(4)]);
        assert_eq!(
            both.of(task(1)),
            Dye {
                number: 5,
                stripes: 0
            }
        );
        assert_eq!(
            both.of(task(2)),
            Dye {
                number: 5,
                stripes: 1
            }
        );
        assert_eq!(
            both.of(task(3)),
            Dye {
                number: 2,
                stripes: 0
            }
        );
        assert_eq!(both.of(task(9)).number, 1, "the dye the fewest tasks here have");
        assert_eq!(
            both.of(task(4)).number,
            3,
            "a number that is no dye counts as none"
        );
    }
}
