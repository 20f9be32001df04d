//! Asking for everybody whose turn has come: for as long as the embedded engine runs, or for a while, as an activity of
//! another engine. Any number of askers, on any number of machines, share the people between them through the database.

use std::time::Duration;

use dayloom_storage::{StorageError, Turn};
use jiff::Timestamp;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{Stages, Wake};

/// People asked for at the same time: waiting for a model costs nothing, but a local one serves few at once.
const PARALLEL: usize = 4;
/// How often is looked whether somebody's turn has come.
const POLL: Duration = Duration::from_secs(1);
/// Whoever asks for a while waits for turns that come so soon.
const SOON: Duration = Duration::from_secs(10);

/// How it is asked. The defaults are those of a running Dayloom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskPace {
    /// For so long turns are begun, where it is asked for a while.
    pub begins_for: Duration,
    /// How long a turn stays taken if its asker vanishes; it is renewed while the model thinks.
    pub lease: Duration,
    /// How long a call under way may go on after the stop: it is paid for.
    pub last_call: Duration,
}

impl Default for AskPace {
    fn default() -> Self {
        Self {
            begins_for: Duration::from_secs(30),
            lease: Duration::from_secs(60),
            last_call: Duration::from_secs(5),
        }
    }
}

/// What asking for a while came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AskedFor {
    /// Turns taken.
    pub turns: u64,
    /// Signals decided; the days they are on are marked.
    pub decided: u64,
    /// Somebody's turn has come, or comes within seconds.
    pub more: bool,
}

/// Turns under way.
struct UnderWay {
    stages: Stages,
    pace: AskPace,
    stop: CancellationToken,
    tasks: JoinSet<usize>,
    done: AskedFor,
}

impl UnderWay {
    fn new(stages: &Stages, pace: AskPace, stop: &CancellationToken) -> Self {
        Self {
            stages: stages.clone(),
            pace,
            stop: stop.clone(),
            tasks: JoinSet::new(),
            done: AskedFor::default(),
        }
    }

    /// Begins turns that have come, as far as there is room.
    async fn begin(&mut self) -> Result<(), StorageError> {
        let free = PARALLEL.saturating_sub(self.tasks.len());
        let limit = u32::try_from(free).unwrap_or(0);
        if limit == 0 || self.stages.models().is_none() {
            return Ok(());
        }
        let (store, now) = (self.stages.store(), self.stages.now());
        for turn in store.decisions().take_turns(now, self.pace.lease, limit).await? {
            let (stages, pace, stop) = (self.stages.clone(), self.pace, self.stop.clone());
            self.tasks
                .spawn(async move { stages.ask_or_give_back(&turn, pace, &stop).await });
            self.done.turns += 1;
        }
        Ok(())
    }

    /// Waits for one to end; how many signals it decided. None if none is under way.
    async fn end(&mut self) -> Option<usize> {
        // One that broke off keeps its lease until that runs out.
        let decided = self.tasks.join_next().await?.unwrap_or(0);
        self.done.decided += decided as u64;
        Some(decided)
    }
}

impl Stages {
    /// Asks for everybody whose turn has come until `stop` is cancelled. `wake` is told when days are to be derived again.
    /// When it stops, calls under way have a few seconds; what they were answered by then is kept, the rest is given back.
    pub async fn keep_asking(&self, wake: Wake, stop: CancellationToken) {
        if self.models().is_none() {
            return stop.cancelled().await;
        }
        self.sweep_unknown().await;
        let mut under_way = UnderWay::new(self, AskPace::default(), &stop);
        while !stop.is_cancelled() {
            match under_way.begin().await {
                Ok(()) => {}
                Err(StorageError::Closed) => break,
                Err(error) => tracing::warn!(%error, "it is not known whom to ask for; trying again"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(decided) = under_way.end() => if decided > 0 { wake.notify() },
                () = tokio::time::sleep(POLL) => {}
            }
        }
        while let Some(decided) = under_way.end().await {
            if decided > 0 {
                wake.notify();
            }
        }
    }

    /// Asks for everybody whose turn has come, until nobody's has. Returns how many turns that were.
    pub async fn ask_due(&self) -> Result<u64, StorageError> {
        let mut under_way = UnderWay::new(self, AskPace::default(), &CancellationToken::new());
        loop {
            under_way.begin().await?;
            if under_way.end().await.is_none() {
                return Ok(under_way.done.turns);
            }
        }
    }

    /// Asks for everybody whose turn has come or comes within seconds. After a while, or once `stop` is cancelled, no turn
    /// is begun any more; those under way come to their end, after a stop within seconds.
    pub async fn ask_for_a_while(
        &self,
        pace: AskPace,
        stop: &CancellationToken,
    ) -> Result<AskedFor, StorageError> {
        let enough = Instant::now() + pace.begins_for;
        let mut under_way = UnderWay::new(self, pace, stop);
        let mut failure = None;
        loop {
            let begins = failure.is_none() && !stop.is_cancelled() && Instant::now() < enough;
            if begins && let Err(error) = under_way.begin().await {
                failure = Some(error);
                continue;
            }
            let idle = under_way.tasks.is_empty();
            if idle && !(begins && self.next_ask(SOON).await?.is_some()) {
                break;
            }
            tokio::select! {
                Some(_) = under_way.end() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(AskedFor {
                more: self.next_ask(SOON).await?.is_some(),
                ..under_way.done
            }),
        }
    }

    /// When somebody's turn can be taken, if that is within `soon`; never without a model.
    pub async fn next_ask(&self, soon: Duration) -> Result<Option<Timestamp>, StorageError> {
        if self.models().is_none() {
            return Ok(None);
        }
        let by = self.now().saturating_add(soon).unwrap_or(Timestamp::MAX);
        self.store().decisions().next_turn(by).await
    }

    /// How many signals were decided.
    async fn ask_or_give_back(&self, turn: &Turn, pace: AskPace, stop: &CancellationToken) -> usize {
        let too_late = async {
            stop.cancelled().await;
            tokio::time::sleep(pace.last_call).await;
        };
        tokio::select! {
            outcome = self.ask(turn, pace.lease, stop) => outcome.decided(),
            () = too_late => {
                if let Err(error) = self.store().decisions().give_back_turn(turn).await {
                    tracing::warn!(%error, "a turn could not be given back; its lease runs out instead");
                }
                0
            }
        }
    }
}
