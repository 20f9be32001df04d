//! What the server's config and the person's own wishes come to. Must not know when either changes.

use std::time::Duration;

use dayloom_capture::{BadPattern, Exclusions, Policy};

use crate::link::DeviceConfig;
use crate::outgoing::interval;
use crate::settings::AgentConfig;

/// `contract/tracker.md` §2.2: the range of the idle threshold, in seconds.
const IDLE_S: std::ops::RangeInclusive<u32> = 30..=3_600;

/// The rules in force.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    pub(crate) interval_s: u32,
    pub(crate) paused: bool,
    pub(crate) policy: Policy,
}

impl InForce {
    /// The stricter of both: exclusions add up, a pause stands. Fails only on a title pattern of the person's.
    pub(crate) fn from(config: &DeviceConfig, settings: &AgentConfig) -> Result<Self, BadPattern> {
        let apps: Vec<&str> = config
            .excluded_bundle_ids
            .iter()
            .chain(&settings.excluded_apps)
            .map(String::as_str)
            .collect();
        let exclusions = Exclusions::new(&apps, &settings.excluded_titles)?;
        let interval_s = settings.interval_s.unwrap_or(config.sample_interval_s);
        Ok(Self {
            interval_s: interval(interval_s),
            paused: config.paused,
            policy: Policy {
                idle_threshold_s: config.idle_threshold_s.clamp(*IDLE_S.start(), *IDLE_S.end()),
                exclusions,
            },
        })
    }

    pub(crate) fn interval(&self) -> Duration {
        Duration::from_secs(u64::from(self.interval_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_of_both_is_in_force() {
        let config = DeviceConfig {
            sample_interval_s: 30,
            idle_threshold_s: 1,
            excluded_bundle_ids: vec!["Bank".into()],
            ..DeviceConfig::default()
        };
        let mut settings = AgentConfig::new("/nowhere");
        settings.excluded_apps = vec!["Diary".into()];
        let got = InForce::from(&config, &settings).unwrap();
        assert_eq!(
            (got.interval_s, got.policy.idle_threshold_s, got.paused),
            (30, 30, false)
        );
        assert!(got.policy.exclusions.app(["bank"]) && got.policy.exclusions.app(["diary"]));
        settings.interval_s = Some(5);
        assert_eq!(InForce::from(&config, &settings).unwrap().interval_s, 5);
        settings.interval_s = Some(5_000);
        assert_eq!(
            InForce::from(&config, &settings).unwrap().interval(),
            Duration::from_secs(600)
        );
        settings.excluded_titles = vec!["(".into()];
        assert!(InForce::from(&config, &settings).is_err());
    }
}
