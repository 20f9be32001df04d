//! What the person and the project allow: the idle threshold and the exclusions in force.

use crate::Exclusions;

/// The rules a sampler obeys. Replaced as a whole when the server's config changes.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Seconds without input above which (strictly) no sample is made (`contract/tracker.md` §2.2, §5.3).
    pub idle_threshold_s: u32,
    /// What is never captured.
    pub exclusions: Exclusions,
}

impl Default for Policy {
    /// The defaults of `contract/tracker.md` §2.2: 300 s, no exclusions but private windows.
    fn default() -> Self {
        Self {
            idle_threshold_s: 300,
            exclusions: Exclusions::default(),
        }
    }
}
