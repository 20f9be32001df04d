//! How far a probability can be believed. What the weighing computes is too sure of itself, as its pieces of evidence
//! are not independent; two numbers bend its log-odds to what turned out to be true (Platt). Where a person has few
//! reviews the numbers stay near those found on generated people; with many they become the person's own.

use serde::{Deserialize, Serialize};

use crate::trust::Judged;

/// The two numbers, in thousandths: of the log-odds `x`, what is to be believed is that of `shift + slope · x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calibration {
    shift: i32,
    slope: i32,
}

/// Where nothing is known of a person; found on the generated people of `docs/quality.md`.
const SHIFT: f64 = -0.1;
const SLOPE: f64 = 0.75;

/// How many reviewed hours outweigh the numbers above: as many as one week of a person has.
const SHIFT_SPREAD: f64 = 0.35;
const SLOPE_SPREAD: f64 = 0.12;

impl Default for Calibration {
    fn default() -> Self {
        Self::rounded(SHIFT, SLOPE)
    }
}

/// Minutes of one day are not independent opinions: one in this many counts.
const MINUTES_PER_OPINION: f64 = 20.0;

impl Calibration {
    /// The most probable numbers, given what became of what was answered, and how much each says.
    pub(crate) fn fit<'j>(judged: impl Iterator<Item = (&'j Judged, f64)>) -> Self {
        let outcomes: Vec<(f64, f64, f64)> = judged
            .map(|(judged, says)| {
                let weight = says * f64::from(judged.seconds) / 60.0 / MINUTES_PER_OPINION;
                (
                    f64::from(judged.odds) / 1_000.0,
                    f64::from(u8::from(judged.right)),
                    weight,
                )
            })
            .collect();
        let (mut shift, mut slope) = (SHIFT, SLOPE);
        // Newton's way to the top of a bowl: a handful of steps reach it.
        for _ in 0..12 {
            let (mut gradient, mut curve) = (
                [
                    (shift - SHIFT) / SHIFT_SPREAD.powi(2),
                    (slope - SLOPE) / SLOPE_SPREAD.powi(2),
                ],
                [SHIFT_SPREAD.powi(-2), 0.0, SLOPE_SPREAD.powi(-2)],
            );
            for (x, right, weight) in &outcomes {
                let believed = logistic(shift + slope * x);
                let error = (believed - right) * weight;
                let bend = believed * (1.0 - believed) * weight;
                gradient[0] += error;
                gradient[1] += error * x;
                curve[0] += bend;
                curve[1] += bend * x;
                curve[2] += bend * x * x;
            }
            let determinant = curve[0] * curve[2] - curve[1] * curve[1];
            if determinant <= f64::EPSILON {
                break;
            }
            shift -= (curve[2] * gradient[0] - curve[1] * gradient[1]) / determinant;
            slope -= (curve[0] * gradient[1] - curve[1] * gradient[0]) / determinant;
            (shift, slope) = (shift.clamp(-3.0, 3.0), slope.clamp(0.1, 2.0));
        }
        Self::rounded(shift, slope)
    }

    fn rounded(shift: f64, slope: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "both lie between -3 and 3")]
        let thousandths = |number: f64| (number * 1_000.0).round() as i32;
        Self {
            shift: thousandths(shift),
            slope: thousandths(slope),
        }
    }

    /// What to believe where this probability was computed.
    pub(crate) fn believe(self, probability: f64) -> f64 {
        let x = log_odds(probability);
        logistic((f64::from(self.shift) + f64::from(self.slope) * x) / 1_000.0)
    }
}

/// A probability as log-odds, within ±12.
pub(crate) fn log_odds(probability: f64) -> f64 {
    let p = probability.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln().clamp(-12.0, 12.0)
}

/// Log-odds as a probability.
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fit(right: usize, of: usize, probability: f64) -> Calibration {
        #[expect(clippy::cast_possible_truncation, reason = "log-odds lie within ±12")]
        let odds = (log_odds(probability) * 1_000.0).round() as i16;
        let judged: Vec<Judged> = (0..of)
            .map(|n| Judged {
                odds,
                right: n < right,
                seconds: 1_200,
            })
            .collect();
        Calibration::fit(judged.iter().map(|judged| (judged, 1.0)))
    }

    #[test]
    fn few_reviews_change_little_and_many_much() {
        let before = Calibration::default().believe(0.95);
        let few = fit(1, 3, 0.95).believe(0.95);
        let many = fit(300, 600, 0.95).believe(0.95);
        assert!(few < before && few > before - 0.15, "{before} {few}");
        assert!((many - 0.5).abs() < 0.08, "{many}");
    }

    proptest! {
        #[test]
        fn what_is_more_probable_is_believed_more(
            right in 0usize..40, wrong in 0usize..40, a in 0.0f64..1.0, b in 0.0f64..1.0,
        ) {
            let calibration = fit(right, right + wrong, 0.8);
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(calibration.believe(low) <= calibration.believe(high));
            prop_assert!((0.0..=1.0).contains(&calibration.believe(a)));
        }
    }
}
