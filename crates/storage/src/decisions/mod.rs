//! What language models answered, each signal once, and the queue of what waits to be asked.
//!
//! A day with signals that nobody could answer for is noted here; people take turns, one asker at a time each, under a
//! lease. Every row is one person's.

use std::time::Duration;

use dayloom_domain::{
    DeveloperId,
    decision::{CandidatesDigest, Decision, SignalDigest},
};
use jiff::{Timestamp, civil::Date};

mod answers;
mod turns;

use crate::{StorageError, days, error::retried, store::Inner};

/// What is known of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The signal.
    pub signal: SignalDigest,
    /// It was answered.
    pub decided: bool,
    /// How often it was asked in vain.
    pub attempts: i64,
    /// It is not asked again before.
    pub not_before: Option<Timestamp>,
}

/// A day's place among what waits to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingDay {
    /// The local date.
    pub date: Date,
    /// Stands for the set of signals waiting; none if nothing waits.
    pub waiting: Option<SignalDigest>,
    /// How often a model was asked about this day.
    pub asks: i64,
    /// When it is to be asked; none if nothing waits.
    pub due_at: Option<Timestamp>,
}

/// A person's turn to be asked for, under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whose.
    pub developer_id: DeveloperId,
    /// Failed attempts in a row so far.
    pub attempts: i64,
    /// The lease: only its holder can end the turn.
    pub lease: uuid::Uuid,
}

/// How asking for a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Failed attempts in a row so far.
    pub attempts: i64,
    /// Nothing is asked before.
    pub not_before: Timestamp,
}

/// The repository of decisions.
#[derive(Clone, Copy)]
pub struct Decisions<'a>(pub(crate) &'a Inner);

impl Decisions<'_> {
    /// The newest decision of the person for each of these signals that has one, in the order of the signals' digests.
    pub async fn for_signals(
        &self,
        developer: DeveloperId,
        signals: &[SignalDigest],
    ) -> Result<Vec<Decision>, StorageError> {
        answers::newest(&self.0.read, developer, signals).await
    }
    /// What is known of asking these signals with these candidates; signals never asked are left out.
    pub async fn asked(
        &self,
        developer: DeveloperId,
        candidates: CandidatesDigest,
        signals: &[SignalDigest],
    ) -> Result<Vec<Asked>, StorageError> {
        answers::asked(&self.0.read, developer, candidates, signals).await
    }
    /// Stores decisions and marks the days they touch, both or neither: no answer is there that no day comes to hold.
    /// A decision that is there already stands: what was asked once is not answered anew.
    pub async fn save(
        &self,
        developer: DeveloperId,
        decisions: &[Decision],
        touched: &[Date],
        now: Timestamp,
    ) -> Result<(), StorageError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            answers::save(&transaction, developer, decisions).await?;
            days::mark(&transaction, developer, touched, now).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
    /// Notes that signals were asked in vain, and until when they are left alone.
    pub async fn miss(
        &self,
        developer: DeveloperId,
        candidates: CandidatesDigest,
        missed: &[(SignalDigest, Timestamp)],
    ) -> Result<(), StorageError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            answers::miss(&transaction, developer, candidates, missed).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
    /// A day as noted, if it was.
    pub async fn waiting_day(
        &self,
        developer: DeveloperId,
        date: Date,
    ) -> Result<Option<WaitingDay>, StorageError> {
        turns::day(&self.0.read, developer, date).await
    }
    /// When the first turn can be taken that can be by this instant, if any can: one that somebody holds comes when their
    /// lease runs out.
    pub async fn next_turn(&self, by: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        turns::next(&self.0.read, by).await
    }
    /// The days of a person on which something waits, newest first.
    pub async fn waiting(&self, developer: DeveloperId) -> Result<Vec<WaitingDay>, StorageError> {
        turns::waiting(&self.0.read, developer).await
    }
    /// Notes what waits on a day and when it is due, in place of what was noted before; its count of asks stays.
    pub async fn note(
        &self,
        developer: DeveloperId,
        date: Date,
        waiting: Option<SignalDigest>,
        due_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            turns::note(&transaction, developer, date, waiting, due_at, now).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
    /// Notes that these days were asked about.
    pub async fn count_ask(&self, developer: DeveloperId, dates: &[Date]) -> Result<(), StorageError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            turns::count(&transaction, developer, dates).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
    /// Takes the turns of up to `limit` people on whose days something is due, longest waiting first. Nobody's turn is
    /// taken twice while its lease holds.
    pub async fn take_turns(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Turn>, StorageError> {
        turns::take(self.0, now, lease, limit).await
    }
    /// Keeps a turn for longer. False if the lease was lost.
    pub async fn renew_turn(&self, turn: &Turn, until: Timestamp) -> Result<bool, StorageError> {
        turns::renew(&self.0.write, turn, until).await
    }
    /// Ends a turn; the next is not before. A failed one counts, any other sets the count back. False if the lease was
    /// lost.
    pub async fn end_turn(
        &self,
        turn: &Turn,
        failed: bool,
        not_before: Timestamp,
    ) -> Result<bool, StorageError> {
        turns::end(&self.0.write, turn, failed, not_before).await
    }
    /// Lets go of a turn that was not begun, or broken off: it comes again at once, and its count of failures stays. False
    /// if the lease was lost.
    pub async fn give_back_turn(&self, turn: &Turn) -> Result<bool, StorageError> {
        turns::give_back(&self.0.write, turn).await
    }
    /// How asking for a person stands; none if nobody ever had to be asked.
    pub async fn standing(&self, developer: DeveloperId) -> Result<Option<Standing>, StorageError> {
        turns::standing(&self.0.read, developer).await
    }
    /// Of everybody on whose days something waits and for whom asking failed at least `times` times in a row: how many
    /// people, and the most failures.
    pub async fn failing(&self, times: i64) -> Result<(i64, i64), StorageError> {
        turns::failing(&self.0.read, times).await
    }
    /// Notes derived days since `from` that were never noted as due now, for what was derived while no model was there;
    /// and forgets days before `from` on which nothing waits. Returns how many were noted.
    pub async fn sweep(&self, from: Date, now: Timestamp) -> Result<u64, StorageError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            let noted = turns::sweep(&transaction, from, now).await?;
            transaction.commit().await?;
            Ok(noted)
        })
        .await
    }
}
