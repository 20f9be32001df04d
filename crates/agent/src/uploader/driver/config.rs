//! Keeps the config fresh: heartbeats, when the next is due, and a new enrolment where the server forgot the device.

use std::time::Duration;

use tokio::time::Instant;

use super::Driver;
use crate::enrolment::enrol_into;
use crate::link::{DeviceConfig, Link, LinkError};
use crate::policy::InForce;

/// A paused device asks more often, for nothing else tells it that the pause is over.
const PAUSED_HEARTBEAT: Duration = Duration::from_secs(60);

impl<L: Link> Driver<L> {
    /// Asks what this device is to do. Answers whether the server said.
    pub(crate) async fn heartbeat(&mut self) -> bool {
        self.state.busy = true;
        let config = match self.link.heartbeat(self.device.id).await {
            Ok(config) => config,
            Err(LinkError::Refused { status: 404, .. }) => {
                let enrolled = self.enrol().await;
                self.plan_heartbeat();
                return enrolled;
            }
            Err(error) => {
                tracing::debug!(%error, "no heartbeat");
                if let LinkError::Refused {
                    status: status @ (401 | 403),
                    ..
                } = error
                {
                    self.state.heartbeat_refused = Some(status);
                }
                self.plan_heartbeat();
                self.hasten_heartbeat(&error);
                return false;
            }
        };
        self.state.heartbeat_refused = None;
        self.apply(config);
        self.plan_heartbeat();
        true
    }

    /// A config known to be out of date is asked for again sooner than at the next usual time, with growing waits, and
    /// not before a time the server names.
    fn hasten_heartbeat(&mut self, error: &LinkError) {
        if self.state.wanted.is_none() {
            return;
        }
        let named_s = match error {
            LinkError::Refused {
                status: 429,
                retry_after_s,
                ..
            } => Some(retry_after_s.unwrap_or(10)),
            LinkError::Refused { retry_after_s, .. } => *retry_after_s,
            _ => None,
        };
        let wait = self.state.heartbeat_backoff.next(named_s, &mut self.rng);
        let due = Instant::now() + Duration::from_millis(wait);
        self.state.heartbeat_due = self.state.heartbeat_due.min(due);
    }

    fn plan_heartbeat(&mut self) {
        let usual = self.shared.settings.heartbeat;
        let wait = if self.enrolment.config.paused {
            usual.min(PAUSED_HEARTBEAT)
        } else {
            usual
        };
        self.state.heartbeat_due = Instant::now() + wait;
    }

    /// Enrols the device again where the server does not know it any more. Answers whether it did.
    pub(super) async fn enrol(&mut self) -> bool {
        match enrol_into(&self.link, &self.device, self.enrolment.account.project_id).await {
            Ok(config) => {
                tracing::info!("the server did not know this device any more; it is enrolled again");
                self.apply(config);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "this device could not be enrolled again");
                self.shared
                    .tell(|status| status.problem = Some(error.to_string()));
                false
            }
        }
    }

    /// Puts a config in force and remembers it.
    fn apply(&mut self, config: DeviceConfig) {
        self.state.heartbeat_backoff.reset();
        if let Some(wanted) = self.state.wanted.take() {
            self.state.asked_for = Some(wanted);
        }
        let now = self.shared.clock.now();
        let changed = config != self.enrolment.config;
        if changed {
            self.enrolment.config = config;
            match InForce::from(&self.enrolment.config, &self.shared.settings) {
                Ok(rules) => drop(self.shared.in_force.send_replace(rules)),
                Err(error) => tracing::error!(%error, "the exclusions could not be read"),
            }
            if let Err(error) = self.enrolment.save(&self.shared.home) {
                tracing::warn!(%error, "the config could not be remembered");
            }
            tracing::info!(
                etag = self.enrolment.config.config_etag,
                "a new config is in force"
            );
        }
        let interval_s = self.shared.in_force.borrow().interval_s;
        self.shared.tell(|status| {
            status.last_heartbeat_at = Some(now);
            status.show_config(&self.enrolment.config, interval_s);
        });
    }
}
