//! Which of the eight dyes a task gets: the one fewest of the person's other tasks have (`design/pages.md`, drawing
//! rule 7). A dye means a task of one person and nothing else.

/// How many dyes there are: indigo, weld, verdigris, orchil, woad, walnut, moss, logwood. They count from 1.
pub const DYES: u8 = 8;

/// How many tasks have each dye.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DyeCounts([u32; DYES as usize]);

impl DyeCounts {
    /// Counts tasks of a dye; a number that is none counts for nothing.
    pub fn add(&mut self, dye: u8, tasks: u32) {
        if let Some(count) = usize::from(dye).checked_sub(1).and_then(|at| self.0.get_mut(at)) {
            *count = count.saturating_add(tasks);
        }
    }

    /// The dye fewest tasks have; ties go to the lower number.
    pub fn least_used(&self) -> u8 {
        (1..=DYES)
            .zip(self.0)
            .min_by_key(|&(dye, count)| (count, dye))
            .map_or(1, |(dye, _)| dye)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_used_comes_next_and_ties_go_in_order() {
        let mut counts = DyeCounts::default();
        let given: Vec<u8> = (0..10)
            .map(|_| {
                let dye = counts.least_used();
                counts.add(dye, 1);
                dye
            })
            .collect();
        assert_eq!(given, [1, 2, 3, 4, 5, 6, 7, 8, 1, 2]);
        counts.add(3, 5);
        counts.add(0, 9);
        counts.add(9, 9);
        assert_eq!(counts.least_used(), 4);
    }
}
