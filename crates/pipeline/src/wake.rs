//! A tap on the runner's shoulder: there may be something to do. It carries no data and may be lost; the queue in
//! the database is the truth.

use std::sync::Arc;

use tokio::sync::Notify;

/// Wakes the runner. Cheap to clone; all clones wake the same one.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// One that nobody listens to yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that days may be waiting. Never blocks; many calls before the runner looks count as one.
    pub fn notify(&self) {
        self.0.notify_one();
    }

    /// Waits for the next call, or returns at once if there was one since the last wait.
    pub async fn notified(&self) {
        self.0.notified().await;
    }
}
