//! The embedded durable runner: takes dirty days under a lease, derives them two at a time, gives failed ones back
//! with a growing delay, and sweeps every five minutes. Any number of runners may work on one database.

use std::{sync::Arc, time::Duration};

use dayloom_domain::Clock;
use dayloom_storage::{StorageError, Store, Taken};
use jiff::SignedDuration;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{DeriveError, Wake, compute_day, retry_after};

/// How far back a starting runner looks for missed evidence: events older than 30 days are refused
/// (`contract/tracker.md` §2.3).
const SWEEP_AT_START: SignedDuration = SignedDuration::from_hours(32 * 24);

/// How far back the later sweeps look: today and yesterday in any zone.
const SWEEP_LATER: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Whose evidence the later sweeps look at: people whose devices were heard of within three sweeps.
const SEEN_LATELY: SignedDuration = SignedDuration::from_mins(15);

/// How a runner works. The defaults are those of a running Dayloom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunnerSettings {
    /// Days derived at the same time.
    pub parallel: usize,
    /// How long a day stays taken if its runner vanishes.
    pub lease: Duration,
    /// How often the queue is looked at without being woken: the most a lost wake can cost.
    pub poll: Duration,
    /// How often missed evidence is looked for.
    pub sweep: Duration,
    /// How long a stopping runner waits for days under way.
    pub drain: Duration,
}

impl Default for RunnerSettings {
    fn default() -> Self {
        Self {
            parallel: 2,
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(1),
            sweep: Duration::from_secs(300),
            drain: Duration::from_secs(8),
        }
    }
}

/// Derives dirty days until it is told to stop.
pub struct Runner {
    store: Store,
    clock: Arc<dyn Clock>,
    wake: Wake,
    settings: RunnerSettings,
}

impl Runner {
    /// A runner on this database with default settings and a wake of its own.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
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
        tokio::select! {
            () = self.work_off(&stop) => {}
            never = self.keep_sweeping() => match never {},
        }
    }

    async fn work_off(&self, stop: &CancellationToken) {
        let mut under_way = JoinSet::new();
        while !stop.is_cancelled() {
            match self.start(&mut under_way).await {
                Ok(()) => {}
                Err(StorageError::Closed) => break,
                Err(error) => tracing::warn!(%error, "dirty days could not be taken; trying again"),
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = under_way.join_next() => {}
                () = self.wake.notified(), if under_way.len() < self.settings.parallel => {}
                () = tokio::time::sleep(self.settings.poll) => {}
            }
        }
        let drained = async { while under_way.join_next().await.is_some() {} };
        if tokio::time::timeout(self.settings.drain, drained).await.is_err() {
            tracing::warn!(
                "stopped with days under way; they stay dirty and are derived after the next start"
            );
        }
    }

    /// Derives days one after the other until none is due, and returns how many; for commands that must not end
    /// before the queue is empty.
    pub async fn run_until_idle(&self) -> Result<usize, StorageError> {
        let mut derived = 0;
        loop {
            let taken = self
                .store
                .days()
                .take(self.clock.now(), self.settings.lease, 1)
                .await?;
            if taken.is_empty() {
                return Ok(derived);
            }
            for day in taken {
                work(&self.store, &*self.clock, &day).await;
                derived += 1;
            }
        }
    }

    /// Takes as many days as there is room for and sets them going.
    async fn start(&self, under_way: &mut JoinSet<()>) -> Result<(), StorageError> {
        let room = self.settings.parallel.saturating_sub(under_way.len());
        let Some(limit) = u32::try_from(room).ok().filter(|&limit| limit > 0) else {
            return Ok(());
        };
        for day in self
            .store
            .days()
            .take(self.clock.now(), self.settings.lease, limit)
            .await?
        {
            let (store, clock) = (self.store.clone(), Arc::clone(&self.clock));
            under_way.spawn(async move { work(&store, &*clock, &day).await });
        }
        Ok(())
    }

    /// Sweeps at once over all that may still be uploaded, then every few minutes over the last days.
    async fn keep_sweeping(&self) -> std::convert::Infallible {
        let mut back = SWEEP_AT_START;
        loop {
            self.sweep(back).await;
            back = SWEEP_LATER;
            tokio::time::sleep(self.settings.sweep).await;
        }
    }

    /// Makes partitions ahead, marks missed days, and says how long the queue is.
    async fn sweep(&self, back: SignedDuration) {
        let now = self.clock.now();
        let before = |by: SignedDuration| now.saturating_sub(by).unwrap_or(now);
        if let Err(error) = self.store.events().ensure_partitions(now).await {
            tracing::warn!(%error, "partitions could not be made ahead; ingest makes a missing one itself");
        }
        let seen_since = if back == SWEEP_AT_START { back } else { SEEN_LATELY };
        match self
            .store
            .days()
            .sweep(before(back), before(seen_since), now)
            .await
        {
            Ok(0) => {}
            Ok(days) => {
                tracing::warn!(
                    days,
                    "days were out of step with their evidence; they are derived again"
                );
                metrics::counter!("dayloom_days_missed_total").increment(days);
                self.wake.notify();
            }
            Err(error) => tracing::warn!(%error, "missed evidence could not be looked for; trying again"),
        }
        match self.store.days().backlog().await {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a gauge; the queue is far below 2^52 days"
            )]
            Ok(days) => metrics::gauge!("dayloom_dirty_days").set(days as f64),
            Err(error) => tracing::warn!(%error, "the queue of dirty days could not be read; trying again"),
        }
    }
}

/// Derives one taken day and finishes it, or gives it back.
async fn work(store: &Store, clock: &dyn Clock, taken: &Taken) {
    let started = Instant::now();
    let result = derive_taken(store, clock, taken).await;
    metrics::histogram!("dayloom_day_derivation_seconds").record(started.elapsed().as_secs_f64());
    let outcome = match result {
        Ok(Some(written)) if written.changed => "changed",
        Ok(Some(_)) => "unchanged",
        // Another runner has the day now; its result stands.
        Ok(None) => "lease_lost",
        Err(error) => {
            tracing::warn!(developer = %taken.developer_id, date = %taken.date, attempts = taken.attempts, %error,
                "a day could not be derived; it is tried again later");
            let retry_at = clock.now().saturating_add(retry_after(taken.attempts));
            let given_back = match retry_at {
                Ok(retry_at) => store.days().fail(taken, retry_at).await,
                Err(_) => Ok(false),
            };
            if let Err(error) = given_back {
                tracing::warn!(%error, "a failed day could not be given back; its lease runs out instead");
            }
            "failed"
        }
    };
    metrics::counter!("dayloom_days_derived_total", "outcome" => outcome).increment(1);
}

async fn derive_taken(
    store: &Store,
    clock: &dyn Clock,
    taken: &Taken,
) -> Result<Option<dayloom_storage::Written>, DeriveError> {
    let day = compute_day(store, taken.developer_id, taken.date).await?;
    Ok(store.days().finish(taken, &day, clock.now()).await?)
}
