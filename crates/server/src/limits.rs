//! Rate limits: sliding windows of 60 seconds in process (`contract/tracker.md` §2.4, §9.1).
//!
//! A call is refused when the count before it already equals the limit; a refused call is not counted anywhere.
//! Memory is bounded: a window holds no more calls than its limit lets through, and idle windows are forgotten.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use dayloom_domain::{DeviceId, ProjectId};
use jiff::Timestamp;

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
/// Windows kept before idle ones are looked for.
const SWEEP_FROM: usize = 1_024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Counter {
    DeviceBatches(DeviceId),
    ProjectBatches(ProjectId),
    ProjectEvents(ProjectId),
    DevicePresigns(DeviceId),
}

#[derive(Debug, Default)]
struct Window {
    calls: VecDeque<(i64, u64)>,
    total: u64,
}

impl Window {
    fn forget(&mut self, now: i64) {
        while let Some(&(at, weight)) = self.calls.front()
            && now - at >= WINDOW
        {
            self.calls.pop_front();
            self.total -= weight;
        }
    }

    /// Whole seconds until the count is below the limit again; none if it is now.
    fn wait(&self, limit: u64, now: i64) -> Option<u64> {
        let mut left = self.total;
        if left < limit {
            return None;
        }
        let freed = self.calls.iter().find(|(_, weight)| {
            left -= weight;
            left < limit
        });
        let micros = freed.map_or(WINDOW, |(at, _)| at + WINDOW - now);
        Some(
            u64::try_from(micros)
                .unwrap_or(0)
                .div_ceil(1_000_000)
                .clamp(1, 60),
        )
    }

    fn count(&mut self, now: i64, weight: u64) {
        self.calls.push_back((now, weight));
        self.total += weight;
    }
}

#[derive(Debug, Default)]
struct Windows {
    by_counter: HashMap<Counter, Window>,
    sweep_at: usize,
}

/// All windows of this process.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    windows: Mutex<Windows>,
}

impl Limiter {
    /// Lets a batch through, or refuses it with the text of the first limit that is reached.
    pub(crate) fn batch(
        &self,
        device: DeviceId,
        project: ProjectId,
        events: usize,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        const REQUESTS: &str = "Rate limit exceeded";
        self.pass(
            &[
                (Counter::DeviceBatches(device), BATCHES_PER_DEVICE, 1, REQUESTS),
                (Counter::ProjectBatches(project), BATCHES_PER_PROJECT, 1, REQUESTS),
                (
                    Counter::ProjectEvents(project),
                    EVENTS_PER_PROJECT,
                    events as u64,
                    "Event volume exceeded",
                ),
            ],
            now,
        )
    }

    /// Lets a presign through, or refuses it.
    pub(crate) fn presign(&self, device: DeviceId, now: Timestamp) -> Result<(), ApiError> {
        self.pass(
            &[(
                Counter::DevicePresigns(device),
                PRESIGNS_PER_DEVICE,
                1,
                "Rate limit exceeded",
            )],
            now,
        )
    }

    fn pass(&self, counters: &[(Counter, u64, u64, &'static str)], now: Timestamp) -> Result<(), ApiError> {
        let now = now.as_microsecond();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        for (counter, limit, _, text) in counters {
            let window = windows.by_counter.entry(*counter).or_default();
            window.forget(now);
            if let Some(seconds) = window.wait(*limit, now) {
                return Err(ApiError::too_many(*text, seconds));
            }
        }
        for (counter, _, weight, _) in counters {
            windows
                .by_counter
                .entry(*counter)
                .or_default()
                .count(now, *weight);
        }
        windows.sweep(now);
        Ok(())
    }
}

impl Windows {
    /// Forgets idle windows whenever their number has doubled, so that a call costs a constant on average.
    fn sweep(&mut self, now: i64) {
        if self.by_counter.len() < self.sweep_at.max(SWEEP_FROM) {
            return;
        }
        self.by_counter.retain(|_, window| {
            window.forget(now);
            !window.calls.is_empty()
        });
        self.sweep_at = self.by_counter.len() * 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap()
    }

    fn wait(result: Result<(), ApiError>) -> Option<(String, u64)> {
        match result {
            Err(ApiError::Refused {
                detail, retry_after, ..
            }) => Some((detail.into_owned(), retry_after.unwrap())),
            _ => None,
        }
    }

    fn ids(n: u128) -> (DeviceId, ProjectId) {
        (
            DeviceId(uuid::Uuid::from_u128(n)),
            ProjectId(uuid::Uuid::from_u128(1)),
        )
    }

    #[test]
    fn the_31st_batch_of_a_device_waits_for_the_first_to_leave_the_window() {
        let limiter = Limiter::default();
        let (device, project) = ids(7);
        for n in 0..30 {
            limiter.batch(device, project, 1, at(n * 1_000)).unwrap();
        }
        let refused = |millis| wait(limiter.batch(device, project, 1, at(millis)));
        assert_eq!(refused(30_000), Some(("Rate limit exceeded".into(), 30)));
        // Refused calls were not counted: the window opens when the first leaves it.
        assert_eq!(refused(59_999), Some(("Rate limit exceeded".into(), 1)));
        assert_eq!(refused(60_000), None);
        assert_eq!(refused(60_500), Some(("Rate limit exceeded".into(), 1)));
    }

    #[test]
    fn a_project_takes_50_000_events_and_the_last_batch_may_overshoot() {
        let limiter = Limiter::default();
        for n in 0..101 {
            let (device, project) = ids(n);
            let events = if n == 99 { 499 } else { 500 };
            limiter.batch(device, project, events, at(0)).unwrap();
        }
        let (device, project) = ids(200);
        assert_eq!(
            wait(limiter.batch(device, project, 1, at(0))),
            Some(("Event volume exceeded".into(), 60))
        );
    }

    #[test]
    fn idle_windows_are_forgotten() {
        let limiter = Limiter::default();
        for n in 0..10_000 {
            let millis = i64::try_from(n).unwrap() * 1_000;
            limiter.presign(ids(n).0, at(millis)).unwrap();
        }
        assert!(limiter.windows.lock().unwrap().by_counter.len() <= SWEEP_FROM);
    }
}
