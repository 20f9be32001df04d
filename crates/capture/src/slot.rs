//! Candidates for one role, tried in their order: the first that starts is used, every refusal is kept.
//!
//! A slot knows nothing of what its source does. It tries again after a while, so that a desktop that starts after
//! the agent, or a better source that comes back, is taken up without a restart.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::source::{Availability, Lost, Role, SourceReport, Unavailable};

/// Between two rounds of trying what did not start.
const RETRY: Duration = Duration::from_secs(60);

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
    lost_now: bool,
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
            lost_now: false,
        }
    }

    /// The source in use, started if need be. `None` while no candidate works.
    pub async fn get(&mut self) -> Option<&mut S> {
        let better_may_start = self.active.as_ref().is_none_or(|(index, _)| *index > 0);
        let due = self.tried.is_none_or(|at| at.elapsed() >= RETRY) || std::mem::take(&mut self.lost_now);
        if better_may_start && due && !self.candidates.is_empty() {
            self.try_candidates().await;
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
    /// the next call, then with pauses.
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
                    self.lost_now = true;
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
