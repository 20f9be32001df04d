//! What there is to do, whoever drives it: deriving a taken day, and the sweeps. The embedded [`Runner`](crate::Runner)
//! and every other engine call these same functions, so that either may take over at any moment.

use std::{convert::Infallible, sync::Arc, time::Duration};

use dayloom_domain::{Clock, DeveloperId, ProjectId};
use dayloom_storage::{StorageError, Store, Taken, Written};
use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio::time::Instant;

use crate::{DeriveError, Models, derive::learn_and_compute, retry_after};

/// Whose evidence the later sweeps look at: people whose devices were heard of within three sweeps.
const SEEN_LATELY: SignedDuration = SignedDuration::from_mins(15);

/// How often a day that others take over is taken back, and for how long it is taken.
const SETTLE_TRIES: u32 = 3;
const SETTLE_LEASE: Duration = Duration::from_secs(30);

/// How far a sweep over the days looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All that may still be uploaded: events older than 30 days are refused (`contract/tracker.md` §2.3).
    Everything,
    /// Today and yesterday in any zone, of people heard of lately.
    Lately,
}

impl Reach {
    fn back(self) -> SignedDuration {
        match self {
            Reach::Everything => SignedDuration::from_hours(32 * 24),
            Reach::Lately => SignedDuration::from_hours(3 * 24),
        }
    }

    fn seen(self) -> SignedDuration {
        match self {
            Reach::Everything => self.back(),
            Reach::Lately => SEEN_LATELY,
        }
    }
}

/// What became of a taken day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Derived and written; its content is another one now.
    Changed,
    /// Derived, and the same as before.
    Unchanged,
    /// Somebody else has the day now; their result stands.
    LeaseLost,
    /// It could not be derived; it is due again then.
    Failed(Timestamp),
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Outcome::Changed => "changed",
            Outcome::Unchanged => "unchanged",
            Outcome::LeaseLost => "lease_lost",
            Outcome::Failed(_) => "failed",
        }
    }
}

/// The stages on one database. Cheap to clone.
#[derive(Clone)]
pub struct Stages {
    store: Store,
    clock: Arc<dyn Clock>,
    models: Models,
}

impl Stages {
    /// On this database, by this clock, without a language model.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            models: Models::none(),
        }
    }

    /// With these language models to ask.
    pub fn with_models(mut self, models: Models) -> Self {
        self.models = models;
        self
    }

    /// The language models to ask.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The instant now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Takes up to `limit` due days, of everyone or of the people of one project.
    pub(crate) async fn take(
        &self,
        project: Option<ProjectId>,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Taken>, StorageError> {
        let (days, now) = (self.store.days(), self.now());
        match project {
            Some(project) => days.take_of_project(project, now, lease, limit).await,
            None => days.take(now, lease, limit).await,
        }
    }

    /// Derives one taken day and finishes it, or gives it back with a growing delay. The lease is kept up as long as
    /// the work goes on.
    pub async fn derive(&self, taken: &Taken, lease: Duration) -> Outcome {
        self.derive_hearing(taken, lease).await.0
    }

    /// The same; also whether evidence of the day came in meanwhile.
    pub(crate) async fn derive_hearing(&self, taken: &Taken, lease: Duration) -> (Outcome, bool) {
        let started = Instant::now();
        let outcome = tokio::select! {
            outcome = self.derive_taken(taken) => outcome,
            never = self.keep_lease(taken, lease) => match never {},
        };
        let marked_again = matches!(&outcome, Ok(Some(written)) if written.due_again.is_some());
        let outcome = match outcome {
            Ok(Some(written)) if written.changed => Outcome::Changed,
            Ok(Some(_)) => Outcome::Unchanged,
            Ok(None) => Outcome::LeaseLost,
            Err(error) => self.failed(taken, &error).await,
        };
        metrics::histogram!("dayloom_day_derivation_seconds").record(started.elapsed().as_secs_f64());
        metrics::counter!("dayloom_days_derived_total", "outcome" => outcome.word()).increment(1);
        (outcome, marked_again)
    }

    /// Derives one dirty day at once, taking it even from an engine that is at it, so that whoever asks next sees what
    /// was just stored. If that fails, or somebody takes it over in turn, the mark stands and an engine derives it.
    pub async fn settle(&self, developer: DeveloperId, date: Date) -> Result<(), StorageError> {
        for _ in 0..SETTLE_TRIES {
            let now = self.now();
            let Some(taken) = self
                .store
                .days()
                .seize(developer, date, now, SETTLE_LEASE)
                .await?
            else {
                return Ok(());
            };
            if self.derive(&taken, SETTLE_LEASE).await != Outcome::LeaseLost {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn derive_taken(&self, taken: &Taken) -> Result<Option<Written>, DeriveError> {
        let computed = learn_and_compute(&self.store, taken.developer_id, taken.date, self.now()).await?;
        let written = self.store.days().finish(taken, &computed, self.now()).await?;
        if written.is_some()
            && let Err(error) = self.note_unknown(taken.developer_id, &computed.day).await
        {
            tracing::warn!(%error, "what is unknown on a day could not be noted; it is when the day is derived again");
        }
        Ok(written)
    }

    /// Renews the lease again and again. A lost one is found when the day is to be written.
    async fn keep_lease(&self, taken: &Taken, lease: Duration) -> Infallible {
        loop {
            tokio::time::sleep(lease / 3).await;
            let until = self.now().saturating_add(lease).unwrap_or(Timestamp::MAX);
            match self.store.days().renew(taken, until).await {
                Ok(true) => {}
                Ok(false) => std::future::pending().await,
                Err(error) => tracing::warn!(%error, "a lease could not be renewed; trying again"),
            }
        }
    }

    async fn failed(&self, taken: &Taken, error: &DeriveError) -> Outcome {
        tracing::warn!(developer = %taken.developer_id, date = %taken.date, attempts = taken.attempts, %error,
            "a day could not be derived; it is tried again later");
        let wait = retry_after(taken.attempts);
        let retry_at = self.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        match self.store.days().fail(taken, retry_at).await {
            Ok(true) => Outcome::Failed(retry_at),
            Ok(false) => Outcome::LeaseLost,
            Err(error) => {
                tracing::warn!(%error, "a failed day could not be given back; its lease runs out instead");
                Outcome::Failed(retry_at)
            }
        }
    }

    /// Makes partitions ahead, marks missed days, and says how long the queue is. Returns how many days were missed;
    /// more than none means that something outside of Dayloom changed the database.
    pub async fn sweep(&self, reach: Reach) -> Result<u64, StorageError> {
        let now = self.now();
        let before = |by: SignedDuration| now.saturating_sub(by).unwrap_or(now);
        if let Err(error) = self.store.events().ensure_partitions(now).await {
            tracing::warn!(%error, "partitions could not be made ahead; ingest makes a missing one itself");
        }
        let days = self.store.days();
        let missed = days
            .sweep(before(reach.back()), before(reach.seen()), now)
            .await?;
        if missed > 0 {
            tracing::warn!(
                days = missed,
                "days were out of step with their evidence; they are derived again"
            );
            metrics::counter!("dayloom_days_missed_total").increment(missed);
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge; the queue is far below 2^52 days"
        )]
        let backlog = days.backlog().await? as f64;
        metrics::gauge!("dayloom_dirty_days").set(backlog);
        Ok(missed)
    }
}
