//! When a day that failed is tried again.

use jiff::SignedDuration;

/// The longest wait: a day that cannot be derived must not be forgotten, nor cost anything to speak of.
const AT_MOST_S: i64 = 300;

/// Seconds doubling from one with each failed attempt, five minutes at most. `attempts` counts those before this
/// failure.
pub fn retry_after(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.clamp(0, 30)).unwrap_or(0);
    SignedDuration::from_secs(2_i64.pow(doublings).min(AT_MOST_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes() {
        let waits: Vec<i64> = [-1, 0, 1, 2, 8, 9, i64::MAX]
            .map(|n| retry_after(n).as_secs())
            .to_vec();
        assert_eq!(waits, [1, 1, 2, 4, 256, 300, 300]);
    }
}
