//! What the agent sees through. Must not know what is seen.

use std::future::Future;

use dayloom_capture::{Outcome, Policy, Sampler};
use jiff::Timestamp;

/// Looks at the machine.
pub trait Sight: Send + 'static {
    /// Puts new rules in force, from the next look on.
    fn set_policy(&mut self, policy: Policy);

    /// What there is now; nothing where the rules or the person's absence forbid it.
    fn look(&mut self, now: Timestamp) -> impl Future<Output = Outcome> + Send;
}

impl Sight for Sampler {
    fn set_policy(&mut self, policy: Policy) {
        Sampler::set_policy(self, policy);
    }

    async fn look(&mut self, now: Timestamp) -> Outcome {
        self.sample(now).await
    }
}
