//! How long to wait after a failure: doubling from one second to five minutes, with jitter, so that many machines
//! do not come back at the same instant. Must not know what failed.

use rand::{Rng, RngCore};

/// Milliseconds of the first wait.
const FIRST_MS: u64 = 1_000;
/// Milliseconds of the longest wait.
const LONGEST_MS: u64 = 300_000;
/// A server that names more than this (milliseconds) is asked again after it anyway.
const LONGEST_NAMED_MS: u64 = 3_600_000;

/// Waits that grow until something succeeds.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next wait in milliseconds; at least `named_s` seconds, where the server named a time.
    pub fn next(&mut self, named_s: Option<u64>, rng: &mut dyn RngCore) -> u64 {
        let full = FIRST_MS
            .saturating_mul(1 << self.failures.min(20))
            .min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        let own = rng.random_range(full / 2..=full);
        match named_s {
            None => own,
            Some(named) => {
                let named = named.saturating_mul(1_000).min(LONGEST_NAMED_MS);
                named + rng.random_range(0..=1_000)
            }
        }
    }

    /// Begins anew, after a success.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn waits_double_within_bounds_and_begin_anew() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut backoff = Backoff::default();
        for failure in 0..40_u32 {
            let full = (1_000_u64 << failure.min(9)).min(300_000);
            let wait = backoff.next(None, &mut rng);
            assert!((full / 2..=full).contains(&wait), "failure {failure}: {wait}");
        }
        backoff.reset();
        assert!(backoff.next(None, &mut rng) <= 1_000);
    }

    #[test]
    fn a_named_wait_is_kept_to() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut backoff = Backoff::default();
        let wait = backoff.next(Some(17), &mut rng);
        assert!((17_000..=18_000).contains(&wait), "{wait}");
        assert!(backoff.next(Some(u64::MAX), &mut rng) <= 3_601_000);
    }
}
