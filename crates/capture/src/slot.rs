//! Candidates for one role, tried in their order: the first that starts is used, every refusal is kept.
//!
//! A slot knows nothing of what its source does. It tries again after a while, so that a desktop that starts after
//! the agent, or a better source that comes back, is taken up without a restart.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use crate::source::{Availability, Lost, Role, SourceReport, Unavailable};

/// Between two rounds of trying what does not start: a little less than between two samples (60 s,
/// `contract/tracker.md` §2.2), so that each of these tries again.
const RETRY: Duration = Duration::from_secs(50);
/// The first of these pauses after a source was lost; each is twice the one before. A desktop that starts anew is back in
/// a moment.
const SOON: Duration = Duration::from_secs(1);

/// The future a candidate's start gives.
pub type Starting<S> = Pin<Box<dyn Future<Output = Result<Box<S>, Unavailable>> + Send>>;

/// A source that might work on this machine.
pub struct Candidate<S: ?Sized> {
    name: &'static str,
    start: Box<dyn FnMut() -> Starting<S> + Send>,
}

impl<S: ?Sized> Candidate<S> {
    /// A candidate by its name and how to start it. Starting fails with what is missing and how to mend it.
    pub fn new<F, T>(name: &'static str, mut start: F) -> Self
    where
        F: FnMut() -> T + Send + 'static,
        T: Future<Output = Result<Box<S>, Unavailable>> + Send + 'static,
    {
        Self {
            name,
            start: Box::new(move || Box::pin(start())),
        }
    }
}

/// One role and its candidates.
pub struct Slot<S: ?Sized> {
    role: Role,
    candidates: Vec<Candidate<S>>,
    known: Vec<Availability>,
    active: Option<(usize, Box<S>)>,
    tried: Option<Instant>,
    pause: Duration,
}

impl<S: ?Sized> Slot<S> {
    /// A slot with its candidates, best first.
    pub fn new(role: Role, candidates: Vec<Candidate<S>>) -> Self {
        let known = candidates.iter().map(|_| Availability::NotNeeded).collect();
        Self {
            role,
            candidates,
            known,
            active: None,
            tried: None,
            pause: RETRY,
        }
    }

    /// The source in use, started if need be. `None` while no candidate works.
    pub async fn get(&mut self) -> Option<&mut S> {
        let better_may_start = self.active.as_ref().is_none_or(|(index, _)| *index > 0);
        let due = self.tried.is_none_or(|at| at.elapsed() >= self.pause);
        if better_may_start && due && !self.candidates.is_empty() {
            self.try_candidates().await;
            self.pause = (self.pause * 2).clamp(SOON, RETRY);
        }
        self.active.as_mut().map(|(_, source)| source.as_mut())
    }

    /// Starts from the beginning, whatever is in use: what worked a while ago may not work now.
    pub async fn check(&mut self) {
        self.active = None;
        self.try_candidates().await;
    }

    /// Name of the source in use.
    pub fn in_use(&self) -> Option<&'static str> {
        self.active
            .as_ref()
            .map(|(index, _)| self.candidates[*index].name)
    }

    /// Takes an answer of the source: a loss is kept for the report and the candidates are tried again at once on
    /// the next call, then with pauses that grow.
    pub fn settle<T>(&mut self, answer: Result<T, Lost>) -> Option<T> {
        match answer {
            Ok(value) => Some(value),
            Err(lost) => {
                if let Some((index, _)) = self.active.take() {
                    tracing::info!(
                        role = self.role.name(),
                        source = self.candidates[index].name,
                        "source lost"
                    );
                    self.known[index] = Availability::Unavailable(Unavailable::new(
                        lost.to_string(),
                        "It is tried again by itself every minute.",
                    ));
                    self.pause = Duration::ZERO;
                }
                None
            }
        }
    }

    /// Every candidate and whether it works, in order.
    pub fn report(&self) -> Vec<SourceReport> {
        let active = self.active.as_ref().map(|(index, _)| *index);
        self.candidates
            .iter()
            .zip(&self.known)
            .enumerate()
            .map(|(index, (candidate, known))| SourceReport {
                role: self.role,
                name: candidate.name,
                availability: known.clone(),
                in_use: active == Some(index),
            })
            .collect()
    }

    async fn try_candidates(&mut self) {
        self.tried = Some(Instant::now());
        let end = self
            .active
            .as_ref()
            .map_or(self.candidates.len(), |(index, _)| *index);
        for index in 0..end {
            match (self.candidates[index].start)().await {
                Ok(source) => {
                    tracing::debug!(
                        role = self.role.name(),
                        source = self.candidates[index].name,
                        "source started"
                    );
                    self.known[index] = Availability::Working;
                    for later in &mut self.known[index + 1..] {
                        *later = Availability::NotNeeded;
                    }
                    self.active = Some((index, source));
                    return;
                }
                Err(unavailable) => self.known[index] = Availability::Unavailable(unavailable),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    };

    use super::*;

    /// A source that starts while it may, and how often that was tried.
    #[derive(Clone, Default)]
    struct Source {
        works: Arc<AtomicBool>,
        tried: Arc<AtomicUsize>,
    }

    impl Source {
        fn candidate(&self) -> Candidate<()> {
            let this = self.clone();
            Candidate::new("source", move || {
                this.tried.fetch_add(1, Ordering::Relaxed);
                let works = this.works.load(Ordering::Relaxed);
                async move {
                    works
                        .then(|| Box::new(()))
                        .ok_or_else(|| Unavailable::new("Away.", "Wait."))
                }
            })
        }

        fn work(&self, works: bool) {
            self.works.store(works, Ordering::Relaxed);
        }

        fn tried(&self) -> usize {
            self.tried.load(Ordering::Relaxed)
        }
    }

    async fn works_after(slot: &mut Slot<()>, seconds: u64) -> bool {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        slot.get().await.is_some()
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_lost_is_looked_for_soon_and_then_less_and_less_often() {
        let source = Source::default();
        let mut slot = Slot::new(Role::Window, vec![source.candidate()]);
        source.work(true);
        assert!(slot.get().await.is_some());
        source.work(false);
        assert_eq!(slot.settle::<()>(Err(Lost("it ended".to_owned()))), None);
        let before = source.tried();
        for _ in 0..600 {
            assert!(!works_after(&mut slot, 1).await);
        }
        let tries = source.tried() - before;
        assert!((10..30).contains(&tries), "{tries} tries in ten minutes");

        source.work(true);
        assert!(works_after(&mut slot, 60).await);
        source.work(false);
        slot.settle::<()>(Err(Lost("it ended again".to_owned())));
        assert!(!works_after(&mut slot, 0).await);
        source.work(true);
        assert!(works_after(&mut slot, 2).await, "it is back in a moment");
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_worked_is_tried_with_each_sample() {
        let source = Source::default();
        let mut slot = Slot::new(Role::Window, vec![source.candidate()]);
        for sample in 1..=5 {
            assert!(slot.get().await.is_none());
            assert!(!works_after(&mut slot, 10).await, "not more often");
            assert_eq!(source.tried(), sample);
            tokio::time::advance(Duration::from_secs(49)).await;
        }
    }
}
