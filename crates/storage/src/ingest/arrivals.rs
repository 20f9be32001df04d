//! Which event ids are stored, on SQLite: an index that is filed in order, behind an append-only list of the last
//! arrivals that is also held in memory.
//!
//! Ids are random, so an index of them that is written with each commit dirties one page for nearly every event: most
//! of what a small batch wrote. Here a group of batches appends its ids as one row; tens of thousands later they are
//! sorted and filed, a stretch of the index with each further group. Both tables together are the truth: what is in
//! memory is read from them, at the first group and whenever another program wrote to the database.

use std::collections::HashSet;

use sqlx::SqliteConnection;
use uuid::Uuid;

use crate::StorageError;

/// Arrivals after which a run of them is filed: with so many, neighbours in the index share pages.
const RUN: usize = 32_768;
/// A run is filed this many times as fast as new ids arrive, so that it is done long before the next.
const PACE: usize = 2;
/// The least that is filed with a group.
const LEAST: usize = 64;

/// Bytes of an id of an event and of its person.
const PAIR: usize = 32;

/// Numbers the pairs in the bytes `?1`, `?2` of them.
const NUMBERS: &str = "WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)";

/// An event id and whose it is.
pub(super) type Key = (Uuid, Uuid);

/// The arrivals that are not in the index yet.
#[derive(Debug)]
pub(crate) struct Arrivals {
    /// Arrivals after which a run is cut.
    run_at: usize,
    /// All of them: a superset of what the list holds, as another program may have filed some.
    ids: HashSet<Key>,
    /// Those that came after the run was cut.
    young: Vec<Key>,
    /// The run that is being filed, sorted, and how far it is.
    run: Vec<Key>,
    filed: usize,
    /// The list up to here is the run.
    cut: i64,
    /// The list up to here is in memory.
    seen: i64,
    /// What SQLite called the state of the database when the list was read last.
    version: Option<i64>,
}

/// What a transaction did, to be taken over once it is committed.
#[derive(Debug, Default)]
pub(super) struct Filed {
    fresh: Vec<Key>,
    seq: Option<i64>,
    filed: usize,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self::filing_at(RUN)
    }
}

impl Arrivals {
    fn filing_at(run_at: usize) -> Self {
        Self {
            run_at,
            ids: HashSet::new(),
            young: Vec::new(),
            run: Vec::new(),
            filed: 0,
            cut: 0,
            seen: 0,
            version: None,
        }
    }

    /// Reads what other programs wrote since the last time; at first everything.
    pub(super) async fn refresh(&mut self, on: &mut SqliteConnection) -> Result<(), StorageError> {
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut *on)
            .await?;
        if self.version == Some(version) {
            return Ok(());
        }
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT seq, ids FROM tracker_event_arrivals WHERE seq > ?1 ORDER BY seq")
                .bind(self.seen)
                .fetch_all(on)
                .await?;
        for (seq, ids) in rows {
            for pair in ids.chunks_exact(PAIR) {
                let (person, event) = pair.split_at(PAIR / 2);
                let id = |bytes| Uuid::from_slice(bytes).map_err(|_| StorageError::Unreadable("ids"));
                let key = (id(person)?, id(event)?);
                self.ids.insert(key);
                self.young.push(key);
            }
            self.seen = seq;
        }
        self.version = Some(version);
        Ok(())
    }

    /// Which of the ids are not stored yet.
    pub(super) async fn fresh(
        &self,
        on: &mut SqliteConnection,
        keys: &[Key],
    ) -> Result<Vec<bool>, StorageError> {
        let mut fresh: Vec<bool> = keys.iter().map(|key| !self.ids.contains(key)).collect();
        let asked: Vec<usize> = (0..keys.len()).filter(|&place| fresh[place]).collect();
        if asked.is_empty() {
            return Ok(fresh);
        }
        let bytes = bytes(asked.iter().map(|&place| &keys[place]));
        let found: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "{NUMBERS} SELECT n.i FROM n CROSS JOIN tracker_event_ids e
             WHERE e.developer_id = substr(?1, n.i * {PAIR} + 1, 16) AND e.event_id = substr(?1, n.i * {PAIR} + 17, 16)"
        )))
        .bind(bytes)
        .bind(count(asked.len()))
        .fetch_all(on)
        .await?;
        for stored in found {
            let place = usize::try_from(stored).ok().and_then(|n| asked.get(n));
            fresh[*place.ok_or(StorageError::Unreadable("ids"))?] = false;
        }
        Ok(fresh)
    }

    /// Appends the ids of new events to the list and files the next stretch of the run.
    pub(super) async fn store(
        &mut self,
        on: &mut SqliteConnection,
        fresh: Vec<Key>,
    ) -> Result<Filed, StorageError> {
        if fresh.is_empty() {
            return Ok(Filed::default());
        }
        let seq = sqlx::query("INSERT INTO tracker_event_arrivals (ids) VALUES (?1)")
            .bind(bytes(&fresh))
            .execute(&mut *on)
            .await?
            .last_insert_rowid();
        if self.run.is_empty() && self.young.len() >= self.run_at {
            self.run = std::mem::take(&mut self.young);
            self.run.sort_unstable();
            (self.filed, self.cut) = (0, self.seen);
        }
        let next = (fresh.len() * PACE).max(LEAST);
        let stretch = &self.run[self.filed..self.run.len().min(self.filed + next)];
        let filed = stretch.len();
        if filed > 0 {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "{NUMBERS} INSERT OR IGNORE INTO tracker_event_ids (developer_id, event_id)
                 SELECT d.id, substr(?1, n.i * {PAIR} + 17, 16)
                 FROM n CROSS JOIN developers d WHERE d.id = substr(?1, n.i * {PAIR} + 1, 16)"
            )))
            .bind(bytes(stretch))
            .bind(count(filed))
            .execute(&mut *on)
            .await?;
            if self.filed + filed == self.run.len() {
                sqlx::query("DELETE FROM tracker_event_arrivals WHERE seq <= ?1")
                    .bind(self.cut)
                    .execute(on)
                    .await?;
            }
        }
        Ok(Filed {
            fresh,
            seq: Some(seq),
            filed,
        })
    }

    /// After a failure: the commit may have been done all the same, so the list is read again.
    pub(super) fn distrust(&mut self) {
        self.version = None;
    }

    /// Takes over what a transaction did, after its commit.
    pub(super) fn committed(&mut self, done: Filed) {
        let Some(seq) = done.seq else { return };
        self.seen = seq;
        self.ids.extend(&done.fresh);
        self.young.extend(done.fresh);
        self.filed += done.filed;
        if done.filed > 0 && self.filed == self.run.len() {
            for key in self.run.drain(..) {
                self.ids.remove(&key);
            }
            (self.run, self.filed) = (Vec::new(), 0);
        }
    }
}

fn bytes<'k>(keys: impl IntoIterator<Item = &'k Key>) -> Vec<u8> {
    let pairs = keys.into_iter();
    let mut bytes = Vec::with_capacity(pairs.size_hint().0 * PAIR);
    for (person, event) in pairs {
        bytes.extend_from_slice(person.as_bytes());
        bytes.extend_from_slice(event.as_bytes());
    }
    bytes
}

fn count(pairs: usize) -> i64 {
    i64::try_from(pairs).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "arrivals_tests.rs"]
mod tests;
