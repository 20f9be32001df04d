//! The embedded durable engine: works off the queue whenever it is woken or a second has passed, and sweeps every five
//! minutes. Any number of runners may work on one database, beside any other engine.

use std::{sync::Arc, time::Duration};

use dayloom_domain::Clock;
use dayloom_storage::{StorageError, Store};
use tokio_util::sync::CancellationToken;

use crate::{Pace, Reach, Stages, Wake};

/// How a runner works. The defaults are those of a running Dayloom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunnerSettings {
    /// How the queue is worked off; `poll` is also the most a lost wake can cost.
    pub pace: Pace,
    /// How often missed evidence is looked for.
    pub sweep: Duration,
    /// How long a stopping runner waits for days under way.
    pub drain: Duration,
}

impl Default for RunnerSettings {
    fn default() -> Self {
        Self {
            pace: Pace::default(),
            sweep: Duration::from_secs(300),
            drain: Duration::from_secs(8),
        }
    }
}

/// Derives dirty days until it is told to stop.
pub struct Runner {
    stages: Stages,
    wake: Wake,
    settings: RunnerSettings,
}

impl Runner {
    /// A runner on this database with default settings and a wake of its own.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self::of(Stages::new(store, clock))
    }

    /// A runner of these stages.
    pub fn of(stages: Stages) -> Self {
        Self {
            stages,
            wake: Wake::new(),
            settings: RunnerSettings::default(),
        }
    }

    /// With other settings.
    pub fn with_settings(mut self, settings: RunnerSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Listening to this wake.
    pub fn with_wake(mut self, wake: Wake) -> Self {
        self.wake = wake;
        self
    }

    /// What wakes this runner.
    pub fn wake(&self) -> Wake {
        self.wake.clone()
    }

    /// Works until `stop` is cancelled or the store is closed, then waits for the days under way. What it does not
    /// finish stays dirty.
    pub async fn run(self, stop: CancellationToken) {
        let too_late = async {
            stop.cancelled().await;
            tokio::time::sleep(self.settings.drain).await;
        };
        tokio::select! {
            () = self.work_off(&stop) => {}
            () = too_late => tracing::warn!(
                "stopped with days under way; they stay dirty and are derived after the next start"
            ),
            never = self.keep_sweeping() => match never {},
        }
    }

    async fn work_off(&self, stop: &CancellationToken) {
        let pace = self.settings.pace;
        while !stop.is_cancelled() {
            match self.stages.work_off(None, pace, &self.wake, stop, |_| ()).await {
                Ok(_) => {}
                Err(StorageError::Closed) => break,
                Err(error) => tracing::warn!(%error, "dirty days could not be taken; trying again"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(pace.poll) => {}
            }
        }
    }

    /// Derives days until none is due, and returns how many; for commands that must not end before the queue is empty.
    pub async fn run_until_idle(&self) -> Result<usize, StorageError> {
        let (wake, never) = (Wake::new(), CancellationToken::new());
        let pace = self.settings.pace;
        let done = self.stages.work_off(None, pace, &wake, &never, |_| ()).await?;
        Ok(usize::try_from(done.days()).unwrap_or(usize::MAX))
    }

    /// Sweeps at once over all that may still be uploaded, then every few minutes over the last days.
    async fn keep_sweeping(&self) -> std::convert::Infallible {
        let mut reach = Reach::Everything;
        loop {
            match self.stages.sweep(reach).await {
                Ok(0) => {}
                Ok(_) => self.wake.notify(),
                Err(error) => tracing::warn!(%error, "missed evidence could not be looked for; trying again"),
            }
            reach = Reach::Lately;
            tokio::time::sleep(self.settings.sweep).await;
        }
    }
}
