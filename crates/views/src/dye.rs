//! Which of the eight dyes a task gets. A dye means a task of this person and nothing else.

use std::collections::HashMap;

use dayloom_domain::TaskId;

/// How many dyes there are: indigo, weld, verdigris, orchil, woad, walnut, moss, logwood.
pub const DYES: u8 = 8;

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
    /// Gives each task, in the order of its first appearance, the dye fewest tasks before it have; ties go to the
    /// lower number. A task named twice keeps its first dye, so the same order always gives the same dyes.
    pub fn assign(in_order: impl IntoIterator<Item = TaskId>) -> Self {
        let mut used = [0u8; DYES as usize];
        let mut dyes = HashMap::new();
        for task in in_order {
            dyes.entry(task).or_insert_with(|| {
                let (at, count) = (0..DYES as usize)
                    .map(|at| (at, used[at]))
                    .min_by_key(|&(at, count)| (count, at))
                    .unwrap_or((0, 0));
                used[at] = used[at].saturating_add(1);
                Dye {
                    number: u8::try_from(at).unwrap_or(0) + 1,
                    stripes: count.min(2),
                }
            });
        }
        Self(dyes)
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
    fn the_first_eight_tasks_differ_and_the_ninth_is_striped() {
        let dyes = Dyes::assign((0..17).map(task));
        let first: Vec<u8> = (0..8).map(|n| dyes.of(task(n)).number).collect();
        assert_eq!(first, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(
            dyes.of(task(8)),
            Dye {
                number: 1,
                stripes: 1
            }
        );
        assert_eq!(
            dyes.of(task(16)),
            Dye {
                number: 1,
                stripes: 2
            }
        );
    }

    #[test]
    fn naming_a_task_again_changes_nothing() {
        let once = Dyes::assign([task(1), task(2), task(3)]);
        let again = Dyes::assign([task(1), task(2), task(1), task(2), task(3)]);
        for n in 1..4 {
            assert_eq!(once.of(task(n)), again.of(task(n)));
        }
    }
}
