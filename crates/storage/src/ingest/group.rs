//! Group commit: batches that wait at the same time are written in one transaction, and each is answered after its
//! commit. A group that fails is tried again batch by batch, so that one batch never fails another.

use std::sync::{Arc, Mutex as SyncMutex};

use sqlx::{postgres::PgPool, sqlite::SqlitePool};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    Batch, IngestError, IngestOutcome, arrivals::Arrivals, checkpoint::Checkpoints, postgres, sqlite,
};
use crate::{
    Dialect, StorageError,
    error::{OfStorage, retried},
};

/// Batches that may wait before senders do.
const WAITING: usize = 4_096;
/// Most batches in a group.
const GROUP_BATCHES: usize = 256;
/// A group is closed once it has this many events: enough to make the commit cheap, few enough to answer soon.
const GROUP_EVENTS: usize = 4_000;
/// Groups written at a time on Postgres, where commits can wait for the disk together.
const POSTGRES_WRITERS: usize = 3;

type Answer = Result<IngestOutcome, IngestError>;

struct Job {
    batch: Batch,
    answer: oneshot::Sender<Answer>,
}

/// Where the ingest writes.
#[derive(Clone)]
pub(crate) enum Backend {
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        /// Held for a transaction by the one writer there is.
        arrivals: Arc<Mutex<Arrivals>>,
        /// None in memory, where there is no log.
        log: Option<Checkpoints>,
    },
    Postgres {
        pool: PgPool,
        months: postgres::Months,
    },
}

impl Backend {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Backend::Sqlite { .. } => Dialect::Sqlite,
            Backend::Postgres { .. } => Dialect::Postgres,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Backend::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Backend::Postgres { pool, .. } => pool.close().await,
        }
    }

    async fn write(&self, batches: &[&Batch]) -> Result<Vec<Answer>, StorageError> {
        match self {
            Backend::Sqlite {
                writer,
                readers,
                arrivals,
                log,
            } => {
                let answers = sqlite::write(writer, &mut *arrivals.lock().await, batches).await?;
                if let Some(log) = log {
                    log.committed(batches.iter().map(|batch| batch.events.len()).sum(), readers);
                }
                Ok(answers)
            }
            Backend::Postgres { pool, months } => postgres::write(pool, months, batches).await,
        }
    }
}

/// The way in: hands a batch to the writers and waits for its answer.
pub(crate) struct Entrance {
    jobs: SyncMutex<Option<mpsc::Sender<Job>>>,
}

impl Entrance {
    pub(crate) async fn ingest(&self, batch: Batch) -> Answer {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.lock().ok().and_then(|jobs| jobs.clone());
        let jobs = jobs.ok_or(StorageError::Closed)?;
        jobs.send(Job { batch, answer })
            .await
            .map_err(|_| StorageError::Closed)?;
        answered.await.map_err(|_| StorageError::Closed)?
    }

    /// Takes no more batches; those inside are finished.
    pub(crate) fn close(&self) {
        if let Ok(mut jobs) = self.jobs.lock() {
            jobs.take();
        }
    }
}

/// The tasks that write.
pub(crate) struct Group {
    writers: Vec<JoinHandle<()>>,
}

impl Group {
    pub(crate) fn start(backend: Backend) -> (Entrance, Group) {
        let (jobs, queue) = mpsc::channel(WAITING);
        let queue = Arc::new(Mutex::new(queue));
        let count = match backend.dialect() {
            Dialect::Sqlite => 1,
            Dialect::Postgres => POSTGRES_WRITERS,
        };
        let writers = (0..count)
            .map(|_| tokio::spawn(work(queue.clone(), backend.clone())))
            .collect();
        (
            Entrance {
                jobs: SyncMutex::new(Some(jobs)),
            },
            Group { writers },
        )
    }

    /// Waits until every batch taken has been answered; only after [`Entrance::close`].
    pub(crate) async fn finished(&mut self) {
        for writer in self.writers.drain(..) {
            // A writer that panicked has nothing left to finish.
            let _ = writer.await;
        }
    }
}

async fn work(queue: Arc<Mutex<mpsc::Receiver<Job>>>, backend: Backend) {
    loop {
        let group = next_group(&mut *queue.lock().await).await;
        if group.is_empty() {
            return;
        }
        answer(&backend, group).await;
    }
}

/// Waits for one batch and takes what else is there, up to the bounds. Empty once the entrance is closed.
async fn next_group(queue: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut group = Vec::new();
    let Some(first) = queue.recv().await else {
        return group;
    };
    let mut events = first.batch.events.len();
    group.push(first);
    while group.len() < GROUP_BATCHES && events < GROUP_EVENTS {
        let Ok(job) = queue.try_recv() else { break };
        events += job.batch.events.len();
        group.push(job);
    }
    group
}

async fn answer(backend: &Backend, group: Vec<Job>) {
    let batches: Vec<&Batch> = group.iter().map(|job| &job.batch).collect();
    // A caller that went away is answered by its resend: the events are duplicates then.
    match backend.write(&batches).await {
        Ok(answers) => {
            for (job, answer) in group.into_iter().zip(answers) {
                let _ = job.answer.send(answer);
            }
        }
        Err(error) => {
            if group.len() > 1 {
                tracing::warn!(%error, batches = group.len(), "a group of batches failed; trying each alone");
            }
            let mut failed = Some(error).filter(|error| group.len() == 1 && !error.is_deadlock());
            for job in group {
                let answer = match failed.take() {
                    Some(error) => Err(error.into()),
                    None => alone(backend, &job.batch).await,
                };
                if let Err(IngestError::Storage(error)) = &answer {
                    tracing::warn!(%error, "a batch was not stored");
                }
                let _ = job.answer.send(answer);
            }
        }
    }
}

/// Writes one batch, again where a derivation of its days and it waited for each other.
async fn alone(backend: &Backend, batch: &Batch) -> Answer {
    retried(|| async {
        let mut answers = backend.write(&[batch]).await?;
        answers.pop().unwrap_or(Err(StorageError::Closed.into()))
    })
    .await
}
