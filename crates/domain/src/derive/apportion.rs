//! Whole minutes by largest remainder: every part gets its whole minutes, and those still missing to the rounded
//! sum go to the largest remainders, earlier parts first where they are equal. Halves round up.

/// Microseconds of a minute.
const MINUTE: i64 = 60 * super::stretch::SECOND;

/// Minutes of each part; they add up to the rounded sum. `micros` are not negative.
pub(super) fn minutes(micros: &[i64]) -> Vec<i64> {
    let total: i64 = micros.iter().sum();
    let mut minutes: Vec<i64> = micros.iter().map(|part| part / MINUTE).collect();
    let missing = (total + MINUTE / 2) / MINUTE - minutes.iter().sum::<i64>();
    let mut by_remainder: Vec<usize> = (0..micros.len()).collect();
    by_remainder.sort_by_key(|&at| std::cmp::Reverse(micros[at] % MINUTE));
    for &at in by_remainder.iter().take(usize::try_from(missing).unwrap_or(0)) {
        minutes[at] += 1;
    }
    minutes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_round_up_and_earlier_parts_come_first() {
        assert_eq!(minutes(&[30_000_000]), [1]);
        assert_eq!(minutes(&[29_999_999]), [0]);
        assert_eq!(minutes(&[30_000_000, 30_000_000, 30_000_000]), [1, 1, 0]);
        assert_eq!(minutes(&[90_000_000, 100_000_000]), [1, 2]);
        assert!(minutes(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn minutes_add_up_and_none_is_a_minute_off(parts in prop::collection::vec(0i64..20_000_000_000, 0..40)) {
            let minutes = minutes(&parts);
            let total: i64 = parts.iter().sum();
            prop_assert_eq!(minutes.iter().sum::<i64>(), (total + MINUTE / 2).div_euclid(MINUTE));
            for (part, minutes) in parts.iter().zip(minutes) {
                prop_assert!((minutes * MINUTE - part).abs() < MINUTE);
            }
        }
    }
}
