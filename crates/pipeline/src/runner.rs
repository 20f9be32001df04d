//! The embedded durable engine: works off the queue whenever it is woken or a second has passed, and keeps the time of
//! the sweeps. Any number of runners may work on one database, beside any other engine.

use std::{convert::Infallible, sync::Arc, time::Duration};

use dayloom_domain::Clock;
use dayloom_storage::{REST, StorageError, Store};
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{Pace, Reach, Stages, Sweep, Wake};

/// How often it is asked whether a sweep is due that nobody else has begun.
const ASK_EVERY: Duration = Duration::from_secs(300);

/// How a runner works. The defaults are those of a running Dayloom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunnerSettings {
    /// How the queue is worked off; `poll` is also the most a lost wake can cost.
    pub pace: Pace,
    /// How long a stopping runner waits for days under way.
    pub drain: Duration,
}

impl Default for RunnerSettings {
    fn default() -> Self {
        Self {
            pace: Pace::default(),
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
            () = self.work(&stop) => {}
            () = too_late => tracing::warn!(
                "stopped with days under way; they stay dirty and are derived after the next start"
            ),
            never = self.keep_sweeping() => match never {},
        }
    }

    /// Derives, and beside it asks the language model, if there is one: what it answers is derived in turn.
    async fn work(&self, stop: &CancellationToken) {
        let no_more = stop.child_token();
        let derive = async {
            self.work_off(stop).await;
            no_more.cancel();
        };
        let ask = self.stages.keep_asking(self.wake.clone(), no_more.clone());
        tokio::join!(derive, ask);
    }

    async fn work_off(&self, stop: &CancellationToken) {
        let pace = self.settings.pace;
        while !stop.is_cancelled() {
            let mut rest = pace.poll;
            match self.stages.work_off(None, pace, &self.wake, stop, |_| ()).await {
                Ok(done) => rest = self.until(done.retry_at).map_or(rest, |due| due.min(rest)),
                Err(StorageError::Closed) => break,
                Err(error) => tracing::warn!(%error, "dirty days could not be taken; trying again"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    fn until(&self, due: Option<Timestamp>) -> Option<Duration> {
        due.map(|due| Duration::try_from(due.duration_since(self.stages.now())).unwrap_or_default())
    }

    /// Derives days until none is due or rests, and returns how many; for commands that must not end before the queue
    /// is empty.
    pub async fn run_until_idle(&self) -> Result<usize, StorageError> {
        let (wake, never) = (Wake::new(), CancellationToken::new());
        let mut days = 0;
        loop {
            let pace = self.settings.pace;
            let done = self.stages.work_off(None, pace, &wake, &never, |_| ()).await?;
            days += done.days();
            match self.until(done.retry_at) {
                Some(rest) if done.days() > 0 && rest <= REST => tokio::time::sleep(rest).await,
                _ => return Ok(usize::try_from(days).unwrap_or(usize::MAX)),
            }
        }
    }

    /// Sweeps at once over all that may still be uploaded, then runs every sweep when it is due. Each has a time of its
    /// own, so that a slow one holds up no other.
    async fn keep_sweeping(&self) -> Infallible {
        let mut sweeps = JoinSet::new();
        for &sweep in Sweep::ALL {
            sweeps.spawn(keep(self.stages.clone(), self.wake.clone(), sweep));
        }
        // They end only by a fault, which must not end the runner.
        while sweeps.join_next().await.is_some() {}
        std::future::pending().await
    }
}

/// Runs a sweep again and again.
async fn keep(stages: Stages, wake: Wake, sweep: Sweep) {
    if sweep.marks_days() {
        run_sweep(&stages, &wake, sweep, Reach::Everything).await;
    }
    loop {
        match stages.claim_sweep(sweep).await {
            Ok(true) => run_sweep(&stages, &wake, sweep, Reach::Lately).await,
            Ok(false) => {}
            Err(StorageError::Closed) => return,
            Err(error) => {
                tracing::warn!(sweep = sweep.name(), %error, "a sweep could not be claimed; trying again")
            }
        }
        tokio::time::sleep(sweep.every().min(ASK_EVERY)).await;
    }
}

async fn run_sweep(stages: &Stages, wake: &Wake, sweep: Sweep, reach: Reach) {
    // Dropped where the runner stops: what it wrote by then stands.
    match stages.run_sweep(sweep, reach, &CancellationToken::new()).await {
        Ok(found) if found > 0 && sweep.marks_days() => wake.notify(),
        Ok(_) | Err(StorageError::Closed) => {}
        Err(error) => tracing::warn!(sweep = sweep.name(), %error, "a sweep failed; trying again"),
    }
}
