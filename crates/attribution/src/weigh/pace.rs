//! How long a person stays on things, and what they turn to.

use super::MODE_LABELS;
use crate::{
    Weights,
    learned::Learned,
    smooth::{MODES, ON, Pace},
};

/// As many reviews as it takes to believe a person's own pace as much as what is usual.
const USUAL_REVIEWS: f64 = 10.0;

/// How long things last with this person and what follows, from their reviews; near what is usual while they are few.
pub(super) fn of(weights: &Weights, learned: &Learned) -> Pace {
    let mut sums = [(0.0, 0.0); MODES];
    for (label, (seconds, reviews)) in learned.labels.iter().zip(&learned.lengths) {
        let mode = MODE_LABELS
            .iter()
            .find(|(_, of)| of == label)
            .map_or(ON, |(mode, _)| *mode);
        #[expect(clippy::cast_precision_loss, reason = "a working life has 2^28 seconds")]
        let seconds = *seconds as f64;
        sums[mode].0 += seconds;
        sums[mode].1 += f64::from(*reviews);
    }
    let usual = weights.pace;
    let all: f64 = sums.iter().map(|sum| sum.1).sum();
    let mut pace = usual;
    let brief: f64 = usual.leave[MODES..].iter().sum();
    for (mode, (seconds, reviews)) in sums.into_iter().enumerate() {
        pace.stay[mode] =
            (usual.stay[mode] * USUAL_REVIEWS + seconds * weights.lasting) / (USUAL_REVIEWS + reviews);
        // Nobody reviews what is brief: its share stays the usual one.
        let share = if all > 0.0 {
            reviews / all
        } else {
            usual.leave[mode] / (1.0 - brief)
        };
        let part = all / (USUAL_REVIEWS + all);
        pace.leave[mode] = usual.leave[mode] * (1.0 - part) + (1.0 - brief) * share * part;
    }
    pace
}
