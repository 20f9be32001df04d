//! Moving what SQLite committed from its log into its file, beside the writer instead of in its way.
//!
//! SQLite does this by itself inside a commit, which then takes many times as long as its neighbours. A passive
//! checkpoint on another connection blocks nobody; the one inside a commit stays as the backstop for a log that grew
//! far (see `LOG_PAGES` in `store.rs`).

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use sqlx::sqlite::SqlitePool;

/// Events after which the log is worth moving: some sixty megabytes, many of its pages written again and again. A commit
/// that meets the move waits for the disk twice as long, so this is rare enough to be less than one in a hundred.
const EVENTS: usize = 60_000;
/// What a group counts at least: a small one writes whole pages too, and days are derived behind it.
const GROUP: usize = 400;

/// When to move the log, and whether that is under way.
#[derive(Clone, Default)]
pub(crate) struct Checkpoints {
    since: Arc<AtomicUsize>,
    running: Arc<AtomicBool>,
}

impl Checkpoints {
    /// Notes a group of so many events committed, and moves the log on a connection of the pool if it is due.
    pub(super) fn committed(&self, events: usize, pool: &SqlitePool) {
        let events = events.max(GROUP);
        let since = self.since.fetch_add(events, Ordering::Relaxed) + events;
        if since < EVENTS || self.running.swap(true, Ordering::AcqRel) {
            return;
        }
        self.since.store(0, Ordering::Relaxed);
        let (pool, running) = (pool.clone(), self.running.clone());
        tokio::spawn(async move {
            if sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
                .execute(&pool)
                .await
                .is_err()
            {
                tracing::debug!("the log was not moved; the next group tries again");
            }
            running.store(false, Ordering::Release);
        });
    }
}
