//! Rate limits: sliding windows of 60 seconds (`contract/tracker.md` §2.4, §9.1), in process or in a Redis that several
//! servers share.
//!
//! A call is refused when the count before it already equals the limit; a refused call is not counted anywhere. A call
//! is one member of a window however many events it carries, and of calls at the same instant each counts. Where the
//! Redis does not answer, calls pass.

mod in_process;
mod redis;
#[cfg(test)]
mod suite;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use dayloom_domain::{DeveloperId, DeviceId, ProjectId};
use jiff::Timestamp;
use tokio::time::Instant;

use self::{
    in_process::InProcess,
    redis::{PATIENCE, Redis},
};
use crate::ApiError;

/// Length of every window in microseconds.
const WINDOW: i64 = 60_000_000;
/// Batches a device may send within a window.
const BATCHES_PER_DEVICE: u64 = 30;
/// Batches a project may receive within a window.
const BATCHES_PER_PROJECT: u64 = 600;
/// Events a project may receive within a window.
const EVENTS_PER_PROJECT: u64 = 50_000;
/// Uploads a device may ask for within a window.
const PRESIGNS_PER_DEVICE: u64 = 60;
/// Invite codes a person may try within a window (`contract/team.md` §4).
const JOINS_PER_PERSON: u64 = 30;
/// How often a Redis that does not answer is spoken of.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// What is counted, by the keys of `contract/tracker.md` §2.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Counter {
    DeviceBatches(DeviceId),
    ProjectBatches(ProjectId),
    ProjectEvents(ProjectId),
    DevicePresigns(DeviceId),
    PersonJoins(DeveloperId),
}

impl Counter {
    /// Its limit, and the text of a refusal.
    fn limit(self) -> (u64, &'static str) {
        const REQUESTS: &str = "Rate limit exceeded";
        match self {
            Counter::DeviceBatches(_) => (BATCHES_PER_DEVICE, REQUESTS),
            Counter::ProjectBatches(_) => (BATCHES_PER_PROJECT, REQUESTS),
            Counter::ProjectEvents(_) => (EVENTS_PER_PROJECT, "Event volume exceeded"),
            Counter::DevicePresigns(_) => (PRESIGNS_PER_DEVICE, REQUESTS),
            Counter::PersonJoins(_) => (
                JOINS_PER_PERSON,
                "`code`: At most 30 invites can be tried within a minute.",
            ),
        }
    }
}

/// A counter and what the call adds to it.
type Claim = (Counter, u64);

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    /// By this counter; below its limit again in so many whole seconds, 1 to 60.
    Refused(Counter, u64),
}

/// The store of the windows does not answer. Why, without its address.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unavailable(String);

/// Where calls are counted.
#[async_trait]
trait Windows: Send + Sync {
    /// Counts a call with all its claims, or with none of them if one of its counters is full: the first one, in their
    /// order. Calls at once are judged one after the other.
    async fn pass(&self, claims: &[Claim], now: Timestamp) -> Result<Verdict, Unavailable>;
}

/// The address of a Redis cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("that is no address of a Redis ({0}); write it like redis://127.0.0.1:6379/0")]
pub struct LimiterError(String);

/// The limits of a server.
pub struct Limiter {
    windows: Box<dyn Windows>,
    warned: Mutex<Option<Instant>>,
}

impl Limiter {
    /// Counted in this process.
    pub fn in_process() -> Self {
        Self::on(InProcess::default())
    }

    /// Counted in a Redis, by its address: `redis://…` or `rediss://…`. It need not answer yet.
    pub fn redis(url: &str) -> Result<Self, LimiterError> {
        Ok(Self::on(Redis::open(url, PATIENCE)?))
    }

    fn on(windows: impl Windows + 'static) -> Self {
        Self {
            windows: Box::new(windows),
            warned: Mutex::new(None),
        }
    }

    /// Lets a batch through, or refuses it with the text of the first limit that is reached.
    pub(crate) async fn batch(
        &self,
        device: DeviceId,
        project: ProjectId,
        events: usize,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let claims = [
            (Counter::DeviceBatches(device), 1),
            (Counter::ProjectBatches(project), 1),
            (Counter::ProjectEvents(project), events as u64),
        ];
        self.pass(&claims, now).await
    }

    /// Lets a presign through, or refuses it.
    pub(crate) async fn presign(&self, device: DeviceId, now: Timestamp) -> Result<(), ApiError> {
        self.pass(&[(Counter::DevicePresigns(device), 1)], now).await
    }

    /// Lets a person try an invite, or refuses it.
    pub(crate) async fn join(&self, person: DeveloperId, now: Timestamp) -> Result<(), ApiError> {
        self.pass(&[(Counter::PersonJoins(person), 1)], now).await
    }

    async fn pass(&self, claims: &[Claim], now: Timestamp) -> Result<(), ApiError> {
        match self.windows.pass(claims, now).await {
            Ok(Verdict::Passed) => Ok(()),
            Ok(Verdict::Refused(counter, seconds)) => {
                metrics::counter!("dayloom_rate_limited_total").increment(1);
                Err(ApiError::too_many(counter.limit().1, seconds))
            }
            Err(why) => {
                metrics::counter!("dayloom_limiter_unavailable_total").increment(1);
                self.warn(&why);
                Ok(())
            }
        }
    }

    fn warn(&self, why: &Unavailable) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.is_none_or(|at| at.elapsed() >= WARN_EVERY) {
            *warned = Some(Instant::now());
            tracing::warn!(%why, "the Redis of the rate limits does not answer; calls pass uncounted until it does");
        }
    }
}

/// Asks a Redis whether it answers; for `doctor`.
pub async fn ping_redis(url: &str) -> Result<(), String> {
    let redis = Redis::open(url, PATIENCE).map_err(|error| error.to_string())?;
    redis.ping().await.map_err(|error| error.to_string())
}
