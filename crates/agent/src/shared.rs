//! What the parts of a running agent hold in common. Must not know what the parts do with it.

use std::sync::{Arc, Mutex, PoisonError};

use dayloom_domain::Clock;
use tokio::sync::{Notify, watch};

use crate::policy::InForce;
use crate::settings::AgentConfig;
use crate::{AgentStatus, Home, Spool};

pub(crate) struct Shared {
    pub(crate) home: Home,
    pub(crate) settings: AgentConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) spool: Spool,
    /// The rules in force; the uploader sets them, capturing obeys.
    pub(crate) in_force: watch::Sender<InForce>,
    /// Something new waits in the spool.
    pub(crate) spooled: Notify,
    /// The machine has slept: the network is another, failures of before say nothing.
    pub(crate) awoken: Notify,
    status: Mutex<AgentStatus>,
}

impl Shared {
    pub(crate) fn new(
        home: Home,
        settings: AgentConfig,
        clock: Arc<dyn Clock>,
        spool: Spool,
        in_force: InForce,
        status: AgentStatus,
    ) -> Self {
        Self {
            home,
            settings,
            clock,
            spool,
            in_force: watch::Sender::new(in_force),
            spooled: Notify::new(),
            awoken: Notify::new(),
            status: Mutex::new(status),
        }
    }

    /// Changes the status and writes it out.
    pub(crate) fn tell(&self, change: impl FnOnce(&mut AgentStatus)) {
        let status = {
            let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut status);
            status.updated_at = Some(self.clock.now());
            status.clone()
        };
        if let Err(error) = status.save(&self.home) {
            tracing::warn!(%error, "the status could not be written");
        }
    }

    /// Changes the status, takes the spool's numbers along and writes it out.
    pub(crate) async fn tell_with_numbers(&self, change: impl FnOnce(&mut AgentStatus)) {
        let numbers = self.spool.status().await;
        self.tell(|status| {
            if let Ok(numbers) = numbers {
                status.spool = numbers;
            }
            change(status);
        });
    }
}
