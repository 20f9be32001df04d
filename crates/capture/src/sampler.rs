//! The sampler: asks the sources, applies presence and privacy, and makes a [`Sample`] of what is left.
//!
//! The order is the promise: exclusions are judged on the window before anything else about it is looked up, and a
//! withheld moment returns nothing but its reason.

use dayloom_domain::event::{ActiveApp, Meeting};
use jiff::Timestamp;

use crate::source::{SourceReport, Window};
use crate::{Outcome, Platform, Policy, Sample, Withheld, WithheldCounts};

/// Takes samples from a platform under a policy.
pub struct Sampler {
    platform: Platform,
    policy: Policy,
    counts: WithheldCounts,
}

impl Sampler {
    /// A sampler over the sources of a machine.
    pub fn new(platform: Platform, policy: Policy) -> Self {
        Self {
            platform,
            policy,
            counts: WithheldCounts::default(),
        }
    }

    /// Puts new rules in force, from the next sample on.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// How often each reason withheld a sample.
    pub fn withheld(&self) -> &WithheldCounts {
        &self.counts
    }

    /// Looks at the machine now. Every call restarts the counting of input.
    pub async fn sample(&mut self, now: Timestamp) -> Outcome {
        match self.look(now).await {
            Ok(sample) => Outcome::Taken(Box::new(sample.within_limits())),
            Err(reason) => {
                self.counts.add(reason);
                Outcome::Withheld(reason)
            }
        }
    }

    /// Starts what can be started and says of every candidate whether it works.
    pub async fn doctor(&mut self) -> Vec<SourceReport> {
        let platform = &mut self.platform;
        let mut lines = Vec::new();
        macro_rules! ask {
            ($($slot:ident),*) => { $( platform.$slot.get().await; lines.extend(platform.$slot.report()); )* };
        }
        ask!(window, idle, input, system, browser, shell, process, call);
        lines
    }

    async fn look(&mut self, now: Timestamp) -> Result<Sample, Withheld> {
        let platform = &mut self.platform;
        macro_rules! ask {
            ($slot:ident, $call:ident ( $($arg:expr),* )) => {{
                match platform.$slot.get().await {
                    Some(source) => { let answer = source.$call($($arg),*).await; platform.$slot.settle(answer) }
                    None => None,
                }
            }};
        }
        let input_cadence = ask!(input, take(now));
        let idle = ask!(idle, idle(now)).ok_or(Withheld::PresenceUnknown)?;
        let call_app = ask!(call, call());
        let in_call = matches!(call_app, Some(Some(_)));
        if !in_call && idle.as_secs() > u64::from(self.policy.idle_threshold_s) {
            return Err(Withheld::Idle);
        }
        let window = ask!(window, window(now))
            .flatten()
            .unwrap_or_else(Window::default);
        if let Some(reason) = self.policy.exclusions.verdict(&window, &window.class, true) {
            return Err(reason);
        }
        let system = ask!(system, system());
        Ok(Sample {
            active_app: ActiveApp {
                name: window.class.clone(),
                bundle_id: window.class,
                window_title: window.title,
            },
            input_cadence,
            meeting: call_app.map(|app| Meeting {
                in_call: app.is_some(),
                call_app: app,
                calendar_event_id: None,
            }),
            system,
            idle_s: u32::try_from(idle.as_secs()).ok(),
            tz: (platform.zone)(),
            ..Sample::default()
        })
    }
}
