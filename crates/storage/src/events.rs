//! Events: taken in by the ingest, read by their window. Never changed.

use dayloom_domain::{DeveloperId, DeviceId, event::Event};
use jiff::Timestamp;

use crate::{Batch, IngestError, IngestOutcome, StorageError, store::Inner};

/// The repository of events.
#[derive(Clone, Copy)]
pub struct Events<'a>(pub(crate) &'a Inner);

impl Events<'_> {
    /// Takes a batch in. When it returns `Ok`, every accepted event is on disk and its days are marked dirty. Batches
    /// that wait at the same time share one commit; a batch that fails fails alone. The outcome's lists follow the
    /// order of the batch.
    pub async fn ingest(&self, batch: Batch) -> Result<IngestOutcome, IngestError> {
        let _ = batch;
        unimplemented!()
    }
    /// A person's events with `from <= ts < to`, by `ts`, `client_seq`, id.
    pub async fn window(
        &self,
        developer: DeveloperId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Event>, StorageError> {
        let _ = (developer, from, to);
        unimplemented!()
    }
    /// How many events of a person are stored.
    pub async fn count(&self, developer: DeveloperId) -> Result<i64, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// How many events each of a person's devices has stored, by device id.
    pub async fn counts_by_device(
        &self,
        developer: DeveloperId,
    ) -> Result<Vec<(DeviceId, i64)>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// First and last `ts` stored for a person.
    pub async fn range(
        &self,
        developer: DeveloperId,
    ) -> Result<Option<(Timestamp, Timestamp)>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// Makes the monthly partitions from 31 days before `now` to 62 days after it. On SQLite nothing is to be done.
    /// The ingest makes a missing one itself; this makes them ahead of time.
    pub async fn ensure_partitions(&self, now: Timestamp) -> Result<(), StorageError> {
        let _ = now;
        unimplemented!()
    }
}
